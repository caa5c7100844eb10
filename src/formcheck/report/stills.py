"""A picture of the worst moment of each fault, with the face made unrecognisable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .data import Seen, Still

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..vision.frames import Frame

__all__ = ["blur_face", "stills"]

#: Landmarks of the head, in MediaPipe's order.
_HEAD = slice(0, 11)
WIDTH = 480


def blur_face(image: NDArray[np.uint8], pose: Pose) -> bool:
    """Make the head of ``pose`` unrecognisable, in place.

    False, and nothing is changed, when no head was found: such a picture must not be shown.
    """
    import cv2

    head = pose.xy[_HEAD]
    head = head[np.isfinite(head).all(axis=1)]
    if not len(head):
        return False
    middle = head.mean(axis=0)
    # Landmarks span the face only; hair and chin lie about as far out again.
    radius = 2.2 * float(np.abs(head - middle).max()) + 6
    h, w = image.shape[:2]
    x0, x1 = (int(np.clip(middle[0] + s * radius, 0, w)) for s in (-1, 1))
    y0, y1 = (int(np.clip(middle[1] + s * radius, 0, h)) for s in (-1, 1))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return True  # the head is outside the picture
    part = image[y0:y1, x0:x1]
    # A few cells across the head cannot be brought back, as a soft blur sometimes can.
    small = cv2.resize(part, (6, 6), interpolation=cv2.INTER_AREA)
    image[y0:y1, x0:x1] = cv2.resize(small, (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST)
    return True


def stills(
    frames: Iterable[Frame], poses: Sequence[Pose], seen: Sequence[Seen], *, faces: bool = False
) -> list[Still]:
    """Pictures of the worst moments, in the order of ``seen``; none where a face would show.

    Args:
        frames: the clip again, from its beginning.
        poses: of those moments at least, in rising time.
        seen: of :func:`formcheck.report.data.seen_in`.
        faces: leave faces as they are.
    """
    import cv2

    if not seen or not poses:
        return []
    times = np.array([p.t for p in poses])
    nearest = {i: int(np.abs(times - s.at).argmin()) for i, s in enumerate(seen)}
    found: dict[int, Still] = {}
    last = max(times[n] for n in nearest.values())
    for frame in frames:
        if frame.t > last + 0.5:
            break
        for i, n in nearest.items():
            if i in found or not abs(frame.t - times[n]) <= 1e-3:
                continue
            image: Any = frame.image.copy()
            if not faces and not blur_face(image, poses[n]):
                continue
            h, w = image.shape[:2]
            if w > WIDTH:
                size = WIDTH, round(h * WIDTH / w)
                image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])
            if done:
                what = f"You at {frame.t:.1f} seconds, {seen[i].name}: {seen[i].what}"
                found[i] = Still(seen[i].code, frame.t, jpeg.tobytes(), what)
    return [found[i] for i in sorted(found)]
