"""What happens in a set, as rows of the journal's tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from ..events import CannotJudgeSpan, FaultSpan, Hold, Rep, SetResult

__all__ = ["insert", "put_hold", "put_rep", "put_result", "put_spell", "text"]


def insert(db: sqlite3.Connection, table: str, values: Mapping[str, Any]) -> int:
    """Insert one row and give its id; what is not said is as the table has it."""
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    said = f"({names}) VALUES ({marks})" if values else "DEFAULT VALUES"
    sql = f"INSERT INTO main.{table} {said}"
    cursor = db.execute(sql, tuple(values.values()))
    return int(cursor.lastrowid or 0)


def put_rep(db: sqlite3.Connection, set_id: int, rep: Rep) -> None:
    insert(
        db,
        "reps",
        {"set_id": set_id, "n": rep.n, "side": text(rep.side), "start_s": rep.start_s,
         "peak_s": rep.peak_s, "hold_end_s": rep.hold_end_s, "end_s": rep.end_s,
         "hold_s": rep.hold_s, "peak": rep.peak, "complete": rep.complete, "rise": rep.rise,
         "bumps": rep.bumps, "score": rep.score},
    )  # fmt: skip
    for fault in rep.faults:
        _put_fault(db, set_id, fault, rep=rep.n)


def put_hold(db: sqlite3.Connection, set_id: int, hold: Hold) -> None:
    insert(
        db,
        "holds",
        {"set_id": set_id, "n": hold.n, "side": text(hold.side), "from_s": hold.from_s,
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


def put_spell(db: sqlite3.Connection, set_id: int, spell: CannotJudgeSpan) -> None:
    insert(
        db,
        "spells",
        {"set_id": set_id, "from_s": spell.from_s, "to_s": spell.to_s,
         "reason": str(spell.reason)},
    )  # fmt: skip


def put_result(db: sqlite3.Connection, set_id: int, result: SetResult, status: str) -> None:
    """A set's result in place of what was noted on the way: it carries the scores."""
    for table in ("reps", "holds", "faults", "spells"):
        db.execute(f"DELETE FROM main.{table} WHERE set_id = ?", (set_id,))
    for rep in result.reps:
        put_rep(db, set_id, rep)
    for hold in result.holds:
        put_hold(db, set_id, hold)
    of_reps = {f for rep in result.reps for f in rep.faults}
    of_reps |= {f for hold in result.holds for f in hold.faults}
    for fault in result.faults:
        if fault not in of_reps:
            _put_fault(db, set_id, fault)
    for spell in result.cannot_judge:
        put_spell(db, set_id, spell)
    db.execute(
        "UPDATE main.sets SET status = ?, side = coalesce(?, side), seconds = ?, frames = ?,"
        " frames_with_pose = ?, score = ?, parameters = ? WHERE id = ?",
        (status, text(result.side), result.seconds, result.frames, result.frames_with_pose,
         result.score, json.dumps(_made_with(result), default=str), set_id),
    )  # fmt: skip


def text(value: object) -> str | None:
    return None if value is None else str(value)


def _made_with(result: SetResult) -> dict[str, Any]:
    """The parameters, and what the camera could not tell of the faults."""
    more: dict[str, Any] = {}
    if result.not_judged_spans:
        more["not_judged"] = [span.to_dict() for span in result.not_judged_spans]
    if result.notes:
        more["notes"] = list(result.notes)
    return {**result.parameters, **more}
