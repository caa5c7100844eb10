"""Plans: which drills, how much, in which order. One TOML file a plan.

A plan file::

    title = "Balance and hips"
    about = "Four drills for standing and hips."
    warm_up_min = 5        # minutes; 0 for none
    walk_min = 10          # minutes of walking on the day; 0 (or left out) for none
    at_first = 2           # drills a newcomer starts with; the others come one by one
    start_share = 0.5      # share of the dose a newcomer starts with

    [[drill]]              # in the order in which they are taken up
    name = "clamshell"
    sets = 3
    reps = 15              # repetitions a set; left out for one hold a set
    hold_s = 1             # seconds held, each repetition (or the set's one hold)
    build_hold_s = 10      # the hold may grow to this; left out: it stays
    sides = "both"         # both: one side after the other; one: sides do not matter
    rest_s = 30            # between sets
    variants = ["knees", "full"]   # easiest first; left out: one form only

A plan of the user's own folder wins over a built-in one of the same name. Drill names are
checked by :func:`check_drills` when the plan is used, since own drills may come and go.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...drill import Dose
from ...errors import InputError, UsageError
from ...files import MOST_SETTINGS, brief, listed, parse_toml, read_text

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable  # 3.11 on

__all__ = [
    "FIRST_PLAN",
    "Plan",
    "PlanDrill",
    "check_drills",
    "find_plan",
    "parse_plan",
    "plan_names",
]

#: Who has no plan yet begins with this one.
FIRST_PLAN = "start-small"


@dataclass(frozen=True)
class PlanDrill:
    """One drill of a plan; ``dose`` is what it builds up to, never beyond."""

    name: str
    dose: Dose
    build_hold_s: float | None = None
    both_sides: bool = False
    variants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A named list of drills. ``builtin`` tells whether it came with the program."""

    name: str
    title: str
    about: str
    drills: tuple[PlanDrill, ...]
    warm_up_min: float = 5
    walk_min: float = 0
    at_first: int = 2
    start_share: float = 0.5
    builtin: bool = False

    def drill(self, name: str) -> PlanDrill | None:
        """The plan's entry for a drill, None if it has none."""
        return next((d for d in self.drills if d.name == name), None)


def plan_names(folder: Path | None = None) -> list[str]:
    """The names of all plans: the user's own ``folder`` and the built-in ones."""
    names = {_stem(file.name) for file in _builtin()}
    if folder is not None:
        names |= {file.stem for file in listed(folder, ".toml")}
    return sorted(names)


