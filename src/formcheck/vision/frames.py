"""What every stream of pictures shares: the frame, its checks and its colours.

Every stream is a context manager and can be iterated once. Times are seconds from the first
frame of the stream, rise strictly and are rounded to float32, as a pose track keeps them, so
that a track replays exactly like the clip it came from. No time is ever derived from a frame
number: a file stamps its container's time, a camera the moment of capture.

A problem that the stream survives (a cut-off file, a camera that dropped out) is kept in
``stream.warnings``; any other is an :class:`~formcheck.errors.InputError`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..files import plain

__all__ = ["Frame", "Stream", "to_rgb", "turn"]

Image = NDArray[np.uint8]

#: Clockwise quarter turns, in degrees, and how OpenCV calls them.
_TURNS = {
    0: None,
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def turn(image: Image, degrees: int) -> Image:
    """``image`` turned clockwise by 0, 90, 180 or 270 degrees."""
    code = _TURNS[degrees]
    return image if code is None else cv2.rotate(image, code)  # type: ignore[return-value]


def to_rgb(image: Any) -> Image | None:
    """A BGR picture in the model's colour order; None for one that would break the model for good.

    A grey or an empty picture does; ``image[:, :, ::-1]`` would be read as wrong pixels.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.size == 0:
        return None
    if image.ndim != 3 or image.shape[2] != 3:
        return None
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture and when it was taken.

    Attributes:
        t: seconds from the first frame of the stream.
        image: (height, width, 3) uint8, BGR.
        dropped: frames that were thrown away since the frame before this one, because nobody
            took them in time (live only).
        gap_s: seconds for which the source was gone just before this frame, else 0.
        captured: ``time.monotonic()`` of the capture, NaN for a recording; for latency only.
        still: the camera stands still (see :mod:`~formcheck.vision.standstill`): this is no
            picture of now, and nothing is to be seen in it.
    """

    t: float
    image: Image
    dropped: int = 0
    gap_s: float = 0.0
    captured: float = math.nan
    still: bool = False


class Stream:
    """What all sources share.

    Attributes:
        name: what to call the source in messages and results.
        size: (width, height) of the upright picture in pixels.
        fps: what the source says of its rate, or None; to show, never to compute with.
        duration_s: how long the source says it is, or None.
        frames_expected: how many frames the source promises, or None.
        live: whether frames that are not taken in time are lost.
        warnings: one line for each problem that the stream survived, filled while it is read.
    """

    live = False
    #: What to show while nothing comes of a live stream.
    silence = "Waiting for the camera"

    def __init__(self, name: str) -> None:
        self.name = plain(name)
        self.size = (0, 0)
        self.fps: float | None = None
        self.duration_s: float | None = None
        self.frames_expected: int | None = None
        self.warnings: list[str] = []

    def close(self) -> None:
        """Release the source; may be called twice."""

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def seconds32(t: float) -> float:
    return float(np.float32(t))


def to_bgr(image: Any, degrees: int) -> Image | None:
    """The picture as upright (h, w, 3) uint8, or None if it is no picture.

    One channel or a fourth, and 16 bits a channel, do come out of some decoders and cameras;
    passed on, they would break the landmarker for good.
    """
    if image is None or image.size == 0 or image.ndim not in (2, 3):
        return None
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.dtype != np.uint8:
        return None
    if image.ndim == 2 or image.shape[2] == 1:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    elif image.shape[2] == 4:
        image = cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)
    return turn(image, degrees) if image.shape[2] == 3 else None


def check_rotate(rotate: int) -> int:
    if rotate not in _TURNS:
        raise UsageError(f"rotate must be 0, 90, 180 or 270 degrees, got {rotate!r}")
    return rotate


def check_window(start_s: float | None, end_s: float | None) -> tuple[float, float]:
    start = 0.0 if start_s is None else float(start_s)
    end = math.inf if end_s is None else float(end_s)
    if not 0 <= start < end:
        raise UsageError(
            f"the start must lie before the end and not before 0, got {start:g} s to {end:g} s"
        )
    return seconds32(start), seconds32(end)  # as the times they are compared with
