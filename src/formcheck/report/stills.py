"""A picture of the worst moment of each fault, with the face made unrecognisable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .data import Still

if TYPE_CHECKING:
    from ..capture import Frame
    from ..pose import Pose

__all__ = ["blur_face", "moments", "stills"]

#: Landmarks of the head, in MediaPipe's order.
_HEAD = slice(0, 11)
WIDTH = 480


def moments(
    faults: Sequence[Mapping[str, Any]], parts: Sequence[Mapping[str, Any]]
) -> list[tuple[str, float, str]]:
    """(code, seconds, what was seen) of the worst of each kind of fault, worst severity first.

    The moment is the middle of the fault, or the top of the repetition it was judged by.
    """
    worst: dict[str, Mapping[str, Any]] = {}
    for fault in faults:
        seen = worst.get(fault["code"])
        if seen is None or (fault["magnitude"] or 0) > (seen["magnitude"] or 0):
            worst[fault["code"]] = fault
    found = []
    for fault in sorted(worst.values(), key=lambda f: -f["severity"]):
        start, end = fault["from_s"], fault["to_s"]
        middle = (start + end) / 2
        tops = [p["peak_s"] for p in parts if start <= (p.get("peak_s") or -1) <= end]
        found.append((fault["code"], tops[0] if tops else middle, fault.get("cue") or ""))
    return found


def blur_face(image: NDArray[np.uint8], pose: Pose) -> None:
    """Make the head of ``pose`` unrecognisable, in place. Nobody there: nothing is changed."""
    import cv2

    head = pose.xy[_HEAD]
    head = head[np.isfinite(head).all(axis=1)]
    if not len(head):
        return
    middle = head.mean(axis=0)
    # Landmarks span the face only; hair and chin lie about as far out again.
    radius = 2.2 * float(np.abs(head - middle).max()) + 6
    h, w = image.shape[:2]
    x0, x1 = (int(np.clip(middle[0] + s * radius, 0, w)) for s in (-1, 1))
    y0, y1 = (int(np.clip(middle[1] + s * radius, 0, h)) for s in (-1, 1))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    part = image[y0:y1, x0:x1]
    # A few cells across the head cannot be brought back, as a soft blur sometimes can.
    small = cv2.resize(part, (6, 6), interpolation=cv2.INTER_AREA)
    image[y0:y1, x0:x1] = cv2.resize(small, (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST)


def stills(
    frames: Iterable[Frame],
    poses: Sequence[Pose],
    wanted: Sequence[tuple[str, float, str]],
    *,
    faces: bool = False,
) -> list[Still]:
    """Pictures at the wanted moments, in their order.

    Args:
        frames: the clip again, from its beginning.
        poses: of the first time through, in rising time.
        wanted: of :func:`moments`.
        faces: leave faces as they are.
    """
    import cv2

    if not wanted or not poses:
        return []
    times = np.array([p.t for p in poses])
    nearest = {i: int(np.abs(times - t).argmin()) for i, (_, t, _) in enumerate(wanted)}
    found: dict[int, Still] = {}
    last = max(times[n] for n in nearest.values())
    for frame in frames:
        if frame.t > last + 0.5:
            break
        for i, n in nearest.items():
            if i in found or not isfinite(frame.t) or abs(frame.t - times[n]) > 1e-3:
                continue
            image: Any = frame.image.copy()
            if not faces:
                blur_face(image, poses[n])
            h, w = image.shape[:2]
            if w > WIDTH:
                size = WIDTH, round(h * WIDTH / w)
                image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])
            if done:
                code, t, cue = wanted[i]
                what = code.replace("_", " ")
                found[i] = Still(code, t, jpeg.tobytes(), f"{what} at {t:.1f} seconds: {cue}")
    return [found[i] for i in sorted(found)]
