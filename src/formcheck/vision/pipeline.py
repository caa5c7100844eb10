"""Reading, looking and judging at the same time, in the order of the frames.

    recorded   reader ──4──> detector ──4──> the caller: analysis and sinks
    live       newest frame ──────> detector ──1──> the caller: analysis and window

OpenCV decodes and MediaPipe detects without holding the interpreter, so the stages do run side
by side. The numbers are the room between two stages: a full one holds the stage before it, so
memory stays small, nothing is lost and the poses are those of a serial loop. Live, the detector
takes a frame only when the last pose was taken from it: then the frame is the newest there is.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..body.pose import Pose
from ..errors import InputError
from .threads import Belt, await_all, stage

if TYPE_CHECKING:
    from .frames import Frame

__all__ = ["Seen", "looked_at", "polled", "unseen"]

Watch = Callable[["Frame"], str]

#: Frames between two stages of a recorded clip: enough to even out a slow picture.
ROOM = 4


@dataclass(frozen=True, eq=False)
class Seen:
    """A frame and the pose found in it."""

    frame: Frame
    pose: Pose


@contextlib.contextmanager
def looked_at(
    stream: Iterable[Frame | Pose | None],
    landmarker: Any,
    *,
    live: bool = False,
    watch: Watch | None = None,
) -> Iterator[Iterator[Seen | Pose | None]]:
    """The frames of ``stream`` with their poses, found in threads while the caller works.

    Args:
        stream: frames in order (None where a live source has nothing new is passed on). The
            threads alone read it until the context is left.
        landmarker: finds the poses; None where the stream holds poses already, which then come
            through as they are, without a thread.
        live: never look ahead of what the caller has taken.
        watch: tells what is wrong with each picture, in their order, to be kept in its pose; a
            :class:`~formcheck.vision.picture.PictureWatch`.

    Raises:
        Exception: what the stream or the landmarker raises, after all that came before it.
    """
    if landmarker is None:
        yield iter(stream)  # type: ignore[arg-type]
        return
    found: Belt[Seen | Pose | None] = Belt(1 if live else ROOM)
    belts: list[Belt[Any]] = [found]
    stages: list[threading.Event] = []
    if live:

        def newest() -> None:
            frames, over = iter(stream), object()
            while found.wait_for_room() and (item := next(frames, over)) is not over:
                found.put(_look(landmarker, item, None, _fault(watch, item)))

        stages.append(stage("detect", newest, found, first=True))
    else:
        frames: Belt[tuple[Frame | Pose | None, Any, str]] = Belt(ROOM)
        belts.append(frames)

        def read() -> None:
            for item in stream:
                known = item is None or isinstance(item, Pose)
                picture = None if known else landmarker.picture_of(item)
                if not frames.put((item, picture, _fault(watch, item))):
                    return

        def look() -> None:
            for item, picture, fault in frames:
                if not found.put(_look(landmarker, item, picture, fault)):
                    return

        stages += [stage("read", read, frames), stage("detect", look, found, first=True)]
    try:
        yield iter(found)
    finally:
        for belt in belts:
            belt.drop()
        await_all(stages)


def unseen(frame: Frame, fault: str = "frozen") -> Pose:
    """The pose of a frame in which nothing of now is to be seen."""
    size = frame.image.shape[1], frame.image.shape[0]
    return Pose.missing(frame.t, size, picture=fault)


def _fault(watch: Watch | None, item: Any) -> str:
    return "" if watch is None or item is None or isinstance(item, Pose) else watch(item)


def _look(landmarker: Any, item: Any, picture: Any, fault: str) -> Seen | Pose | None:
    """The frame with its pose, which also says what is wrong with the picture."""
    if item is None or isinstance(item, Pose):
        return item
    if item.still:
        return Seen(item, unseen(item, fault or "frozen"))
    pose = landmarker.detect(item, picture)
    if fault == "frozen":  # sent again through a codec, which an empty room may look like
        return Seen(item, unseen(item) if pose.seen else pose)
    return Seen(item, replace(pose, picture=fault) if fault else pose)


def polled(stream: Any) -> Iterator[Frame | Pose | None]:
    """The stream's frames; None now and then while a camera is silent, so that keys and the
    window keep working.

    Raises:
        InputError: the camera went away and did not come back.
    """
    if not stream.live:
        yield from stream
        return
    gone = False
    for frame in stream.poll():
        gone = stream.waiting
        yield frame
    if gone:
        said = stream.warnings.pop() if stream.warnings else f"{stream.name}: it is gone"
        raise InputError(said)
