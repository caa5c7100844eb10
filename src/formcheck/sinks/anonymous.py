"""Pictures in which nobody is recognised: heads made coarse, or an outline on plain ground.

Where it is not sure that the head is covered, the whole picture is made coarse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..body.pose import SKELETON

if TYPE_CHECKING:
    from ..body.pose import Pose

__all__ = ["Box", "coarse", "covered", "head_box", "outline", "places"]

Image = NDArray[np.uint8]
#: x0, y0, x1, y1 in pixels.
Box = tuple[float, float, float, float]

#: Landmarks of the head, in MediaPipe's order, and of shoulders and hips.
_HEAD, _TRUNK = slice(0, 11), (11, 12, 23, 24)
#: A head whose landmarks the model is less sure of (mean visibility) counts as not found (EC).
_SURE = 0.5
#: A frame is covered wherever the head was within so many seconds, so that no late or early
#: frame shows it; a longer gap than the second is not bridged (EC).
_AROUND_S, _BRIDGED_S = 0.4, 1.0
#: Cells across what is made coarse: too few to be brought back, as a soft blur sometimes can.
_CELLS, _CELLS_WHOLE = 6, 16


def head_box(pose: Pose) -> Box | None:
    """A square that holds the head with hair and chin; None where no head was found.

    Landmarks span the face only, and nearly nothing of it from the side or behind: hair and chin
    lie about as far out again, and a head with its hair has a radius of 0.3 of the trunk, so the
    square reaches 2.2 times their spread or 0.45 of the trunk, whichever is more (EC).
    """
    head = pose.xy[_HEAD]
    head = head[np.isfinite(head).all(axis=1)]
    if not len(head):
        return None
    middle = head.mean(axis=0)
    a, b, c, d = (pose.xy[i] for i in _TRUNK)
    lengths = [np.linalg.norm(a - b), np.linalg.norm((a + b) / 2 - (c + d) / 2)]
    trunk = float(np.nanmax([0.0, *lengths]))
    radius = max(2.2 * float(np.abs(head - middle).max()) + 6, 0.45 * trunk)
    x, y = map(float, middle)
    return x - radius, y - radius, x + radius, y + radius


def places(poses: Sequence[Pose]) -> list[Box | None]:
    """What to cover in each frame; None is the whole picture.

    Args:
        poses: of every frame, in rising time.
    """
    boxes = [head_box(p) if _sure(p) else None for p in poses]
    t = np.array([p.t for p in poses])
    crowds = np.array([p.t for p in poses if p.people > 1])
    known = np.array([i for i, box in enumerate(boxes) if box is not None], int)
    found: list[Box | None] = []
    for i, pose in enumerate(poses):
        if len(crowds) and np.abs(crowds - pose.t).min() <= _BRIDGED_S:
            found.append(None)  # only one of them is followed
        elif boxes[i] is not None:
            near = known[np.abs(t[known] - pose.t) <= _AROUND_S]
            found.append(_hull([boxes[j] for j in near]))
        else:
            found.append(_bridged(i, t, known, boxes))
    return found


def _sure(pose: Pose) -> bool:
    return pose.seen and float(np.mean(pose.visibility[_HEAD])) >= _SURE


def _bridged(
    i: int, t: NDArray[np.float64], known: NDArray[np.int_], boxes: Sequence[Box | None]
) -> Box | None:
    """Between two places where the head was: both, what lies between, and half as much again."""
    ends = (*known[known < i][-1:], *known[known > i][:1])
    if len(ends) < 2 or t[ends[1]] - t[ends[0]] > _BRIDGED_S:
        return None
    x0, y0, x1, y1 = _hull([boxes[j] for j in ends])
    w, h = (x1 - x0) / 4, (y1 - y0) / 4
    return x0 - w, y0 - h, x1 + w, y1 + h


def _hull(boxes: Sequence[Any]) -> Box:
    corners = np.array(boxes)
    x0, y0 = corners[:, :2].min(axis=0)
    x1, y1 = corners[:, 2:].max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def coarse(image: Image, box: Box | None) -> None:
    """Make a part of a picture, or all of it, a few flat cells, in place."""
    import cv2

    h, w = image.shape[:2]
    x0, y0, x1, y1 = (0, 0, w, h) if box is None else box
    left, right = (int(np.clip(np.floor(v), 0, w)) for v in (x0, x1 + 1))
    top, bottom = (int(np.clip(np.floor(v), 0, h)) for v in (y0, y1 + 1))
    if right - left < 2 or bottom - top < 2:
        return  # it lies outside the picture
    part = image[top:bottom, left:right]
    cells = _CELLS_WHOLE if box is None else _CELLS
    small = cv2.resize(part, (cells, cells), interpolation=cv2.INTER_AREA)
    size = right - left, bottom - top
    image[top:bottom, left:right] = cv2.resize(small, size, interpolation=cv2.INTER_NEAREST)


def covered(image: Image, box: Box | None) -> Image:
    """The picture with what :func:`places` names made coarse; the given one stays as it is."""
    made = image.copy()
    coarse(made, box)
    return made


def outline(pose: Pose) -> Image:
    """The body as lines on plain ground; an empty picture where nobody was found."""
    import cv2

    w, h = pose.size
    image: Image = np.full((h, w, 3), 245, np.uint8)
    width = max(2, round(min(w, h) / 160))
    for a, b in SKELETON:
        ends = pose.xy[[a, b]]
        if np.isfinite(ends).all() and float(np.min(pose.visibility[[a, b]])) >= _SURE:
            (x0, y0), (x1, y1) = np.clip(np.rint(ends), -1e5, 1e5).astype(int).tolist()
            cv2.line(image, (x0, y0), (x1, y1), (90, 60, 20), width, cv2.LINE_AA)
    box = head_box(pose) if _sure(pose) else None
    if box is not None:
        x, y, radius = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, (box[2] - box[0]) / 4
        cv2.circle(image, (round(x), round(y)), round(radius), (90, 60, 20), width, cv2.LINE_AA)
    return image
