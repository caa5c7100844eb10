"""Reading the journal's rows; questions that join several tables are in :mod:`queries`."""

from __future__ import annotations

from datetime import datetime

from .database import Database, Row
from .times import utc

__all__ = ["Reading"]


class Reading(Database):
    """Rows come back as plain dicts of the columns in
    :mod:`~formcheck.journal.schema`."""

    def sessions(self, since: str | None = None) -> list[Row]:
        """Sessions from a day on (all by default), oldest first."""
        return self.rows(
            "SELECT * FROM sessions WHERE day >= ? ORDER BY started_at, id", since or ""
        )

    def sessions_after(self, at: datetime) -> list[Row]:
        """Sessions that began or ended at this instant or later, oldest first."""
        return self.rows(
            "SELECT * FROM sessions WHERE coalesce(ended_at, started_at) >= ?"
            " ORDER BY started_at, id",
            utc(at),
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
