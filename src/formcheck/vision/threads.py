"""Threads that work side by side: the belt between two of them, their beginning and their end.

One of them has the model, which takes as long as all the others together: they give way to it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

__all__ = ["Belt", "await_all", "give_way", "stage"]

T = TypeVar("T")

_END: Any = object()

#: How long a thread sleeps before it looks around, s: where Ctrl-C does not wake a waiting lock.
NAP_S = 0.5


class Belt(Generic[T]):
    """A bounded queue between two threads that either of them can end.

    Iterating it takes items until it ends, and then raises what ended it, if it was an error.
    It has no lock that a thread could hold while it waits for the interpreter.
    """

    def __init__(self, room: int) -> None:
        self._items: SimpleQueue[Any] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()
        for _ in range(room):
            self._room.put(None)
        self._has_room = False  # the writer has taken a place and not yet filled it
        self._over = False
        self._error: BaseException | None = None

    def __len__(self) -> int:
        return self._items.qsize()

    def wait_for_room(self) -> bool:
        """Wait until there is room; False once the reader has stopped."""
        while not (self._has_room or self._over):
            with contextlib.suppress(Empty):
                self._room.get(timeout=NAP_S)
                self._has_room = True
        return not self._over

    def put(self, item: T) -> bool:
        """Add an item as soon as there is room; False once the reader has stopped."""
        if not self.wait_for_room():
            return False
        self._has_room = False
        self._items.put(item)
        return True

    def end(self, error: BaseException | None = None) -> None:
        """The writer is done; what is on the belt is still read."""
        self._over, self._error = True, self._error or error
        self._items.put(_END)

    def drop(self) -> None:
        """The reader wants no more; what is on the belt is lost."""
        self._over = True
        with contextlib.suppress(Empty):
            while True:
                self._items.get_nowait()
        self._items.put(_END)
        self._room.put(None)  # wakes the writer

    def __iter__(self) -> Iterator[T]:
        while True:
            try:
                item = self._items.get(timeout=NAP_S)
            except Empty:
                continue
            if item is _END:
                self._items.put(_END)  # for the next call
                if self._error is not None:
                    raise self._error
                return
            self._room.put(None)
            yield item
            del item  # or this thread would keep a picture alive while it waits


def give_way() -> None:
    """Give this thread a lower priority, where the system can.

    On two cores the reader would otherwise take turns on the model's core: 4 % of the rate
    (measured).
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def stage(
    name: str, work: Callable[[], None], out: Belt[Any], *, first: bool = False
) -> threading.Event:
    """Begin a thread that works until the end of its input, and ends the belt ``out`` then.

    Args:
        first: the others wait for it (it has the model); else it gives way.

    Returns:
        an event that is set when the thread is done; wait with :func:`await_all`.
    """
    through = threading.Event()

    def run() -> None:
        if not first:
            give_way()
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


def await_all(stages: list[threading.Event]) -> None:
    """Wait until the threads are done, even if Ctrl-C is pressed, which takes effect afterwards.

    The model and the stream may only be closed when no thread uses them: closing a model that a
    thread uses crashes the process. (Up to Python 3.12, ``Thread.join`` takes a thread for ended
    when Ctrl-C interrupts it.)
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
