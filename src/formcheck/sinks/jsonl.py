"""Results as JSON documents, and events as JSON Lines while they happen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ..files import pipe_to
from . import BaseSink, check_output, replace_text

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..events import SetResult, Step
    from .info import RunInfo

__all__ = ["JsonResults", "JsonlEvents"]


class JsonlEvents(BaseSink):
    """One line an event, written as it happens, so that another program can follow.

    Args:
        path: the file, overwritten; ``-`` is the standard output.

    Raises:
        UsageError: it cannot be written.
    """

    name = "events"

    def __init__(self, path: str | Path) -> None:
        self._pipe = pipe_to(path)
        target = None if str(path) == "-" else check_output(Path(path), "events")
        self._file: IO[str] | None = None
        if target is not None and self._pipe is None:
            self._file = target.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        self._from = 0
        self._info: RunInfo | None = None

    def start(self, info: RunInfo) -> None:
        self._info = info
        self._from = 0 if self._file is None else self._file.tell()

    def write(self, frame: Any, pose: Pose, step: Step) -> None:
        self.finish(step)

    def finish(self, step: Step) -> None:
        clip = {"clip": self._info.clip, "set": self._info.set} if self._info else {}
        text = "".join(
            json.dumps(event.to_dict() | clip, ensure_ascii=False, allow_nan=False) + "\n"
            for event in step.events
        )
        if text and self._pipe is not None:
            self._pipe.write(text)
        elif text and self._file is not None:
            self._file.write(text)
            self._file.flush()

    def close(self, result: SetResult | None) -> None:
        if result is None and self._file is not None:
            self._file.seek(self._from)
            self._file.truncate()

    def __exit__(self, *error: object) -> None:
        for out in (self._file, self._pipe):
            if out is not None:
                out.close()


class JsonResults(BaseSink):
    """The result documents of ``formats.md``: one alone is indented, several stand one a line.

    A file is replaced whole after every set, so that what is done is safe however it ends. A
    device or a FIFO gets each document as it comes.

    Args:
        path: the file; ``-`` is the standard output.
        lines: one document a line from the start; the standard output cannot be taken back.

    Raises:
        UsageError: it cannot be written.
    """

    name = "result"

    def __init__(self, path: str | Path, lines: bool = False) -> None:
        self._pipe = pipe_to(path)
        self._path = Path(path)
        if str(path) != "-":
            check_output(self._path, "the result")
        self._lines = lines
        self._info: RunInfo | None = None
        self._documents: list[dict[str, Any]] = []

    def start(self, info: RunInfo) -> None:
        self._info = info

    def close(self, result: SetResult | None) -> None:
        if result is None or self._info is None:
            return
        self._documents.append(result.to_dict(self._info.clip, self._info.provenance))
        if self._pipe is not None:
            self._pipe.write(_text(self._documents[-1:], self._lines))
        else:
            replace_text(self._path, _text(self._documents, self._lines))

    def __exit__(self, *error: object) -> None:
        if self._pipe is not None:
            self._pipe.close()


def _text(documents: list[dict[str, Any]], lines: bool) -> str:
    indent = None if lines or len(documents) > 1 else 2
    return "".join(
        json.dumps(document, ensure_ascii=False, allow_nan=False, indent=indent) + "\n"
        for document in documents
    )
