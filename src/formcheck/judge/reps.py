"""State machines that count: from a signal over time to repetitions and holds.

Both are driven by (t, value) pairs in seconds and the signal's unit, know nothing of bodies,
and treat NaN as "not seen": nothing starts or is counted on it. A gap longer than ``MAX_GAP_S``
abandons a repetition under way and stops the clock of a hold, so that none is invented across it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, replace
from enum import Enum
from itertools import takewhile
from math import inf, isfinite, nan
from statistics import median

from ..drill.rules import MAX_GAP_S, MOMENT_S, RepRule

__all__ = ["RepShape", "RepState", "Reps"]


class RepState(Enum):
    REST = "rest"
    RISE = "rise"
    TOP = "top"
    FALL = "fall"


@dataclass(frozen=True)
class RepShape:
    """One movement from rest to rest, in seconds and the signal's unit.

    ``start_s``..``peak_s`` is the rise, ``peak_s``..``hold_end_s`` the hold at the top,
    ``hold_end_s``..``end_s`` the fall. ``whole_rise`` is False when the movement was already
    under way at the first sample, ``cut`` is True when the stream ended before the way back.
    """

    start_s: float
    peak_s: float
    hold_end_s: float
    end_s: float
    rest: float
    peak: float
    complete: bool
    whole_rise: bool = True
    whole_fall: bool = True
    cut: bool = False

    @property
    def hold_s(self) -> float:
        return self.hold_end_s - self.peak_s

    @property
    def rise_s(self) -> float:
        return self.peak_s - self.start_s

    @property
    def fall_s(self) -> float:
        return self.end_s - self.hold_end_s


def _min_jerk_time(share: float) -> float:
    """The time share at which a minimum-jerk movement (Flash & Hogan 1985) has covered
    ``share`` of its way."""
    lo, hi = 0.0, 1.0
    for _ in range(40):
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if mid**3 * (10 - 15 * mid + 6 * mid * mid) < share else (lo, mid)
    return lo


#: Near the peak is the top; having lost a quarter of the rise is the fall (EC).
_NEAR_PEAK, _LEFT_PEAK = 0.88, 0.75


_LOW, _HIGH = 0.2, 0.9


_TAU_LOW, _TAU_HIGH = _min_jerk_time(_LOW), _min_jerk_time(_HIGH)


class Reps:
    """Counts repetitions of one signal with hysteresis, dwell and refractory time.

    The rest level is the person's own: it follows the signal down within a moment and up slowly,
    and only while resting. ``update`` returns the shape of a movement when it is over.
    """

    #: How quickly the rest level follows a signal that rests higher than before, seconds; and
    #: never faster than ``start`` in ``DRIFT_S``, so that the slowest of rises is not followed.
    REST_FOLLOWS_S = 1.5
    DRIFT_S = 6.0
    #: How far back the rest before a repetition is remembered, seconds.
    MEMORY_S = 3.0
    #: Still for this long most of the way back is the end; still for this long below the top is
    #: a new place to rest (EC).
    SETTLED_S = 1.0
    MOVED_S = 4.0
    #: A movement whose end is not seen counts if it stayed at its top for so long, or had come down
    #: from its peak by this share of the rise (EC: what a person who counts would call done).
    DONE_S, DONE = 1.0, 0.05
    #: One whose rise is not seen counts if it rose by this share of what the last whole one did.
    ALIKE = 0.8

    def __init__(self, rule: RepRule) -> None:
        self.rule = rule
        self.state = RepState.REST
        self.rest = nan
        self.peak = nan
        self._valley = nan
        self._samples: deque[tuple[float, float]] = deque()
        self._began_s = inf  # the first sample there ever was
        self._rest_seen = True  # since the last gap
        self._missed = False  # the last gap came before anything of the movement counted
        self._usual = inf  # the rise of the last whole repetition
        self._crossed_s: float | None = None  # since when the pending crossing holds
        self._crossed_at = nan
        self._free_from_s = -inf
        self._waited_to_s = -inf  # another side led until then
        self._top_since: float | None = None
        self._still_since = nan
        self._still_at = nan

    @property
    def top_since(self) -> float | None:
        """Since when the signal has been at the top of the running repetition."""
        return self._top_since if self.state is RepState.TOP else None

    def progress(self, x: float) -> float:
        """The share of the way from rest to the full mark, NaN before rest is known."""
        return (x - self.rest) / self.rule.full

    def reset(self) -> None:
        """Forget the running movement and what was seen of rest (a new start position)."""
        self.abandon()
        self.rest = nan

    def lose(self) -> RepShape | None:
        """Give up the running movement at a gap, returned if it was done but for its end.

        After that rest must be seen again, so that the way down is not taken for a repetition; or,
        where none was returned, a top as high as that of the last whole repetition.
        """
        if self.state is RepState.REST and not self._rest_seen:
            return None
        shape = self._close(self._samples[-1][0], whole_fall=False) if self._done else None
        self.abandon()
        self._rest_seen, self._missed = False, shape is None
        return shape

    def keep_rest(self) -> None:
        """Take back that rest must be seen again (see ``lose``), where it was known before."""
        self._rest_seen = self._rest_seen or isfinite(self.rest)

    def abandon(self) -> None:
        """Abandon the running movement; the rest level is kept."""
        self.state = RepState.REST
        self.peak = self._valley = nan
        self._samples.clear()
        self._crossed_s = self._top_since = None
        self._still_since = nan

    def wait(self, t: float, x: float) -> None:
        """Take a sample of the side that rests while the other one moves: it is remembered, and
        nothing begins. Rest follows slowly, as this side moves a little along with the other."""
        if not isfinite(x):
            return
        self._began_s = min(self._began_s, t)
        dt = t - self._samples[-1][0] if self._samples else 0.0
        most = self.rule.start * min(dt, MAX_GAP_S) / self.DRIFT_S
        self.rest = self.rest + min(max(x - self.rest, -most), most) if isfinite(self.rest) else x
        self._remember(t, x)
        self._waited_to_s = t

    def _remember(self, t: float, x: float) -> None:
        self._samples.append((t, x))
        while t - self._samples[0][0] > self.MEMORY_S:
            self._samples.popleft()

    def update(self, t: float, x: float) -> RepShape | None:
        """Take one sample; NaN is a sample not seen."""
        lost = None
        if self._samples and t - self._samples[-1][0] > MAX_GAP_S:
            lost = self.lose()
        if not isfinite(x):
            return lost
        self._began_s = min(self._began_s, t)
        if not isfinite(self.rest):
            self.rest = x
        dt = t - self._samples[-1][0] if self._samples else 0.0
        self._samples.append((t, x))
        if self.state is RepState.REST:
            self._rest(t, x, dt)
            return lost
        return self._moving(t, x)

    def finish(self) -> RepShape | None:
        """The stream ended: a movement that is done but for its end counts, another is partial."""
        if self.state is RepState.REST:
            return None
        done = self._done
        shape = self._close(self._samples[-1][0], whole_fall=False)
        return shape if done or shape is None else replace(shape, complete=False, cut=True)

    @property
    def _done(self) -> bool:
        """Whether the running movement has been at its top and stayed there, or is coming back."""
        if self._top_since is None:
            return False
        t, x = self._samples[-1]
        fallen = self.peak - x
        past = fallen >= max(self.DONE * (self.peak - self.rest), self.rule.end / 2)
        return past or t - self._top_since >= self.DONE_S

    # -- the two halves of the machine -----------------------------------------------------------
    def _lately(self, t: float) -> float:
        """The median of the last moment: rest and how far a movement came back go by it."""
        last = takewhile(lambda sample: sample[0] > t - MOMENT_S, reversed(self._samples))
        return median(x for _, x in last)

    def _rest(self, t: float, x: float, dt: float) -> None:
        self.rest = min(self.rest, self._lately(t))
        while self._samples and t - self._samples[0][0] > self.MEMORY_S:
            self._samples.popleft()
        if x - self.rest < self.rule.start:
            follow = (x - self.rest) * min(1.0, dt / self.REST_FOLLOWS_S)
            self.rest += min(follow, self.rule.start * dt / self.DRIFT_S)
            self._crossed_s, self._rest_seen = None, True
            return
        if t < self._free_from_s:
            return
        if self._crossed_s is None:
            self._crossed_s = t
        if t - self._crossed_s >= self.rule.dwell_s:
            self.state, self.peak, self._crossed_s = RepState.RISE, x, None
            self._samples = deque(self._since_rest())

    def _since_rest(self) -> list[tuple[float, float]]:
        """The samples of the rise that has begun and of the rest before it, without the way down
        into that rest."""
        samples = list(self._samples)
        low = [x - self.rest < self.rule.start for _, x in samples]
        last = max((i for i, is_low in enumerate(low) if is_low), default=0)
        first = max((i + 1 for i in range(last) if not low[i]), default=0)
        return samples[first:]

    def _moving(self, t: float, x: float) -> RepShape | None:
        rule = self.rule
        low = self._lately(t)
        self.rest = min(self.rest, low)
        self.peak = max(self.peak, x)
        rise = self.peak - self.rest
        share = (x - self.rest) / rise
        if share >= _NEAR_PEAK:
            if self.state is not RepState.TOP and rise >= rule.top:
                self.state, self._top_since = RepState.TOP, t
            self._valley = nan
        elif share < _LEFT_PEAK:
            self.state = RepState.FALL
        if self.state is RepState.FALL:
            self._valley = low if not low > self._valley else self._valley
            if self.peak - self._valley >= rule.back * rise and x - self._valley >= rule.start:
                return self._turned_back()
        if self._still_for(t, x, 0.05 * rise) >= self.SETTLED_S and share <= 1 - rule.back:
            self.rest = max(self.rest, x)
            return self._close(t)
        if self.state is RepState.RISE and t - self._still_since >= self.MOVED_S:
            self.abandon()
            self.rest = x
            return None
        if x - self.rest > rule.end:
            self._crossed_s = None
            return None
        # Still on the way down, well below what was taken for rest (a set that began in the air)?
        if self._crossed_s is None or x < self._crossed_at - rule.end / 4:
            self._crossed_s, self._crossed_at = t, self.rest
        return self._close(t) if t - self._crossed_s >= rule.dwell_s else None

    def _still_for(self, t: float, x: float, within: float) -> float:
        """For how long the signal has stayed within a band."""
        if not isfinite(self._still_since) or abs(x - self._still_at) > within:
            self._still_since, self._still_at = t, x
        return t - self._still_since

    def _turned_back(self) -> RepShape | None:
        """A new rise began before the old movement came home: close it at the valley."""
        samples = list(self._samples)
        top = max(range(len(samples)), key=lambda i: (samples[i][1], i))
        at = min(range(top, len(samples)), key=lambda i: (samples[i][1], -i))
        later = samples[at:]
        self._samples = deque(samples[: at + 1])
        shape = self._close(samples[at][0], whole_fall=False)
        self._samples = deque(later)
        self.state, self.peak = RepState.RISE, later[-1][1]
        return shape

    def _close(self, t: float, whole_fall: bool = True) -> RepShape | None:
        shape = self._shape(whole_fall)
        tail = [(s, x) for s, x in self._samples if s > t - self.rule.dwell_s - 1e-6]
        self.abandon()
        self._samples.extend(tail)
        self._free_from_s = t + self.rule.refractory_s
        return shape

    def _shape(self, whole_fall: bool, spiked: bool = False) -> RepShape | None:
        rule = self.rule
        ts = [s for s, _ in self._samples]
        xs = [x for _, x in self._samples]
        rise = self.peak - self.rest
        low, high = self.rest + _LOW * rise, self.rest + _HIGH * rise
        up = next(i for i, x in enumerate(xs) if x >= high)
        if ts[up] <= self._waited_to_s:  # both sides moved at once: it belongs to the other one
            return None
        down = max(i for i, x in enumerate(xs) if x >= high)
        below = [i for i in range(up) if xs[i] < low]
        whole_rise = bool(below)
        high_up = _crossing(ts, xs, up, high)
        if whole_rise:
            low_up = _crossing(ts, xs, below[-1] + 1, low)
            rise_s = (high_up - low_up) / (_TAU_HIGH - _TAU_LOW)
            peak_s = low_up - _TAU_LOW * rise_s + rise_s
            # It may lie before the first sample there is: the clip began in mid-movement.
            start_s = max(peak_s - rise_s, self._began_s)
        else:
            start_s, peak_s = ts[0], high_up
        high_down = _crossing(ts, xs, down + 1, high) if down + 1 < len(xs) else ts[down]
        after = next((i for i in range(down + 1, len(xs)) if xs[i] < low), None)
        if after is not None:
            low_down = _crossing(ts, xs, after, low)
            fall_s = (low_down - high_down) / (_TAU_HIGH - _TAU_LOW)
            end_s = low_down + _TAU_LOW * fall_s
            hold_end_s = end_s - fall_s
            if not whole_fall:  # the rest of the way was not seen
                end_s = min(end_s, ts[-1])
        else:
            end_s, hold_end_s = ts[-1], high_down
        if hold_end_s < start_s and not spiked:
            # It fell from a spike for longer than it lasted: where it stayed then is the top.
            self.peak = median(xs[up : after if after is not None else len(xs)])
            return self._shape(whole_fall, spiked=True)
        if hold_end_s < peak_s:  # a movement without a stop at the top
            peak_s = hold_end_s = (peak_s + hold_end_s) / 2
        if not (
            whole_rise or self._rest_seen or (self._missed and rise >= self.ALIKE * self._usual)
        ):
            return None
        moving_s = (peak_s - start_s) + (end_s - hold_end_s) if whole_fall else end_s - start_s
        if whole_rise and moving_s < rule.min_s:
            return None
        top = _plateau(ts, xs, peak_s, hold_end_s, self.peak)
        complete = top - self.rest >= rule.top and (rule.top_at is None or top >= rule.top_at)
        if complete:
            self._usual = top - self.rest
        return RepShape(
            start_s, peak_s, hold_end_s, end_s, self.rest, top, complete, whole_rise, whole_fall
        )


def _crossing(ts: list[float], xs: list[float], i: int, level: float) -> float:
    """When the signal passed ``level`` between samples i-1 and i."""
    if i == 0:
        return ts[0]
    a, b = xs[i - 1], xs[i]
    share = (level - a) / (b - a) if b != a else 0.0
    return ts[i - 1] + min(max(share, 0.0), 1.0) * (ts[i] - ts[i - 1])


def _plateau(ts: list[float], xs: list[float], from_s: float, to_s: float, peak: float) -> float:
    """The level of the top: the median while it was held, the peak when it was not."""
    held = xs[bisect_left(ts, from_s) : bisect_left(ts, to_s)]
    return median(held) if len(held) >= 3 else peak
