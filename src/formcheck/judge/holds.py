"""Times holds: from a measure over time to the seconds that were held."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass
from itertools import chain, pairwise
from math import inf, isfinite, nan
from statistics import median

from ..drill.rules import LOST_S, MAX_GAP_S, MOMENT_S, HoldRule
from .reps import _min_jerk_time

__all__ = ["HoldShape", "Holds"]


@dataclass(frozen=True)
class HoldShape:
    """One hold: from the first to the last moment in position, and the seconds in position."""

    from_s: float
    to_s: float
    seconds: float
    ended_by: str


class Holds:
    """Times how long a signal stays above a level, forgiving short wobbles."""

    #: The rest before a hold is looked for this far back, and not in the last moments (EC).
    BEFORE_S, WAY_S = 3.0, 0.7
    #: The first part of the movement is lost in the noise of rest (EC).
    LOW = 0.3
    #: A hold that is outside its level for more of its time wobbles and has none (EC).
    WOBBLES = 0.1

    def __init__(self, rule: HoldRule) -> None:
        self.rule = rule
        self._in_since: float | None = None  # candidate or running hold
        self._running = False
        self._last_in_s = nan
        self._last_t = nan
        self._below_end_s: float | None = None
        self._paused_total = 0.0
        self._held: list[tuple[float, float]] = []  # these two are kept only for ``within``
        self._before: deque[tuple[float, float]] = deque()

    @property
    def running(self) -> bool:
        return self._running

    @property
    def from_s(self) -> float:
        return self._in_since if self._running and self._in_since is not None else nan

    def seconds(self, t: float) -> float:
        """The clock of the running hold at ``t``, NaN when none runs."""
        if not self._running:
            return nan
        until = t if t - self._last_in_s <= self.rule.wobble_s else self._last_in_s
        return until - self.from_s - self._paused_total

    def abandon(self) -> HoldShape | None:
        """The hold ends where it was last in position."""
        return self._close("lost") if self._running else None

    def finish(self) -> HoldShape | None:
        """The stream ended."""
        return self._close("end_of_clip") if self._running else None

    def update(self, t: float, x: float) -> HoldShape | None:
        """Take one sample; returns the hold that it ended, if any."""
        rule = self.rule
        unseen_s = t - self._last_t
        was_in = self._last_in_s == self._last_t
        if self._running and unseen_s > LOST_S:
            return self._close("lost")
        if not isfinite(x):
            return None
        if unseen_s > MAX_GAP_S:
            if not self._running:
                self._forget()
            self._paused_total += unseen_s
            self._last_in_s += unseen_s  # unknown: neither in nor out
        self._last_t = t
        if rule.within is not None:
            (self._held if x >= rule.enter else self._before).append((t, x))
            while not self._running and self._before and t - self._before[0][0] > self.BEFORE_S:
                self._before.popleft()
        if x >= rule.enter:
            self._below_end_s = None
            if self._in_since is None:
                self._in_since, self._paused_total = t, 0.0
            elif self._running and t - self._last_in_s > rule.wobble_s and not was_in:
                self._paused_total += t - self._last_in_s
            self._last_in_s = t
            if not self._running and t - self._in_since >= rule.start_s:
                self._running = True
            return None
        if not self._running:
            self._forget()
            return None
        if x < rule.end:
            self._below_end_s = t if self._below_end_s is None else self._below_end_s
            if t - self._below_end_s >= rule.end_s:
                return self._close(rule.ended_by)
        else:
            self._below_end_s = None
        return self._close("position_lost") if t - self._last_in_s > rule.pause_s else None

    def _forget(self) -> None:
        self._in_since = self._below_end_s = None
        self._running = False
        self._paused_total = 0.0
        self._held = []

    def _close(self, ended_by: str) -> HoldShape | None:
        assert self._in_since is not None
        from_s, to_s = self._in_since, self._last_in_s
        if self.rule.within is not None:
            from_s, to_s = self._at_its_level(from_s, to_s, self.rule.within)
        seconds = to_s - from_s - self._paused_total
        shape = HoldShape(from_s, to_s, seconds, ended_by)
        self._forget()
        return shape if seconds >= self.rule.least_s else None

    def _without_slips(self, times: list[float]) -> list[float]:
        """Without what was at the level for an instant only, long before or after it was held: the
        model takes one leg for the other (measured: one frame, 2 s after a deep lunge)."""
        gap, least = self.rule.wobble_s, self.rule.end_s
        breaks = [i for i in range(1, len(times)) if times[i] - times[i - 1] > gap]
        pieces = [times[a:b] for a, b in pairwise([0, *breaks, len(times)])]
        held = [i for i, piece in enumerate(pieces) if piece[-1] - piece[0] >= least]
        return list(chain(*pieces[held[0] : held[-1] + 1])) if held else times

    def _at_its_level(self, from_s: float, to_s: float, within: float) -> tuple[float, float]:
        """When the way into the hold ended and the way out began.

        From low on the way to the edge of the hold's level is a known share of a minimum-jerk
        way; the last bit, which hides in the signal's noise, follows from it. (``enter`` may lie
        next to that edge, and nothing follows from so short a piece.)
        """
        level = median(x for _, x in self._held)
        rest = [x for t, x in self._before if t < from_s - self.WAY_S]
        way = level - (median(rest) if len(rest) >= 3 else self.rule.end)
        share, edge = max(1 - (level - self.rule.end) / way, self.LOW), 1 - within / way
        seen = sorted([*self._before, *self._held])
        deep = self._deep(seen, from_s, to_s, level - within)
        if self._wobbles(seen, deep, level - within):
            calm = _calm(seen)
            calmer = self._deep(calm, from_s, to_s, level - within)
            moved = max(calmer[0] - deep[0], deep[-1] - calmer[-1]) if calmer else inf
            if moved > MOMENT_S or self._wobbles(calm, calmer, level - within):
                return deep[0], deep[-1]  # the body wobbles, not the pose
            seen, deep = calm, calmer
        if not share < edge:
            return deep[0], deep[-1]
        low = level - (1 - share) * way
        outside = [t for t, x in seen if x < low]
        began = max((t for t in outside if t < deep[0]), default=from_s)
        ended = min((t for t in outside if t > deep[-1]), default=to_s)
        far, near = _min_jerk_time(share), _min_jerk_time(edge)
        more = (1 - near) / (near - far)
        came, went = more * (deep[0] - began), more * (ended - deep[-1])
        return deep[0] + min(came, self.WAY_S), max(deep[-1] - min(went, self.WAY_S), deep[0])

    def _deep(
        self, seen: list[tuple[float, float]], from_s: float, to_s: float, edge: float
    ) -> list[float]:
        return self._without_slips([t for t, x in seen if from_s <= t <= to_s and x >= edge])

    def _wobbles(self, seen: list[tuple[float, float]], deep: list[float], edge: float) -> bool:
        out = sum(deep[0] < t < deep[-1] and x < edge for t, x in seen)
        return out > self.WOBBLES * len(deep)


def _calm(seen: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Each sample as the median of the moment around it: the model's jumps are shorter than
    anything a body does."""
    times = [t for t, _ in seen]
    half_s = MOMENT_S / 2
    spans = [(bisect_left(times, t - half_s), bisect_right(times, t + half_s)) for t in times]
    return [(t, median(x for _, x in seen[a:b])) for t, (a, b) in zip(times, spans, strict=True)]
