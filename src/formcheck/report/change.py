"""What repeated clips of one day say about change from day to day.

The standard error of measurement (SEM) is the spread of clips of one person, drill, side and day
about their mean, pooled; the smallest change that repeated clips do not explain in 19 of 20 cases
is 1.96 * sqrt(2) * SEM [Weir JP, J Strength Cond Res 2005; 19: 231-240].
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

__all__ = ["FEWEST", "Repeatable", "repeatable"]

#: Degrees of freedom below which no figure is given: of two repeats nothing can be said (EC).
FEWEST = 3


@dataclass(frozen=True)
class Repeatable:
    """The SEM of one measure, from ``clips`` repeated clips on ``days`` days of people."""

    sem: float
    clips: int
    days: int

    @property
    def mdc95(self) -> float:
        """The minimal detectable change between two clips, in the measure's unit."""
        return 1.96 * math.sqrt(2) * self.sem


def repeatable(days: Iterable[Sequence[float]]) -> Repeatable | None:
    """Pool the values of clips that were repeated on one day.

    Args:
        days: the values of one day each; NaN is left out, and so is a day of one clip.

    Returns:
        None with fewer than :data:`FEWEST` degrees of freedom (clips less days).
    """
    known = [[v for v in day if math.isfinite(v)] for day in days]
    repeated = [day for day in known if len(day) > 1]
    clips, number = sum(map(len, repeated)), len(repeated)
    if clips - number < FEWEST:
        return None
    squares = sum((v - fmean(day)) ** 2 for day in repeated for v in day)
    return Repeatable(math.sqrt(squares / (clips - number)), clips, number)
