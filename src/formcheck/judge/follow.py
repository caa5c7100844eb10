"""From poses to the one body that is judged: steadied, measured against its own torso."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isfinite, nan

from ..body.floor import FloorLine
from ..body.measures import FACE_UP, STILL_VISIBLE, VISIBLE, Body
from ..body.pose import Pose, Side
from ..body.postures import lying
from ..body.steady import Stabiliser
from ..drill.rules import MAX_GAP_S

__all__ = ["Follower"]

#: The torso's length follows the image this slowly, seconds (EC): soon when it is longer than
#: before, late when it is shorter, for a trunk that leans to or from the camera only ever looks
#: shorter (measured: a squat from the front, 20 % for two seconds).
TORSO_GROWS_S, TORSO_SHRINKS_S = 3.0, 15.0

#: A face that turns over while nothing else does is believed after this long, seconds; a trunk that
#: lies is no steeper than this, degrees (measured on the front: -4 to 18), and stays with its hips
#: within this many T (EC).
FACE_TURNS_S, FLAT, TRUNK_STAYS = 3.0, 25.0, 0.3

#: A nose between these heights says nothing of the face in mid-movement, T: a trunk that tilts to
#: the head carries it past level (measured: a bridge from 40 degrees askew, 0.12 at rest, 0.01 at
#: the top). Lying still, face down reads -0.08 and less, face up 0.13 and more (measured). Lying is
#: who has lain for so long, s, before the movement: a squat bows as far (EC).
LEVEL, LAY_S = (-0.06, 0.1), 1.0


class Follower:
    """Follows one person through a set.

    Attributes:
        body_s: when shoulders and hips were seen last (without them there is no body), NaN before.
        elsewhere: whether hips and trunk were somewhere else after the last gap.
    """

    def __init__(self, stabiliser: Stabiliser) -> None:
        self._stabiliser = stabiliser
        self.body_s = nan
        self.elsewhere = False
        self._floor = FloorLine()
        self._face = _Face()
        self._torso = self._torso_s = nan
        self._place = complex(nan, nan), complex(nan, nan)  # hips and trunk when last seen

    @property
    def near(self) -> Side | None:
        """The side nearer to the camera; None before it is known."""
        return self._stabiliser.near

    def forget(self) -> None:
        """Nothing that was known of the person holds."""
        self.elsewhere, self._torso, self.body_s = True, nan, nan
        self._floor, self._face = FloorLine(), _Face()

    def body(self, pose: Pose, side: Side | None, *, busy: bool, judging: bool) -> Body | None:
        """The body of a pose, None where there is none.

        Args:
            pose: later than the one before.
            side: the working side so far.
            busy: whether a movement is under way.
            judging: whether it is judged; if not, somebody may still be getting into position.
        """
        steady = self._stabiliser.body(pose)
        if steady is None:
            return None
        body = steady.worked_by(side, STILL_VISIBLE if busy else VISIBLE)
        length = abs(body.trunk.axis)
        if not length > 1.0:
            return None
        if pose.t - self.body_s > MAX_GAP_S:
            self.elsewhere = not _same_place(self._place, (body.trunk.hip, body.trunk.axis))
        self._place = body.trunk.hip, body.trunk.axis
        body.torso = self._torso_of(pose.t, length, busy, judging)
        body.floor_slope = self._floor.update(body)
        nose, turned_over = self._face.kept(body, busy, judging)
        if isfinite(nose):
            body = replace(body, nose_kept=nose, turned_over=turned_over)
        self.body_s = pose.t
        return body

    def _torso_of(self, t: float, now: float, busy: bool, judging: bool) -> float:
        # Somebody getting into position, or seen from another distance, is as long as they look;
        # not while a movement is under way: a trunk that falls towards the camera looks short.
        usual = 0.7 < now / self._torso < 1.4 or (busy and now < self._torso)
        follows_s = 0.2
        if judging and usual:
            follows_s = TORSO_GROWS_S if now > self._torso else TORSO_SHRINKS_S
        self._torso = _towards(self._torso, now, (t - self._torso_s) / follows_s)
        self._torso_s = t
        return self._torso


class _Face:
    """Which way the face of a lying body looks.

    As a leg rises, the model may turn somebody lying over about the long axis (measured: two
    bodies of eight, prone, 25 degrees askew, for 2-3 s a repetition). Nobody turns over in
    mid-movement, and hardly ever at once, whose trunk stays where it was.
    """

    def __init__(self) -> None:
        self._t = self._nose = nan
        self._hip = self._axis = complex(nan, nan)  # of somebody who lay at rest
        self._lying_from = inf

    def kept(self, body: Body, busy: bool, judging: bool) -> tuple[float, bool]:
        """The height of the nose to go by, in T, NaN for the picture's own; and whether the body is
        drawn turned over that cannot have turned."""
        t, hip, axis, nose = body.pose.t, body.trunk.hip, body.trunk.axis, body.nose_height
        other_way = judging and (nose > FACE_UP) != (self._nose > FACE_UP)
        if other_way and (busy or t - self._t < FACE_TURNS_S):
            turn = axis / self._axis
            if abs(hip - self._hip) < TRUNK_STAYS * body.torso and turn.real > 0.9 * abs(turn):
                self._t = t if busy else self._t
                return self._nose, True
        lay = self._t - self._lying_from >= LAY_S
        if other_way and busy and lay and LEVEL[0] < nose < LEVEL[1]:
            return self._nose, False
        if not busy:
            self._t, self._nose, self._hip = t, nose, hip
            self._lying_from = min(self._lying_from, t) if lying(body) else inf
            self._axis = axis if abs(body.trunk.elevation) < FLAT else complex(nan, nan)
        return nan, False


def _same_place(before: tuple[complex, complex], now: tuple[complex, complex]) -> bool:
    """Whether hips and trunk can be those of the same movement, seen by the same camera (EC)."""
    (hip, axis), (later_hip, later_axis) = before, now
    way = abs(later_hip - hip) / abs(axis)
    turn = later_axis / axis
    return way < 1 and 0.7 < abs(turn) < 1.4 and turn.real > 0.7 * abs(turn)


def _towards(now: float, target: float, share: float) -> float:
    """A step towards a target; all the way when there was nothing before."""
    return now + (target - now) * min(1.0, share) if isfinite(now) and isfinite(share) else target
