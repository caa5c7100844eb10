"""The journal file: open, write, read. One SQLite file, owned by the person it is about.

A write that fails because the disk is full or read-only does not end a session: the journal
copies itself into memory, says so in one line through ``warn``, and goes on there.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from ..errors import InputError
from ..events import CannotJudgeSpan, FaultSpan, Hold, Rep, SetResult
from ..folders import data_dir
from .locks import SessionLock
from .schema import APPLICATION_ID, MIGRATIONS, TABLES, VERSION

__all__ = ["Journal", "default_path"]

T = TypeVar("T")
Row = dict[str, Any]

#: What SQLite says when the place, not the program, is at fault.
_DISK = ("full", "readonly", "read-only", "disk i/o", "unable to open", "locked")


def default_path() -> Path:
    """Where the journal lives: the user's data folder."""
    return data_dir() / "journal.sqlite3"


def _local_now() -> datetime:
    return datetime.now().astimezone()


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


class Journal:
    """Sessions, sets, reps, holds, faults, pain diary and notes of one person.

    Safe to use from several threads. Rows come back as plain dicts of the columns in
    :mod:`~formcheck.journal.schema`.

    Attributes:
        path: the file, or None for a journal that lives in memory only.
        problem: why a journal that was meant for a file is in memory, else None.
        warn: called with one line when something must be said.
        now: the wall clock, with a time zone; tests pass their own.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        warn: Callable[[str], None] = lambda line: None,
        now: Callable[[], datetime] = _local_now,
    ) -> None:
        """Open ``path``, or a journal in memory for None.

        Raises:
            InputError: the file is not a journal, is damaged, or comes from a newer formcheck.
        """
        self.path = path
        self.problem: str | None = None
        self.warn = warn
        self.now = now
        self._guard = threading.RLock()
        self._locks: dict[int, SessionLock] = {}
        try:
            self._db = self._connect(path)
        except OSError as error:
            self._db = self._connect(None)
            self._lose_disk(str(error.strerror or error).lower())
        except sqlite3.OperationalError as error:
            if not _is_disk(error):
                raise InputError(_unreadable(path, error)) from error
            self._db = self._connect(None)
            self._read_into_memory()
            self._lose_disk(str(error))
        except sqlite3.DatabaseError as error:
            raise InputError(_unreadable(path, error)) from error

    # -- opening ---------------------------------------------------------------------------

    def _connect(self, path: Path | None) -> sqlite3.Connection:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(
            ":memory:" if path is None else path,
            timeout=10.0,
            isolation_level=None,  # transactions are ours, by BEGIN
            check_same_thread=False,  # every use is under self._guard
        )
        db.row_factory = sqlite3.Row
        try:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA secure_delete = ON")
            db.execute("PRAGMA temp_store = MEMORY")  # VACUUM must not copy a diary into /tmp
            self._migrate(db, path)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            _try_to_write(db)
        except BaseException:
            db.close()
            raise
        return db

    def _migrate(self, db: sqlite3.Connection, path: Path | None) -> None:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        mark = db.execute("PRAGMA application_id").fetchone()[0]
        empty = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if mark != APPLICATION_ID and not (mark == 0 and empty):
            raise InputError(
                f"{path} is not a formcheck journal; move it away or choose another data folder"
            )
        if version > VERSION:
            raise InputError(
                f"{path} was written by a newer formcheck (journal version {version}, this one "
                f"reads up to {VERSION}); update formcheck"
            )
        for step in range(version, VERSION):
            db.execute("BEGIN IMMEDIATE")
            try:
                # Another process may have done this step while we waited.
                if db.execute("PRAGMA user_version").fetchone()[0] == step:
                    for statement in _statements(MIGRATIONS[step]):
                        db.execute(statement)
                    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    db.execute(f"PRAGMA user_version = {step + 1}")
                db.execute("COMMIT")
            except BaseException:
                _roll_back(db)
                raise

    def _read_into_memory(self) -> None:
        """Bring along what a file on a read-only disk still says."""
        if self.path is None or not self.path.is_file():
            return
        with contextlib.suppress(sqlite3.Error):
            # immutable: a read-only folder has no room for SQLite's own side files.
            source = sqlite3.connect(f"{self.path.absolute().as_uri()}?immutable=1", uri=True)
            with contextlib.closing(source):
                if source.execute("PRAGMA user_version").fetchone()[0] == VERSION:
                    source.backup(self._db)

    def _lose_disk(self, why: str) -> None:
        self.problem = why
        self.warn(f"journal: cannot write {self.path} ({why}); this session goes on in memory only")

    def _to_memory(self, why: str) -> None:
        """Carry on without the disk, with everything that can still be read from it."""
        memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        try:
            self._db.backup(memory)
        except sqlite3.Error:
            memory.close()
            memory = self._connect(None)
        memory.row_factory = sqlite3.Row
        memory.execute("PRAGMA foreign_keys = ON")
        with contextlib.suppress(sqlite3.Error):
            self._db.close()
        self._db = memory
        self._lose_disk(why)

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

    # -- writing ---------------------------------------------------------------------------

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do ``work`` in one transaction; on a full or read-only disk do it in memory."""
        with self._guard:
            try:
                return self._transaction(work)
            except sqlite3.OperationalError as error:
                if self.problem is not None or not _is_disk(error):
                    raise
                self._to_memory(str(error))
                return self._transaction(work)

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            result = work(self._db)
            self._db.execute("COMMIT")
        except BaseException:
            _roll_back(self._db)
            raise
        return result

    def _insert(self, table: str, values: Mapping[str, Any]) -> int:
        return self.write(lambda db: insert(db, table, values))

    def begin_session(self, plan: str | None, formcheck: str) -> int:
        """Start a session and hold its lock, so that no other process takes it for a dead one."""
        now = self.now()
        uid = uuid.uuid4().hex
        others = self.live_elsewhere()
        if others:
            self.warn(
                f"journal: another formcheck session is running (process {others[0]}); "
                "both are recorded, each as its own session"
            )
        lock = SessionLock(self._lock_path(uid)) if self._on_disk else None
        if lock:
            lock.acquire()
        session = self._insert(
            "sessions",
            {"uid": uid, "day": now.date().isoformat(), "started_at": _stamp(now),
             "plan": plan, "status": "open", "formcheck": formcheck},
        )  # fmt: skip
        if lock:
            self._locks[session] = lock
        return session

    def end_session(self, session: int, status: str = "done") -> None:
        """Close a session: ``done``, ``stopped`` or ``interrupted``; open sets go with it."""
        now = _stamp(self.now())

        def work(db: sqlite3.Connection) -> None:
            db.execute(
                "UPDATE sessions SET ended_at = ?, status = ? WHERE id = ?", (now, status, session)
            )
            db.execute(
                "UPDATE sets SET status = 'interrupted' WHERE session_id = ? AND status = 'open'",
                (session,),
            )

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
        self.write(
            lambda db: db.execute(
                "UPDATE sets SET status = 'interrupted' WHERE session_id = ? AND status = 'open'",
                (session,),
            )
        )
        return True

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
        planned = planned or {}
        n = self._one("SELECT count(*) AS n FROM sets WHERE session_id = ?", session)["n"] + 1
        return self._insert(
            "sets",
            {"session_id": session, "n": n, "drill": drill, "variant": variant,
             "side": _text(side), "planned_sets": planned.get("sets"),
             "planned_reps": planned.get("reps"), "planned_hold_s": planned.get("hold_s"),
             "started_at": _stamp(self.now()), "status": "open", "model": model,
             "model_sha256": model_sha256, "parameters": json.dumps(dict(parameters or {}))},
        )  # fmt: skip

    def add_rep(self, set_id: int, rep: Rep) -> None:
        """One finished repetition with its faults."""
        self.write(lambda db: _put_rep(db, set_id, rep))

    def add_hold(self, set_id: int, hold: Hold) -> None:
        """One finished hold with its faults."""
        self.write(lambda db: _put_hold(db, set_id, hold))

    def add_spell(self, set_id: int, spell: CannotJudgeSpan) -> None:
        """One spell in which nothing could be judged."""
        self.write(lambda db: _put_spell(db, set_id, spell))

    def end_set(
        self,
        set_id: int,
        result: SetResult | None,
        status: str = "done",
        trace: str | None = None,
    ) -> None:
        """Close a set. A result replaces what was noted on the way: it carries the scores."""

        def work(db: sqlite3.Connection) -> None:
            db.execute("UPDATE sets SET trace = ? WHERE id = ?", (trace, set_id))
            if result is None:
                db.execute("UPDATE sets SET status = ? WHERE id = ?", (status, set_id))
                return
            for table in ("reps", "holds", "faults", "spells"):
                db.execute(f"DELETE FROM {table} WHERE set_id = ?", (set_id,))
            for rep in result.reps:
                _put_rep(db, set_id, rep)
            for hold in result.holds:
                _put_hold(db, set_id, hold)
            of_reps = {f for rep in result.reps for f in rep.faults}
            of_reps |= {f for hold in result.holds for f in hold.faults}
            for fault in result.faults:
                if fault not in of_reps:
                    _put_fault(db, set_id, fault)
            for spell in result.cannot_judge:
                _put_spell(db, set_id, spell)
            db.execute(
                "UPDATE sets SET status = ?, side = coalesce(?, side), seconds = ?, frames = ?,"
                " frames_with_pose = ?, score = ?, parameters = ? WHERE id = ?",
                (status, _text(result.side), result.seconds, result.frames,
                 result.frames_with_pose, result.score,
                 json.dumps(_made_with(result), default=str), set_id),
            )  # fmt: skip

        self.write(work)

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
        values = (session, moment, _stamp(self.now()), level, stiff, leg_symptoms)
        self.write(
            lambda db: db.execute(
                "INSERT OR REPLACE INTO pain (session_id, moment, at, level, stiff, leg_symptoms)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )
        )

    def add_activity(self, session: int, kind: str, minutes: float) -> None:
        """Minutes of walking, marching or warming up."""
        self._insert("activity", {"session_id": session, "kind": kind, "minutes": minutes})

    def add_note(self, session: int, text: str) -> None:
        self._insert("notes", {"session_id": session, "at": _stamp(self.now()), "text": text})

    def add_check(self, clear: bool) -> None:
        """The safety questions were asked; ``clear`` when every answer was no."""
        now = self.now()
        self._insert(
            "checks",
            {"uid": uuid.uuid4().hex, "at": _stamp(now), "day": now.date().isoformat(),
             "clear": clear},
        )  # fmt: skip

    def set_fact(self, name: str, value: bool) -> None:
        """Remember something the person said that locks or frees a drill."""
        day = self.now().date().isoformat()
        self.write(
            lambda db: db.execute(
                "INSERT OR REPLACE INTO facts (name, value, day) VALUES (?, ?, ?)",
                (name, value, day),
            )
        )

    # -- reading ---------------------------------------------------------------------------

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """The rows of a query, as dicts."""
        with self._guard:
            return [dict(row) for row in self._db.execute(sql, values)]

    def _one(self, sql: str, *values: Any) -> Row:
        return self.rows(sql, *values)[0]

    def sessions(self, since: str | None = None) -> list[Row]:
        """Sessions from a day on (all by default), oldest first."""
        return self.rows(
            "SELECT * FROM sessions WHERE day >= ? ORDER BY started_at, id", since or ""
        )

    def children(self, table: str, session: int) -> list[Row]:
        """The rows of ``sets``, ``pain``, ``activity`` or ``notes`` of a session."""
        assert table in ("sets", "pain", "activity", "notes")
        return self.rows(f"SELECT * FROM {table} WHERE session_id = ? ORDER BY id", session)

    def of_set(self, table: str, set_id: int) -> list[Row]:
        """The ``reps``, ``holds``, ``faults`` or ``spells`` of a set."""
        assert table in ("reps", "holds", "faults", "spells")
        return self.rows(f"SELECT * FROM {table} WHERE set_id = ? ORDER BY id", set_id)

    def last_check(self) -> Row | None:
        rows = self.rows("SELECT * FROM checks ORDER BY at DESC, id DESC LIMIT 1")
        return rows[0] if rows else None

    def facts(self) -> dict[str, bool]:
        return {row["name"]: bool(row["value"]) for row in self.rows("SELECT * FROM facts")}

    def left_open(self) -> list[Row]:
        """Sessions that ended without a word: their process is gone and never closed them."""
        if not self._on_disk:
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
        return self._on_disk and SessionLock(self._lock_path(row["uid"])).held()

    @property
    def _on_disk(self) -> bool:
        return self.path is not None and self.problem is None

    def _lock_path(self, uid: str) -> Path:
        assert self.path is not None
        return self.path.with_name(f"{self.path.name}.{uid}.lock")

    def _sweep_locks(self) -> None:
        """Remove the lock files of processes that are gone; a killed one leaves its own behind."""
        if not self._on_disk or self.path is None:
            return
        for path in self.path.parent.glob(f"{self.path.name}.*.lock"):
            lock = SessionLock(path)
            if lock.acquire():
                lock.release()

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
                    db.execute(f"DELETE FROM {table}")
            if day is not None:
                db.execute("DELETE FROM sessions WHERE day = ?", (day,))
                db.execute("DELETE FROM checks WHERE day = ?", (day,))
                db.execute("DELETE FROM facts WHERE day = ?", (day,))
            if drill is not None:
                db.execute("DELETE FROM sets WHERE drill = ?", (drill,))
            after = _counts(db)
            return {t: before[t] - after[t] for t in before if before[t] > after[t]}

        with self._guard:
            try:
                if self.problem is not None:
                    raise sqlite3.OperationalError(self.problem)
                gone = self._transaction(work)
            except sqlite3.OperationalError as error:
                raise InputError(
                    f"journal: nothing was deleted, {self.path} cannot be written ({error})"
                ) from error
            try:
                self._db.execute("VACUUM")
                busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except sqlite3.OperationalError as error:
                raise InputError(
                    f"journal: the rows are deleted, but clearing their space failed ({error}); "
                    "close other formchecks and forget again"
                ) from error
        self._sweep_locks()
        if busy:
            raise InputError(
                "journal: the rows are deleted, but another program is reading the file and old "
                "pages remain; close it and forget again"
            )
        return gone


def insert(db: sqlite3.Connection, table: str, values: Mapping[str, Any]) -> int:
    """Insert one row and give its id."""
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    cursor = db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))
    return int(cursor.lastrowid or 0)


