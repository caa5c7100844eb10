"""What one repetition or hold was like, for the faults that are judged when it is over."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from statistics import median

from ..body.pose import Side
from .measures import Measure

__all__ = ["Facts"]


@dataclass(frozen=True)
class Facts:
    """What one repetition or hold was like.

    ``rest(measure)`` and ``top(measure)`` are medians before it and at its top (for a hold: all
    through it), ``largest`` and ``smallest`` its extremes; NaN when too little was seen.
    ``earlier`` are the facts of the same side's earlier repetitions in this set, oldest first:
    the person's own reference. ``square`` tells whether the camera stood, for most of it, where
    the drill's faults can be judged, ``askew`` the stretches in which it did not.
    """

    side: Side | None
    start_s: float
    peak_s: float
    hold_end_s: float
    end_s: float
    hold_target_s: float | None
    peak: float
    rise: float
    complete: bool
    whole_rise: bool
    whole_fall: bool
    bumps: int
    rests: Mapping[str, float]
    times: Sequence[float]
    samples: Mapping[str, Sequence[float]]
    earlier: tuple[Facts, ...] = ()
    square: bool = True
    askew: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of_rest(
        cls, measures: Iterable[Measure], rests: Mapping[str, float], side: Side | None = None
    ) -> Facts:
        """Of somebody at rest, who has not moved yet: all but ``rest`` is NaN."""
        samples: dict[str, Sequence[float]] = {m.name: () for m in measures}
        return cls(side, 0.0, 0.0, 0.0, 0.0, None, nan, nan, False, False, False, 0,
                   rests, (), samples)  # fmt: skip

    @property
    def hold_s(self) -> float:
        return self.hold_end_s - self.peak_s

    @property
    def rise_s(self) -> float:
        """Seconds from rest to the top; NaN when the beginning was not seen."""
        return self.peak_s - self.start_s if self.whole_rise else nan

    @property
    def fall_s(self) -> float:
        """Seconds from the top to rest; NaN when the end was not seen."""
        return self.end_s - self.hold_end_s if self.whole_fall else nan

    @property
    def quicker_s(self) -> float:
        """Seconds of the faster of rise and fall, the tempo that is judged (drills.md 3.3)."""
        return min(self.rise_s, self.fall_s)

    def between(self, name: str, from_s: float, to_s: float) -> list[float]:
        """What was seen of a measure from one second to another, without NaN."""
        lo, hi = bisect_left(self.times, from_s), bisect_left(self.times, to_s)
        return [v for v in self.samples[name][lo:hi] if isfinite(v)]

    def rest(self, measure: Measure) -> float:
        """Before the movement; what came after it when the beginning was not seen."""
        return self.rests[measure.name] if measure.name in self.rests else self.last(measure)

    def top(self, measure: Measure) -> float:
        """The median at the top, over at least 0.4 s around it."""
        middle = (self.peak_s + self.hold_end_s) / 2
        half = max(self.hold_s / 2, 0.2)
        seen = self.between(measure.name, middle - half, middle + half + 1e-6)
        return median(seen) if seen else nan

    def change(self, measure: Measure) -> float:
        """Top minus rest."""
        return self.top(measure) - self.rest(measure)

    def first(self, measure: Measure) -> float:
        """The first value seen of the movement, from its own start on."""
        seen = self.between(measure.name, self.start_s, self.end_s)
        return seen[0] if seen else nan

    def last(self, measure: Measure) -> float:
        """The latest value seen of the movement."""
        return next((v for v in reversed(self.samples[measure.name]) if isfinite(v)), nan)

    def largest(self, measure: Measure) -> float:
        return max(self.between(measure.name, self.start_s, self.end_s), default=nan)

    def largest_landing(self, measure: Measure) -> float:
        """The largest value within half a second of the end; NaN when the end was not seen."""
        if not self.whole_fall:
            return nan
        return max(self.between(measure.name, self.end_s - 0.5, self.end_s + 0.5), default=nan)

    def smallest(self, measure: Measure) -> float:
        return min(self.between(measure.name, self.start_s, self.end_s), default=nan)

    def spread(self, measure: Measure) -> float:
        """The middle 80 % of a measure's values at the top, from low to high."""
        seen = sorted(self.between(measure.name, self.peak_s, self.hold_end_s))
        if len(seen) < 5:
            return nan
        return seen[int(0.9 * (len(seen) - 1))] - seen[int(0.1 * (len(seen) - 1))]
