"""How a body stands in the picture: cut off by its edge, small, or tilted. Pure.

The set-up guide says it before a set, the judge where nothing can be judged.
"""

from __future__ import annotations

import numpy as np

from .measures import Body
from .pose import Joint, Pose
from .postures import upright

__all__ = ["SMALL", "TILT_DEG", "cut_off", "is_small", "is_tilted"]

#: Points this share of the picture beyond its edge are out of it (EC). Measured: never on the 67
#: development clips, on half of all frames and more where somebody is too near.
EDGE = 0.01
#: Share of the picture's longer side that the body should fill at least (EC; measured: 0.23-0.79).
SMALL = 0.22
#: Both the shoulders and the hips of a standing person slope this much: the camera is tilted (EC).
TILT_DEG = 6.0

_HEAD = (Joint.NOSE, Joint.LEFT_EAR, Joint.RIGHT_EAR)
_FEET = (Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE, Joint.LEFT_HEEL, Joint.RIGHT_HEEL,
         Joint.LEFT_FOOT_INDEX, Joint.RIGHT_FOOT_INDEX)  # fmt: skip


def cut_off(pose: Pose) -> str:
    """Which part lies beyond the picture's edge: ``head``, ``feet``, ``both``, ``part`` for any
    other; empty for none, and for a missing pose."""
    w, h = pose.size
    x, y = pose.xy[:, 0], pose.xy[:, 1]
    margin = EDGE * max(w, h)
    out = (x < -margin) | (x > w + margin) | (y < -margin) | (y > h + margin)
    if not out.any():
        return ""
    head, feet = bool(out[list(_HEAD)].any()), bool(out[list(_FEET)].any())
    return "both" if head and feet else "head" if head else "feet" if feet else "part"


def is_small(pose: Pose) -> bool:
    """Whether a seen body fills less of the picture than it should; False for a missing one."""
    return float(np.ptp(pose.xy, axis=0).max()) < SMALL * max(pose.size)


def is_tilted(body: Body, by: float = TILT_DEG) -> bool:
    """A camera that is not level tilts shoulders, hips and midline by one and the same angle, told
    on somebody upright who faces it; NaN gives False."""
    if not upright(body) or abs(body.shoulder_separation) < 0.4:
        return False
    # Seen from the front left and right are swapped in the picture, which turns both slopes.
    slopes = body.shoulder_obliquity, body.obliquity
    return min(slopes) > by or max(slopes) < -by
