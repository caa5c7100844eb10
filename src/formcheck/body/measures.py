"""The body as a drill's author sees it, and the measures of ``drills.md`` 1.0 made from it.

Points are complex numbers with y up (see ``geometry``); lengths come in torsos (``T``, shoulder
middle to hip middle), angles in degrees. A joint below the visibility gate is NaN, and every
measure that needs it is NaN too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan

from ..geometry import above, across, along, angle, bearing, lean, midpoint, signed_angle, swing
from .pose import Joint, Pose, Side

__all__ = ["Body", "Limb", "Trunk"]

#: Below this visibility a joint counts as unseen (drills.md 1.0).
VISIBLE = 0.5

#: During a movement a joint may drop to this visibility: a foot set against the other leg
#: reads 0.4-0.6 (measured).
STILL_VISIBLE = 0.35

#: A face that looks up is this far above the shoulders of a lying body, in T: measured 0.13-0.40 on
#: the back, -0.27 to -0.08 on the front (postures.py).
FACE_UP = 0.02

_UNSEEN = complex(nan, nan)


class Limb:
    """One side of the body: ``limb.knee``, ``limb.toe``, … are points (NaN if hidden)."""

    __slots__ = ("_body", "_point_of", "side")

    _PARTS = ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel")

    def __init__(self, body: Body, side: Side, drawn: bool = False) -> None:
        self._body, self.side = body, side
        self._point_of = body.as_seen if drawn else body.point

    def _point(self, part: str) -> complex:
        return self._point_of(self.side.joint(part))

    @property
    def ear(self) -> complex:
        return self._point("ear")

    @property
    def shoulder(self) -> complex:
        return self._point("shoulder")

    @property
    def elbow(self) -> complex:
        return self._point("elbow")

    @property
    def wrist(self) -> complex:
        return self._point("wrist")

    @property
    def hip(self) -> complex:
        return self._point("hip")

    @property
    def knee(self) -> complex:
        return self._point("knee")

    @property
    def ankle(self) -> complex:
        return self._point("ankle")

    @property
    def heel(self) -> complex:
        return self._point("heel")

    @property
    def toe(self) -> complex:
        return self._point("foot_index")

    @property
    def knee_angle(self) -> float:
        """KNEANG, hip-knee-ankle, 180 = straight."""
        return angle(self.hip, self.knee, self.ankle)

    @property
    def hip_angle(self) -> float:
        """HIPANG, shoulder-hip-knee, 0..180, 180 = straight."""
        return angle(self.shoulder, self.hip, self.knee)

    @property
    def elbow_angle(self) -> float:
        """Shoulder-elbow-wrist, 180 = straight."""
        return angle(self.shoulder, self.elbow, self.wrist)


@dataclass(frozen=True)
class Trunk:
    """The trunk's measures that do not depend on a working side."""

    shoulder: complex
    hip: complex

    @property
    def axis(self) -> complex:
        """Hip middle to shoulder middle."""
        return self.shoulder - self.hip

    @property
    def elevation(self) -> float:
        """TRK_SAG against the horizontal: 90 upright, 0 lying, negative with the hips up."""
        return bearing(self.hip, self.shoulder)

    @property
    def lean(self) -> float:
        """TRK_LAT, from upright, positive towards image right."""
        return lean(self.hip, self.shoulder)


