"""What one frame shows of a body: 33 named points in pixels, or nothing.

The only body type of the package. Everything upstream (camera, file, model) makes one,
everything downstream (analysis, drawing, tracks) reads one. Missing is NaN, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["JOINTS", "PICTURE_FAULTS", "SKELETON", "Joint", "Pose", "Side", "turned_pose"]

JOINTS = 33

#: What can be wrong with a picture, by the names of :class:`~formcheck.events.Reason`. A track
#: keeps the number of a name: new ones go to the end.
PICTURE_FAULTS = (
    "too_dark", "too_noisy", "blurred", "backlit", "camera_moving", "stuttering", "frozen",
    "picture_changed",
)  # fmt: skip


class Joint(IntEnum):
    """The 33 landmarks in MediaPipe's order."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


class Side(str, Enum):
    """A side of the person's own body."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        return Side.RIGHT if self is Side.LEFT else Side.LEFT

    def joint(self, part: str) -> Joint:
        """The landmark of a body part on this side, e.g. ``Side.LEFT.joint("knee")``."""
        return _JOINTS[self.value, part]

    def __str__(self) -> str:
        return self.value


_JOINTS = {
    (side.value, part): Joint[f"{side.value}_{part}".upper()]
    for side in Side
    for part in ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index")
}

#: Pairs of joints that are drawn as bones.
SKELETON: tuple[tuple[Joint, Joint], ...] = (
    *(
        (side.joint(a), side.joint(b))
        for side in Side
        for a, b in (
            ("shoulder", "elbow"),
            ("elbow", "wrist"),
            ("shoulder", "hip"),
            ("hip", "knee"),
            ("knee", "ankle"),
            ("ankle", "heel"),
            ("heel", "foot_index"),
            ("ankle", "foot_index"),
        )
    ),
    (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER),
    (Joint.LEFT_HIP, Joint.RIGHT_HIP),
)


@dataclass(frozen=True, eq=False)
class Pose:
    """One body at one instant.

    Attributes:
        t: seconds from the first frame of the stream.
        xy: (33, 2) float, pixels of the upright image, y down; NaN where unseen.
        visibility: (33,) float in 0..1, how sure the model is that a point is in view;
            0 where unseen.
        world: (33, 3) float, metres about the hips, or NaN. Depth is compressed and is only
            good for telling views apart, never for thresholds.
        size: (width, height) of the image in pixels.
        people: how many bodies were in view when last looked (1 unless another was seen).
        picture: what is wrong with the picture, one of :data:`PICTURE_FAULTS`; empty for nothing.

    Raises:
        ValueError: a shape is wrong or ``t`` is not finite.
    """

    t: float
    xy: NDArray[np.float64]
    visibility: NDArray[np.float64]
    world: NDArray[np.float64]
    size: tuple[int, int]
    people: int = 1
    picture: str = ""

    def __post_init__(self) -> None:
        if not np.isfinite(self.t):
            raise ValueError(f"a pose needs a finite time in seconds, got t={self.t!r}")
        for name, shape in (("xy", (JOINTS, 2)), ("visibility", (JOINTS,)), ("world", (JOINTS, 3))):
            came = getattr(self, name).shape
            if came != shape:
                raise ValueError(f"pose.{name} must have shape {shape}, got {came}")

    @cached_property
    def seen(self) -> bool:
        """Whether any body was found in this frame."""
        return bool(np.isfinite(self.xy[:, 0]).any())

    @classmethod
    def missing(cls, t: float, size: tuple[int, int], people: int = 0, picture: str = "") -> Pose:
        """The pose of a frame in which nobody was found."""
        return cls(
            t,
            np.full((JOINTS, 2), np.nan),
            np.zeros(JOINTS),
            np.full((JOINTS, 3), np.nan),
            size,
            people,
            picture,
        )


def turned_pose(pose: Pose, degrees: int) -> Pose:
    """``pose`` as the picture turned clockwise by ``degrees`` shows it."""
    if degrees == 0:
        return pose
    (x, y), (wx, wy, wz) = pose.xy.T, pose.world.T
    right, bottom = pose.size[0] - 1 - x, pose.size[1] - 1 - y
    xy, world = {
        90: ((bottom, x), (-wy, wx, wz)),
        180: ((right, bottom), (-wx, -wy, wz)),
        270: ((y, right), (wy, -wx, wz)),
    }[degrees]
    size = pose.size if degrees == 180 else (pose.size[1], pose.size[0])
    return replace(pose, xy=np.stack(xy, 1), world=np.stack(world, 1), size=size)
