"""How much today, and why: the session rules of drills.md 4.3 as pure functions over the past.

Nothing here keeps a state of its own. What a person does next follows from what the journal
says they did, how it felt, and the plan; deleting a day from the journal deletes its influence.

Figures marked EC in drills.md are engineering choices, not findings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import IntEnum

from ..drill import Dose
from ..wording import title_of
from .plans import Plan, PlanDrill

__all__ = [
    "Advice",
    "Done",
    "Level",
    "Light",
    "Pain",
    "Past",
    "Planned",
    "advise",
    "greens",
    "ladder",
    "light_of",
    "warm_up_left",
    "weeks",
]

#: Drill and the form of it that is done.
Key = tuple[str, "str | None"]


# -- the traffic light (4.3.3) -------------------------------------------------------------------


class Light(IntEnum):
    """How well the person tolerated a session. The worse of two is the larger."""

    GREEN = 0
    UNKNOWN = 1
    AMBER = 2
    RED = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Pain:
    """The person's own numbers around a session, 0 to 10; None where not answered.

    ``leg_after`` and ``leg_next`` tell of new or worse leg pain, tingling or numbness,
    ``stiff_next`` of new stiffness on getting up.
    """

    before: int | None = None
    after: int | None = None
    next_day: int | None = None
    leg_after: bool = False
    leg_next: bool = False
    stiff_next: bool = False


def light_of(pain: Pain) -> Light:
    """Green, amber, red, or unknown while an answer is missing that green needs."""
    worst = Light.GREEN
    before = pain.before
    if pain.leg_after or pain.leg_next:
        return Light.RED
    if pain.after is not None:
        rise = 0 if before is None else pain.after - before
        if pain.after >= 6 or rise >= 3:
            worst = Light.RED
        elif pain.after >= 4 or rise >= 2:
            worst = Light.AMBER
    if pain.next_day is not None and before is not None:
        rise = pain.next_day - before
        if rise >= 3:
            worst = Light.RED
        elif rise >= 1:
            worst = max(worst, Light.AMBER)
    if pain.stiff_next:
        worst = max(worst, Light.AMBER)
    answered = None not in (before, pain.after, pain.next_day)
    return worst if answered or worst is not Light.GREEN else Light.UNKNOWN


# -- what was done -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """One drill in one session: the dose it was planned with, its mean set score, and whether
    the person stopped it with "ouch"."""

    drill: str
    dose: Dose
    score: float | None = None
    variant: str | None = None
    ouch: bool = False

    @property
    def key(self) -> Key:
        return self.drill, self.variant


@dataclass(frozen=True)
class Past:
    """One session of the past.

    ``told`` is the day of the last answer about it (the next day's, mostly): a red light asks
    for rest from then. ``near_falls`` are those the camera saw.
    """

    day: date
    light: Light
    done: tuple[Done, ...] = ()
    told: date | None = None
    walked: bool = False
    near_falls: int = 0

    def drill_light(self, done: Done) -> Light:
        """The session's light, and at least amber for a drill that was stopped with "ouch"."""
        return max(self.light, Light.AMBER) if done.ouch else self.light

    def blamed(self) -> tuple[str, ...]:
        """The drills a red light stops: those that were stopped with "ouch", else all."""
        ouch = tuple(d.drill for d in self.done if d.ouch)
        return ouch or tuple(d.drill for d in self.done)


# -- the ladder of doses (4.3.4, 4.3.5) ----------------------------------------------------------

STEP_REPS = 2
STEP_HOLD_S = 5.0


@dataclass(frozen=True)
class Level:
    """One rung: a dose of one form of a drill."""

    dose: Dose
    variant: str | None = None


def ladder(entry: PlanDrill, start_share: float) -> tuple[Level, ...]:
    """Every rung from the first dose to the plan's, one change a rung, never beyond the plan.

    The first dose is ``start_share`` of the plan's: of its repetitions, or of its hold where it
    has none. Then repetitions, hold, and the harder variant, each from its own first dose.
    """
    goal = entry.dose
    longest = entry.build_hold_s or goal.hold_s
    if goal.reps is not None:
        first = replace(goal, reps=math.ceil(goal.reps * start_share))
    else:
        assert goal.hold_s is not None  # a plan has one of the two
        first = replace(goal, hold_s=float(math.ceil(goal.hold_s * start_share)))
    doses = [first]
    while goal.reps is not None and (doses[-1].reps or 0) < goal.reps:
        doses.append(replace(doses[-1], reps=min(goal.reps, (doses[-1].reps or 0) + STEP_REPS)))
    while longest is not None and (doses[-1].hold_s or 0) < longest:
        doses.append(replace(doses[-1], hold_s=min(longest, (doses[-1].hold_s or 0) + STEP_HOLD_S)))
    return tuple(Level(dose, variant) for variant in (entry.variants or (None,)) for dose in doses)


def _reached(rungs: Sequence[Level], done: Done) -> int:
    """The highest rung that asks no more than what was done; -1 when even the first asks more."""
    fits = [
        number
        for number, rung in enumerate(rungs)
        if rung.variant == done.variant and _at_most(rung.dose, done.dose)
    ]
    if fits:
        return fits[-1]
    # Below the first rung of its own form, or a form the plan does not know.
    firsts = [n for n, rung in enumerate(rungs) if rung.variant == done.variant]
    return firsts[0] - 1 if firsts else -1


def _step_down(rungs: Sequence[Level], done: Done) -> Level:
    """The rung below what was done; what was done itself where there is none."""
    rung = _reached(rungs, done)
    if rung >= 0 and rungs[rung].variant == done.variant:
        if not _at_most(done.dose, rungs[rung].dose):
            return rungs[rung]  # it lay between two rungs
        rung -= 1
    return rungs[rung] if rung >= 0 else Level(done.dose, done.variant)


def _at_most(a: Dose, b: Dose) -> bool:
    return all(
        (getattr(a, key) or 0) <= (getattr(b, key) or 0) for key in ("sets", "reps", "hold_s")
    )


def _same(a: Done, b: Done) -> bool:
    return a.key == b.key and _at_most(a.dose, b.dose) and _at_most(b.dose, a.dose)


def less(dose: Dose, share: float = 0.7) -> Dose:
    """30 % off (4.3.3): of the repetitions, or of the hold where there are none."""
    if dose.reps is not None:
        return replace(dose, reps=max(1, math.floor(dose.reps * share)))
    if dose.hold_s is not None:
        return replace(dose, hold_s=float(max(1, math.floor(dose.hold_s * share))))
    return dose


# -- today ---------------------------------------------------------------------------------------

NEW_AFTER = timedelta(days=14)
NEW_GREENS = 6
STEP_GREENS = 3
STEP_SCORE = 70
RED_REST = timedelta(hours=48)
AWAY = timedelta(days=14)
TWO_AMBERS = 2
#: So many on one day end it (4.3.9), in the session itself, too.
NEAR_FALLS = 2
#: So many minutes of walking, marching or warming up are a warm-up (4.3.1, EC).
WARM_MIN = 3.0


@dataclass(frozen=True)
class Planned:
    """One drill of today. ``why`` says in words what this dose follows from; ``change`` is
    ``new``, ``harder``, ``more``, ``less`` or None."""

    drill: str
    dose: Dose
    why: str
    variant: str | None = None
    both_sides: bool = False
    change: str | None = None


@dataclass(frozen=True)
class Advice:
    """Today's session. ``notes`` are for the person; ``later`` are drills of the plan that are
    not up yet, ``locked`` those that are waiting for an answer, with the reason."""

    drills: tuple[Planned, ...]
    walk_min: float = 0
    warm_up_min: float = 0
    notes: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    locked: Mapping[str, str] = field(default_factory=dict)
    rest_until: date | None = None


@dataclass
class _Story:
    """What the past amounts to, session by session."""

    active: dict[str, date] = field(default_factory=dict)  # drill -> the day it was taken up
    keys: set[Key] = field(default_factory=set)
    last_new: date | None = None
    greens_since_new: int = 0
    ambers: int = 0
    stepped_back: set[str] = field(default_factory=set)  # by two ambers, not yet done again
    dropped: str | None = None  # by the last session

    def tell(self, past: Past) -> None:
        self.dropped = None
        for done in past.done:
            if done.key not in self.keys or done.drill not in self.active:
                self.keys.add(done.key)
                if done.drill not in self.active:
                    self.active[done.drill] = past.day
                self.last_new, self.greens_since_new = past.day, 0
            self.stepped_back.discard(done.drill)
        lights = [past.drill_light(d) for d in past.done]
        light = max(lights, default=past.light)
        if light is Light.GREEN and past.done:
            self.greens_since_new += 1
        if light is Light.AMBER:
            self.ambers += 1
        elif light is not Light.UNKNOWN:  # no answer: no progress, no penalty, no pardon
            self.ambers = 0
        if self.ambers == TWO_AMBERS:
            self.ambers = 0
            if len(self.active) > 1:
                newest = list(self.active)[-1]
                del self.active[newest]
                self.dropped = newest
                # It comes back like a new drill, no sooner.
                self.last_new, self.greens_since_new = past.day, 0
            self.stepped_back |= set(self.active)


def advise(
    plan: Plan,
    past: Sequence[Past],
    today: date,
    locked: Mapping[str, str] | None = None,
) -> Advice:
    """Today's drills and doses, each with its reason.

    At most one thing goes up in a session: one new drill, or one harder variant, or one step of
    one dose.

    Args:
        plan: what it builds up to.
        past: every session so far, oldest first.
        today: the local date.
        locked: drills that may not be done now, with the reason in words.
    """
    locked = {k: v for k, v in (locked or {}).items() if plan.drill(k)}
    story = _Story()
    for session in past:
        story.tell(session)
    resting, until = _resting(past, today)
    # A day after today is one of a place east of here, some hours ago.
    worst_today = max((p.light for p in past if p.day >= today), default=Light.GREEN)
    unsteady = sum(p.near_falls for p in past if p.day >= today) >= NEAR_FALLS
    if unsteady:
        until = max(until or today, today + timedelta(days=1))
    if worst_today is Light.RED or unsteady:
        note = "That is enough for today. Ease off and check with a physiotherapist or GP."
        return Advice((), notes=(note,), rest_until=until, locked=locked)
    notes: list[str] = []
    if resting:
        notes.append(
            f"{_names(resting)}: resting until {until:%A %d %B} after a hard day. "
            "Ease off and check with a physiotherapist or GP."
        )
    if story.dropped is not None:
        notes.append(f"{title_of(story.dropped)} is out for now: the last two sessions were hard.")
    open_entries = [e for e in plan.drills if e.name not in locked and e.name not in resting]
    planned, later = _as_before(plan, open_entries, past, today, story, begin=not resting)
    fresh = not any(p.done for p in past)
    if not resting and not fresh and all(p.change is None for p in planned):
        planned, later = _rise(plan, planned, later, past, today, story)
    return Advice(
        tuple(planned),
        walk_min=plan.walk_min,
        warm_up_min=plan.warm_up_min,
        notes=tuple(notes),
        later=tuple(later),
        locked=locked,
        rest_until=until if resting else None,
    )


def _as_before(
    plan: Plan,
    entries: Sequence[PlanDrill],
    past: Sequence[Past],
    today: date,
    story: _Story,
    begin: bool,
) -> tuple[list[Planned], list[str]]:
    """What is done already, or a small start, and the drills that come later; with ``begin`` a
    plan of which nothing was done yet begins with one thing."""
    planned: list[Planned] = []
    later: list[PlanDrill] = []
    fresh = not any(p.done for p in past)
    for entry in entries:
        if entry.name in story.active:
            planned.append(_dose_now(entry, plan, past, today, story))
        elif fresh and len(planned) < plan.at_first:
            rung = ladder(entry, plan.start_share)[0]
            planned.append(_planned(entry, rung, "a small start", "new"))
        else:
            later.append(entry)
    if later and not planned and begin:
        entry, *later = later
        planned = [
            _planned(entry, _first(entry, plan, past), "the first drill of this plan", "new")
        ]
    return planned, [entry.name for entry in later]


def warm_up_left(plan: Plan, logged_min: float) -> float:
    """Minutes of warming up before the first set, given those just done: all, or none (4.3.1)."""
    return 0.0 if logged_min >= WARM_MIN else plan.warm_up_min


def _resting(past: Sequence[Past], today: date) -> tuple[tuple[str, ...], date | None]:
    """Drills within 48 h of a red light, and the first day they may be done again."""
    names: dict[str, None] = {}
    until: date | None = None
    for session in past:
        free = (session.told or session.day) + RED_REST
        if session.light is Light.RED and today < free:
            names |= dict.fromkeys(session.blamed())
            until = max(free, until or free)
    return tuple(names), until


def _of(drill: str, past: Iterable[Past]) -> list[tuple[Past, Done]]:
    return [(p, d) for p in past for d in p.done if d.drill == drill]


def _last(entry: PlanDrill, past: Sequence[Past]) -> tuple[Past, Done]:
    """The last time a drill was done; a form the plan does not know counts as its easiest."""
    session, done = _of(entry.name, past)[-1]
    forms = entry.variants or (None,)
    return session, done if done.variant in forms else replace(done, variant=forms[0])


def _first(entry: PlanDrill, plan: Plan, past: Sequence[Past]) -> Level:
    """The first rung; for a drill that was dropped, no more than it had come down to."""
    rung = ladder(entry, plan.start_share)[0]
    if not _of(entry.name, past):
        return rung
    _, done = _last(entry, past)
    return rung if _at_most(rung.dose, done.dose) else Level(done.dose, rung.variant)


def _dose_now(
    entry: PlanDrill, plan: Plan, past: Sequence[Past], today: date, story: _Story
) -> Planned:
    """An active drill's dose before anything goes up: as before, or less, and why."""
    rungs = ladder(entry, plan.start_share)
    session, done = _last(entry, past)
    below = _step_down(rungs, done)
    light = session.drill_light(done)
    if light is Light.RED:
        return _planned(entry, below, "one step back after a hard day", "less")
    if today - session.day >= AWAY:
        return _planned(entry, below, "one step back after two weeks away", "less")
    cut = Level(less(done.dose), done.variant)
    if entry.name in story.stepped_back:
        # A step down, and at least the 30 % off that the last amber asks for.
        smaller = below if _at_most(below.dose, cut.dose) else cut
        return _planned(entry, smaller, "one step back after two sore days", "less")
    if light is Light.AMBER:
        return _planned(entry, cut, "30 % less after a sore day", "less")
    kept = Level(_capped(done.dose, rungs[-1].dose), done.variant)
    return _planned(entry, kept, "as last time")


def _rise(
    plan: Plan,
    planned: list[Planned],
    later: list[str],
    past: Sequence[Past],
    today: date,
    story: _Story,
) -> tuple[list[Planned], list[str]]:
    """Let at most one thing go up: something new if its time has come, else one dose."""
    last_light = max((past[-1].drill_light(d) for d in past[-1].done), default=past[-1].light)
    if last_light in (Light.AMBER, Light.RED):
        return planned, later
    new_allowed = (
        story.last_new is not None
        and today - story.last_new >= NEW_AFTER
        and story.greens_since_new >= NEW_GREENS
    )
    earned = {
        p.drill: _next_rung(plan, p, past) for p in planned if _earned(_of(p.drill, past))
    }  # fmt: skip
    if new_allowed:
        for number, item in enumerate(planned):
            up = earned.get(item.drill)
            if up is not None and up.variant != item.variant:
                entry = plan.drill(item.drill)
                assert entry is not None
                planned[number] = _planned(
                    entry, up, f"two good weeks: now {up.variant}, from a small dose", "harder"
                )
                return planned, later
        if later:
            entry = plan.drill(later[0])
            assert entry is not None
            new = _planned(
                entry,
                _first(entry, plan, past),
                "new: two good weeks and six green sessions",
                "new",
            )
            return [*planned, new], later[1:]
    for number, item in enumerate(planned):
        up = earned.get(item.drill)
        if up is not None and up.variant == item.variant:
            entry = plan.drill(item.drill)
            assert entry is not None
            what = _difference(item.dose, up.dose)
            planned[number] = _planned(entry, up, f"three green days in a row: {what}", "more")
            break
    return planned, later


def _earned(times: Sequence[tuple[Past, Done]]) -> bool:
    """Three greens in a row at one and the same dose, each scored at least 70."""
    last = times[-STEP_GREENS:]
    return len(last) == STEP_GREENS and all(
        session.drill_light(done) is Light.GREEN
        and _same(done, last[0][1])
        and done.score is not None
        and done.score >= STEP_SCORE
        for session, done in last
    )


def _next_rung(plan: Plan, item: Planned, past: Sequence[Past]) -> Level | None:
    entry = plan.drill(item.drill)
    assert entry is not None
    rungs = ladder(entry, plan.start_share)
    rung = _reached(rungs, _last(entry, past)[1])
    return rungs[rung + 1] if rung + 1 < len(rungs) else None


def _capped(dose: Dose, most: Dose) -> Dose:
    """Never above the plan's dose by default, whatever was done on one's own."""

    def least(a: float | None, b: float | None) -> float | None:
        return b if a is None else a if b is None else min(a, b)

    return Dose(
        reps=None if most.reps is None else int(least(dose.reps, most.reps) or 1),
        hold_s=least(dose.hold_s, most.hold_s) if most.hold_s is not None else None,
        sets=None if most.sets is None else int(least(dose.sets, most.sets) or 1),
        rest_s=most.rest_s,
    )


def _planned(entry: PlanDrill, level: Level, why: str, change: str | None = None) -> Planned:
    return Planned(entry.name, level.dose, why, level.variant, entry.both_sides, change)


def _difference(old: Dose, new: Dose) -> str:
    if (new.reps or 0) > (old.reps or 0):
        return f"{(new.reps or 0) - (old.reps or 0)} more repetitions"
    return f"{(new.hold_s or 0) - (old.hold_s or 0):g} seconds more hold"


def _names(drills: Iterable[str]) -> str:
    return ", ".join(title_of(d) for d in drills)


# -- counts for people (4.3.7) -------------------------------------------------------------------

DAYS_A_WEEK = 3


@dataclass(frozen=True)
class Weeks:
    """Days with a session (a walk counts) in this calendar week, and how many weeks so far had
    at least three."""

    this_week: int
    full_weeks: int


def weeks(days: Iterable[date], today: date) -> Weeks:
    """Count different days by calendar week, Monday first."""

    def monday(day: date) -> date:
        return day - timedelta(days=day.weekday())

    by_week: dict[date, set[date]] = {}
    for day in days:
        by_week.setdefault(monday(day), set()).add(day)
    full = sum(len(found) >= DAYS_A_WEEK for found in by_week.values())
    return Weeks(len(by_week.get(monday(today), ())), full)


def greens(past: Iterable[Past]) -> dict[Key, int]:
    """How many green sessions each drill, in each form, has had."""
    found: dict[Key, int] = {}
    for session in past:
        for done in session.done:
            if session.drill_light(done) is Light.GREEN:
                found[done.key] = found.get(done.key, 0) + 1
    return found
