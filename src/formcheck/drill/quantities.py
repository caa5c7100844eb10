"""What is judged: of a whole repetition or hold, or all through it.

A quantity becomes a rule by its threshold, read as it is written::

    at_top(body_line).below(178, strong=168)
    throughout(knee_angle, during="top").above(118, strong=130, for_s=1)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

from .facts import Facts
from .measures import Measure, words_of
from .thresholds import ABOVE, BELOW, EITHER_WAY, Judged, Watched

__all__ = [
    "OfEachRep",
    "Throughout",
    "at_rest",
    "at_top",
    "beyond_own_best",
    "change",
    "decrease",
    "each_rep",
    "fall_s",
    "movement",
    "quicker_s",
    "range_of",
    "rise_s",
    "since_the_last_s",
    "smallest",
    "throughout",
    "unsteadiness",
]

_PHASES = ("rise", "top", "fall", "hold")


# -- judged when a repetition or hold is over ------------------------------------------------


@dataclass(frozen=True)
class OfEachRep:
    """A number of one repetition or hold; NaN where it cannot be told."""

    of: Callable[[Facts], float]
    unit: str
    words: str
    measures: tuple[Measure, ...] = ()

    def above(self, warn: float, *, strong: float) -> Judged:
        """Flagged from ``warn`` upward, in full from ``strong``."""
        return self._judged(warn, strong, ABOVE)

    def below(self, warn: float, *, strong: float) -> Judged:
        """Flagged from ``warn`` downward, in full from ``strong``."""
        return self._judged(warn, strong, BELOW)

    def either_way(self, warn: float, *, strong: float) -> Judged:
        """Flagged from ``warn`` upward, whatever the sign."""
        return self._judged(warn, strong, EITHER_WAY)

    def _judged(self, warn: float, strong: float, way: str) -> Judged:
        return Judged(warn, strong, way, self.of, self.unit, self.words, self.measures)


def at_top(m: Measure) -> OfEachRep:
    """The median at the top; of a hold, through all of it."""
    return OfEachRep(lambda rep: rep.top(m), m.unit, f"{m.phrase}, at the top", (m,))


def at_rest(m: Measure) -> OfEachRep:
    """The median before the movement."""
    return OfEachRep(lambda rep: rep.rest(m), m.unit, f"{m.phrase}, at rest before it", (m,))


def change(m: Measure) -> OfEachRep:
    """Top minus rest."""
    words = f"{m.phrase}, change from rest to the top"
    return OfEachRep(lambda rep: rep.change(m), m.unit, words, (m,))


def decrease(m: Measure) -> OfEachRep:
    """Rest minus top."""
    words = f"{m.phrase}, decrease from rest to the top"
    return OfEachRep(lambda rep: rep.rest(m) - rep.top(m), m.unit, words, (m,))


def smallest(m: Measure) -> OfEachRep:
    """The smallest value from beginning to end."""
    words = f"{m.phrase}, the smallest value from beginning to end"
    return OfEachRep(lambda rep: rep.smallest(m), m.unit, words, (m,))


def unsteadiness(m: Measure) -> OfEachRep:
    """How far apart the values at the top are, without the outer tenths."""
    words = f"{m.phrase}, spread of its values at the top without the outer tenths"
    return OfEachRep(lambda rep: rep.spread(m), m.unit, words, (m,))


def range_of(main: Measure) -> OfEachRep:
    """How far the measure that is counted rose, from rest to its peak."""
    words = f"{main.phrase}, rise from rest to the peak"
    return OfEachRep(lambda rep: rep.rise, main.unit, words, (main,))


def each_rep(function: Callable[[Facts], float], unit: str) -> OfEachRep:
    """A computation of your own; the first sentence of its docstring says what it is."""
    return OfEachRep(function, unit, words_of(function))


def beyond_own_best(
    of: OfEachRep, believed_to: float | None = None, complete_only: bool = False
) -> OfEachRep:
    """How much more than in the person's own best repetition so far on this side.

    Args:
        of: what is compared; the best is the smallest.
        believed_to: a larger best is not believed, and stands in before there is one. Without
            it the first repetition cannot be judged.
        complete_only: only whole repetitions can be the best.
    """

    def more(rep: Facts) -> float:
        earlier = [of.of(e) for e in rep.earlier if e.complete or not complete_only]
        best = min(earlier, default=nan if believed_to is None else believed_to)
        return of.of(rep) - (best if believed_to is None else min(best, believed_to))

    most = "" if believed_to is None else f" (taken as {believed_to:g} at most)"
    words = f"{of.words}, beyond the person's own best on this side{most}"
    return OfEachRep(more, of.unit, words, of.measures)


def rise_s() -> OfEachRep:
    """Seconds of the way up."""
    return OfEachRep(lambda rep: rep.rise_s, "s", "the way up")


def fall_s() -> OfEachRep:
    """Seconds of the way down."""
    return OfEachRep(lambda rep: rep.fall_s, "s", "the way down")


def quicker_s() -> OfEachRep:
    """Seconds of the quicker of the two ways."""
    return OfEachRep(lambda rep: rep.quicker_s, "s", "the quicker of the way up and the way down")


def since_the_last_s() -> OfEachRep:
    """Seconds since the last repetition or hold on this side ended."""

    def since(rep: Facts) -> float:
        return rep.start_s - rep.earlier[-1].end_s if rep.earlier else nan

    return OfEachRep(since, "s", "time since the last one on this side ended")


# -- watched all through ---------------------------------------------------------------------


@dataclass(frozen=True)
class Throughout:
    """A measure that is watched all through a repetition or hold."""

    measure: Measure
    from_rest: bool = False
    during: tuple[str, ...] = _PHASES
    negated: bool = False

    def above(self, warn: float, *, strong: float, for_s: float = 0.5) -> Watched:
        """Flagged once it has been ``warn`` or more for ``for_s`` seconds."""
        return self._watched(warn, strong, ABOVE, for_s)

    def below(self, warn: float, *, strong: float, for_s: float = 0.5) -> Watched:
        """Flagged once it has been ``warn`` or less for ``for_s`` seconds."""
        return self._watched(warn, strong, BELOW, for_s)

    def either_way(self, warn: float, *, strong: float, for_s: float = 0.5) -> Watched:
        """Flagged once it has been ``warn`` or more for ``for_s`` seconds, whatever its sign."""
        return self._watched(warn, strong, EITHER_WAY, for_s)

    def _watched(self, warn: float, strong: float, way: str, for_s: float) -> Watched:
        return Watched(warn, strong, way, self.measure, self.from_rest, self.negated, self.during,
                       for_s)  # fmt: skip


def throughout(m: Measure, *, from_rest: bool = False, during: str | None = None) -> Throughout:
    """The measure all through the movement.

    Args:
        from_rest: its change from rest, not the value itself.
        during: ``rise``, ``top``, ``fall`` or ``hold`` only.
    """
    if during is not None and during not in _PHASES:
        raise ValueError(f"during: expected one of {', '.join(_PHASES)}, got {during!r}")
    return Throughout(m, from_rest, _PHASES if during is None else (during,))


def movement(stillness: Measure) -> Throughout:
    """How far the body moved, of a measure with ``still_over_s`` (which reads less than 0)."""
    if stillness.kind != "still":
        raise ValueError(
            f"movement: expected a measure with still_over_s, {stillness.name} has none"
        )
    return Throughout(stillness, negated=True)
