"""Results of several people on several days, in the order of people, days and drills."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from statistics import fmean, median
from typing import Any

from ..wording import amount
from .change import Repeatable, repeatable

__all__ = ["Clip", "Measure", "Named", "Person", "Series", "clip_of", "named", "people", "series"]

Row = Mapping[str, Any]

_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")


@dataclass(frozen=True)
class Named:
    """Who, when and what, by the place and name of a file; ``rest`` is what follows the day."""

    person: str
    day: date
    rest: str


def named(path: PurePath) -> Named | None:
    """Read person and day of a path below the folder of people; None where they are not said.

    ``PERSON/2026-11-02_hip_bridge.json``, ``PERSON/2026-11-02/hip_bridge.json`` or
    ``PERSON_2026-11-02_hip_bridge.json``: in a folder the person is that folder's name, else what
    stands before the day.
    """
    name = path.name
    for ending in (".result.json", ".json", path.suffix):
        name = name.removesuffix(ending)
    places = path.parts[:-1]
    found = _DAY.search(name)
    rest = name[found.end() :].strip("_- ") if found else name
    if found is None:
        found = next((m for p in reversed(places[1:]) if (m := _DAY.fullmatch(p))), None)
    if found is None:
        return None
    person = places[0] if places else name[: found.start()].strip("_- ")
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return None
    return Named(person, day, rest) if person else None


@dataclass(frozen=True)
class Clip:
    """One result, with what is compared of it; NaN is not known."""

    person: str
    day: date
    drill: str
    side: str
    reps: int
    partial: int
    held_s: float
    form: float
    peak: float
    unit: str
    refused_s: float
    parts: int
    faults: Mapping[str, int]


def clip_of(who: Named, document: Row) -> Clip | None:
    """The clip of a ``formcheck.result/1``; None where no drill was recognised.

    Raises:
        KeyError: a key that the format promises is missing.
    """
    if not document["drill"]:
        return None
    whole = [rep for rep in document["reps"] if rep["complete"]]
    parts = [*whole, *document["holds"]]
    counts: dict[str, int] = {}
    for part in parts:
        for code in {f["code"] for f in part["faults"] if f["severity"] > 0}:
            counts[code] = counts.get(code, 0) + 1
    peaks = [rep["peak"] for rep in whole if rep.get("peak") is not None]
    held = [hold["seconds"] for hold in document["holds"]]
    made = (document.get("provenance") or {}).get("parameters") or {}
    form = document.get("form")
    return Clip(
        who.person,
        who.day,
        str(document["drill"]),
        str(document.get("side") or ""),
        len(whole),
        len(document["reps"]) - len(whole),
        max(held, default=math.nan),
        math.nan if form is None else float(form),
        median(peaks) if peaks else math.nan,
        str((made.get("measure") or {}).get("unit") or ""),
        float(document.get("refused_s") or 0.0),
        len(parts),
        counts,
    )


@dataclass(frozen=True)
class Measure:
    """What is followed over days: the attribute of a clip, its words, and its unit (None: that of
    the drill's own measure)."""

    key: str
    words: str
    unit: str | None


MEASURES = (
    Measure("form", "Form", ""),
    Measure("peak", "Top of the movement, median", None),
    Measure("held_s", "Longest hold", "s"),
)


@dataclass(frozen=True)
class Series:
    """One measure of one drill and side of a person by day: the mean of the day's clips."""

    measure: Measure
    unit: str
    days: Sequence[tuple[date, float, int]]
    change: Repeatable | None
    repeated: int

    @property
    def difference(self) -> float:
        """Last day less first."""
        return self.days[-1][1] - self.days[0][1]

    def words(self, value: float) -> str:
        """A value with its unit; form in whole points."""
        return amount(value, self.unit, ".3g" if self.unit else ".0f")


@dataclass(frozen=True)
class Person:
    """A person's clips by drill and side, days rising."""

    name: str
    clips: Sequence[Clip]

    @property
    def days(self) -> list[date]:
        return sorted({clip.day for clip in self.clips})

    def drills(self) -> dict[tuple[str, str], list[Clip]]:
        found: dict[tuple[str, str], list[Clip]] = {}
        for clip in self.clips:
            found.setdefault((clip.drill, clip.side), []).append(clip)
        return found


def people(clips: Iterable[Clip]) -> list[Person]:
    """Everybody, by name; their clips by day."""
    found: dict[str, list[Clip]] = {}
    for clip in clips:
        found.setdefault(clip.person, []).append(clip)
    return [
        Person(name, sorted(found[name], key=lambda c: (c.day, c.drill, c.side)))
        for name in sorted(found)
    ]


def series(person: Person, drill: str, side: str, everybody: Sequence[Person]) -> list[Series]:
    """What can be followed of one drill; repeated clips are pooled over everybody."""
    mine = person.drills()[drill, side]
    found = []
    for measure in MEASURES:
        days = _by_day(mine, measure)
        if not days:
            continue
        unit = mine[0].unit if measure.unit is None else measure.unit
        same = [_by_day(clips, measure) for one in everybody
                for (name, _), clips in one.drills().items() if name == drill]  # fmt: skip
        pooled = [values for each in same for values in each.values()]
        found.append(
            Series(
                measure,
                unit,
                [(day, fmean(values), len(values)) for day, values in sorted(days.items())],
                repeatable(pooled),
                sum(len(v) for v in pooled if len(v) > 1),
            )
        )
    return found


def _by_day(clips: Iterable[Clip], measure: Measure) -> dict[date, list[float]]:
    days: dict[date, list[float]] = {}
    for clip in clips:
        value = float(getattr(clip, measure.key))
        if math.isfinite(value):
            days.setdefault(clip.day, []).append(value)
    return days
