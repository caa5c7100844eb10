"""No test touches the person's own folders or settings."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

# A job in the background ignores Ctrl-C and so would all it starts; the tests send it on purpose.
signal.signal(signal.SIGINT, signal.default_int_handler)
# The program asks OpenCV to be quiet before it loads it; here a test may have loaded it first.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home: Path = tmp_path_factory.mktemp("home")
    (home / "settings.toml").touch()
    monkeypatch.setenv("FORMCHECK_CONFIG", str(home / "settings.toml"))
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(home / "data"))
    monkeypatch.setenv("FORMCHECK_CACHE_DIR", str(home / "cache"))
