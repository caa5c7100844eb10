"""A named measure of the body, and what it keeps of the last moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, nan
from statistics import median

from ..body.measures import Body

__all__ = ["Signal"]


@dataclass(frozen=True)
class Signal:
    """One named measure of the body.

    Attributes:
        name: as results and drawings call it.
        unit: ``deg``, ``T`` (torsos), ``T/s``, ``ratio`` or ``s``.
        measure: body -> value, NaN where a joint it needs is hidden; a complex value is a place.
        what: one plain sentence.
        kind: ``value`` as measured; ``speed`` the mean way travelled a second, ``swing`` the
            largest difference, ``still`` minus the farthest place from the present one, all over
            the last ``over_s`` seconds (NaN until half of them have been seen); ``shift`` the
            difference from the median of the last ``over_s`` seconds (NaN until one is seen).
    """

    name: str
    unit: str
    measure: Callable[[Body], float | complex]
    what: str = ""
    kind: str = "value"
    over_s: float = 1.0

    def follower(self) -> Callable[[float, Body], float]:
        """A function (t, body) -> value that keeps what ``kind`` needs of the past."""
        if self.kind == "value":
            return lambda _t, body: self.measure(body).real
        past: deque[tuple[float, complex]] = deque()

        def follow(t: float, body: Body) -> float:
            now = complex(self.measure(body))
            if not isfinite(now.real) or (past and t - past[-1][0] > self.over_s):
                past.clear()
                return nan
            past.append((t, now))
            while t - past[0][0] > self.over_s:
                past.popleft()
            seen_s = t - past[0][0]
            if seen_s < (1.0 if self.kind == "shift" else self.over_s / 2):
                return nan
            places = [p for _, p in past]
            if self.kind == "still":
                return -max(abs(p - now) for p in places)
            if self.kind == "shift":
                return now.real - median(p.real for p in places)
            if self.kind == "swing":
                return max(p.real for p in places) - min(p.real for p in places)
            way = sum(abs(b - a) for a, b in pairwise(places))
            return way / seen_s

        return follow
