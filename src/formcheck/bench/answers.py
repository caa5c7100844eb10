"""Answers that cannot have changed since the last run: repeating a bench needs no analysis.

What one clip gave is kept under a hash of everything that decided it: the bytes of the track and
the label, what was asked, every source file of the package, Python and numpy. Any edit makes new
names, so nothing is ever out of date; the last few versions of the code are kept.
"""

from __future__ import annotations

import hashlib
import pickle
import platform
import shutil
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

from ..vision.kept import file_sha256, source_hash

__all__ = ["Answers", "package_hash"]

#: Versions of the code whose answers are kept.
KEPT = 3


@cache
def package_hash() -> str:
    """A hash of every source file of formcheck, and of what it runs on."""
    made = f"{platform.python_version()} {version('numpy')} {source_hash()}"
    return hashlib.sha256(made.encode()).hexdigest()[:16]


class Answers:
    """A folder with the answers for each clip, for this version of the code."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / package_hash()
        # Drills from other packages are code that the hash above does not know.
        self._on = not entry_points(group="formcheck.drills")

    def path(self, label: Path, track: Path, asked: Iterable[object]) -> Path:
        """Where what was asked of a track is, or is to be, kept."""
        words = (file_sha256(label), file_sha256(track), *map(repr, asked))
        return self._folder / hashlib.sha256("\0".join(words).encode()).hexdigest()[:32]

    def load(self, path: Path) -> Any:
        """What is kept there; None when there is nothing, or nothing that can be read."""
        if not self._on or not path.exists():
            return None
        try:
            return pickle.loads(path.read_bytes())
        except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError):
            return None

    def save(self, kept: Iterable[tuple[Path, Any]]) -> None:
        """Keep these answers, and drop those of older versions of the code."""
        if not self._on:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        for path, what in kept:
            part = path.with_suffix(".part")
            part.write_bytes(pickle.dumps(what))
            part.replace(path)
        versions = sorted(self._folder.parent.iterdir(), key=lambda p: p.stat().st_mtime)
        for old in versions[:-KEPT]:
            if old != self._folder:
                shutil.rmtree(old, ignore_errors=True)
