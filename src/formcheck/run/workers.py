"""The sinks of a run: each switched off when it fails, the slow ones in their own thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..body.pose import Pose
from ..sinks.info import RunInfo, Sink
from ..vision.threads import Belt, await_all, stage

if TYPE_CHECKING:
    from ..events import SetResult, Step
    from ..vision.frames import Frame


class _Worker:
    """Feeds a slow sink from a thread of its own, in order.

    A recording waits when the sink lags behind. Live it never does: then frames without an
    event are left out, and a sink that cannot even take the events is an error.
    """

    ROOM = 8
    #: Steps with events that may wait for a live sink, before it counts as stuck.
    STUCK = 64

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

    def end(self, keep: bool) -> None:
        """Wait until all is written (or, when nothing is to be kept, forget what is waiting).

        Raises:
            what an action raised.
        """
        if keep:
            self._belt.end()
        else:
            self._belt.drop()
        await_all([self._through])
        if keep:
            self._raise()

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

    def close(self, result: SetResult | None, dropped: bool = False) -> None:
        for sink in tuple(self._on):
            worker = self._workers.pop(id(sink), None)
            if worker is not None:
                try:
                    worker.end(keep=result is not None)
                except Exception as error:  # noqa: BLE001 - a sink may be anything
                    self._switch_off(sink, error)
                    continue
                if worker.left_out:
                    self._warn(
                        f"{_name(sink)}: {worker.left_out} frames were left out, "
                        "the machine could not keep up"
                    )
            if dropped and hasattr(sink, "drop"):
                self._try(sink, sink.drop)
            else:
                self._try(sink, sink.close, result)

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
        self._on.remove(sink)
        worker = self._workers.pop(id(sink), None)
        if worker is not None:
            worker.leave()
        why = " ".join(str(error).split()) or type(error).__name__
        self.switched_off.append(_name(sink))
        self._warn(f"{_name(sink)} switched off: {why}; the set goes on without it")


def _name(sink: Sink) -> str:
    return str(getattr(sink, "name", type(sink).__name__.lower()))
