"""Other people painted over, so that the model's limbs cannot jump to them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ..body.pose import SKELETON, Joint
from .detection import Detection
from .frames import Image

__all__ = ["faded"]

#: Half the width of a limb and of the room that is kept around the held body, in torsos (EC, seen
#: on rendered pairs: clothes and hair are inside).
LIMB, KEPT, HEAD = 0.22, 0.2, 0.45
#: What is painted over is filled from around it in a picture so many times smaller.
COARSE = 8


def faded(rgb: Image, others: Sequence[Detection], held: Detection | None) -> Image:
    """``rgb`` with the ``others`` painted over by what is around them, except where ``held`` is."""
    height, width = rgb.shape[0] // COARSE, rgb.shape[1] // COARSE
    if not others or min(height, width) < 4:
        return rgb
    mask = np.zeros((height, width), np.uint8)
    for body in others:
        _draw(mask, body, LIMB, 255)
    if held is not None:
        _draw(mask, held, KEPT, 0)
    if not mask.any():
        return rgb
    small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    filled = cv2.inpaint(small, cv2.dilate(mask, np.ones((3, 3), np.uint8)), 3, cv2.INPAINT_TELEA)
    whole = cv2.resize(mask, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    ys, xs = np.nonzero(mask)
    top, bottom = ys.min() * COARSE, (ys.max() + 1) * COARSE + COARSE
    left, right = xs.min() * COARSE, (xs.max() + 1) * COARSE + COARSE
    out = rgb.copy()
    large = cv2.resize(filled, rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    part = np.s_[top:bottom, left:right]
    np.copyto(out[part], large[part], where=whole[part][..., None] > 0)
    return out


def _draw(mask: NDArray[np.uint8], body: Detection, half: float, value: int) -> None:
    """A body's trunk, limbs and head into a coarse mask, ``half`` torsos to each side of bones."""
    xy, torso = body.xy / COARSE, body.torso / COARSE
    wide = max(1, round(2 * half * torso))

    def point(joint: Joint) -> tuple[int, int]:
        return round(float(xy[joint][0])), round(float(xy[joint][1]))

    for a, b in SKELETON:
        cv2.line(mask, point(a), point(b), value, wide)
    trunk = (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.RIGHT_HIP, Joint.LEFT_HIP)
    cv2.fillConvexPoly(mask, np.array([point(j) for j in trunk]), value)
    cv2.circle(mask, point(Joint.NOSE), max(1, round(HEAD * torso)), value, -1)
