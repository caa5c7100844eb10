"""The page of the day: what is due, why, and what is asked first."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..coach.plans import FIRST_PLAN, Plan, find_plan, plan_names
from ..coach.progression import DAYS_A_WEEK, weeks
from ..coach.safety import questions_due
from ..errors import InputError, UsageError, one_line
from ..journal.past import last_check, past_sessions, unanswered
from ..journal.queries import last_plan
from ..lead.advice import advice_now, dose_words, last_red
from ..wording import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..drill import Drill
    from ..journal import Journal
    from .bridge import Home

__all__ = ["note", "today"]


def today(journal: Journal, home: Home, drills: Mapping[str, Drill], name: str) -> dict[str, Any]:
    """What is planned today and why.

    Args:
        name: of the plan; empty for the last one, or the first.

    Raises:
        UsageError, InputError: there is no such plan, or its file cannot be read.
    """
    now = journal.now()
    past = past_sessions(journal)
    plan = _plan(journal, home, name)
    advice = advice_now(journal, plan, now.date(), past)
    cut_off = any(
        row["day"] == now.date().isoformat() and row["plan"] == plan.name
        for row in journal.left_open()
    )
    count = weeks([p.day for p in past], now.date())
    did = {done.drill for p in past if p.day >= now.date() for done in p.done}
    return {
        "day": f"{now:%A} {now.day} {now:%B}",
        "plan": {"name": plan.name, "title": plan.title, "about": plan.about},
        "plans": [_brief(n, home) for n in plan_names(home.plans)],
        "first": last_check(journal) is None,
        "asks": questions_due(last_check(journal), now.date(), last_red=last_red(past)),
        "asks_yesterday": bool(unanswered(journal, now)),
        "cut_off": cut_off,
        "done": bool(did.intersection(d.name for d in plan.drills)) and not cut_off,
        "warm_up_min": plan.warm_up_min,
        "walk_min": advice.walk_min,
        "drills": [
            {
                "name": item.drill,
                "title": title_of(item.drill, drills.get(item.drill)),
                "variant": item.variant or "",
                "dose": dose_words(item.dose, item.both_sides),
                "why": item.why,
            }
            for item in advice.drills
        ],
        "locked": [
            {"title": title_of(n, drills.get(n)), "why": w} for n, w in advice.locked.items()
        ],
        "later": [title_of(n, drills.get(n)) for n in advice.later],
        "notes": list(advice.notes),
        "rests": advice.rest_until is not None,
        "week": {"days": count.this_week, "of": DAYS_A_WEEK, "full": count.full_weeks},
        "elsewhere": [pid for pid in journal.live_elsewhere() if pid != os.getpid()],
        "problem": journal.problem or "",
    }


def note(journal: Journal, walked: object, text: object) -> None:
    """Keep a walk in minutes, or a few words.

    Raises:
        UsageError: neither, or minutes that cannot be.
    """
    minutes = walked if isinstance(walked, (int, float)) and not isinstance(walked, bool) else None
    if minutes is not None and not 0 < minutes <= 1440:
        raise UsageError(f"expected minutes above 0 and up to 1440, got {minutes:g}")
    words = text.strip()[:2000] if isinstance(text, str) else ""
    if minutes is None and not words:
        raise UsageError("expected minutes of a walk or a note, got neither")
    journal.note_down(__version__, minutes, words)


def _plan(journal: Journal, home: Home, name: str) -> Plan:
    if name:
        return find_plan(name, home.plans)
    last = last_plan(journal)
    if last is not None and last in plan_names(home.plans):
        return find_plan(last, home.plans)
    return find_plan(FIRST_PLAN, home.plans)


def _brief(name: str, home: Home) -> dict[str, Any]:
    try:
        plan = find_plan(name, home.plans)
    except (UsageError, InputError) as error:
        return {"name": name, "title": name, "problem": one_line(error)}
    return {"name": plan.name, "title": plan.title, "builtin": plan.builtin}
