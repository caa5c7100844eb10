"""A temporary folder that does not outlive its server, not even one that was killed.

What lies in it is somebody's recording. A server that ends takes its folder along; one that was
killed cannot, so the next one does it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

from ..journal.locks import SessionLock

__all__ = ["Scratch"]

#: Seconds: a folder younger than this may not have taken its lock yet.
YOUNG = 60.0


class Scratch:
    """A new, empty ``folder``; folders of this kind whose server is gone are removed first.

    Args:
        kind: what it holds, a word for the folder's name.
    """

    def __init__(self, kind: str) -> None:
        prefix = f"formcheck-{kind}-"
        for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            if _abandoned(left):
                shutil.rmtree(left, ignore_errors=True)
        self._top = Path(tempfile.mkdtemp(prefix=prefix))
        self._lock = SessionLock(self._top / "lock")
        self._lock.acquire()
        self.folder = self._top / "files"
        self.folder.mkdir()

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        self._lock.release()
        shutil.rmtree(self._top, ignore_errors=True)


def _abandoned(top: Path) -> bool:
    """Whether ``top`` is a folder of ours whose server no longer runs."""
    with contextlib.suppress(OSError):
        about = top.stat(follow_symlinks=False)
        if hasattr(os, "getuid") and about.st_uid != os.getuid():
            return False
        lock = top / "lock"
        old = time.time() - about.st_mtime > YOUNG
        return old and lock.is_file() and not SessionLock(lock).held()
    return False
