"""One gesture for a person without a keyboard: an arm held straight up, the rest of them still.

Up is up in the picture, so that one rule serves a person who stands, sits, kneels or lies and
points to the ceiling (prone: after turning a little onto the side), from wherever a level camera
looks. No drill has one arm up, the other down and the legs on the floor and still.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, degrees, hypot, inf, nan

from .pose import Joint, Pose, Side

__all__ = ["ArmRaise", "raised"]

#: The arm, shoulder to wrist, may lean this far from straight up, degrees, and its elbow be bent
#: this far.
LEAN_DEG, ELBOW_DEG = 35.0, 60.0
#: The wrist stands at least this far above its shoulder, in body lengths (see :func:`_length`),
#: less for an arm as straight as :data:`STRAIGHT_DEG`: hands at the head, elbows up, reach 0.63 at
#: 30 degrees in the elbow, straight arms of rendered people 0.65 and more (measured).
REACH, STRAIGHT_REACH, STRAIGHT_DEG = 0.7, 0.6, 20.0
#: The other wrist may be this far above its own shoulder at most: with both arms up a person
#: stretches, squats (deep squats of real people) or does a dead bug. Below a visibility of
#: :data:`GUESSED` it says nothing: of somebody on the back, an arm behind the body is drawn at
#: rest, or along with the one that is up (measured).
OTHER_UP, GUESSED = 0.3, 0.3
#: A leg in the air (an ankle this far above the hips) while the other arm, straight, reaches this
#: far past its shoulder towards the head: the far end of a dead bug, which real people keep for
#: longer than the gesture takes.
LEG_UP, OTHER_OVERHEAD, BENT_DEG = 0.4, 0.5, 60.0
#: Knees and ankles that move this far while the arm is up are busy with something else.
STILL = 0.3
#: Below this visibility elbow and wrist are guesses (measured: arms that are up read more).
SEEN = 0.4

_ARMS = {side: tuple(side.joint(p) for p in ("shoulder", "elbow", "wrist")) for side in Side}
_LEGS = [side.joint(part) for side in Side for part in ("knee", "ankle")]
_Point = Sequence[float]


def raised(pose: Pose) -> Side | None:
    """The arm that is held straight up while the other one is not; None if there is none, or it
    cannot be seen."""
    if not pose.seen:
        return None
    xy, visibility = pose.xy.tolist(), pose.visibility.tolist()
    length = _length(xy)
    if not length > 0:
        return None
    for side in Side:
        seen = min(visibility[joint] for joint in _ARMS[side][1:]) >= SEEN
        if seen and _is_up(xy, side, length):
            return side if _is_at_rest(xy, visibility, side.other, length) else None
    return None


def _length(xy: Sequence[_Point]) -> float:
    """The torso's length in pixels; where it is foreshortened, what the shoulders' width makes of
    it (0.75 torsos, measured); NaN where that is unseen."""
    shoulders, hips = _middle(xy, "SHOULDER"), _middle(xy, "HIP")
    left, right = xy[Joint.LEFT_SHOULDER], xy[Joint.RIGHT_SHOULDER]
    width = hypot(left[0] - right[0], left[1] - right[1])
    return max(hypot(shoulders[0] - hips[0], shoulders[1] - hips[1]), width / 0.75)


def _middle(xy: Sequence[_Point], part: str) -> tuple[float, float]:
    left, right = xy[Joint[f"LEFT_{part}"]], xy[Joint[f"RIGHT_{part}"]]
    return (left[0] + right[0]) / 2, (left[1] + right[1]) / 2


def _is_up(xy: Sequence[_Point], side: Side, length: float) -> bool:
    shoulder, elbow, wrist = (xy[joint] for joint in _ARMS[side])
    up = shoulder[1] - wrist[1]
    lean = degrees(atan2(abs(wrist[0] - shoulder[0]), up))
    bend = _bend(shoulder, elbow, wrist)
    reach = STRAIGHT_REACH if bend <= STRAIGHT_DEG else REACH
    return up >= reach * length and lean <= LEAN_DEG and bend <= ELBOW_DEG


def _is_at_rest(
    xy: Sequence[_Point], visibility: Sequence[float], side: Side, length: float
) -> bool:
    """Whether this arm, and the legs, may well rest."""
    shoulder, elbow, wrist = (xy[joint] for joint in _ARMS[side])
    if visibility[side.joint("wrist")] < GUESSED:
        return True
    if not shoulder[1] - wrist[1] <= OTHER_UP * length:
        return False
    (sx, sy), (hx, hy) = _middle(xy, "SHOULDER"), _middle(xy, "HIP")
    ankles = min(xy[Joint.LEFT_ANKLE][1], xy[Joint.RIGHT_ANKLE][1])
    if hy - ankles < LEG_UP * length or _bend(shoulder, elbow, wrist) > BENT_DEG:
        return True
    axis = sx - hx, sy - hy
    ahead = _dot((wrist[0] - shoulder[0], wrist[1] - shoulder[1]), axis)
    return ahead < OTHER_OVERHEAD * length * hypot(*axis)


def _bend(shoulder: _Point, elbow: _Point, wrist: _Point) -> float:
    upper = elbow[0] - shoulder[0], elbow[1] - shoulder[1]
    fore = wrist[0] - elbow[0], wrist[1] - elbow[1]
    turn = upper[0] * fore[1] - upper[1] * fore[0]
    return abs(degrees(atan2(turn, _dot(upper, fore))))


def _dot(a: _Point, b: _Point) -> float:
    return a[0] * b[0] + a[1] * b[1]


class ArmRaise:
    """Tells once of each arm that is held up for :data:`HELD_S`.

    An arm that is up already when it begins to look counts for nothing until it has come down,
    and so does one that stays up after it was told of.

    Attributes:
        share: how far the arm that is up is towards being told of, 0 to 1, for a screen.
    """

    HELD_S = 1.5
    #: It may be lost from sight or shake out of line for this long (EC: a flicker).
    LOST_S = 0.3
    #: An arm that was down this long may be raised again.
    DOWN_S = 0.5

    def __init__(self) -> None:
        self.share = 0.0
        self._up_t = self._since = -inf
        self._down_since = nan
        self._ready = False
        self._legs: list[_Point] = []

    def update(self, pose: Pose) -> bool:
        """Whether an arm has now been held up long enough. Poses without a body, or with a joint
        missing, are frames in which no arm is up."""
        t = pose.t
        if raised(pose) is None:
            self._lowered(t)
            return False
        xy = pose.xy.tolist()
        legs = [xy[joint] for joint in _LEGS]
        if t - self._up_t > self.LOST_S or self._moved(legs, STILL * _length(xy)):
            self._since, self._legs = t, legs
        self._up_t, self._down_since = t, nan
        self.share = min(1.0, (t - self._since) / self.HELD_S) if self._ready else 0.0
        if self.share < 1:
            return False
        self._ready, self.share = False, 0.0
        return True

    def _lowered(self, t: float) -> None:
        if t - self._up_t > self.LOST_S:
            self.share = 0.0
        if not t - self._down_since >= 0:
            self._down_since = t
        if t - self._down_since >= self.DOWN_S:
            self._ready = True

    def _moved(self, legs: Sequence[_Point], most: float) -> bool:
        pairs = zip(legs, self._legs, strict=True)
        return any(hypot(a[0] - b[0], a[1] - b[1]) > most for a, b in pairs)
