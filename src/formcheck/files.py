"""Files of the world outside: read with a bound, written whole, an input never overwritten.

Reading takes regular files only, up to a stated size: opening a FIFO waits for ever and
``/dev/zero`` never ends. Writing replaces a regular file when the new one is whole, follows links
to the file they mean, and writes *to* what is no regular file (a device, a FIFO).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from .errors import UsageError

__all__ = [
    "CLIP_SUFFIXES",
    "LABEL_SUFFIX",
    "VIDEO_SUFFIXES",
    "Part",
    "Pipe",
    "is_stream",
    "numbered",
    "open_stream",
    "pipe_to",
    "recordings",
    "refuse_overwriting",
    "to_stdout",
]

VIDEO_SUFFIXES = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".3gp")
CLIP_SUFFIXES = (*VIDEO_SUFFIXES, ".npz")
LABEL_SUFFIX = ".label.json"

# ------------------------------------------------------------------------ nothing is overwritten


def recordings(path: str | Path, pattern: str = "*") -> list[Path]:
    """The clips, tracks and labels in a folder, read or passed over; ``**/*`` goes deeper.

    Of a clip: itself and the label beside it.
    """
    path = Path(os.path.expanduser(path))
    if not os.path.isdir(path):
        return [path, path.with_name(path.stem + LABEL_SUFFIX)]
    ends = (*CLIP_SUFFIXES, LABEL_SUFFIX)
    return [p for p in path.glob(pattern) if p.name.lower().endswith(ends)]


def refuse_overwriting(
    inputs: Iterable[str | Path | None], outputs: Iterable[str | Path | None]
) -> None:
    """See, before any work, that no output would replace an input or another output.

    Two paths are one file when links, hard links or another spelling lead both to the same
    place. ``None`` and ``-`` stand for no file; devices and FIFOs may be named as often as one
    likes, since nothing in them is replaced.

    Raises:
        UsageError: an output is an input, or is named twice.
    """
    taken: dict[object, str] = {}
    for path in inputs:
        if path is not None and "://" not in str(path):
            taken[_identity(path)] = "would overwrite an input"
    for path in outputs:
        if path is None or str(path) == "-" or os.path.isdir(path) or is_stream(path):
            continue
        if why := taken.get(_identity(path)):
            raise UsageError(f"{path}: it {why}; give each output a name of its own")
        taken[_identity(path)] = "is named twice"


def _identity(path: str | Path) -> object:
    """What two paths to one file have in common: its inode, or its place while it is not there."""
    with contextlib.suppress(OSError, ValueError):
        status = os.stat(path)
        if status.st_ino:
            return status.st_dev, status.st_ino
    return os.path.normcase(os.path.realpath(path))


def numbered(path: Path | None) -> list[Path]:
    """``path`` and the files there are that later sets of a session would go to (``x-2.mp4``)."""
    if path is None:
        return []
    name = re.compile(rf"{re.escape(path.stem)}-\d+{re.escape(path.suffix)}")
    try:
        beside = [p for p in path.parent.iterdir() if name.fullmatch(p.name)]
    except OSError:
        beside = []
    return [path, *beside]


# ------------------------------------------------------------------------------------- writing

#: Names of a descriptor that the process has open already.
_DESCRIPTOR = re.compile(r"/dev/(stdin|stdout|stderr)|/(?:dev|proc/self)/fd/(\d+)")
_STANDARD = {"stdin": 0, "stdout": 1, "stderr": 2}


def _descriptor(path: str | Path) -> int | None:
    """The open descriptor that ``/dev/stdout``, ``/dev/fd/3`` or a link to one stands for."""
    text = os.path.abspath(path)
    for _ in range(40):  # as many links as Linux follows
        if found := _DESCRIPTOR.fullmatch(text):
            name, number = found.groups()
            return _STANDARD[name] if name else int(number)
        try:
            text = os.path.normpath(os.path.join(os.path.dirname(text), os.readlink(text)))
        except (OSError, ValueError):
            return None
    return None


def to_stdout(path: str | Path | None) -> bool:
    """Whether an output is the standard output: ``-``, or a name of that descriptor."""
    return path is not None and (str(path) == "-" or _descriptor(path) == 1)


def is_stream(path: str | Path) -> bool:
    """Whether ``path`` is written to as it goes: a device, a FIFO, an open descriptor."""
    if _descriptor(path) is not None:
        return True
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def open_stream(path: str | Path) -> IO[bytes]:
    """Open a device, a FIFO (waits for its reader) or an open descriptor for writing.

    Raises:
        OSError: it takes nothing.
    """
    number = _descriptor(path)
    if number is None:
        return open(path, "wb")
    if number == 1:
        sys.stdout.flush()
    return os.fdopen(os.dup(number), "wb")


class Pipe:
    """Text that goes out as it comes: to the standard output, a device, a FIFO.

    Opened at the first text, since opening a FIFO waits for its reader.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = path
        self._out: IO[bytes] | None = None

    def write(self, text: str) -> None:
        """Raises OSError: nobody reads any more."""
        if str(self._path) == "-":
            print(text, end="", flush=True)
            return
        self._out = self._out or open_stream(self._path)
        self._out.write(text.encode("utf-8", "backslashreplace"))
        self._out.flush()

    def close(self) -> None:
        """May be called twice."""
        out, self._out = self._out, None
        if out is not None:
            out.close()


def pipe_to(path: str | Path) -> Pipe | None:
    """How to write to ``-``, a device, a FIFO; None for a file, which is to be replaced whole."""
    return Pipe(path) if str(path) == "-" or is_stream(path) else None


class Part:
    """An output under a hidden name, until it is whole and takes its place.

    The hidden file lies beside the file that a link means, so that a rename puts it there in one
    step. What goes to a device or a FIFO is made in the folder for temporary files and copied.

    Attributes:
        path: the hidden file, to be written by the caller.

    Raises:
        OSError: no hidden file can be made (streams only).
    """

    def __init__(self, path: Path, suffix: str | None = None) -> None:
        suffix = path.suffix if suffix is None else suffix
        self._stream = path if is_stream(path) else None
        self._place = Path(os.path.realpath(path))
        if self._stream is None:
            self.path = self._place.with_name(
                f".{self._place.stem[:40]}.{os.getpid()}.part{suffix}"
            )
        else:
            handle, name = tempfile.mkstemp(suffix, ".formcheck-")
            os.close(handle)
            self.path = Path(name)

    def keep(self) -> None:
        """Put it in its place.

        Raises:
            OSError: the disk is full, or nobody reads the FIFO any more.
        """
        if self._stream is None:
            self.path.replace(self._place)
            return
        with self.path.open("rb") as made, open_stream(self._stream) as out:
            shutil.copyfileobj(made, out)
        self.drop()

    def drop(self) -> None:
        """Remove it; may be called after :meth:`keep`."""
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *error: Any) -> None:
        self.drop()