def find_plan(name: str, folder: Path | None = None) -> Plan:
    """A plan by its name.

    Raises:
        UsageError: there is none; the message names the nearest.
        InputError: its file cannot be read or says something that a plan must not.
    """
    own = folder / f"{name}.toml" if folder is not None else None
    if own is not None and os.path.lexists(own):
        try:
            text = read_text(own, MOST_SETTINGS)
        except OSError as error:
            raise InputError(f"{own} cannot be read ({error.strerror or error})") from error
        return parse_plan(name, text, str(own))
    for file in _builtin():
        if _stem(file.name) == name:
            return parse_plan(name, file.read_text(encoding="utf-8"), file.name, builtin=True)
    names = plan_names(folder)
    near = difflib.get_close_matches(name, names, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
    raise UsageError(f"no plan is called {name!r}; {hint}")


def check_drills(plan: Plan, names: Iterable[str]) -> None:
    """See that every drill of the plan exists.

    Raises:
        InputError: one does not; the message names it and the nearest that does.
    """
    names = list(names)
    for number, entry in enumerate(plan.drills, 1):
        if entry.name not in names:
            near = difflib.get_close_matches(entry.name, names, 1)
            hint = f"; did you mean {near[0]}?" if near else "; see formcheck drills"
            raise InputError(
                f"plan {plan.name}: drill {number}: name: no drill is called {entry.name!r}{hint}"
            )


# -- reading -----------------------------------------------------------------------------------

_Number = tuple[type, float, float]
_PLAN: Mapping[str, _Number] = {
    "warm_up_min": (float, 0, 60),
    "walk_min": (float, 0, 240),
    "at_first": (int, 1, 50),
    "start_share": (float, 0.1, 1),
}
_DRILL: Mapping[str, _Number] = {
    "sets": (int, 1, 20),
    "reps": (int, 1, 200),
    "hold_s": (float, 0.5, 600),
    "build_hold_s": (float, 0.5, 600),
    "rest_s": (float, 0, 600),
}


def parse_plan(name: str, text: str, source: str, *, builtin: bool = False) -> Plan:
    """Read and check a plan; ``source`` is named in errors.

    Raises:
        InputError: one line that names the key, what was expected and what came.
    """
    try:
        data = parse_toml(text)
    except ValueError as error:
        raise InputError(f"{source}: not valid TOML: {error}") from error
    _known(data, {*_PLAN, "title", "about", "drill"}, source)
    values = {key: _number(data, key, _PLAN, source) for key in _PLAN if key in data}
    entries = data.get("drill")
    if not isinstance(entries, list) or not entries:
        raise InputError(f"{source}: drill: a plan needs at least one [[drill]]")
    drills = tuple(_drill(entry, f"{source}: drill {n}") for n, entry in enumerate(entries, 1))
    twice = {d.name for d in drills if sum(e.name == d.name for e in drills) > 1}
    if twice:
        raise InputError(f"{source}: drill: {min(twice)} stands in the plan twice; once is enough")
    return Plan(
        name=name,
        title=_string(data, "title", source, default=name),
        about=_string(data, "about", source, default=""),
        drills=drills,
        builtin=builtin,
        **values,
    )


def _drill(entry: Any, where: str) -> PlanDrill:
    if not isinstance(entry, dict):
        raise InputError(f"{where}: expected a table ([[drill]]), got {brief(entry)}")
    name = _string(entry, "name", where)
    where = f"{where} ({name})"
    _known(entry, {*_DRILL, "name", "sides", "variants"}, where)
    numbers = {key: _number(entry, key, _DRILL, where) for key in _DRILL if key in entry}
    build = numbers.pop("build_hold_s", None)
    if "reps" not in numbers and "hold_s" not in numbers:
        raise InputError(f"{where}: reps: expected reps, hold_s or both, got neither")
    if build is not None and build < numbers.get("hold_s", build + 1):
        raise InputError(f"{where}: build_hold_s: expected at least hold_s, got {build:g}")
    sides = entry.get("sides", "one")
    if sides not in ("both", "one"):
        raise InputError(f"{where}: sides: expected 'both' or 'one', got {brief(sides)}")
    variants = entry.get("variants", [])
    if not isinstance(variants, list) or not all(isinstance(v, str) and v for v in variants):
        raise InputError(f"{where}: variants: expected a list of names, got {brief(variants)}")
    return PlanDrill(name, Dose(**{"sets": 1, **numbers}), build, sides == "both", tuple(variants))


def _known(data: Mapping[str, Any], keys: set[str], where: str) -> None:
    for key in data:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(keys))}"
            raise InputError(f"{where}: {key[:80]}: unknown key; {hint}")


def _string(data: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise InputError(f"{where}: {key}: expected text, got {brief(value)}")
    return value


def _number(data: Mapping[str, Any], key: str, table: Mapping[str, _Number], where: str) -> Any:
    kind, low, high = table[key]
    value = data[key]
    allowed = (int,) if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed) or not low <= value <= high:
        what = "a whole number" if kind is int else "a number"
        came = brief(value)
        raise InputError(f"{where}: {key}: expected {what} from {low:g} to {high:g}, got {came}")
    return value


def _builtin() -> list[Traversable]:
    folder = resources.files(__name__)
    return sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def _stem(name: str) -> str:
    return name.removesuffix(".toml")
