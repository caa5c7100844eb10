"""From which value something is a fault: thresholds that read as they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan

from .facts import Facts
from .measures import Measure

__all__ = ["Judged", "Threshold", "Watched"]

ABOVE, BELOW, EITHER_WAY = "above", "below", "either way"


@dataclass(frozen=True)
class Threshold:
    """A level and which side of it is the fault.

    Attributes:
        warn: the value from which it is flagged; it is let go again 30 % of ``warn`` away from
            there (drills.md 1.0).
        strong: the value from which it counts in full.
        way: ``above`` (a larger value is worse), ``below`` (a smaller one), or ``either way``
            (a larger one, whatever its sign).
    """

    warn: float
    strong: float
    way: str

    def __post_init__(self) -> None:
        if (self.strong < self.warn) != self.below and self.strong != self.warn:
            side = "below" if self.below else "above"
            raise ValueError(
                f"{self.way} {self.warn:g}: expected strong to be {side} it, got {self.strong:g}"
            )

    @property
    def below(self) -> bool:
        """Whether a smaller value is the worse one."""
        return self.way == BELOW

    def exceeded(self, magnitude: float) -> bool:
        """Whether a magnitude is at or past the threshold; NaN never is."""
        return magnitude <= self.warn if self.below else magnitude >= self.warn

    def released(self, magnitude: float) -> bool:
        """Whether a magnitude has come back from the threshold by 30 % of it."""
        ease = 0.3 * abs(self.warn)
        return magnitude > self.warn + ease if self.below else magnitude < self.warn - ease

    def strength(self, magnitude: float) -> float:
        """How strong, 0 at ``warn`` to 1 at ``strong`` (drills.md 3.2, at least 0.3)."""
        span = self.strong - self.warn
        share = (magnitude - self.warn) / span if span else 1.0
        return min(1.0, max(0.3, share))

    def worse(self, a: float, b: float) -> float:
        """The worse of two magnitudes."""
        return min(a, b) if self.below else max(a, b)

    def _sized(self, value: float) -> float:
        return abs(value) if self.way == EITHER_WAY else value


@dataclass(frozen=True)
class Judged(Threshold):
    """Judged once, when a repetition or hold is over.

    Attributes:
        of: facts -> value (NaN: cannot tell).
        unit, words: of the value.
        measures: what it reads, as far as it is known; they must be the drill's.
    """

    of: Callable[[Facts], float]
    unit: str
    words: str
    measures: tuple[Measure, ...] = ()

    def magnitude(self, facts: Facts) -> float:
        return self._sized(self.of(facts))


@dataclass(frozen=True)
class Watched(Threshold):
    """Watched all through a repetition or hold; it must persist.

    Attributes:
        measure: what is watched.
        from_rest: whether its change from rest is meant, not the value itself.
        negated: whether its negative is meant (the way moved, of a measure of stillness).
        during: the phases in which it counts.
        for_s: how long it must stay.
    """

    measure: Measure
    from_rest: bool
    negated: bool
    during: tuple[str, ...]
    for_s: float

    @property
    def unit(self) -> str:
        return self.measure.unit

    def magnitude(self, values: Mapping[str, float], rests: Mapping[str, float]) -> float:
        """What is judged now; NaN when it, or the rest it is told from, was not seen."""
        value = values[self.measure.name]
        if self.from_rest:
            value -= rests.get(self.measure.name, nan)
        return -value if self.negated else self._sized(value)
