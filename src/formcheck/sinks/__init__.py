"""Where the steps of a set go: a window, a file of events, a table, a pose track, a video.

Every sink is a context manager that can be given several sets (see
:class:`formcheck.sinks.info.Sink`). Importing this package imports neither OpenCV nor a window
toolkit: each sink lives in its own module.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..files import Part, is_stream

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..events import SetResult, Step
    from ..vision.frames import Frame
    from .info import RunInfo

__all__ = ["BaseSink", "check_output", "for_set", "replace_text"]


class BaseSink:
    """A sink that does nothing; the others override what they need."""

    #: Its name in messages.
    name = "sink"
    #: Whether ``write`` takes so long that it gets a thread of its own.
    slow = False

    def start(self, info: RunInfo) -> None:
        """A set begins."""

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None:
        """One judged frame; ``frame`` is None when a pose track is read."""

    def finish(self, step: Step) -> None:
        """The last step, which closes what was open; it belongs to no new frame."""

    def close(self, result: SetResult | None) -> None:
        """The set ended; None drops what was written of it."""

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        """Release what is still open."""


def check_output(path: Path, what: str) -> Path:
    """Find out before the work starts whether ``path`` can be written.

    A link is followed to the file that it means; a device or a FIFO need only take what comes.

    Raises:
        UsageError: its folder does not exist or takes no file, or it is a folder itself.
    """
    try:
        if is_stream(path):
            allowed = os.access(path, os.W_OK)
        elif path.is_dir():
            raise UsageError(
                f"{path}: cannot write {what} there, it is a folder; name a file in it"
            )
        else:
            place = Path(os.path.realpath(path))
            with tempfile.TemporaryFile(dir=place.parent):
                pass
            if place.is_symlink():
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            allowed = not place.exists() or os.access(place, os.W_OK)
        if not allowed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path}: cannot write {what} there ({getattr(error, 'strerror', None) or error}); "
            "name a file in an existing folder that you may write to"
        ) from error
    return path


def for_set(path: Path, number: int) -> Path:
    """``out.mp4`` for the first set of a session, ``out-2.mp4`` for the second."""
    return path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")


def replace_text(path: Path, text: str, errors: str = "backslashreplace") -> None:
    """Write a text file whole or not at all; a device or a FIFO is written to."""
    with Part(path) as part:
        part.path.write_text(text, encoding="utf-8", errors=errors, newline="")
        part.keep()


def say(line: str) -> None:
    """A line for the person; stdout carries data only."""
    print(f"formcheck: {line}", file=sys.stderr, flush=True)
