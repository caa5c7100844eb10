"""From raw poses to steady ones: smoothing by time, and a guard against swapped sides."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from math import pi

import numpy as np
from numpy.typing import NDArray

from .measures import Body
from .pose import Joint, Pose, Side

__all__ = ["NearSide", "OneEuro", "Stabiliser", "SwapGuard"]

_Array = NDArray[np.float64]

#: A gap longer than this and the next pose is a new beginning, seconds (EC).
NEW_BEGINNING_S = 0.5

_LEFT = np.array([j for j in Joint if "LEFT" in j.name])
_RIGHT = np.array([Joint[j.name.replace("LEFT", "RIGHT")] for j in map(Joint, _LEFT)])
_LIMBS = np.array([Side.LEFT.joint(p) for p in ("shoulder", "hip", "knee", "ankle")])
_LIMBS_OTHER = np.array([Side.RIGHT.joint(p) for p in ("shoulder", "hip", "knee", "ankle")])

_BOTH = np.concatenate([_LIMBS, _LIMBS_OTHER])
_EXCHANGED = np.concatenate([_LIMBS_OTHER, _LIMBS])
_TRUNK, _KNEES, _ANKLES = [0, 1, 4, 5], [2, 6], [3, 7]  # of these

#: Both legs exchanged: their joints jumped by this much each, in torso lengths, between two frames
#: no further apart than this. Measured on 64 tracks of rendered people with the legs exchanged for
#: 0.13 s every 1.9 s: 36 sets were counted right without it, 49 to 51 with 0.05 to 0.10, and false
#: alarms fell from 26 to 3; never told of in those tracks as they are, nor in 42 of markers.
LEG_JUMP, LEGS_WITHIN_S = 0.08, 0.15


#: The whole body exchanged: shoulders and hips jumped by this much each, in torso lengths, from
#: where they were in the median of the last moments, seconds; their lines point back by this share
#: of their width there, and came by this share of it in one frame (EC; the model draws poses in
#: between, so that the frame before is no measure of how far).
TRUNK_JUMP, MOMENT_S, TURNED_BACK, SUDDEN = 0.2, 0.25, 0.4, 0.6


class OneEuro:
    """The One Euro filter (Casiez 2012) on an array, driven by seconds, not by frames.

    Args:
        min_cutoff: Hz at rest; 3 Hz lags 53 ms and leaves the calm of MediaPipe's own
            smoothing untouched (measured).
        beta: Hz added per unit of speed, where speed is in ``scale`` lengths a second.

    NaN passes through as NaN and restarts that entry.
    """

    def __init__(self, min_cutoff: float = 3.0, beta: float = 4.0, d_cutoff: float = 1.0) -> None:
        self.min_cutoff, self.beta, self.d_cutoff = min_cutoff, beta, d_cutoff
        self._t = np.nan
        self._x: _Array | None = None
        self._dx: _Array | None = None

    def __call__(self, t: float, x: _Array, scale: float) -> _Array:
        """Filter ``x`` (any shape) seen at ``t`` seconds; ``scale`` is the length unit."""
        dt = t - self._t
        if self._x is None or self._dx is None or not 0 < dt <= NEW_BEGINNING_S or not scale > 0:
            self._x, self._dx = x.copy(), np.zeros_like(x)
        else:
            fresh = ~np.isfinite(self._x)
            before = np.where(fresh, x, self._x)
            speed = np.where(np.isfinite(x), (x - before) / dt, 0.0)
            self._dx += _gain(self.d_cutoff, dt) * (speed - self._dx)
            self._dx[~np.isfinite(x)] = 0.0  # nor is its speed known after that
            cutoff = self.min_cutoff + self.beta * np.abs(self._dx) / scale
            self._x = before + _gain(cutoff, dt) * (x - before)
        self._t = t
        return self._x


def _gain(cutoff: _Array | float, dt: float) -> _Array | float:
    r = 2 * pi * cutoff * dt
    return r / (r + 1)


class SwapGuard:
    """Undoes frames in which the model took left for right, in the whole body or in the legs.

    When the pose jumps, and would hardly have moved with its sides exchanged, the labels and
    not the person have turned: they are put back. In one real clip this happened in 25 of 95 frames
    (drills.md 5.4). Where the labels were put back for ``patience_s`` longer than they were left,
    the model's are accepted, so that a wrong start does not persist, nor a wrong turn among labels
    that flicker (measured: one body, standing, exchanged by this guard for 4 s).
    """

    def __init__(self, patience_s: float = 1.5) -> None:
        self.patience_s = patience_s
        self._last: _Array | None = None
        self._last_t = np.nan
        self._limbs: deque[tuple[float, _Array]] = deque()  # of the last moments, put back
        self._against_s = 0.0  # how much longer labels were put back than left as they were

    def __call__(self, pose: Pose) -> Pose:
        since_last = pose.t - self._last_t
        order = None
        if self._last is None or since_last > NEW_BEGINNING_S:
            self._against_s = 0.0
        else:
            order = self._order(pose, self._last)
            self._against_s += since_last if order is not None else -since_last
            self._against_s = max(0.0, self._against_s)
        if self._against_s > self.patience_s:
            self._against_s = 0.0
            self._limbs.clear()  # these were the wrong way round
        elif order is not None:
            pose = _reordered(pose, order)
        if pose.seen:
            self._last, self._last_t = pose.xy, pose.t
            self._limbs.append((pose.t, pose.xy[_BOTH]))
            while pose.t - self._limbs[0][0] > MOMENT_S:
                self._limbs.popleft()
        return pose

    def _order(self, pose: Pose, last: _Array) -> NDArray[np.intp] | None:
        """The order of the joints that puts swapped sides back; None where none are swapped."""
        here, there = pose.xy[_BOTH], pose.xy[_EXCHANGED]
        moment = np.array([limbs for _, limbs in self._limbs])
        usual = np.median(moment, axis=0)
        torso = float(np.hypot(*(usual[[0, 4]].sum(axis=0) - usual[[1, 5]].sum(axis=0)) / 2))
        as_is, exchanged = (np.abs(limbs - usual).sum(axis=1) for limbs in (here, there))
        # Shoulders and hips must agree: crossing legs exchange places without a swap.
        if (
            as_is[_TRUNK].sum() > len(_TRUNK) * TRUNK_JUMP * torso
            and exchanged.sum() < as_is.sum()
            and _turned_at_once(here, last[_BOTH], moment)
        ):
            return _ALL_EXCHANGED
        # Legs alone: knees and ankles must agree, at a speed at which no two legs pass each other.
        as_is, exchanged = (np.abs(limbs - last[_BOTH]).sum(axis=1) for limbs in (here, there))
        knees, ankles = as_is[_KNEES].sum(), as_is[_ANKLES].sum()
        if (
            pose.t - self._last_t <= LEGS_WITHIN_S
            and knees + ankles > 4 * LEG_JUMP * torso
            and exchanged[_KNEES].sum() < 0.4 * knees
            and exchanged[_ANKLES].sum() < 0.4 * ankles
        ):
            return _LEGS_EXCHANGED
        return None


def _turned_at_once(here: _Array, last: _Array, moment: _Array) -> bool:
    """Whether the lines across shoulders and hips point back, and did not a frame before: who
    turns round passes through side-on."""
    now, before, lines = (
        limbs[..., [0, 1], :] - limbs[..., [4, 5], :] for limbs in (here, last, moment)
    )
    widths = (lines**2).sum(axis=(1, 2))
    line, width = lines[widths.argmax()], widths.max()
    back, came = (now * line).sum(), ((now - before) * line).sum()
    return bool(back < -TURNED_BACK * width and came < -SUDDEN * width)


def _exchanging(left: NDArray[np.intp], right: NDArray[np.intp]) -> NDArray[np.intp]:
    order = np.arange(len(Joint))
    order[left], order[right] = right, left
    return order


_ALL_EXCHANGED = _exchanging(_LEFT, _RIGHT)
_LEGS_EXCHANGED = _exchanging(
    *(
        np.array([side.joint(p) for p in ("knee", "ankle", "heel", "foot_index")])
        for side in (Side.LEFT, Side.RIGHT)
    )
)


def _reordered(pose: Pose, order: NDArray[np.intp]) -> Pose:
    return replace(
        pose, xy=pose.xy[order], visibility=pose.visibility[order], world=pose.world[order]
    )


class NearSide:
    """Which side of the body is near the camera, by visibility, slow to change its mind.

    The far limbs of a body seen from the side are drawn over the near ones with a visibility of
    0.2-0.7 (measured); the near side changes only when it stays clearly less visible.
    """

    MARGIN = 0.1
    SMOOTH_S = 1.0
    _LEFT, _RIGHT = (
        np.array([side.joint(part) for part in ("hip", "knee", "ankle", "elbow")]) for side in Side
    )

    def __init__(self) -> None:
        self.side: Side | None = None
        self._lead = 0.0  # smoothed visibility of left minus right
        self._t = np.nan

    def update(self, pose: Pose) -> Side | None:
        if pose.seen:
            seen = pose.visibility
            lead = float(seen[self._LEFT].sum() - seen[self._RIGHT].sum()) / len(self._LEFT)
            dt = pose.t - self._t
            gain = min(1.0, dt / self.SMOOTH_S) if dt > 0 else 1.0
            self._lead += gain * (lead - self._lead)
            self._t = pose.t
            if self.side is None or abs(self._lead) > self.MARGIN:
                self.side = Side.LEFT if self._lead >= 0 else Side.RIGHT
        return self.side


class Stabiliser:
    """Swap guard, then smoothing in units of the torso. ``near`` is the near side so far.

    Several judges of one stream may share it: :meth:`body` makes a pose steady once.
    """

    def __init__(self) -> None:
        self._guard = SwapGuard()
        self._smooth = OneEuro()
        self._near = NearSide()
        self._pose: Pose | None = None
        self._body: Body | None = None

    @property
    def near(self) -> Side | None:
        return self._near.side

    def update(self, pose: Pose) -> Pose:
        """The steady pose of this instant; an unseen pose is returned as it is. Another picture is
        a new beginning."""
        if pose.picture == "picture_changed":
            self._guard, self._smooth, self._near = SwapGuard(), OneEuro(), NearSide()
        if not pose.seen:
            return pose
        pose = self._guard(pose)
        self._near.update(pose)
        shoulders = pose.xy[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]].mean(axis=0)
        hips = pose.xy[[Joint.LEFT_HIP, Joint.RIGHT_HIP]].mean(axis=0)
        torso = float(np.hypot(*(shoulders - hips)))
        return replace(pose, xy=self._smooth(pose.t, pose.xy, torso))

    def body(self, pose: Pose) -> Body | None:
        """The steady body of this instant, its lengths in pixels; None where nobody is seen."""
        if pose is not self._pose:
            steady, near = self.update(pose), self.near
            self._body = Body(steady, 1.0, near) if steady.seen and near is not None else None
            self._pose = pose
        return self._body
