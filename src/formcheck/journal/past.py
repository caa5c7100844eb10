"""The journal's rows as the past that :mod:`formcheck.coach.progression` reasons about."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from ..body.pose import Side
from ..coach.progression import Done, Pain, Past, light_of
from ..coach.resume import Earlier
from ..drill import NEAR_FALL, Dose
from .store import Journal
from .times import local

__all__ = [
    "NEXT_DAY_FROM",
    "NEXT_DAY_TO",
    "earlier_sets",
    "last_check",
    "minutes_warm",
    "pain_of",
    "past_sessions",
    "unanswered",
]

#: How long after a session the next day's question is asked (drills.md 4.3.2).
NEXT_DAY_FROM, NEXT_DAY_TO = timedelta(hours=18), timedelta(hours=36)
#: A walk or a warm-up that ended longer ago than this no longer counts as warm (EC).
WARM_FOR = timedelta(minutes=30)


def past_sessions(journal: Journal, but: int | None = None) -> list[Past]:
    """Every session in which something was done or answered, oldest first; without ``but``, one
    that is being resumed: its plan follows from what was before it."""
    found = []
    for session in journal.sessions():
        if session["id"] == but:
            continue
        rows = {r["moment"]: r for r in journal.children("pain", session["id"])}
        told = [local(r["at"], r["offset_min"]).date() for r in rows.values()]
        activity = journal.children("activity", session["id"])
        done = _done(journal, session["id"])
        if done or activity or rows:
            found.append(
                Past(
                    day=date.fromisoformat(session["day"]),
                    light=light_of(pain_of(rows)),
                    done=done,
                    told=max(told, default=None),
                    walked=bool(activity),
                    near_falls=_near_falls(journal, session["id"]),
                )
            )
    return found


def pain_of(rows: dict[str, dict[str, Any]]) -> Pain:
    """The diary of one session from its rows by moment."""
    after, next_day = rows.get("after"), rows.get("next_day")
    return Pain(
        before=rows["before"]["level"] if "before" in rows else None,
        after=after["level"] if after else None,
        next_day=next_day["level"] if next_day else None,
        leg_after=bool(after and after["leg_symptoms"]),
        leg_next=bool(next_day and next_day["leg_symptoms"]),
        stiff_next=bool(next_day and next_day["stiff"]),
    )


def _near_falls(journal: Journal, session: int) -> int:
    rows = journal.rows(
        "SELECT count(*) AS n FROM faults f JOIN sets s ON s.id = f.set_id"
        " WHERE s.session_id = ? AND f.code = ?",
        session, NEAR_FALL,
    )  # fmt: skip
    return int(rows[0]["n"])


def earlier_sets(journal: Journal, session: int) -> list[Earlier]:
    """What a session that was cut off has done, set by set."""
    found = []
    for row in journal.children("sets", session):
        reps = journal.of_set("reps", row["id"])
        holds = journal.of_set("holds", row["id"])
        sides = [x["side"] for x in (row, *reps, *holds) if x["side"]]
        found.append(
            Earlier(
                row["drill"],
                row["status"],
                reps=sum(r["complete"] for r in reps),
                holds=tuple(h["seconds"] for h in holds),
                side=Side(sides[0]) if sides else None,
            )
        )
    return found


def minutes_warm(journal: Journal, now: datetime) -> float:
    """Minutes walked, marched or warmed up within the last half hour."""
    minutes = (
        float(row["minutes"])
        for session in journal.sessions_after(now - WARM_FOR)
        for row in journal.children("activity", session["id"])
    )
    return sum(minutes)


def _done(journal: Journal, session: int) -> tuple[Done, ...]:
    rows = journal.rows(
        "SELECT s.*, (SELECT count(*) FROM reps r WHERE r.set_id = s.id AND r.complete) AS reps,"
        " (SELECT max(seconds) FROM holds h WHERE h.set_id = s.id) AS held"
        " FROM sets s WHERE s.session_id = ? ORDER BY s.n",
        session,
    )
    groups: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    for row in rows:
        # A set in which nothing was counted says nothing, unless it was stopped with "ouch".
        if row["reps"] or row["held"] or row["status"] == "ouch":
            groups.setdefault((row["drill"], row["variant"]), []).append(row)
    done = []
    for (drill, variant), sets in groups.items():
        first = sets[0]
        dose = Dose(
            reps=first["planned_reps"], hold_s=first["planned_hold_s"], sets=first["planned_sets"]
        )
        if dose.reps is None and dose.hold_s is None:  # done on one's own, without a dose
            dose = Dose(first["reps"] or None, first["held"], len(sets))
        scores = [s["score"] for s in sets if s["score"] is not None]
        score = sum(scores) / len(scores) if scores else None
        ouch = any(s["status"] == "ouch" for s in sets)
        done.append(Done(drill, dose, score, variant, ouch))
    return tuple(done)


def unanswered(journal: Journal, now: datetime) -> list[dict[str, Any]]:
    """Sessions with sets whose next-day question is due now, oldest first."""
    found = []
    for session in journal.sessions_after(now - NEXT_DAY_TO):
        ended = session["ended_at"] or session["started_at"]
        age = now - datetime.fromisoformat(ended)
        moments = {r["moment"] for r in journal.children("pain", session["id"])}
        if (
            NEXT_DAY_FROM <= age <= NEXT_DAY_TO
            and "next_day" not in moments
            and journal.children("sets", session["id"])
        ):
            found.append(session)
    return found


def last_check(journal: Journal) -> tuple[date, bool] | None:
    """When the safety questions were last asked, and whether every answer was no."""
    row = journal.last_check()
    return None if row is None else (date.fromisoformat(row["day"]), bool(row["clear"]))
