"""Where formcheck keeps what: the user's folders, or those that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["cache_dir", "config_file", "data_dir"]


def _folder(kind: str, variable: str = "") -> Path:
    named = variable and os.environ.get(variable)
    if named:
        return Path(os.path.expanduser(named))
    import platformdirs

    return Path(getattr(platformdirs, f"user_{kind}_dir")("formcheck", appauthor=False))


def config_file() -> Path:
    """The settings file (``FORMCHECK_CONFIG``, else ``settings.toml`` of the user's settings)."""
    named = os.environ.get("FORMCHECK_CONFIG")
    if named:
        return Path(os.path.expanduser(named))
    return _folder("config") / "settings.toml"


def data_dir() -> Path:
    """Journal, fetched models, own drills and plans (``FORMCHECK_DATA_DIR``). May not exist yet."""
    return _folder("data", "FORMCHECK_DATA_DIR")


def cache_dir() -> Path:
    """What can be made again, such as kept landmarks (``FORMCHECK_CACHE_DIR``)."""
    return _folder("cache", "FORMCHECK_CACHE_DIR")
