"""One detection of the pose model, and whether it may be believed to be a person."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..body.pose import Joint, Pose

__all__ = ["Detection", "another_person", "plausible", "same_place"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Detection:
    """One detection: xy (33, 2) px, visibility (33,), world (33, 3) m, of a picture of ``size``."""

    xy: Array
    visibility: Array
    world: Array
    size: tuple[int, int]

    def turned_back(self, degrees: int) -> Detection:
        """The same body in the picture before that was turned clockwise by ``degrees``.

        The model's landmarks count from the middle of the first pixel: with ``width - x`` in
        place of ``width - 1 - x`` they come back one pixel off the unturned answer (measured).
        """
        (x, y), (width, height) = self.xy.T, self.size
        right, bottom = width - 1 - x, height - 1 - y
        wx, wy, wz = self.world.T
        if degrees == 90:
            xy, world, size = (y, right), (wy, -wx, wz), (height, width)
        elif degrees == 180:
            xy, world, size = (right, bottom), (-wx, -wy, wz), (width, height)
        elif degrees == 270:
            xy, world, size = (bottom, x), (-wy, wx, wz), (height, width)
        else:
            return self
        return Detection(np.stack(xy, 1), self.visibility, np.stack(world, 1), size)

    def moved(self, dx: float, dy: float, size: tuple[int, int]) -> Detection:
        """The same body in a picture of ``size`` of which this one was cut out at (dx, dy) px."""
        return Detection(self.xy + np.array([dx, dy]), self.visibility, self.world, size)

    def pose(self, t: float, people: int = 1) -> Pose:
        """This body as the pose at ``t`` s."""
        return Pose(t, self.xy, self.visibility, self.world, self.size, people)

    @property
    def length(self) -> float:
        """Pixels of the trunk and the longer leg, along the bones: hardly changed by bending."""
        legs = [
            np.hypot(*(self.xy[hip] - self.xy[knee])) + np.hypot(*(self.xy[knee] - self.xy[ankle]))
            for hip, knee, ankle in _LEGS
        ]
        return self.torso + float(max(legs))

    @property
    def shape(self) -> Array:
        """(12, 2) torsos from between the hips: trunk and limbs, the left six, then the right."""
        shape: Array = (self.xy[_MAIN] - self.hips) / max(self.torso, 1.0)
        return shape

    @property
    def hips(self) -> Array:
        """(2,) px, the middle between the hips."""
        return _middle(self.xy, "HIP")

    @property
    def shoulders(self) -> Array:
        """(2,) px, the middle between the shoulders."""
        return _middle(self.xy, "SHOULDER")

    @property
    def torso(self) -> float:
        """Pixels from between the shoulders to between the hips."""
        return float(np.hypot(*(self.shoulders - self.hips)))

    @property
    def box(self) -> Array:
        """(4,) px: left, top, right, bottom of the trunk and limbs."""
        points = self.xy[_MAIN]
        return np.concatenate([points.min(0), points.max(0)])


def _middle(xy: Array, part: str) -> Array:
    middle: Array = (xy[Joint[f"LEFT_{part}"]] + xy[Joint[f"RIGHT_{part}"]]) / 2
    return middle


_MAIN = [
    Joint[f"{side}_{part}"]
    for side in ("LEFT", "RIGHT")
    for part in ("SHOULDER", "ELBOW", "WRIST", "HIP", "KNEE", "ANKLE")
]

#: Bones and the longest they may be, in torsos. Foreshortening makes any bone short, and the
#: torso too, which leaves room above the anatomical ratios (thigh 0.9, shin 0.9, arm 0.6).
_BONES = [
    (Joint[f"{side}_{a}"], Joint[f"{side}_{b}"], longest)
    for side in ("LEFT", "RIGHT")
    for a, b, longest in (
        ("SHOULDER", "ELBOW", 1.2),
        ("ELBOW", "WRIST", 1.2),
        ("HIP", "KNEE", 1.6),
        ("KNEE", "ANKLE", 1.6),
    )
]

_LEGS = [
    (Joint[f"{side}_HIP"], Joint[f"{side}_KNEE"], Joint[f"{side}_ANKLE"])
    for side in ("LEFT", "RIGHT")
]


def plausible(body: Detection) -> bool:
    """Whether a detection that was searched for may be believed to be a person.

    At least eight of the twelve joints of trunk and limbs are in view (visibility of 0.5) and
    inside the picture, a shoulder, a hip and a knee among them; the torso is no speck; no bone
    is longer than bones are, and at least one leg is more than a stump.
    """
    width, height = body.size
    x, y = body.xy.T
    inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
    seen = inside & (body.visibility >= 0.5)
    torso = body.torso
    if not np.isfinite(body.xy).all() or seen[_MAIN].sum() < 8:
        return False
    for part in ("SHOULDER", "HIP", "KNEE"):
        if not (seen[Joint[f"LEFT_{part}"]] or seen[Joint[f"RIGHT_{part}"]]):
            return False
    if torso < 0.04 * math.hypot(width, height):
        return False
    for a, b, longest in _BONES:
        if np.hypot(*(body.xy[a] - body.xy[b])) > longest * torso:
            return False
    return bool(body.length - torso > 0.5 * torso)


def same_place(a: Detection, b: Detection) -> bool:
    """Whether two looks show one body: both ends of the trunk moved less than half of it."""
    moved = [np.hypot(*(_middle(a.xy, part) - _middle(b.xy, part))) for part in ("HIP", "SHOULDER")]
    return bool(max(moved) < 0.5 * a.torso)


def another_person(body: Detection, first: Detection) -> bool:
    """Whether ``body`` is a second person of about the size of ``first``, and not part of it."""
    if not plausible(body) or body.torso < 0.5 * first.torso:
        return False
    a, b = body.box, first.box
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = float(np.prod(np.maximum(sides, 0.0)))
    areas = float(np.prod(a[2:] - a[:2])) + float(np.prod(b[2:] - b[:2]))
    apart = np.hypot(*(body.hips - first.hips)) > 0.5 * first.torso
    return bool(apart and shared < 0.3 * (areas - shared))