def _put_rep(db: sqlite3.Connection, set_id: int, rep: Rep) -> None:
    insert(
        db,
        "reps",
        {"set_id": set_id, "n": rep.n, "side": _text(rep.side), "start_s": rep.start_s,
         "peak_s": rep.peak_s, "hold_end_s": rep.hold_end_s, "end_s": rep.end_s,
         "hold_s": rep.hold_s, "peak": rep.peak, "complete": rep.complete, "rise": rep.rise,
         "bumps": rep.bumps, "score": rep.score},
    )  # fmt: skip
    for fault in rep.faults:
        _put_fault(db, set_id, fault, rep=rep.n)


def _put_hold(db: sqlite3.Connection, set_id: int, hold: Hold) -> None:
    insert(
        db,
        "holds",
        {"set_id": set_id, "n": hold.n, "side": _text(hold.side), "from_s": hold.from_s,
         "to_s": hold.to_s, "seconds": hold.seconds, "target_s": hold.target_s,
         "ended_by": hold.ended_by, "score": hold.score},
    )  # fmt: skip
    for fault in hold.faults:
        _put_fault(db, set_id, fault, hold=hold.n)


def _put_fault(
    db: sqlite3.Connection,
    set_id: int,
    fault: FaultSpan,
    rep: int | None = None,
    hold: int | None = None,
) -> None:
    insert(
        db,
        "faults",
        {"set_id": set_id, "rep": rep, "hold": hold, "code": fault.code, "from_s": fault.from_s,
         "to_s": fault.to_s, "magnitude": fault.magnitude, "unit": fault.unit,
         "severity": fault.severity, "cue": fault.cue, "certain": fault.certain},
    )  # fmt: skip


