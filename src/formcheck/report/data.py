"""What a report shows, gathered from the journal or from one result."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..journal import Journal

__all__ = ["DayView", "PainView", "Report", "SetView", "Still", "from_journal", "from_result"]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Still:
    """A picture of the worst moment of a fault: JPEG bytes and what it shows."""

    code: str
    t: float
    jpeg: bytes
    alt: str


@dataclass(frozen=True)
class SetView:
    """One set. ``reps``, ``holds``, ``faults`` and ``spells`` are rows as results and journal
    write them; ``trace`` is the main signal (``t``, ``v``, ``target``, ``signal``) or empty;
    ``full`` the rise that is the drill's full mark."""

    title: str
    drill: str
    side: str | None
    score: int | None
    seconds: float
    reps: Sequence[Row]
    holds: Sequence[Row]
    faults: Sequence[Row]
    spells: Sequence[Row]
    trace: Mapping[str, Any] = field(default_factory=dict)
    full: float | None = None
    status: str = "done"
    started: str = ""
    cannot_see: Sequence[str] = ()
    not_judged: Mapping[str, str] = field(default_factory=dict)
    frames: int = 0
    frames_with_pose: int = 0
    video: str | None = None
    stills: Sequence[Still] = ()

    @property
    def complete(self) -> int:
        return sum(bool(r["complete"]) for r in self.reps)

    def common_faults(self) -> list[tuple[str, str, int]]:
        """(code, cue, times), the most frequent first."""
        times = Counter(f["code"] for f in self.faults)
        cues = {f["code"]: f.get("cue") or "" for f in self.faults}
        return [(code, cues[code], n) for code, n in times.most_common()]


@dataclass(frozen=True)
class PainView:
    """The diary of one session, 0 to 10, None where nothing was said; ``light`` in words."""

    day: str
    before: int | None
    after: int | None
    next_day: int | None
    light: str


@dataclass(frozen=True)
class DayView:
    """One drill on one day, for trends."""

    day: str
    drill: str
    score: float | None
    reps: int
    held_s: float


@dataclass(frozen=True)
class Report:
    """Everything one file shows, in the order it shows it."""

    title: str
    subtitle: str
    sets: Sequence[SetView]
    trend: Sequence[DayView] = ()
    days: Sequence[str] = ()
    pain: Sequence[PainView] = ()
    notes: Sequence[tuple[str, str]] = ()
    made_with: str = ""


def from_journal(
    journal: Journal, sessions: Sequence[Row], titles: Mapping[str, Any], version: str
) -> Report:
    """A report of these sessions, with trends and diary over the whole journal.

    Args:
        sessions: rows of the journal's ``sessions``.
        titles: drill name -> Drill, for titles and what cannot be seen; unknown names pass.
    """
    sets = []
    notes: list[tuple[str, str]] = []
    for session in sessions:
        notes += [(session["day"], n["text"]) for n in journal.children("notes", session["id"])]
        for row in journal.children("sets", session["id"]):
            drill = titles.get(row["drill"])
            reps, holds, faults, spells = (
                journal.of_set(table, row["id"]) for table in ("reps", "holds", "faults", "spells")
            )
            made = json.loads(row["parameters"] or "{}")
            ends = [r["end_s"] for r in reps] + [h["to_s"] for h in holds]
            sets.append(
                SetView(
                    title=drill.title if drill else row["drill"].replace("_", " ").capitalize(),
                    drill=row["drill"],
                    side=row["side"],
                    score=row["score"],
                    seconds=row["seconds"] or max(ends, default=0.0),
                    trace=json.loads(row["trace"]) if row["trace"] else {},
                    full=_full(made),
                    status=row["status"],
                    started=row["started_at"],
                    cannot_see=drill.cannot_see if drill else (),
                    not_judged=made.get("not_judged", {}),
                    frames=row["frames"] or 0,
                    frames_with_pose=row["frames_with_pose"] or 0,
                    reps=reps,
                    holds=holds,
                    faults=faults,
                    spells=spells,
                )
            )
    days = [s["day"] for s in journal.sessions()]
    first, last = (sessions[0]["day"], sessions[-1]["day"]) if sessions else ("", "")
    return Report(
        title="Exercise report",
        subtitle=first if first == last else f"{first} to {last}",
        sets=sets,
        trend=_trend(journal),
        days=days,
        pain=_pain(journal),
        notes=notes,
        made_with=f"formcheck {version}",
    )


def _full(parameters: Mapping[str, Any]) -> float | None:
    motion = parameters.get("motion") or {}
    return motion.get("full")


def _trend(journal: Journal) -> list[DayView]:
    rows = journal.rows(
        "SELECT s.day, t.drill, avg(t.score) AS score,"
        " sum((SELECT count(*) FROM reps r WHERE r.set_id = t.id AND complete)) AS reps,"
        " sum((SELECT coalesce(sum(seconds), 0) FROM holds h WHERE h.set_id = t.id)) AS held_s"
        " FROM sets t JOIN sessions s ON s.id = t.session_id WHERE t.status != 'ouch'"
        " GROUP BY s.day, t.drill ORDER BY s.day"
    )
    return [DayView(**row) for row in rows]


def _pain(journal: Journal) -> list[PainView]:
    from ..coach.progression import light_of
    from ..journal.past import pain_of

    found = []
    for session in journal.sessions():
        rows = {r["moment"]: r for r in journal.children("pain", session["id"])}
        if rows:
            pain = pain_of(rows)
            found.append(
                PainView(session["day"], pain.before, pain.after, pain.next_day,
                         light_of(pain).word)
            )  # fmt: skip
    return found


def from_result(
    document: Mapping[str, Any],
    drill: Any = None,
    *,
    trace: Mapping[str, Any] | None = None,
    video: str | None = None,
    stills: Sequence[Still] = (),
) -> Report:
    """A report of one ``formcheck.result/1`` document.

    Raises:
        KeyError: a key that the format promises is missing.
    """
    made = document.get("provenance", {})
    faults = document.get("faults")
    if faults is None:
        faults = [f for part in (*document["reps"], *document["holds"]) for f in part["faults"]]
    title = drill.title if drill else str(document["drill"]).replace("_", " ").capitalize()
    view = SetView(
        title=title,
        drill=document["drill"],
        side=document.get("side"),
        score=document.get("score"),
        seconds=document["seconds"],
        reps=document["reps"],
        holds=document["holds"],
        faults=faults,
        spells=document["cannot_judge"],
        trace=trace or {},
        full=_full(made.get("parameters", {})),
        cannot_see=drill.cannot_see if drill else (),
        not_judged=document.get("not_judged", {}),
        frames=document["frames"],
        frames_with_pose=document["frames_with_pose"],
        video=video,
        stills=stills,
    )
    model = f", model {made['model']}" if made.get("model") else ""
    return Report(
        title=f"{title}: form report",
        subtitle=str(document["clip"]),
        sets=[view],
        made_with=f"formcheck {made.get('formcheck', '')}{model}",
    )
