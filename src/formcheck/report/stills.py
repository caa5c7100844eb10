"""A picture of the worst moment of each fault, with the face made unrecognisable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..sinks.anonymous import coarse, head_box
from .data import Seen, Still

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..vision.frames import Frame

__all__ = ["blur_face", "stills"]

WIDTH = 480


def blur_face(image: NDArray[np.uint8], pose: Pose) -> bool:
    """Make the head of ``pose`` unrecognisable, in place.

    False, and nothing is changed, when no head was found: such a picture must not be shown.
    """
    box = head_box(pose)
    if box is not None:
        coarse(image, box)
    return box is not None


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
