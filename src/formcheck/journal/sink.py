"""The sink that keeps a set: every rep is on disk within a second of happening.

A worker thread does the writing, so a slow disk never blocks the loop. Nothing waits longer
than the writes before it; :meth:`JournalSink.close` waits for all of them.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import one_line
from ..events import (
    CannotJudge,
    CannotJudgeSpan,
    HoldDone,
    JudgingResumed,
    Reason,
    RepDone,
    SetResult,
    Step,
)
from .store import Journal
from .trace import Trace

if TYPE_CHECKING:
    from ..sinks.info import RunInfo

__all__ = ["JournalSink"]


class JournalSink:
    """Writes the sets of one session as they happen (a :class:`formcheck.sinks.info.Sink`).

    Args:
        journal: an open journal.
        session: the session's id.
        variant: which form of the drill, where it has several.
        planned: the dose asked for: ``sets``, ``reps``, ``hold_s``.

    Attributes:
        status: how the running set will be recorded as ended, ``done``, ``stopped`` or
            ``ouch``; set it before closing. Every set starts with ``done``.
        set_id: the running or last set's id, None before the first.
    """

    name = "journal"
    #: Ctrl-C does not break off its end: the set would be lost.
    vital = True

    def __init__(
        self,
        journal: Journal,
        session: int,
        *,
        variant: str | None = None,
        planned: Mapping[str, Any] | None = None,
    ) -> None:
        self.journal = journal
        self.session = session
        self.variant = variant
        self.planned = planned
        self.status = "done"
        self.set_id: int | None = None
        self._spell: tuple[float, Reason] | None = None
        self._t = 0.0
        self._open = False
        self._trace = Trace()
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._worker = threading.Thread(target=self._work, name="journal", daemon=True)
        self._worker.start()

    def __enter__(self) -> JournalSink:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close(None)
        self._jobs.put(None)
        self._worker.join()

    def start(self, info: RunInfo) -> None:
        """A set begins: its row is written before its first frame."""
        made = info.provenance
        self.set_id = self.journal.begin_set(
            self.session, info.drill, variant=self.variant, planned=self.planned,
            model=made.get("model"), model_sha256=made.get("model_sha256"),
        )  # fmt: skip
        self.status, self._spell, self._t, self._open = "done", None, 0.0, True
        self._trace = Trace()

    def write(self, frame: object, pose: object, step: Step) -> None:
        """Note what this step finished. Never blocks."""
        self._t = step.t
        self._trace.add(step)
        for event in step.events:
            if isinstance(event, RepDone):
                self._put(self.journal.add_rep, self.set_id, event.rep)
            elif isinstance(event, HoldDone):
                self._put(self.journal.add_hold, self.set_id, event.hold)
            elif isinstance(event, CannotJudge):
                self._end_spell(event.t)
                self._spell = (event.t, event.reason)
            elif isinstance(event, JudgingResumed):
                self._end_spell(event.t)

    def finish(self, step: Step) -> None:
        """The events of the set's end."""
        self.write(None, None, step)

    def close(self, result: SetResult | None) -> None:
        """End the set and wait until it is on disk. Without a result what was noted on the way
        stays, and the set is marked as interrupted. Idempotent."""
        if not self._open:
            return
        self._open = False
        self._end_spell(self._t)
        status = self.status if result is not None else "interrupted"
        if result is not None and status == "ouch":
            result = replace(result, score=None, form=None)  # a pain stop has none (drills.md 3.2)
        trace = self._trace.to_json(result)
        self._put(self.journal.end_set, self.set_id, result, status, trace)
        self.flush()

    def drop(self) -> None:
        """The person begins the set again: nothing of it is kept. Idempotent."""
        if not self._open:
            return
        self._open, self._spell = False, None
        self._put(self.journal.drop_set, self.set_id)
        self.flush()

    def flush(self) -> None:
        """Wait until everything noted so far is on disk, or was lost."""
        self._jobs.join()

    def _end_spell(self, t: float) -> None:
        if self._spell is not None and t > self._spell[0]:
            span = CannotJudgeSpan(self._spell[0], t, self._spell[1])
            self._put(self.journal.add_spell, self.set_id, span)
        self._spell = None

    def _put(self, write: Callable[..., None], *values: object) -> None:
        self._jobs.put(lambda: write(*values))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except BaseException as error:  # noqa: BLE001 - a dead worker hangs who waits for it
                why = one_line(error)
                with suppress(Exception):  # not even a screen that is gone ends it
                    self.journal.warn(f"journal: a line was lost ({why}); the session goes on")
            finally:
                self._jobs.task_done()
