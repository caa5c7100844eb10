"""The poses of a set as a track that replays to the same result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import BaseSink, check_output, for_set

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..events import SetResult, Step
    from ..vision.track import TrackWriter
    from .info import RunInfo

__all__ = ["Track"]


class Track(BaseSink):
    """Writes every judged pose; a later set of a session goes to a file of its own.

    Args:
        path: the ``.npz``, or a function that names it for a set.

    Raises:
        UsageError: it cannot be written.
    """

    name = "poses"

    def __init__(self, path: Path | Callable[[RunInfo], Path]) -> None:
        if isinstance(path, Path):
            check_output(path, "the pose track")
        self._path = path
        self._writer: TrackWriter | None = None

    def start(self, info: RunInfo) -> None:
        from ..vision.track import TrackWriter

        path = self._path(info) if callable(self._path) else for_set(self._path, info.set)
        made = {key: value for key, value in info.provenance.items() if key != "formcheck"}
        self._writer = TrackWriter(path, {"clip": info.clip, "fps": info.fps, **made})

    def write(self, frame: Any, pose: Pose, step: Step) -> None:
        if self._writer is not None:
            self._writer.write(pose)

    def close(self, result: SetResult | None) -> None:
        writer, self._writer = self._writer, None
        if writer is not None and result is not None:
            writer.close()
