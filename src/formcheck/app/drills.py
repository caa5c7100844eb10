"""The pages of drills and plans: cards, where to lie or stand, and a plan of one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..coach.plans import Plan, check_drills, find_plan, parse_plan, plan_names
from ..errors import InputError, UsageError, one_line
from ..files import Part
from ..lead.advice import dose_words
from ..wording import in_words

if TYPE_CHECKING:
    from pathlib import Path

    from ..drill import Drill

__all__ = ["card", "cards", "plans", "save_plan"]


def cards(drills: Mapping[str, Drill]) -> list[dict[str, Any]]:
    """Every drill in a line or two."""
    return [
        {
            "name": drill.name,
            "title": drill.title,
            "summary": drill.summary,
            "kind": drill.kind,
            "view": drill.view.name,
            "dose": dose_words(drill.dose),
            "sides": drill.sides.value,
            "asked": {
                "sets": drill.dose.sets or 1,
                "reps": drill.dose.reps,
                "hold_s": drill.dose.hold_s,
            },
        }
        for drill in drills.values()
    ]


def card(drill: Drill) -> dict[str, Any]:
    """A drill's whole card: headings with a text or a list."""
    from ..catalogue.cards import sections

    parts = [
        {"head": head, "text": said if isinstance(said, str) else "", "list": _items(said)}
        for head, said in sections(drill)
    ]
    return {"name": drill.name, "title": drill.title, "summary": drill.summary, "parts": parts}


def _items(said: str | tuple[str, ...]) -> list[list[str]]:
    return [] if isinstance(said, str) else [item.splitlines() for item in said]


# -- plans ---------------------------------------------------------------------------------------


def plans(folder: Path | None, drills: Mapping[str, Drill]) -> list[dict[str, Any]]:
    """All plans, with what each asks; one that cannot be read says why."""
    found = []
    for name in plan_names(folder):
        try:
            found.append(_plan(find_plan(name, folder), drills))
        except InputError as error:
            found.append({"name": name, "title": name, "problem": one_line(error)})
    return found


def _plan(plan: Plan, drills: Mapping[str, Drill]) -> dict[str, Any]:
    return {
        "name": plan.name,
        "title": plan.title,
        "about": plan.about,
        "own": not plan.builtin,
        "warm_up_min": plan.warm_up_min,
        "walk_min": plan.walk_min,
        "drills": [
            {
                "name": entry.name,
                "title": drills[entry.name].title if entry.name in drills else in_words(entry.name),
                "dose": dose_words(entry.dose, entry.both_sides),
            }
            for entry in plan.drills
        ],
    }


def save_plan(said: Mapping[str, Any], folder: Path | None, drills: Mapping[str, Drill]) -> str:
    """Keep a plan that was put together on the page; gives its name.

    The text is read as any plan is before it is kept, so what is kept can be used. Its name is made
    from its title: nothing that the page says becomes a path.

    Raises:
        UsageError: it has no title, its name is a built-in plan's, or there is no folder.
        InputError: a dose is out of range, or a drill is unknown.
    """
    title = str(said.get("title", "")).strip()[:80]
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40]
    if not name:
        raise UsageError("expected a name for the plan, with letters in it")
    if name in plan_names(None):
        raise UsageError(f"{name!r} is a plan that comes with formcheck; choose another name")
    if folder is None:
        raise UsageError("there is no folder for plans of your own")
    text = _toml(title, said)
    check_drills(parse_plan(name, text, title), drills)
    folder.mkdir(parents=True, exist_ok=True)
    with Part(folder / f"{name}.toml") as part:
        part.path.write_text(text, encoding="utf-8")
        part.keep()
    return name


def _toml(title: str, said: Mapping[str, Any]) -> str:
    lines = [f"title = {_text(title)}", 'about = "My own plan."']
    lines += [f"{key} = {_value(said[key])}" for key in ("warm_up_min", "walk_min") if key in said]
    lines += ["start_share = 1.0", f"at_first = {max(1, len(said.get('drills') or []))}"]
    for entry in said.get("drills") or []:
        if not isinstance(entry, Mapping):
            raise UsageError("expected drills with their doses")
        lines += ["", "[[drill]]", f"name = {_text(str(entry.get('name', '')))}"]
        lines += [
            f"{key} = {_value(entry[key])}"
            for key in ("sets", "reps", "hold_s", "rest_s")
            if entry.get(key) is not None
        ]
        if entry.get("both") is True:
            lines.append('sides = "both"')
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A TOML string: JSON's escapes are TOML's, too."""
    import json

    return json.dumps(value, ensure_ascii=True)


def _value(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UsageError("expected numbers for the dose")
    return f"{value:g}"
