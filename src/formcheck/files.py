"""Outside files: read with a size limit, written whole, an input never overwritten.

Reading takes regular files only, up to a stated size: opening a FIFO can block forever and
``/dev/zero`` never ends. Writing replaces a regular file when the new one is whole, follows links
to the file they mean, and writes *to* what is no regular file (a device, a FIFO).
"""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from .errors import InputError, UsageError

__all__ = [
    "CLIP_SUFFIXES",
    "LABEL_SUFFIX",
    "VIDEO_SUFFIXES",
    "Part",
    "Pipe",
    "brief",
    "check_file",
    "expand",
    "is_stream",
    "listed",
    "numbered",
    "open_stream",
    "parse_json",
    "parse_toml",
    "pipe_to",
    "plain",
    "read_text",
    "recordings",
    "refuse_overwriting",
    "to_stdout",
]

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

VIDEO_SUFFIXES = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".3gp")
CLIP_SUFFIXES = (*VIDEO_SUFFIXES, ".npz")
LABEL_SUFFIX = ".label.json"

# ------------------------------------------------------------------------ nothing is overwritten


def recordings(path: str | Path, pattern: str = "*") -> list[Path]:
    """The clips, tracks and labels in a folder, read or passed over; ``**/*`` goes deeper.

    Of a clip: itself and the label beside it.
    """
    path = expand(path)
    if not os.path.isdir(path):
        return [path, label_of(path)] if path.name else [path]
    ends = (*CLIP_SUFFIXES, LABEL_SUFFIX)
    return [p for p in path.glob(pattern) if p.name.lower().endswith(ends)]


def label_of(clip: Path) -> Path:
    """Where the label of a clip is, or would be."""
    return clip.with_name(clip.stem + LABEL_SUFFIX)


def refuse_overwriting(
    inputs: Iterable[str | Path | None], outputs: Iterable[str | Path | None]
) -> None:
    """See, before any work, that no output would replace an input or another output.

    Two paths are one file when links, hard links or another spelling lead both to the same
    place. ``None`` and ``-`` stand for no file; devices and FIFOs may be named several times, since
    nothing in them is replaced.

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


# ------------------------------------------------------------------------------------- reading

#: Bytes of a label, a list, a settings file or a plan, and of a document of many results.
MOST_TEXT, MOST_SETTINGS, MOST_DOCUMENT = 4 << 20, 64 << 10, 256 << 20
#: Objects and lists inside one another, in JSON; a tenth of the dots in a line of TOML.
DEEPEST = 100


def expand(path: str | Path) -> Path:
    """``path`` with ``~`` filled in; that of an unknown person stays as it is."""
    return Path(os.path.expanduser(path))


def listed(folder: Path, ending: str) -> list[Path]:
    """The files of a folder with this ending, sorted; none where it cannot be read."""
    try:
        return sorted(folder / name for name in os.listdir(folder) if name.endswith(ending))
    except (OSError, ValueError):
        return []


def plain(text: str) -> str:
    """``text`` as valid Unicode: what is no character (a file name in another encoding) is
    written as an escape, ``\\udce9``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def brief(value: object) -> str:
    """What came, for a message: on one line and no longer than that."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of more digits than Python writes
        return f"a huge {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."


def read_text(path: Path, most: int = MOST_TEXT, errors: str = "strict") -> str:
    """The text of a regular file, UTF-8 with or without its mark, of at most ``most`` bytes.

    Raises:
        OSError: it cannot be read, is no regular file, larger, or no text; ``strerror`` says why.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # changed since
                raise OSError(errno.EINVAL, "it is no regular file")
            data = file.read(most + 1)
        if len(data) > most:
            raise OSError(errno.EFBIG, f"it is larger than {most >> 10} KB")
        return data.decode("utf-8-sig", errors)
    except ValueError as error:
        name = isinstance(error, UnicodeDecodeError)
        raise OSError(errno.EILSEQ, "it is no UTF-8 text" if name else str(error)) from None


def check_file(path: Path, wanted: str) -> None:
    """Raise the one-line :class:`InputError` for what is not a readable file with bytes in it.

    Pipes and devices are refused too: opening one could block forever.
    """
    if os.path.isdir(path):
        raise InputError(f"{path}: expected {wanted}, this is a folder; name a file in it")
    if not os.path.lexists(path):
        raise InputError(f"{path}: no such file; check the name, expected {wanted}")
    if not os.path.isfile(path):
        raise InputError(f"{path}: expected {wanted}, this is not a regular file")
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read ({why}); check the rights") from error
    if empty:
        raise InputError(f"{path}: the file is empty (0 bytes); record or copy it again")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large a number")
    return number


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def parse_json(text: str) -> Any:
    """A JSON document whose numbers are finite, whose texts are Unicode, and which is no deeper
    than :data:`DEEPEST`.

    Raises:
        ValueError: it is none; the message is one line.
    """
    try:
        document = json.loads(text, parse_float=_finite, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        if not level:
            return document
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below += item
                below += item.values()
            elif isinstance(item, list):
                below += item
            elif isinstance(item, str) and plain(item) != item:
                raise ValueError(f"{brief(item)} holds half a character")
            elif isinstance(item, int) and abs(item) >= 1 << 64:
                raise ValueError("a whole number has too many digits")
        level = below
    raise ValueError("it is nested too deeply")


def parse_toml(text: str) -> dict[str, Any]:
    """A TOML document.

    Raises:
        ValueError: it is none, or is nested too deeply; the message is one line.
    """
    if any(line.count(".") > 10 * DEEPEST for line in text.splitlines()):
        raise ValueError("a key has too many parts")  # which would take minutes to read
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


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
    """An output under a hidden name, until it is complete and takes its place.

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
