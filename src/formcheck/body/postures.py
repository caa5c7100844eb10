"""Postures and views recognised from one image: what every drill's start position is made of.

Measured on the rendered clips and real tracks of the project: the medians of each class lie well
apart, and the limits stand between them. T is the torso length.

| seen                        | trunk elevation | shoulders across trunk | nose over shoulders |
|-----------------------------|-----------------|------------------------|---------------------|
| standing, front             | 86..90          | -0.64..-0.77           | 0.35..0.46          |
| standing, side              | 70..90          | -0.2..0.04             | 0.23..0.36          |
| on the back, side           | -22..51         | -0.31..-0.04           | 0.13..0.40          |
| on the front, side          | -4..18          | 0.05..0.25             | -0.27..-0.08        |
| on the side, front          | -4..30          | -0.37..-0.71           | -0.23..0.24         |
| lying, from the feet        | 68..86          | 0.5..1.7 wide          | any                 |
"""

from __future__ import annotations

from .measures import FACE_UP, Body, Limb

__all__ = [
    "all_fours",
    "askew",
    "bent_knees_on_the_back",
    "face_down",
    "facing_camera",
    "foot_on_the_mat_on_the_back",
    "from_anywhere",
    "from_the_feet",
    "half_kneeling",
    "lying",
    "on_the_back",
    "on_the_front",
    "on_the_side",
    "roughly_side_on",
    "side_on",
    "square_on_the_front",
    "square_side_on",
    "stacked_to_camera",
    "standing",
    "upright",
]


def upright(b: Body) -> bool:
    """The trunk is nearer to upright than to lying."""
    return b.trunk.elevation >= 60


def standing(b: Body) -> bool:
    """Upright on the feet, head up: the hips stand 1.3-1.8 T above the lower foot (measured),
    0.5-0.9 when half-kneeling; a lying body seen from its feet has its head low."""
    return upright(b) and b.nose_height > 0.1 and b.height(b.trunk.hip, b.lower("ankle").ankle) > 1


def lying(b: Body) -> bool:
    """The trunk lies, or is propped or tilted no more than half-way up."""
    return abs(b.trunk.elevation) <= 55


def facing_camera(b: Body) -> bool:
    """Shoulders square to the camera (standing): measured 0.48-0.8 T, 0.31 and less side-on."""
    return abs(b.shoulder_separation) >= 0.42


def from_anywhere(b: Body) -> bool:
    """For movements that can be counted from wherever the camera stands."""
    return True


def side_on(b: Body) -> bool:
    """The camera looks along the shoulder line: measured 0.02-0.31 T."""
    return abs(b.shoulder_separation) <= 0.42 and abs(b.hip_separation) <= 0.32


def roughly_side_on(b: Body) -> bool:
    """The camera looks along the shoulder line or stands askew of it by up to about 50 degrees,
    from where lying and kneeling movements can still be counted (measured on truth projected from
    25-45 degrees: shoulders 0.2-0.6 T across the trunk)."""
    return abs(b.shoulder_separation) <= 0.64 and abs(b.hip_separation) <= 0.5


def square_side_on(b: Body) -> bool:
    """The camera looks along the shoulder line of a lying or kneeling body: one shoulder covers
    the other. Measured apart: 0.03-0.25 T on rendered and real clips from beside the mat, 0.36 and
    more from 25 degrees askew."""
    apart = abs(b.between("shoulder")) / b.torso
    return side_on(b) and apart <= 0.32


def square_on_the_front(b: Body) -> bool:
    """The same of somebody who lies face down, where the model draws the far side too near to the
    near one. From askew shoulders and hips lie one ahead of the other; measured along the trunk,
    both together: 0.05-0.19 T on 11 rendered and real clips from beside the mat, 0.28-0.40 on 4
    from 25 degrees askew."""
    ahead = sum(abs(b.along_trunk(b.between(part))) for part in ("shoulder", "hip"))
    return square_side_on(b) and ahead <= 0.24


def from_the_feet(b: Body) -> bool:
    """A lying body seen along its length: the trunk is foreshortened to less than the shoulders
    are wide, or seems upright with the knees nearer than the hips. Landmarks are too poor to judge
    from there (calibration.md)."""
    return abs(b.between("shoulder")) > 0.95 * b.torso


def on_the_back(b: Body) -> bool:
    """Lying face up, seen roughly from the side."""
    return lying(b) and roughly_side_on(b) and b.nose_height > FACE_UP


def on_the_front(b: Body) -> bool:
    """Lying face down, seen from the side: legs in line with the trunk, on the floor."""
    if not (lying(b) and roughly_side_on(b) and b.nose_height < FACE_UP):
        return False
    # A body on its side stacks its shoulders across the trunk; one on its front, seen from askew,
    # has one ahead of the other (0.3-0.6 T).
    shoulders = b.between("shoulder")
    # A lens above the mat sees its back; those on their side mostly show their front.
    from_above = 0 < b.shoulder_separation <= 0.62 and b.nose_height < -0.05
    return side_on(b) or abs(b.along_trunk(shoulders)) >= 0.25 or from_above


def face_down(b: Body) -> bool:
    """Lying on the front with chest and hips on the floor, not on the knees and not propped: the
    elbows are then 0.55 T and more below the shoulders, 0.45 at most lying (measured); from askew
    the near arm comes nearer and appears lower. Elbows and knees are told by the trunk, for the
    floor slopes in the picture from there."""
    near = b.drawn(b.near_side)
    return (
        on_the_front(b)
        and -b.across_up(near.elbow - b.trunk.shoulder) < 0.5 + askew(b)
        and b.across_up(near.knee - near.hip) > -0.3
    )


def askew(b: Body) -> float:
    """How far the shoulders are from side-on, in T: 0 with the camera beside the mat, 0.2 at about
    35 degrees (their width is 0.75 T)."""
    return max(0.0, abs(b.shoulder_separation) - 0.25)


def bent_knees_on_the_back(b: Body) -> bool:
    """On the back (or shoulders raised), knees bent and above the feet."""
    return foot_on_the_mat_on_the_back(b, b.near)


def foot_on_the_mat_on_the_back(b: Body, leg: Limb) -> bool:
    """The same of one leg, whatever the other does."""
    return (
        lying(b)
        and b.nose_height > FACE_UP
        and leg.knee_angle < 145
        and b.height(leg.knee, leg.ankle) > 0.2
    )


def on_the_side(b: Body) -> bool:
    """Lying on one side: shoulders and hips stacked in the picture, legs below the trunk."""
    return lying(b) and abs(b.shoulder_separation) >= 0.3 and abs(b.hip_separation) >= 0.18


def stacked_to_camera(b: Body) -> bool:
    """The front of the body faces the camera."""
    return b.shoulder_separation < 0


def all_fours(b: Body) -> bool:
    """Hands and knees: trunk level, the near knee well below the hip."""
    return (
        abs(b.trunk.elevation) <= 35
        and roughly_side_on(b)
        and b.height(b.near.hip, b.near.knee) > 0.35
    )


def half_kneeling(b: Body) -> bool:
    """Upright on one foot and one knee, or hovering just above it, seen from the side."""
    return upright(b) and roughly_side_on(b) and b.height(b.trunk.hip, b.ankles) < 1.1
