"""The journal: one SQLite file, owned by the person it is about."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..events import CannotJudgeSpan, Hold, Rep, SetResult
from ..folders import data_dir
from .database import Row
from .locks import SessionLock
from .reading import Reading
from .rows import insert, put_hold, put_rep, put_result, put_spell, text
from .schema import TABLES
from .times import offset_min, utc

__all__ = ["Journal", "default_path"]


def default_path() -> Path:
    """Where the journal lives: the user's data folder."""
    return data_dir() / "journal.sqlite3"


class Journal(Reading):
    """Sessions, sets, reps, holds, faults, pain diary and notes of one person."""

    def close(self) -> None:
        """Close the file and give up the locks of sessions still open."""
        with self._guard:
            for lock in self._locks.values():
                lock.release()
            self._locks.clear()
            self._db.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # -- sessions --------------------------------------------------------------------------

    def begin_session(self, plan: str | None, formcheck: str) -> int:
        """Start a session and hold its lock, so that no other process considers it dead."""
        now = self.now()
        uid = uuid.uuid4().hex
        others = self.live_elsewhere()
        if others:
            self.warn(
                f"journal: another formcheck session is running (process {others[0]}); "
                "both are recorded, each as its own session"
            )
        lock = SessionLock(self._lock_path(uid)) if self.on_disk else None
        if lock:
            lock.acquire()
        session = self._insert(
            "sessions",
            {"uid": uid, "day": now.date().isoformat(), "started_at": utc(now),
             "offset_min": offset_min(now), "plan": plan, "status": "open", "formcheck": formcheck},
        )  # fmt: skip
        if lock:
            self._locks[session] = lock
        return session

    def end_session(self, session: int, status: str = "done") -> None:
        """Close a session: ``done``, ``stopped`` or ``interrupted``; open sets go with it."""
        now = utc(self.now())

        def work(db: sqlite3.Connection) -> None:
            db.execute(
                "UPDATE main.sessions SET ended_at = ?, status = ? WHERE id = ?",
                (now, status, session),
            )
            _interrupt_sets(db, session)

        self.write(work)
        if session in self._locks:
            self._locks.pop(session).release()
        self._sweep_locks()

    def resume_session(self, session: int) -> bool:
        """Take over a session that another process left open; False if it still lives."""
        uid = self._one("SELECT uid FROM sessions WHERE id = ?", session)["uid"]
        lock = SessionLock(self._lock_path(uid))
        if not lock.acquire():
            return False
        self._locks[session] = lock
        self.write(lambda db: _interrupt_sets(db, session))
        return True

    def left_open(self) -> list[Row]:
        """Sessions whose process is gone and never closed them."""
        if not self.on_disk:
            return []  # what is in memory may be another's
        return [row for row in self._open_rows() if not self._lives(row)]

    def live_elsewhere(self) -> list[int]:
        """The process ids of other formchecks that are in a session now."""
        return [SessionLock(self._lock_path(row["uid"])).owner()
                for row in self._open_rows() if self._lives(row)]  # fmt: skip

    def _open_rows(self) -> list[Row]:
        rows = self.rows("SELECT * FROM sessions WHERE status = 'open' ORDER BY id")
        return [row for row in rows if row["id"] not in self._locks]

    def _lives(self, row: Row) -> bool:
        return self.on_disk and SessionLock(self._lock_path(row["uid"])).held()

    def _lock_path(self, uid: str) -> Path:
        assert self.path is not None
        return self.path.with_name(f"{self.path.name}.{uid}.lock")

    def _sweep_locks(self) -> None:
        """Remove the lock files of processes that are gone; a killed one leaves its own behind."""
        if not self.on_disk or self.path is None:
            return
        for path in self.path.parent.glob(f"{self.path.name}.*.lock"):
            lock = SessionLock(path)
            if lock.acquire():
                lock.release()

    # -- writing ---------------------------------------------------------------------------

    def _insert(self, table: str, values: Mapping[str, Any]) -> int:
        return self.write(lambda db: insert(db, table, values))

    def begin_set(
        self,
        session: int,
        drill: str,
        *,
        side: str | None = None,
        variant: str | None = None,
        planned: Mapping[str, Any] | None = None,
        model: str | None = None,
        model_sha256: str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> int:
        """Start a set; ``planned`` may hold ``sets``, ``reps`` and ``hold_s``."""
        planned, now = planned or {}, self.now()
        n = self._one("SELECT count(*) AS n FROM sets WHERE session_id = ?", session)["n"] + 1
        return self._insert(
            "sets",
            {"session_id": session, "n": n, "drill": drill, "variant": variant,
             "side": text(side), "planned_sets": planned.get("sets"),
             "planned_reps": planned.get("reps"), "planned_hold_s": planned.get("hold_s"),
             "started_at": utc(now), "offset_min": offset_min(now),
             "status": "open", "model": model, "model_sha256": model_sha256,
             "parameters": json.dumps(dict(parameters or {}))},
        )  # fmt: skip

    def add_rep(self, set_id: int, rep: Rep) -> None:
        """One finished repetition with its faults."""
        self.write(lambda db: put_rep(db, set_id, rep))

    def add_hold(self, set_id: int, hold: Hold) -> None:
        """One finished hold with its faults."""
        self.write(lambda db: put_hold(db, set_id, hold))

    def add_spell(self, set_id: int, spell: CannotJudgeSpan) -> None:
        """One spell in which nothing could be judged."""
        self.write(lambda db: put_spell(db, set_id, spell))

    def end_set(
        self,
        set_id: int,
        result: SetResult | None,
        status: str = "done",
        trace: str | None = None,
    ) -> None:
        """Close a set. A result replaces what was noted on the way: it carries the scores."""

        def work(db: sqlite3.Connection) -> None:
            db.execute("UPDATE main.sets SET trace = ? WHERE id = ?", (trace, set_id))
            if result is None:
                db.execute("UPDATE main.sets SET status = ? WHERE id = ?", (status, set_id))
            else:
                put_result(db, set_id, result, status)

        self.write(work)

    def drop_set(self, set_id: int) -> None:
        """Forget a set that was begun again, with all that was noted of it."""
        self.write(lambda db: db.execute("DELETE FROM main.sets WHERE id = ?", (set_id,)))

    def add_pain(
        self,
        session: int,
        moment: str,
        level: int,
        *,
        stiff: bool | None = None,
        leg_symptoms: bool = False,
    ) -> None:
        """The person's own number, 0 to 10, ``before``, ``after`` or ``next_day``.

        Raises:
            ValueError: the level is outside 0..10 or the moment has another name.
        """
        if not 0 <= level <= 10 or moment not in ("before", "after", "next_day"):
            raise ValueError(f"pain is 0 to 10 before, after or next_day; got {level} {moment!r}")
        now = self.now()
        values = (session, moment, utc(now), offset_min(now), level, stiff, leg_symptoms)
        self.write(
            lambda db: db.execute(
                "INSERT OR REPLACE INTO main.pain"
                " (session_id, moment, at, offset_min, level, stiff, leg_symptoms)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )
        )

    def add_activity(self, session: int, kind: str, minutes: float) -> None:
        """Minutes of walking, marching or warming up."""
        self._insert("activity", {"session_id": session, "kind": kind, "minutes": minutes})

    def add_note(self, session: int, text: str) -> None:
        now = self.now()
        row = {"session_id": session, "at": utc(now), "offset_min": offset_min(now), "text": text}
        self._insert("notes", row)

    def note_down(self, formcheck: str, walked_min: float | None, text: str) -> None:
        """A walk, a note or both outside a session of drills: a session of their own."""
        session = self.begin_session(None, formcheck)
        if walked_min is not None:
            self.add_activity(session, "walk", walked_min)
        if text:
            self.add_note(session, text)
        self.end_session(session)

    def add_check(self, clear: bool) -> None:
        """The safety questions were asked; ``clear`` when every answer was no."""
        now = self.now()
        self._insert(
            "checks",
            {"uid": uuid.uuid4().hex, "at": utc(now), "offset_min": offset_min(now),
             "day": now.date().isoformat(), "clear": clear},
        )  # fmt: skip

    def set_fact(self, name: str, value: bool) -> None:
        """Remember something the person said that locks or frees a drill."""
        day = self.now().date().isoformat()
        self.write(
            lambda db: db.execute(
                "INSERT OR REPLACE INTO main.facts (name, value, day) VALUES (?, ?, ?)",
                (name, value, day),
            )
        )

    # -- forgetting ------------------------------------------------------------------------

    def forget(
        self, *, day: str | None = None, drill: str | None = None, everything: bool = False
    ) -> dict[str, int]:
        """Delete a day, a drill or everything, so that no trace stays in the file.

        Returns:
            How many rows went, by table.

        Raises:
            InputError: another formcheck has the file open, so its space cannot be cleared.
        """
        if self.live_elsewhere():
            raise InputError(
                "journal: another formcheck session is running; end it, then forget again"
            )

        def work(db: sqlite3.Connection) -> dict[str, int]:
            before = _counts(db)
            if everything:
                for table in ("sessions", "checks", "facts"):
                    db.execute(f"DELETE FROM main.{table}")
            if day is not None:
                db.execute("DELETE FROM main.sessions WHERE day = ?", (day,))
                db.execute("DELETE FROM main.checks WHERE day = ?", (day,))
                db.execute("DELETE FROM main.facts WHERE day = ?", (day,))
            if drill is not None:
                db.execute("DELETE FROM main.sets WHERE drill = ?", (drill,))
            after = _counts(db)
            return {t: before[t] - after[t] for t in before if before[t] > after[t]}

        gone = self.clear(work)
        self._sweep_locks()
        return gone


def _interrupt_sets(db: sqlite3.Connection, session: int) -> None:
    db.execute(
        "UPDATE main.sets SET status = 'interrupted' WHERE session_id = ? AND status = 'open'",
        (session,),
    )


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    return {t: db.execute(f"SELECT count(*) FROM main.{t}").fetchone()[0] for t in TABLES}
