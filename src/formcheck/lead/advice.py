"""Today's session of a plan: what the past and the person's answers make of it, and its words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ..coach.plans import Plan
from ..coach.progression import Advice, Light, Past, advise, greens
from ..coach.safety import gate
from ..drill import Dose
from ..journal import Journal
from ..wording import in_words

__all__ = ["advice_lines", "advice_now", "dose_words", "last_red"]


def advice_now(journal: Journal, plan: Plan, today: date, past: Sequence[Past]) -> Advice:
    """Today's session of a plan, with the drills that the person's answers lock."""
    facts, done = journal.facts(), greens(past)
    locked = {}
    for entry in plan.drills:
        # The plan's own ladder opens harder forms; here only what a person said locks.
        found = gate(entry.name, facts, done, entry.variants[0] if entry.variants else None)
        if found is not None:
            instead = [in_words(d) for d in found.instead]
            locked[entry.name] = found.why + (f"; instead: {', '.join(instead)}" if instead else "")
    return advise(plan, past, today, locked)


def advice_lines(advice: Advice) -> list[str]:
    """What is planned, and why."""
    lines = [f"  walk {advice.walk_min:g} minutes"] if advice.walk_min else []
    for item in advice.drills:
        name = in_words(item.drill) + (f" ({item.variant})" if item.variant else "")
        lines.append(f"  {name}: {dose_words(item.dose, item.both_sides)} - {item.why}")
    if not advice.drills:
        lines.append("  no drills")
    lines += [f"  not now: {in_words(n)}: {why}" for n, why in advice.locked.items()]
    lines += advice.notes
    if advice.later:
        lines.append("Later: " + ", ".join(in_words(d) for d in advice.later))
    return lines


def dose_words(dose: Dose, both_sides: bool = False) -> str:
    """``3 sets of 10, hold 3 s, each side``."""
    parts = []
    if dose.reps is not None:
        sets = f"{dose.sets} sets of " if (dose.sets or 1) > 1 else ""
        parts.append(f"{sets}{dose.reps}{'' if sets else ' times'}")
        if dose.hold_s:
            parts.append(f"hold {dose.hold_s:g} s")
    elif dose.hold_s is not None:
        parts.append(f"{dose.sets or 1} x {dose.hold_s:g} s")
    return ", ".join(parts) + (", each side" if both_sides else "")


def last_red(past: Sequence[Past]) -> date | None:
    """The day of the last red light."""
    return max((p.told or p.day for p in past if p.light is Light.RED), default=None)
