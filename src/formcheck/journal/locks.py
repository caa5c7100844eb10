"""A lock that dies with its process: how one formcheck knows another is alive.

The operating system releases it however the process ends, so a lock that can be taken
belongs to nobody. The file holds the process id for the message only.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import IO

__all__ = ["SessionLock"]

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    #: Far past the process id, so that others can still read it.
    _AT = 1 << 20

    def _take(file: IO[bytes]) -> None:
        file.seek(_AT)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class SessionLock:
    """An exclusive lock on ``path`` for as long as this object (or its process) lives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Take the lock; False when another holds it or the folder cannot be written."""
        try:
            file = open(self.path, "a+b")  # noqa: SIM115 (kept open: it is the lock)
        except OSError:
            return False
        try:
            _take(file)
        except OSError:
            file.close()
            return False
        with contextlib.suppress(OSError):  # a full disk: the lock holds without the number
            file.truncate(0)
            file.write(str(os.getpid()).encode())
            file.flush()
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock back and remove its file."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self.path.unlink()
            self._file.close()
            self._file = None

    def held(self) -> bool:
        """Whether another holds it now."""
        try:
            with open(self.path, "r+b") as file:
                _take(file)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def owner(self) -> int:
        """The process id in the file, 0 when it cannot be read."""
        try:
            return int(self.path.read_bytes() or b"0")
        except (OSError, ValueError):
            return 0
