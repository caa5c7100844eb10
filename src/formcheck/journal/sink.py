"""The sink that keeps a set: every rep is on disk within a second of happening.

A worker thread does the writing, so a slow disk never holds the loop. Nothing waits longer
than the write before it; :meth:`JournalSink.close` waits for all of them.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable, Mapping
from typing import Any

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

__all__ = ["JournalSink"]


class JournalSink:
    """Writes one set of one session as it happens.

    Args:
        journal: an open journal.
        session: the session's id.
        drill: the drill's name; ``side``, ``variant``, ``planned`` (``sets``, ``reps``,
            ``hold_s``), ``model``, ``model_sha256`` and ``parameters`` go into the set's row.
    """

    def __init__(
        self,
        journal: Journal,
        session: int,
        drill: str,
        *,
        side: str | None = None,
        variant: str | None = None,
        planned: Mapping[str, Any] | None = None,
        model: str | None = None,
        model_sha256: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        self.journal = journal
        #: How the set ended: ``done``, ``stopped`` or ``ouch``; may be set before closing.
        self.status = "done"
        #: Reps and holds written so far, by the worker.
        self.written = 0
        self._spell: tuple[float, Reason] | None = None
        self._t = 0.0
        self._closed = False
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self.set_id = journal.begin_set(
            session, drill, side=side, variant=variant, planned=planned,
            model=model, model_sha256=model_sha256, parameters=parameters,
        )  # fmt: skip
        self._worker = threading.Thread(target=self._work, name="journal", daemon=True)
        self._worker.start()

    def __enter__(self) -> JournalSink:
        return self

    def __exit__(self, *exc: object) -> None:
        if exc and exc[0] is not None and not self._closed:
            self.status = "interrupted"
        self.close(None)

    def start(self, info: object = None) -> None:
        """Nothing to do: the set's row exists since construction."""

    def write(self, frame: object, pose: object, step: Step) -> None:
        """Note what this step finished. Never blocks."""
        self._t = step.t
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

    def close(self, result: SetResult | None) -> None:
        """Wait for the writes, then close the set with its result. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._end_spell(self._t)
        self._put(self.journal.end_set, self.set_id, result, self.status)
        self._jobs.put(None)
        self._worker.join()

    def _end_spell(self, t: float) -> None:
        if self._spell is not None and t > self._spell[0]:
            span = CannotJudgeSpan(self._spell[0], t, self._spell[1])
            self._put(self.journal.add_spell, self.set_id, span)
        self._spell = None

    def _put(self, write: Callable[..., None], *values: object) -> None:
        def job() -> None:
            write(*values)
            self.written += 1

        self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except sqlite3.Error as error:
                self.journal.warn(f"journal: a line was lost ({error}); the session goes on")
