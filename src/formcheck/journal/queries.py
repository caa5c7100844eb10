"""Questions that the commands and reports ask of the journal; there is no SQL outside this package.

Every function takes an open journal and gives plain rows, or None where there is no answer.
"""

from __future__ import annotations

from .database import Row
from .store import Journal

__all__ = ["fault_counts", "last_plan", "mean_form", "sets_since"]

#: Form of a set ``t``: the mean of its repetitions and holds, however many were done.
_FORM = (
    "CASE WHEN t.status != 'ouch' AND t.score IS NOT NULL THEN coalesce((SELECT avg(p.score) FROM"
    " (SELECT set_id, score FROM reps UNION ALL SELECT set_id, score FROM holds) p"
    " WHERE p.set_id = t.id), t.score) END"
)


def last_plan(journal: Journal) -> str | None:
    """The plan of the latest session that followed one."""
    rows = journal.rows(
        "SELECT plan FROM sessions WHERE plan IS NOT NULL ORDER BY started_at DESC, id DESC LIMIT 1"
    )
    return rows[0]["plan"] if rows else None


def sets_since(journal: Journal, day: str, drill: str | None = None) -> list[Row]:
    """Sets from a day on, oldest first, with the ``day``, whole ``reps``, seconds ``held`` and
    ``form`` (None where a set has none)."""
    return journal.rows(
        f"SELECT s.day, t.*, {_FORM} AS form,"
        " (SELECT count(*) FROM reps r WHERE r.set_id = t.id AND complete)"
        " AS reps, (SELECT coalesce(sum(seconds), 0) FROM holds h WHERE h.set_id = t.id)"
        " AS held FROM sets t JOIN sessions s ON s.id = t.session_id"
        " WHERE s.day >= ? AND (? IS NULL OR t.drill = ?) ORDER BY s.started_at, t.n",
        day, drill, drill,
    )  # fmt: skip


def fault_counts(journal: Journal, day: str) -> list[Row]:
    """How often (``n``) each ``code`` was seen in each ``drill`` from a day on, most first."""
    return journal.rows(
        "SELECT t.drill, f.code, count(*) AS n FROM faults f JOIN sets t ON t.id = f.set_id"
        " JOIN sessions s ON s.id = t.session_id WHERE s.day >= ?"
        " GROUP BY 1, 2 ORDER BY 3 DESC",
        day,
    )


def mean_form(journal: Journal) -> list[Row]:
    """The mean ``form`` of each ``day``, ``drill`` and ``side`` (empty where it has none).

    A set that was stopped because it hurt has none.
    """
    return journal.rows(
        f"SELECT s.day, t.drill, coalesce(t.side, '') AS side, avg({_FORM}) AS form"
        " FROM sets t JOIN sessions s ON s.id = t.session_id"
        " WHERE t.status != 'ouch' AND t.score IS NOT NULL"
        " GROUP BY s.day, t.drill, t.side ORDER BY s.day, t.drill, t.side"
    )
