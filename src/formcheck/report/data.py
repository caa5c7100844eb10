"""What a report shows, gathered from the journal or from one result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import fmean
from typing import TYPE_CHECKING, Any

from ..journal import Journal
from ..journal.queries import mean_form
from ..journal.rules import parameters_of, trace_of
from ..journal.times import local
from ..wording import in_words, title_of

if TYPE_CHECKING:
    from ..drill import Drill

__all__ = [
    "DayView",
    "PainView",
    "Report",
    "Seen",
    "SessionView",
    "SetView",
    "Still",
    "from_journal",
    "from_result",
    "seen_in",
    "with_stills",
]

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Still:
    """A picture of the worst moment of a fault: JPEG bytes and what it shows."""

    code: str
    t: float
    jpeg: bytes
    alt: str


@dataclass(frozen=True)
class Seen:
    """One kind of fault in a set: ``what`` the camera saw and the ``cue`` as sentences, in how
    many repetitions or holds, and ``at`` which second it was at its worst."""

    code: str
    what: str
    cue: str
    severity: int
    certain: bool
    times: int
    at: float

    @property
    def name(self) -> str:
        return in_words(self.code)


@dataclass(frozen=True)
class SetView:
    """One set. ``reps`` and ``holds`` are rows as results write them, each with its ``faults``;
    ``faults`` are all of the set's, ``spells`` those in which nothing could be judged; ``trace``
    is the main signal (``t``, ``v``) or empty; ``motion`` the rule's levels; ``planned`` may
    hold ``reps`` and ``hold_s``. ``score`` (form and how much was done, in one) is None where there
    is none."""

    title: str
    drill: str
    side: str | None
    score: int | None
    seconds: float
    reps: Sequence[Row]
    holds: Sequence[Row]
    faults: Sequence[Row]
    spells: Sequence[Row]
    seen: Sequence[Seen] = ()
    trace: Row = field(default_factory=dict)
    motion: Row = field(default_factory=dict)
    planned: Row = field(default_factory=dict)
    comfort: bool = False  # a stretch: comfort sets its range, so none is shown
    nth: str = ""
    status: str = "done"
    started: str = ""
    camera: str = ""
    cannot_see: Sequence[str] = ()
    not_judged: Sequence[Row] | Mapping[str, str] = ()  # spans; code -> reason in older ones
    notes: Sequence[str] = ()
    frames: int = 0
    frames_with_pose: int = 0
    video: str | None = None
    stills: Sequence[Still] = ()

    @property
    def name(self) -> str:
        """``Clamshell, left side, set 1 of 2``."""
        side = f"{self.side} side" if self.side else ""
        return ", ".join(part for part in (self.title, side, self.nth) if part)

    @property
    def complete(self) -> int:
        return sum(bool(r["complete"]) for r in self.reps)

    @property
    def form(self) -> int | None:
        """The mean score of what was done, however much that was."""
        scores = [p["score"] for p in (*self.reps, *self.holds) if p.get("score") is not None]
        if self.score is None or not scores:
            return self.score
        return round(fmean(scores))

    def letter(self, code: str) -> str:
        """What marks this fault in the plot and the table: A is the one to work on first."""
        n = next((n for n, s in enumerate(self.seen) if s.code == code), len(self.seen))
        return chr(ord("A") + min(n, 25))


@dataclass(frozen=True)
class SessionView:
    """Sets that belong together, under a heading; ``about`` are a few words on the whole."""

    heading: str
    sets: Sequence[SetView]
    about: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def form(self) -> int | None:
        """The mean of the sets that have one."""
        forms = [s.form for s in self.sets if s.form is not None]
        return round(fmean(forms)) if forms else None


@dataclass(frozen=True)
class PainView:
    """The diary of one session, 0 to 10, None where nothing was said; ``light`` in words."""

    day: str
    before: int | None
    after: int | None
    next_day: int | None
    light: str
    also: str = ""


@dataclass(frozen=True)
class DayView:
    """One drill on one day, for trends; ``side`` is empty where sides do not matter."""

    day: str
    drill: str
    side: str
    form: float


@dataclass(frozen=True)
class Report:
    """Everything one file shows. ``days`` are those with exercise, ``today`` when it was made."""

    title: str
    subtitle: str
    sessions: Sequence[SessionView]
    trend: Sequence[DayView] = ()
    days: Sequence[date] = ()
    today: date | None = None
    pain: Sequence[PainView] = ()
    made_with: str = ""


def day_words(day: str, short: bool = False) -> str:
    """``Friday 13 November 2026``, or ``Fri 13 Nov 26``."""
    found = date.fromisoformat(day)
    if short:
        return f"{found:%a} {found.day} {found:%b %y}"
    return f"{found:%A} {found.day} {found:%B %Y}"


def seen_in(faults: Sequence[Row], parts: Sequence[Row], drill: Drill | None = None) -> list[Seen]:
    """Each kind of fault once, the most severe and most frequent first.

    Args:
        faults: rows of the set.
        parts: its repetitions and holds, each with its ``faults``. A worst moment is the top of
            the repetition, else the middle of the fault.
        drill: knows in words what was seen, and of which faults less is worse.
    """
    known = {f.code: f for f in drill.faults} if drill else {}

    def badness(fault: Row) -> float:
        size = float(fault.get("magnitude") or 0.0)
        return -size if fault["code"] in known and known[fault["code"]].below else size

    found = []
    for code in dict.fromkeys(f["code"] for f in faults):
        same = [f for f in faults if f["code"] == code]
        worst = max(same, key=badness)
        start = worst["from_s"]
        end = start if worst.get("to_s") is None else worst["to_s"]
        tops = [p["peak_s"] for p in parts if start <= (p.get("peak_s") or -1) <= end]
        of = sum(any(f["code"] == code for f in p.get("faults", ())) for p in parts)
        found.append(
            Seen(
                code=code,
                what=known[code].saw if code in known else "",
                cue=worst.get("cue") or "",
                severity=max(f["severity"] for f in same),
                certain=all(f.get("certain", True) for f in same),
                times=of or len(same),
                at=tops[0] if tops else (start + end) / 2,
            )
        )
    return sorted(found, key=lambda s: (-s.severity, -s.times, s.code))


# -- from the journal ----------------------------------------------------------------------------


def from_journal(
    journal: Journal, sessions: Sequence[Row], drills: Mapping[str, Drill], version: str
) -> Report:
    """A report of these sessions, with trends and diary over the whole journal.

    Args:
        sessions: rows of the journal's ``sessions``.
        drills: by name, for titles and what cannot be seen; unknown names are ignored.
    """
    from ..journal.past import past_sessions

    days = [s["day"] for s in sessions]
    one_day = len(set(days)) < 2
    subtitle = day_words(days[0]) if days else ""
    return Report(
        title="Exercise report",
        subtitle=subtitle if one_day else f"{subtitle} to {day_words(days[-1])}",
        sessions=[_session(journal, s, drills, named=not one_day) for s in sessions],
        trend=_trend(journal, drills),
        days=[p.day for p in past_sessions(journal) if p.done or p.walked],
        today=journal.now().date(),
        pain=_pain(journal),
        made_with=f"formcheck {version}",
    )


def _session(
    journal: Journal, session: Row, drills: Mapping[str, Drill], named: bool
) -> SessionView:
    clock, ended = (
        f"{local(at, session['offset_min']):%H:%M}" if at else ""
        for at in (session["started_at"], session["ended_at"])
    )
    about = [f"{clock} to {ended}" if ended else f"from {clock}"]
    if session["plan"]:
        about.append(f"plan {session['plan']}")
    for row in journal.children("activity", session["id"]):
        about.append(f"{in_words(row['kind'])} {row['minutes']:g} min")
    if session["status"] != "done":
        about.append("ended early")
    rows = journal.children("sets", session["id"])
    kinds = [(r["drill"], r["variant"], r["side"]) for r in rows]
    sets = []
    for n, (row, kind) in enumerate(zip(rows, kinds, strict=True)):
        view = _set(journal, row, drills.get(row["drill"]))
        of = kinds.count(kind)
        nth = f"set {kinds[: n + 1].count(kind)} of {of}" if of > 1 else ""
        sets.append(replace(view, nth=nth))
    return SessionView(
        heading=day_words(session["day"]) if named else "The session",
        sets=sets,
        about=about,
        notes=[n["text"] for n in journal.children("notes", session["id"])],
    )


def _set(journal: Journal, row: Row, drill: Drill | None) -> SetView:
    reps, holds, faults, spells = (
        journal.of_set(table, row["id"]) for table in ("reps", "holds", "faults", "spells")
    )
    for kind, parts in (("rep", reps), ("hold", holds)):
        for part in parts:
            part["faults"] = [f for f in faults if f[kind] == part["n"]]
    made = parameters_of(row["parameters"]) or {}
    ends = [r["end_s"] for r in reps] + [h["to_s"] for h in holds]
    variant = f" ({in_words(row['variant'])})" if row["variant"] else ""
    view = SetView(
        title=title_of(row["drill"], drill) + variant,
        drill=row["drill"],
        side=row["side"],
        score=None if row["status"] == "ouch" else row["score"],
        seconds=row["seconds"] or max(ends, default=0.0),
        reps=reps,
        holds=holds,
        faults=faults,
        spells=spells,
        seen=seen_in(faults, [*reps, *holds], drill),
        trace=trace_of(row["trace"]) or {},
        motion=made.get("motion") or {},
        planned={"reps": row["planned_reps"], "hold_s": row["planned_hold_s"]},
        status=row["status"],
        started=local(row["started_at"], row["offset_min"]).isoformat(),
        not_judged=made.get("not_judged") or (),
        notes=made.get("notes", ()),
        frames=row["frames"] or 0,
        frames_with_pose=row["frames_with_pose"] or 0,
    )
    return _explained(view, drill)


def _explained(view: SetView, drill: Drill | None) -> SetView:
    """With what only the drill itself knows."""
    if drill is None:
        return view
    return replace(
        view,
        camera=drill.camera,
        cannot_see=drill.cannot_see,
        comfort=drill.weights == "stretch",
    )


def _trend(journal: Journal, drills: Mapping[str, Drill]) -> list[DayView]:
    return [
        DayView(r["day"], title_of(r["drill"], drills.get(r["drill"])), r["side"], r["form"])
        for r in mean_form(journal)
    ]


def _pain(journal: Journal) -> list[PainView]:
    from ..coach.progression import light_of
    from ..journal.past import pain_of

    found = []
    for session in journal.sessions():
        rows = {r["moment"]: r for r in journal.children("pain", session["id"])}
        if rows:
            pain = pain_of(rows)
            also = ["stiff on getting up"] if pain.stiff_next else []
            also += ["something new in a leg"] if pain.leg_after or pain.leg_next else []
            found.append(
                PainView(session["day"], pain.before, pain.after, pain.next_day,
                         light_of(pain).word, ", ".join(also))
            )  # fmt: skip
    return found


# -- from a result -------------------------------------------------------------------------------


def from_result(
    document: Row,
    drill: Drill | None = None,
    *,
    trace: Row | None = None,
    video: str | None = None,
) -> Report:
    """A report of one ``formcheck.result/1`` document.

    Raises:
        KeyError: a key that the format promises is missing.
    """
    made = document.get("provenance", {})
    parameters = made.get("parameters", {})
    parts = [*document["reps"], *document["holds"]]
    faults = document.get("faults")
    if faults is None:
        faults = [f for part in parts for f in part["faults"]]
    title = title_of(str(document["drill"]), drill)
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
        seen=seen_in(faults, parts, drill),
        trace=trace or {},
        motion=parameters.get("motion") or {},
        planned=parameters.get("dose") or {},
        not_judged=document.get("not_judged", ()),
        notes=document.get("notes", ()),
        frames=document["frames"],
        frames_with_pose=document["frames_with_pose"],
        video=video,
    )
    model = f", model {made['model']}" if made.get("model") else ""
    return Report(
        title=f"{title}: form report",
        subtitle=str(document["clip"]),
        sessions=[SessionView("", [_explained(view, drill)])],
        made_with=f"formcheck {made.get('formcheck', '')}{model}",
    )


def with_stills(report: Report, stills: Sequence[Still]) -> Report:
    """A report of one result, with pictures."""
    session = report.sessions[0]
    view = replace(session.sets[0], stills=stills)
    return replace(report, sessions=[replace(session, sets=[view])])
