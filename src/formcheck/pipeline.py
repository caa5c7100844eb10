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
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .pose import Pose

if TYPE_CHECKING:
    from .capture import Frame

__all__ = ["Belt", "Seen", "await_all", "looked_at", "stage"]

T = TypeVar("T")

#: Frames between two stages of a recorded clip: enough to even out a slow picture.
ROOM = 4
#: How long a thread sleeps before it looks around, s: where Ctrl-C does not wake a waiting lock.
NAP_S = 0.5


@dataclass(frozen=True, eq=False)
class Seen:
    """A frame and the pose found in it."""

    frame: Frame
    pose: Pose


class Belt(Generic[T]):
    """A bounded queue between two threads that either of them can end.

    Iterating it takes items until it ends, and then raises what ended it, if it was an error.
    """

    def __init__(self, room: int) -> None:
        self._items: deque[T] = deque()
        self._room = room
        self._news = threading.Condition()
        self._over = False
        self._error: BaseException | None = None

    def __len__(self) -> int:
        return len(self._items)

    def wait_for_room(self) -> bool:
        """Wait until there is room; False when nothing is wanted any more."""
        with self._news:
            while len(self._items) >= self._room and not self._over:
                self._news.wait(NAP_S)
            return not self._over

    def put(self, item: T) -> bool:
        """Add an item as soon as there is room; False when nothing is wanted any more."""
        with self._news:
            if not self.wait_for_room():
                return False
            self._items.append(item)
            self._news.notify_all()
            return True

    def end(self, error: BaseException | None = None) -> None:
        """The writer is through; what is on the belt is still taken."""
        with self._news:
            self._over, self._error = True, self._error or error
            self._news.notify_all()

    def drop(self) -> None:
        """The reader wants no more; what is on the belt is lost."""
        with self._news:
            self._items.clear()
            self._over = True
            self._news.notify_all()

    def __iter__(self) -> Iterator[T]:
        while True:
            with self._news:
                while not self._items and not self._over:
                    self._news.wait(NAP_S)
                if not self._items:
                    if self._error is not None:
                        raise self._error
                    return
                item = self._items.popleft()
                self._news.notify_all()
            yield item
            del item  # or this thread would keep a picture alive while it waits


def stage(name: str, work: Callable[[], None], out: Belt[Any]) -> threading.Event:
    """Begin a thread that works until the end of its input, and ends the belt ``out`` then.

    Returns:
        what is set when the thread is through; wait with :func:`await_all`.
    """
    through = threading.Event()

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is raised where the belt ends
            out.end(error)
        else:
            out.end()
        finally:
            through.set()

    threading.Thread(target=run, name=name, daemon=True).start()
    return through


@contextlib.contextmanager
def looked_at(
    stream: Iterable[Frame | Pose | None], landmarker: Any, *, live: bool = False
) -> Iterator[Iterator[Seen | Pose | None]]:
    """The frames of ``stream`` with their poses, found in threads while the caller works.

    Args:
        stream: frames in order (None where a live source has nothing new is passed on). The
            threads alone read it until the context is left.
        landmarker: finds the poses; None where the stream holds poses already, which then come
            through as they are, without a thread.
        live: never look ahead of what the caller has taken.

    Raises:
        what the stream or the landmarker raises, after all that came before it.
    """
    if landmarker is None:
        yield iter(stream)  # type: ignore[arg-type]
        return
    found: Belt[Seen | Pose | None] = Belt(1 if live else ROOM)
    belts: list[Belt[Any]] = [found]
    stages: list[threading.Event] = []
    if live:

        def watch() -> None:
            frames = iter(stream)
            while found.wait_for_room():
                item = next(frames, _END)
                if item is _END:
                    return
                found.put(_look(landmarker, item, None))

        stages.append(stage("detect", watch, found))
    else:
        frames: Belt[tuple[Frame | Pose | None, Any]] = Belt(ROOM)
        belts.append(frames)

        def read() -> None:
            for item in stream:
                known = item is None or isinstance(item, Pose)
                if not frames.put((item, None if known else landmarker.picture_of(item))):
                    return

        def look() -> None:
            for item, picture in frames:
                if not found.put(_look(landmarker, item, picture)):
                    return

        stages += [stage("read", read, frames), stage("detect", look, found)]
    try:
        yield iter(found)
    finally:
        for belt in belts:
            belt.drop()
        await_all(stages)


def await_all(stages: list[threading.Event]) -> None:
    """Wait until the threads are through, also while Ctrl-C is pressed, which is heard afterwards.

    The model and the stream may only be closed when nobody works in them any more: closing a
    model under a thread takes the process down. (``Thread.join`` that Ctrl-C interrupts takes the
    thread for ended, up to Python 3.12.)
    """
    pressed: KeyboardInterrupt | None = None
    for through in stages:
        while not through.is_set():
            try:
                through.wait(NAP_S)
            except KeyboardInterrupt as error:
                pressed = error
    if pressed is not None:
        raise pressed


_END: Any = object()


def _look(landmarker: Any, item: Any, picture: Any) -> Seen | Pose | None:
    if item is None or isinstance(item, Pose):
        return item
    return Seen(item, landmarker.detect(item, picture))