@dataclass
class Body:
    """A steady pose with names a physiotherapist knows.

    Attributes:
        pose: the stabilised pose.
        torso: the person's torso in pixels (a slow average, so that bending does not stretch
            every length).
        near: the side near the camera.
        side: the working side the drill is looking at (None while unknown).
        gate: the visibility below which a joint is unseen.
        floor_slope: of the line between two feet on the floor, up per right in the picture.
        nose_kept: the nose's height to go by where the picture's cannot be true, in T; else NaN.
        turned_over: whether the model draws a lying body turned over that cannot have turned.
    """

    pose: Pose
    torso: float
    near_side: Side
    side: Side | None = None
    gate: float = VISIBLE
    floor_slope: float = 0.0
    nose_kept: float = nan
    turned_over: bool = False

    @cached_property
    def _seen(self) -> tuple[list[complex], list[float]]:
        """Points and visibilities as plain numbers: picked one by one, far quicker than arrays."""
        pose = self.pose
        return [complex(x, -y) for x, y in pose.xy.tolist()], pose.visibility.tolist()

    def point(self, joint: Joint) -> complex:
        """A joint in pixels, y up; NaN when its visibility is below the gate."""
        points, visibility = self._seen
        return points[joint] if visibility[joint] >= self.gate else _UNSEEN

    def as_seen(self, joint: Joint) -> complex:
        """A joint whatever its visibility, for measures that tell views apart."""
        return self._seen[0][joint]

    def worked_by(self, side: Side | None, gate: float | None = None) -> Body:
        """The same body with another working side (and gate)."""
        gate = self.gate if gate is None else gate
        twin = Body(
            self.pose, self.torso, self.near_side, side, gate, self.floor_slope, self.nose_kept,
            self.turned_over,
        )  # fmt: skip
        twin.__dict__ |= {"_seen": self._seen, "trunk": self.trunk}  # these stay as they are
        return twin

    # -- sides -------------------------------------------------------------------------------
    @cached_property
    def left(self) -> Limb:
        return Limb(self, Side.LEFT)

    @cached_property
    def right(self) -> Limb:
        return Limb(self, Side.RIGHT)

    def limb(self, side: Side) -> Limb:
        return self.left if side is Side.LEFT else self.right

    @property
    def work(self) -> Limb:
        """The working limb (the near one for drills without a side)."""
        return self.limb(self.side or self.near_side)

    @property
    def other(self) -> Limb:
        """The limb opposite the working one."""
        return self.limb((self.side or self.near_side).other)

    @property
    def near(self) -> Limb:
        return self.limb(self.near_side)

    @property
    def far(self) -> Limb:
        return self.limb(self.near_side.other)

    def drawn(self, side: Side) -> Limb:
        """A limb as the model draws it, seen or not: for the far leg of a standing body, which is
        drawn well enough to be judged (measured) but seldom said to be visible."""
        return Limb(self, side, drawn=True)

    @property
    def nose(self) -> complex:
        return self.point(Joint.NOSE)

    # -- the trunk ---------------------------------------------------------------------------
    @cached_property
    def trunk(self) -> Trunk:
        return Trunk(
            midpoint(self.as_seen(Joint.LEFT_SHOULDER), self.as_seen(Joint.RIGHT_SHOULDER)),
            midpoint(self.as_seen(Joint.LEFT_HIP), self.as_seen(Joint.RIGHT_HIP)),
        )

    @property
    def knees(self) -> complex:
        """The middle of the knees."""
        return midpoint(self.as_seen(Joint.LEFT_KNEE), self.as_seen(Joint.RIGHT_KNEE))

    @property
    def ankles(self) -> complex:
        """The middle of the ankles."""
        return midpoint(self.as_seen(Joint.LEFT_ANKLE), self.as_seen(Joint.RIGHT_ANKLE))

    @cached_property
    def shoulder_separation(self) -> float:
        """Left shoulder from right, across the trunk, in T.

        Negative when the chest faces the camera, positive when the back does; near 0 side-on.
        """
        return self._separation(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)

    @cached_property
    def hip_separation(self) -> float:
        """Left hip from right, across the trunk, in T; signed as the shoulders are."""
        return self._separation(Joint.LEFT_HIP, Joint.RIGHT_HIP)

    def _separation(self, left: Joint, right: Joint) -> float:
        return across(self.as_seen(left) - self.as_seen(right), self.trunk.axis) / self.torso

    @cached_property
    def nose_height(self) -> float:
        """How far the nose is above the shoulder middle in the image, in T (lying: up = supine)."""
        if isfinite(self.nose_kept):
            return self.nose_kept
        return above(self.as_seen(Joint.NOSE), self.trunk.shoulder) / self.torso

    @cached_property
    def obliquity(self) -> float:
        """OBL: slope of the hip line; positive when the left hip is the higher one."""
        return _slope(self.as_seen(Joint.RIGHT_HIP), self.as_seen(Joint.LEFT_HIP))

    @cached_property
    def shoulder_obliquity(self) -> float:
        """SHOBL: slope of the shoulder line, positive when the left shoulder is higher."""
        return _slope(self.as_seen(Joint.RIGHT_SHOULDER), self.as_seen(Joint.LEFT_SHOULDER))

    # -- in torsos ---------------------------------------------------------------------------
    def height(self, a: complex, b: complex) -> float:
        """How much higher ``a`` is than ``b`` in the image, in T."""
        return above(a, b) / self.torso

    def off_the_floor(self, a: complex, b: complex) -> float:
        """How much higher ``a`` is than ``b``, less what the floor's own slope makes of the way
        between them, in T."""
        return (above(a, b) - self.floor_slope * (a.real - b.real)) / self.torso

    def gap(self, a: complex, b: complex) -> float:
        """The distance between two points, in T."""
        return abs(a - b) / self.torso

    def shift(self, a: complex, b: complex) -> float:
        """How far ``a`` is to the right of ``b`` in the image, in T."""
        return (a.real - b.real) / self.torso

    def across_trunk(self, v: complex) -> float:
        """The component of ``v`` at right angles to the trunk, in T."""
        return across(v, self.trunk.axis) / self.torso

    def across_up(self, v: complex) -> float:
        """The component of ``v`` at right angles to the trunk, away from the floor, in T."""
        side = 1.0 if self.trunk.axis.real >= 0 else -1.0
        return side * self.across_trunk(v)

    def between(self, part: str) -> complex:
        """From the right to the left ``part``, px, however well they are seen; NaN if nobody is."""
        return self.as_seen(Side.LEFT.joint(part)) - self.as_seen(Side.RIGHT.joint(part))

    def along_trunk(self, v: complex) -> float:
        """The component of ``v`` along the trunk towards the head, in T."""
        return along(v, self.trunk.axis) / self.torso

    # -- shared measures ---------------------------------------------------------------------
    def outward(self, side: Side) -> float:
        """+1 when this side's outside is image right, -1 when image left (chest to camera: the
        person's left is image right)."""
        facing = 1.0 if self.shoulder_separation <= 0 else -1.0
        return facing if side is Side.LEFT else -facing

    def body_line(self, limb: Limb, distal: complex) -> float:
        """BODY: the signed angle shoulder-hip-``distal``; above 180 when the hip has passed the
        line on the side the belly faces (over-arched bridge), below when it is short of it.

        Which way the belly faces is read from the image: up when lying on the back, down when
        prone or in a plank (where above 180 means the hips sag).
        """
        head_right = self.trunk.axis.real >= 0
        belly_up = self.nose_height > 0
        bends = 1.0 if head_right == belly_up else -1.0
        return signed_angle(limb.shoulder, limb.hip, distal, bends)

    def prone_line(self, limb: Limb, distal: complex) -> float:
        """BODY of somebody whose belly faces the floor, wherever the head is: above 180 when the
        hips sag below the line (or the leg is lifted past it), below when they are piked."""
        bends = -1.0 if self.trunk.axis.real >= 0 else 1.0
        return signed_angle(limb.shoulder, limb.hip, distal, bends)

    @cached_property
    def facing(self) -> float:
        """+1 when somebody upright and side-on looks to image right, -1 to image left."""
        return 1.0 if self.as_seen(Joint.NOSE).real >= self.trunk.shoulder.real else -1.0

    @property
    def trunk_forward(self) -> float:
        """TRK_SAG, upright and side-on: the trunk from upright, forward positive."""
        return self.trunk.lean * self.facing

    def thigh_forward(self, limb: Limb) -> float:
        """Upright and side-on: the thigh from straight down, the knee ahead positive."""
        return swing(limb.hip, limb.knee) * self.facing

    def lower(self, part: str) -> Limb:
        """The limb whose ankle (knee, …) is the lower one in the image, as drawn."""
        left, right = self.as_seen(Side.LEFT.joint(part)), self.as_seen(Side.RIGHT.joint(part))
        return self.drawn(Side.LEFT if left.imag <= right.imag else Side.RIGHT)

    def place(self, a: complex) -> complex:
        """Where a point is from the middle of the image, in T: for telling whether it moved."""
        width, height = self.pose.size
        return (a - complex(width / 2, -height / 2)) / self.torso

    def lean_towards(self, side: Side) -> float:
        """TRK_LAT: the trunk from upright, positive towards this side of the person.

        The mean of the trunk's midline and the shoulder line: the midline alone reads 0.6 of a
        lean and takes a hiked pelvis for one, the shoulder line alone a shrug (measured).
        """
        return (self.trunk.lean * self.outward(side) + self.shoulder_tilt(side)) / 2

    def shoulder_tilt(self, side: Side) -> float:
        """SHOBL as seen from one side: positive when this side's shoulder is the lower one."""
        return -self.shoulder_obliquity if side is Side.LEFT else self.shoulder_obliquity

    def hike(self, side: Side) -> float:
        """OBL as seen from one side: positive when this side's hip is the higher one."""
        return self.obliquity if side is Side.LEFT else -self.obliquity

    def fppa(self, side: Side) -> float:
        """FPPA: how far the knee is bent sideways, front-on; positive when it falls inward."""
        limb = self.limb(side)
        line = limb.ankle - limb.hip
        inward = across(limb.knee - limb.hip, line) * self.outward(side)
        bend = 180.0 - limb.knee_angle
        return bend if inward < 0 else -bend

    def abduction(self, side: Side) -> float:
        """ABD: the leg (hip to ankle) from the line at right angles to the hip line, outward
        positive; a pelvic hike does not count as abduction."""
        limb = self.limb(side)
        return swing(limb.hip, limb.ankle) * self.outward(side) - self.hike(side)


def _slope(right: complex, left: complex) -> float:
    d = left - right
    return bearing(0j, complex(abs(d.real), d.imag))
