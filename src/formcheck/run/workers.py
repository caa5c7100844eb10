"""The sinks of a run: each switched off when it fails, the slow ones in their own thread."""

from __future__ import annotations

import contextlib
import functools
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..body.pose import Pose
from ..errors import one_line
from ..sinks.info import RunInfo, Sink
from ..vision.threads import Belt, stage

if TYPE_CHECKING:
    from ..events import SetResult, Step
    from ..vision.frames import Frame


#: What Python calls for a signal.
Handler = Callable[[int, Any], object]

#: How long a wait for a slow sink lasts before Ctrl-C is looked for, s.
NAP_S = 0.1


class _Worker:
    """Feeds a slow sink from a thread of its own, in order.

    A recording waits when the sink lags behind. Live it never does: then frames without an
    event are left out, and a sink that cannot even take the events is an error.
    """

    ROOM = 8
    #: Steps with events that may wait for a live sink, before it counts as stuck.
    STUCK = 64
    #: How long a sink may still take once the person has pressed Ctrl-C a second time, s.
    LEAVE_S = 2.0

    def __init__(self, sink: Any, live: bool) -> None:
        self.sink, self._live = sink, live
        self.left_out = 0
        self._belt: Belt[tuple[Callable[..., None], tuple[Any, ...]]] = Belt(
            self.STUCK if live else self.ROOM
        )
        self._error: Exception | None = None
        # A recording has to wait for its sinks, so they need not wait for the model.
        self._through = stage("sink", self._run, self._belt, first=not live)

    def _run(self) -> None:
        for action, args in self._belt:
            try:
                action(*args)
            except Exception as error:  # noqa: BLE001 - a sink may be anything
                self._error = error
                self._belt.drop()

    def hand(self, action: Callable[..., None], *args: Any, may_skip: bool = False) -> None:
        """Have ``action`` called.

        Raises:
            what an earlier action raised; RuntimeError: the sink is stuck.
        """
        if self._live:
            if may_skip and len(self._belt) >= self.ROOM:
                self.left_out += 1
                return
            if len(self._belt) >= self.STUCK:
                raise RuntimeError("it does not keep up")
        if not self._belt.put((action, args)):
            self._raise()

    def end(self, keep: bool, hurry: Callable[[], bool]) -> None:
        """Wait until all is written (or, when nothing is to be kept, forget what is waiting).

        Args:
            keep: whether what is waiting is wanted.
            hurry: asked now and then; when it says yes, what is waiting is forgotten, and what
                the sink is at may take :data:`LEAVE_S` more.

        Raises:
            what an action raised; RuntimeError: the sink hangs.
        """
        if keep:
            self._belt.end()
        else:
            self._belt.drop()
        leave: float | None = None
        while not self._through.wait(NAP_S):
            if leave is None and hurry():
                self.hurry()
                leave = time.monotonic() + self.LEAVE_S
            elif leave is not None and time.monotonic() > leave:
                raise RuntimeError("it does not come to an end")
        if keep:
            self._raise()

    def hurry(self) -> None:
        """Forget what is waiting; what the sink is at goes on."""
        self.left_out += max(0, len(self._belt) - 1)  # the last one is the belt's end
        self._belt.drop()

    def leave(self) -> None:
        """Hand it nothing more; a sink that hangs is left behind."""
        self._belt.drop()

    def _raise(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error


class _Sinks:
    """Calls every sink; one that raises is switched off and named in one line."""

    def __init__(
        self, sinks: Sequence[Sink], warn: Callable[[str], None], live: bool = False
    ) -> None:
        self._on = list(sinks)
        self._warn, self._live = warn, live
        self._workers: dict[int, _Worker] = {}
        self.switched_off: list[str] = []
        self.presses = 0
        self._patience, self._breakable = 2, False
        self._in_step = False
        self._noted: Callable[[], object] | None = None

    def start(self, info: RunInfo) -> None:
        for sink in tuple(self._on):
            self._try(sink, sink.start, info)
        for sink in self._on:
            if getattr(sink, "slow", False):
                self._workers[id(sink)] = _Worker(sink, self._live)

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None:
        for sink in tuple(self._on):
            self._try(sink, sink.write, frame, pose, step, may_skip=not step.events)

    def idle(self, frame: Frame | None) -> None:
        for sink in tuple(self._on):
            if hasattr(sink, "idle"):
                self._try(sink, sink.idle, frame, may_skip=True)

    def finish(self, pose: Pose, step: Step) -> None:
        for sink in tuple(self._on):
            if hasattr(sink, "finish"):
                self._try(sink, sink.finish, step)
            else:
                self._try(sink, sink.write, None, pose, step)

    @contextlib.contextmanager
    def judging(self) -> Iterator[None]:
        """Within it, Ctrl-C (and being told to end) waits for the end of a :meth:`step`."""
        with _on_signals(lambda before: functools.partial(self._wait_for_step, before)):
            yield

    @contextlib.contextmanager
    def step(self) -> Iterator[None]:
        """Judging one frame and handing it to all sinks: a single Ctrl-C does not break it off.

        So every sink has the same frames. A second one does, since a sink may hang.
        """
        self._in_step = True
        try:
            yield
        finally:
            self._in_step = False
        noted, self._noted = self._noted, None
        if noted is not None:
            noted()  # what a signal does at any other time

    def _wait_for_step(self, before: Handler, number: int, where: Any) -> None:
        if self._in_step and self._noted is None:
            self._noted = functools.partial(before, number, where)
            return
        self.presses += self._in_step  # of two presses in a step, the end counts one
        before(number, where)

    @contextlib.contextmanager
    def ending(self, interrupted: bool) -> Iterator[None]:
        """While sinks are ended, Ctrl-C (and being told to end) is noted, and breaks nothing off.

        The first one only counts; the second (``interrupted`` was one) ends the waiting for slow
        sinks, and gets a sink out of a ``close`` that hangs, unless the sink is ``vital``.
        """
        self._patience = 1 if interrupted else 2
        with _on_signals(lambda before: self._press):
            yield

    def _press(self, number: int, where: Any) -> None:
        self.presses += 1
        if not self._hurry():
            return
        for worker in self._workers.values():  # the loop may wait for room on one's belt
            worker.hurry()
        if self._breakable:
            raise KeyboardInterrupt

    def _hurry(self) -> bool:
        return self.presses >= self._patience

    def close(self, result: SetResult | None, dropped: bool = False) -> None:
        """End every sink that is still on, once and in order; call it within :meth:`ending`."""
        while self._on:
            sink = self._on[0]
            try:
                self._close(sink, result, dropped)
            except KeyboardInterrupt:
                self.presses += 1
                self._switch_off(sink, RuntimeError("stopped while it was ended"))
            self._on = [other for other in self._on if other is not sink]

    def _close(self, sink: Sink, result: SetResult | None, dropped: bool) -> None:
        worker = self._workers.pop(id(sink), None)
        if worker is not None:
            try:
                worker.end(result is not None, self._hurry)
            except Exception as error:  # noqa: BLE001 - a sink may be anything
                worker.leave()
                self._switch_off(sink, error)
                return
            if worker.left_out:
                slow = "the machine could not keep up"
                why = "Ctrl-C was pressed again" if self._hurry() else slow
                self._warn(f"{_name(sink)}: {worker.left_out} frames were left out, {why}")
        self._breakable = not getattr(sink, "vital", False)
        try:
            if dropped and hasattr(sink, "drop"):
                self._try(sink, sink.drop)
            else:
                self._try(sink, sink.close, result)
        finally:
            self._breakable = False

    def _try(
        self, sink: Sink, action: Callable[..., None], *args: Any, may_skip: bool = False
    ) -> None:
        worker = self._workers.get(id(sink))
        try:
            if worker is None:
                action(*args)
            else:
                worker.hand(action, *args, may_skip=may_skip)
        except Exception as error:  # noqa: BLE001 - a sink may be anything
            self._switch_off(sink, error)

    def _switch_off(self, sink: Sink, error: Exception) -> None:
        self._on = [other for other in self._on if other is not sink]
        worker = self._workers.pop(id(sink), None)
        if worker is not None:
            worker.leave()
        why = one_line(error)
        self.switched_off.append(_name(sink))
        self._warn(f"{_name(sink)} switched off: {why}; the set goes on without it")


@contextlib.contextmanager
def _on_signals(handler: Callable[[Handler], Handler]) -> Iterator[None]:
    """Within it, ``handler(what there was)`` takes the signals that ask to end."""
    with contextlib.ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)
                if number is not None and callable(before := signal.getsignal(number)):
                    signal.signal(number, handler(before))
                    stack.callback(signal.signal, number, before)
        yield


def _name(sink: Sink) -> str:
    return str(getattr(sink, "name", type(sink).__name__.lower()))
