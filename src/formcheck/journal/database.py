"""The journal's file: opened, migrated, read and written in transactions.

A write that fails because the disk is full or read-only does not end a session: the journal
copies itself into memory, says so in one line through ``warn``, and goes on there.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from ..errors import InputError
from .locks import SessionLock
from .rules import hide, prepare, show
from .schema import APPLICATION_ID, MIGRATIONS, VERSION

__all__ = ["Database", "Row", "local_now"]

T = TypeVar("T")
Row = dict[str, Any]

#: What SQLite says when the place, not the program, is at fault.
_DISK = ("full", "readonly", "read-only", "disk i/o", "unable to open", "locked")


def local_now() -> datetime:
    return datetime.now().astimezone()


class Database:
    """One SQLite file with the tables of :mod:`~formcheck.journal.schema`, or one in memory.

    Safe to use from several threads.

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
        now: Callable[[], datetime] = local_now,
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
        self._locks: dict[int, SessionLock] = {}  # of the sessions begun and not yet ended here
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
        line = hide(self._db)
        if line is not None:
            self.warn(line)

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
            prepare(db)
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
        """Copy what can still be read from a file on a read-only disk."""
        if self.path is None or not self.path.is_file():
            return
        with contextlib.suppress(sqlite3.Error):
            # immutable: a read-only folder has no room for SQLite's own side files.
            source = sqlite3.connect(f"{self.path.absolute().as_uri()}?immutable=1", uri=True)
            with contextlib.closing(source):
                if source.execute("PRAGMA user_version").fetchone()[0] <= VERSION:
                    source.backup(self._db)
                    self._migrate(self._db, self.path)

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
        prepare(memory)
        hide(memory)
        with contextlib.suppress(sqlite3.Error):
            self._db.close()
        self._db = memory
        self._lose_disk(why)

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            self._db.close()

    @property
    def on_disk(self) -> bool:
        """Whether what is written goes to the file."""
        return self.path is not None and self.problem is None

    # -- transactions ----------------------------------------------------------------------

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """The rows of a query, as dicts of their columns."""
        with self._guard:
            return [dict(row) for row in self._db.execute(sql, values)]

    def _one(self, sql: str, *values: Any) -> Row:
        return self.rows(sql, *values)[0]

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

    def clear(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do ``work``, which deletes, on the disk and nowhere else, and leave no trace of it in
        the file.

        Raises:
            InputError: the file cannot be written, or another has it open.
        """
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
                show(self._db)
                self._db.execute("VACUUM")
                hide(self._db)
                busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except sqlite3.OperationalError as error:
                raise InputError(
                    f"journal: the rows are deleted, but clearing their space failed ({error}); "
                    "close other formchecks and forget again"
                ) from error
        if busy:
            raise InputError(
                "journal: the rows are deleted, but another program is reading the file and old "
                "pages remain; close it and forget again"
            )
        return gone


def _statements(script: str) -> Iterator[str]:
    """A script's statements one by one: ``executescript`` would commit our transaction."""
    pending = ""
    for piece in script.split(";")[:-1]:
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


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
