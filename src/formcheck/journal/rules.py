"""What a value in the journal may be, beyond its table's own constraints.

One set of rules, as SQL, serves two ends: an import that breaks one is refused as a whole, and
a row already in the file that breaks one is hidden, so that it cannot stop every command.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .schema import PARENT, TABLES
from .times import as_utc, instant, offset_min, utc

__all__ = ["RULES", "Rule", "breaches", "hide", "parameters_of", "prepare", "show", "trace_of"]

#: Years in which a diary can have been kept: days outside cannot be counted with.
YEARS = range(1970, 2200)


@dataclass(frozen=True)
class Rule:
    """``sql`` holds for a column ``{c}`` that is not NULL; ``wants`` says so to a person.

    ``reader`` rules concern texts that are checked when they are read, so not on opening.
    """

    sql: str
    wants: str
    reader: bool = False


def _number(low: float, high: float, *types: str) -> Rule:
    kinds = ", ".join(f"'{t}'" for t in types or ("integer", "real"))
    what = "a whole number" if types else "a number"
    return Rule(
        f"typeof({{c}}) IN ({kinds}) AND {{c}} BETWEEN {low:g} AND {high:g}",
        f"{what} from {low:g} to {high:g}",
    )


def _whole(low: float, high: float) -> Rule:
    return _number(low, high, "integer")


_DAY = Rule("is_day({c})", "a day such as 2026-03-02")
_TIME = Rule("is_time({c})", "a time such as 2026-03-02T18:30:00+01:00")
_OFFSET = _whole(-1439, 1439)
_TEXT = Rule("typeof({c}) = 'text'", "text")
_NAME = Rule("typeof({c}) = 'text' AND length({c}) BETWEEN 1 AND 200", "a name")
_UID = Rule("{c} NOT GLOB '*[^0-9A-Za-z-]*' AND length({c}) BETWEEN 1 AND 64", "letters and digits")


def _one_of(*words: str) -> Rule:
    return Rule(f"{{c}} IN {words}", ", ".join(words[:-1]) + " or " + words[-1])


_SIDE, _FLAG = _one_of("left", "right"), Rule("{c} IN (0, 1)", "0 or 1")
_ENDS = "open", "done", "stopped", "interrupted"
_N, _SCORE, _MANY = _whole(1, 100_000), _whole(0, 100), _whole(0, 10**9)
_SECONDS, _VALUE = _number(-60, 1e6), _number(-1e9, 1e9)

RULES: Mapping[str, Mapping[str, Rule]] = {
    "sessions": {"uid": _UID, "day": _DAY, "started_at": _TIME, "offset_min": _OFFSET,
                 "ended_at": _TIME, "plan": _NAME, "status": _one_of(*_ENDS), "formcheck": _TEXT},
    "sets": {"n": _N, "drill": _NAME, "variant": _NAME, "side": _SIDE,
             "planned_sets": _whole(0, 1000), "planned_reps": _whole(0, 10_000),
             "planned_hold_s": _number(0, 86_400), "started_at": _TIME, "offset_min": _OFFSET,
             "status": _one_of(*_ENDS, "ouch"), "seconds": _SECONDS, "frames": _MANY,
             "frames_with_pose": _MANY, "score": _SCORE, "model": _TEXT, "model_sha256": _TEXT,
             "parameters": Rule("is_parameters({c})", "a JSON object of parameters", True),
             "trace": Rule("is_trace({c})", "a JSON object with t and v", True)},
    "reps": {"n": _N, "side": _SIDE, "start_s": _SECONDS, "peak_s": _SECONDS,
             "hold_end_s": _SECONDS, "end_s": _SECONDS, "hold_s": _SECONDS, "peak": _VALUE,
             "complete": _FLAG, "rise": _VALUE, "bumps": _MANY, "score": _SCORE},
    "holds": {"n": _N, "side": _SIDE, "from_s": _SECONDS, "to_s": _SECONDS, "seconds": _SECONDS,
              "target_s": _number(0, 86_400), "ended_by": _TEXT, "score": _SCORE},
    "faults": {"rep": _N, "hold": _N, "code": _NAME, "from_s": _SECONDS, "to_s": _SECONDS,
               "magnitude": _VALUE, "unit": _TEXT, "severity": _whole(0, 10), "cue": _TEXT,
               "certain": _FLAG},
    "spells": {"from_s": _SECONDS, "to_s": _SECONDS, "reason": _NAME},
    "pain": {"moment": _one_of("before", "after", "next_day"), "at": _TIME,
             "offset_min": _OFFSET, "level": _whole(0, 10), "stiff": _FLAG, "leg_symptoms": _FLAG},
    "activity": {"kind": _NAME, "minutes": _number(0, 1e5)},
    "notes": {"at": _TIME, "offset_min": _OFFSET, "text": _TEXT},
    "checks": {"uid": _UID, "at": _TIME, "offset_min": _OFFSET, "day": _DAY, "clear": _FLAG},
    "facts": {"name": _NAME, "value": _FLAG, "day": _DAY},
}  # fmt: skip


def prepare(db: sqlite3.Connection) -> None:
    """Give the connection the functions of rules and migrations, and texts that always decode."""
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")
    db.create_function("as_utc", 1, as_utc)
    db.create_function("offset_min_of", 1, offset_min)
    tests = {"is_day": _is_day, "is_time": _is_time, "is_trace": trace_of,
             "is_parameters": parameters_of}  # fmt: skip
    for name, test in tests.items():
        db.create_function(name, 1, lambda value, test=test: test(value) is not None)


def breaches(db: sqlite3.Connection, table: str, whole: bool = False) -> list[tuple[int, str]]:
    """(row id, column) of the rows of a table that break a rule; ``whole``: reader rules, too."""
    rules = {c: r for c, r in RULES[table].items() if whole or not r.reader}
    cases = " ".join(
        f"WHEN {c} IS NOT NULL AND NOT ({r.sql.format(c=c)}) THEN '{c}'" for c, r in rules.items()
    )
    sql = f"SELECT rowid, CASE {cases} END AS field FROM main.{table} WHERE field IS NOT NULL"
    return [(row[0], row[1]) for row in db.execute(sql)]


def hide(db: sqlite3.Connection) -> str | None:
    """Hide what breaks a rule from this connection, by views that stand before the tables (so
    whoever writes names ``main.table``); gives a line that says so, None where all is well."""
    show(db)
    bad = [(table, *found) for table in TABLES for found in breaches(db, table)]
    if not bad:
        return None
    db.execute("CREATE TEMP TABLE hidden (tab TEXT, row INTEGER)")
    db.executemany("INSERT INTO hidden VALUES (?, ?)", [(table, row) for table, row, _ in bad])
    for table in TABLES:
        column, parent = PARENT.get(table, ("", ""))
        with_parent = f" AND {column} IN (SELECT id FROM temp.{parent})" if parent else ""
        db.execute(
            f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE rowid NOT IN"
            f" (SELECT row FROM temp.hidden WHERE tab = '{table}'){with_parent}"
        )
    table, row, field = bad[0]
    [value] = db.execute(f"SELECT {field} FROM main.{table} WHERE rowid = ?", (row,)).fetchone()
    rows = f"{len(bad)} rows" if len(bad) > 1 else "1 row"
    return (
        f"journal: {rows} left out, not readable ({table}.{field}: expected "
        f"{RULES[table][field].wants}, got {str(value)[:40]!r}); all others are used"
    )


def show(db: sqlite3.Connection) -> None:
    """Undo :func:`hide`: VACUUM fails on its views."""
    for table in TABLES:
        db.execute(f"DROP VIEW IF EXISTS temp.{table}")
    db.execute("DROP TABLE IF EXISTS temp.hidden")


def _is_day(value: object) -> date | None:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        with suppress(ValueError):
            day = date.fromisoformat(value)
            return day if day.year in YEARS else None
    return None


def _is_time(value: object) -> datetime | None:
    at = instant(value)
    return at if at and at.year in YEARS and utc(at) == value else None


def _object(text: object) -> dict[str, Any] | None:
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def parameters_of(text: object) -> dict[str, Any] | None:
    """A set's parameters from their JSON text; None for what is none."""
    found = _object(text)
    parts = ("motion", "faults", "dose")
    if found is None or not all(isinstance(found.get(part) or {}, dict) for part in parts):
        return None
    if not _is_not_judged(found.get("not_judged") or []):
        return None
    motion = found.get("motion") or {}
    sound = all(map(_is_number, (motion.get(level) or 0 for level in ("enter", "top", "full"))))
    notes = found.get("notes", [])
    return found if sound and isinstance(notes, list) and all(map(_is_str, notes)) else None


def _is_not_judged(said: object) -> bool:
    """Spans of faults, or code -> reason as diaries held before there were spans."""
    if isinstance(said, dict):
        return all(map(_is_str, said.values()))
    return isinstance(said, list) and all(
        isinstance(span, dict)
        and _is_str(span.get("fault"))
        and _is_str(span.get("reason"))
        and _is_number(span.get("from_s"))
        and _is_number(span.get("to_s"))
        for span in said
    )


def trace_of(text: object) -> dict[str, Any] | None:
    """A set's trace from its JSON text; None for what cannot be drawn."""
    found = _object(text)
    if found is None:
        return None
    t, v = found.get("t"), found.get("v")
    if not isinstance(t, list) or not isinstance(v, list) or len(t) != len(v):
        return None
    if not all(map(_is_number, [*t, *(x for x in v if x is not None)])):
        return None
    return found if found.get("target") is None or _is_number(found["target"]) else None


def _is_str(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and abs(value) < 1e9
