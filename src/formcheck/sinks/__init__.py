"""Where the steps of a set go: a window, a file of events, a table, a pose track, a video.

Every sink is a context manager that can be given several sets (see
:class:`formcheck.sinks.info.Sink`). Importing this package imports neither OpenCV nor a window
toolkit: each sink lives in its own module.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..errors import UsageError

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..events import SetResult, Step
    from ..vision.frames import Frame
    from .info import RunInfo

__all__ = ["BaseSink", "check_output", "for_set", "replace_text"]


class BaseSink:
    """A sink that does nothing; the others override what they need."""

    #: What a line to the person calls it.
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give back what is left open."""


def check_output(path: Path, what: str) -> Path:
    """Find out before the work starts whether ``path`` can be written.

    Raises:
        UsageError: its folder does not exist or takes no file, or it is a folder itself.
    """
    if path.is_dir():
        raise UsageError(f"{path}: cannot write {what} there, it is a folder; name a file in it")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise UsageError(
            f"{path}: cannot write {what} there ({error.strerror}); "
            "name a file in an existing folder that you may write to"
        ) from error
    return path


def for_set(path: Path, number: int) -> Path:
    """``out.mp4`` for the first set of a session, ``out-2.mp4`` for the second."""
    return path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")


def part_of(path: Path) -> Path:
    """The hidden name beside ``path`` under which it is written until it is whole."""
    return path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")


def replace_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    part = part_of(path)
    try:
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def say(line: str) -> None:
    """A line for the person; stdout carries data only."""
    print(f"formcheck: {line}", file=sys.stderr, flush=True)