def _put_spell(db: sqlite3.Connection, set_id: int, spell: CannotJudgeSpan) -> None:
    insert(
        db,
        "spells",
        {"set_id": set_id, "from_s": spell.from_s, "to_s": spell.to_s,
         "reason": str(spell.reason)},
    )  # fmt: skip


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    return {t: db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in TABLES}


def _statements(script: str) -> Iterator[str]:
    """A script's statements one by one: ``executescript`` would commit our transaction."""
    pending = ""
    for piece in script.split(";")[:-1]:
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _made_with(result: SetResult) -> dict[str, Any]:
    """The parameters, and what the camera could not tell of the faults."""
    more: dict[str, Any] = {}
    if result.not_judged:
        more["not_judged"] = {code: str(why) for code, why in result.not_judged.items()}
    if result.notes:
        more["notes"] = list(result.notes)
    return {**result.parameters, **more}


def _roll_back(db: sqlite3.Connection) -> None:
    """Undo the open transaction; a full disk may have done so already."""
    if db.in_transaction:
        db.execute("ROLLBACK")


def _try_to_write(db: sqlite3.Connection) -> None:
    """A read-only file refuses here, before a session has begun."""
    try:
        db.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):  # another process is busy writing, so it can be written
            return
        raise
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")


def _is_disk(error: sqlite3.OperationalError) -> bool:
    return any(word in str(error).lower() for word in _DISK)


def _unreadable(path: Path | None, error: Exception) -> str:
    return f"{path} cannot be read as a journal ({error}); move it away to start a new one"
