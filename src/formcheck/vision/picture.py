"""What is wrong with the pictures of a stream: too dark, grainy, blurred, lit from behind, moving,
stuttering, or another scene all at once.

Two looks a second measure a small grey copy; a coarse sample of every frame tells cuts and
stutters. All thresholds are between what the 67 development clips measure (and altered ones in
which people are still found) and what clips measure in which nobody is found any more; the figures
stand beside each. What is told here is only what is measured: whether it is said depends on whether
anybody can be judged (:mod:`formcheck.judge.picture`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from .frames import Frame, Image

__all__ = [
    "PictureWatch",
    "Qualities",
    "fault_of",
    "is_cut",
    "qualities",
    "sent_again",
    "shift",
    "stutters",
]

Grey = NDArray[np.float32]

#: Seconds between two looks; a fault must be seen by two in a row, and be gone from two.
LOOK_EVERY_S = 0.5
#: Width of the copy that is measured, and of the smaller one that tells whether the camera moves.
WIDE, SMALL = 320, (128, 72)
#: Side of the nine tiles, at full size, in which noise is measured, pixels.
TILE = 96

#: The brightest twentieth begins below this, 0-255. Measured: clips 116-245, dim ones in which all
#: people are found 24-41 (they are found, so nothing is said), dark 4-9.
DARK = 60.0
#: Standard deviation of the noise, 0-255, and as a share of the contrast (5th to 95th percentile).
#: Measured: clips up to 1.9 and 0.03; in which nobody is found 10-36 and 0.3.
NOISE, NOISE_SHARE = 5.0, 0.12
#: The steepest edges, as a share of the contrast for each pixel of the copy. Measured: clips
#: 0.24-0.59, blurred ones in which all are found 0.11-0.12, too blurred ones 0.045-0.056.
SHARP = 0.08
#: A fifth of the picture burnt out (over 240), and a quarter nearly black (under 40). Measured:
#: clips up to 0.14 and 0.14 (not the same clip), lit from behind 0.46 and 0.47.
BURNT, BLACK = 0.2, 0.25
#: The edges of the picture, left, right and above, shift by so much of its width between two looks,
#: median of six. Measured: clips up to 0.003, people too near 0.016, a hand-held camera from 0.029.
SHIFT = 0.021
#: Those three parts of the small copy: the person is mostly between them.
EDGES = np.s_[:, :40], np.s_[:, -40:], np.s_[:28]
#: Of the sample, this share changes by over 20 (0-255) from one frame to the next, and what is
#: left of the picture correlates less than this with what was there. Measured: clips up to 0.04,
#: people who pass close by and hand-held cameras up to 0.19, cuts from 0.68; cuts up to 0.35.
CUT_SHARE, CUT_ALIKE = 0.36, 0.6
#: Every so many pixels both ways belong to the sample, which is averaged to this size.
STEP, SAMPLE = 4, (40, 30)
#: New pictures come more seldom than this, seconds. Measured on landmarks of 21 clips: with one in
#: 0.7 s 20 of 21 are counted right, with one in 0.9 s 12.
STUTTER_S = 0.75
#: So long is looked back for that, seconds, and so many new pictures must have come.
STUTTER_WINDOW_S, STUTTER_JUMPS = 6.0, 4
#: A picture that was sent again through a codec: over this many looks the copy varies by no more
#: than this anywhere, and all but 0.2 % of its own pixels by no more than the second, grey levels.
#: Measured: frozen up to 6 and 9, clips from 20 and 11, a sensor's own noise of 1.5 from 9.
FROZEN_LOOKS, FROZEN_COPY, FROZEN_PIXELS = 7, 6.0, 9.0


@dataclass(frozen=True)
class Qualities:
    """What one picture measures; grey levels are 0-255.

    Attributes:
        bright: the 95th percentile.
        contrast: from the 5th to it.
        noise: standard deviation.
        sharp: the steepest edges, a share of the whole contrast for each pixel of the copy.
        burnt, black: shares of the picture over 240, and under 40.
    """

    bright: float
    contrast: float
    noise: float
    sharp: float
    burnt: float
    black: float


_LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


def _noise(image: Image) -> float:
    """By Immerkaer's operator, which edges and slopes leave alone; the median of nine tiles."""
    height, width = image.shape[:2]
    sizes = []
    for y in (0.2, 0.5, 0.8):
        for x in (0.2, 0.5, 0.8):
            top, left = max(0, int(y * height - TILE / 2)), max(0, int(x * width - TILE / 2))
            tile = image[top : top + TILE, left : left + TILE, 1].astype(np.float32)
            if min(tile.shape) > 2:
                sizes.append(float(np.abs(cv2.filter2D(tile, -1, _LAPLACE)[1:-1, 1:-1]).mean()))
    return median(sizes) * float(np.sqrt(np.pi / 2)) / 6 if sizes else 0.0


def _copy(image: Image) -> Grey:
    height, width = image.shape[:2]
    size = WIDE, max(2, round(WIDE * height / width))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)


def qualities(image: Image, copy: Grey | None = None) -> Qualities:
    """Measure a (height, width, 3) picture; ``copy`` is its grey copy where there is one."""
    grey = _copy(image) if copy is None else copy
    counts = np.bincount(grey.astype(np.uint8).ravel(), minlength=256)
    low, dark, bright, high = _percentiles(counts, (1, 5, 95, 99))
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    edges = cv2.magnitude(across, down).astype(np.uint16)
    (steep,) = _percentiles(np.bincount(edges.ravel()), (99.8,))
    return Qualities(
        bright=bright,
        contrast=bright - dark,
        noise=_noise(image),
        sharp=steep / 8 / max(1.0, high - low),
        burnt=float(counts[241:].sum() / grey.size),
        black=float(counts[:40].sum() / grey.size),
    )


def _percentiles(counts: NDArray[np.int64], which: Sequence[float]) -> list[float]:
    """Of whole numbers of which ``counts`` says how many there are of each."""
    reached = np.cumsum(counts)
    return [float(np.searchsorted(reached, share / 100 * reached[-1])) for share in which]


def fault_of(seen: Qualities) -> str:
    """The worst that a picture's qualities say; empty for nothing."""
    if seen.bright < DARK:
        return "too_dark"
    if seen.noise > NOISE and seen.noise > NOISE_SHARE * seen.contrast:
        return "too_noisy"
    if seen.burnt > BURNT and seen.black > BLACK:
        return "backlit"
    return "blurred" if seen.sharp < SHARP else ""


def is_cut(before: Grey, now: Grey) -> bool:
    """Whether two samples that follow each other show two scenes. A light that is switched on
    changes every pixel, but not what is where."""
    if before.shape != now.shape:
        return True
    if float((np.abs(now - before) > 20).mean()) < CUT_SHARE:
        return False
    a, b = before - before.mean(), now - now.mean()
    both = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return both > 0 and float((a * b).sum()) < CUT_ALIKE * both


def shift(before: Grey, now: Grey) -> float:
    """How far the room has moved between two small copies, a share of the picture's width."""
    ways = []
    for edge in EDGES:
        a, b = before[edge].copy(), now[edge].copy()  # OpenCV spoils what it is given
        window = cv2.createHanningWindow((a.shape[1], a.shape[0]), cv2.CV_32F)
        ways.append(cv2.phaseCorrelate(a, b, window)[0])
    x, y = np.median(ways, axis=0)
    return float(np.hypot(x, y) / before.shape[1])


def stutters(times: Sequence[float], changes: Sequence[float]) -> bool:
    """Whether new pictures come too seldom to count by.

    A picture that is sent again changes by what a codec leaves of it; then all that happened
    meanwhile comes at once. In a stream that does not stutter no change stands alone.

    Args:
        times: of frames in order, s.
        changes: how much each changed from the one before, grey levels.
    """
    if len(times) < STUTTER_JUMPS or times[-1] - times[0] < STUTTER_JUMPS * STUTTER_S - 0.5:
        return False
    if median(np.diff(times)) > STUTTER_S:
        return True
    change = np.asarray(changes)
    moved = change > max(0.6, 0.15 * change.max())
    around = np.maximum(change[:-2], change[2:])
    alone = np.flatnonzero(moved[1:-1] & (around < 0.35 * change[1:-1])) + 1
    if len(alone) < STUTTER_JUMPS or change[alone].sum() < 0.8 * change[moved].sum():
        return False
    return bool(np.diff(np.asarray(times)[alone]).mean() > STUTTER_S)


def sent_again(copies: Sequence[Grey], pixels: Sequence[Image]) -> bool:
    """Whether pictures that were taken one after another are one and the same, but for what a
    codec makes of it: ``copies`` are small and grey, ``pixels`` some of their own."""
    if np.ptp(copies, axis=0).max() > FROZEN_COPY:
        return False
    range_ = np.max(pixels, axis=0) - np.min(pixels, axis=0)
    return bool(np.percentile(range_, 99.8) <= FROZEN_PIXELS)


class PictureWatch:
    """Watches the frames of one stream in order: what is wrong with each, by the names of
    :data:`~formcheck.body.pose.PICTURE_FAULTS`; empty for nothing."""

    def __init__(self) -> None:
        self._look_at = 0.0
        self._verdicts: deque[str] = deque(maxlen=2)
        self._shifts: deque[float] = deque(maxlen=6)
        self._sample: Grey | None = None
        self._changes: deque[tuple[float, float]] = deque()
        self._fault = ""  # of the looks
        self._stutters = False
        self._looks: deque[tuple[Grey, Image]] = deque(maxlen=FROZEN_LOOKS)
        self._frozen = False

    def __call__(self, frame: Frame) -> str:
        image, t = frame.image, frame.t
        if getattr(image, "ndim", 0) != 3 or not image.size:
            return ""
        if self._note(t, image):
            self._shifts.clear()
            self._looks.clear()
            self._frozen = False
            return "picture_changed"
        if t >= self._look_at:
            self._look(t, image)
        if frame.still:  # a lens that is covered gives the same black all the time
            return self._fault if self._fault == "too_dark" else "frozen"
        if self._frozen and self._fault != "too_dark":
            return "frozen"
        return "stuttering" if self._stutters else self._fault

    def _note(self, t: float, image: Image) -> bool:
        """Keep the frame's sample; whether it shows another scene than the one before."""
        some = np.ascontiguousarray(image[::STEP, ::STEP, 1])
        sample: Grey = cv2.resize(some, SAMPLE, interpolation=cv2.INTER_AREA).astype(np.float32)
        before, self._sample = self._sample, sample
        if before is None:
            return False
        if is_cut(before, sample):
            self._changes.clear()
            return True
        self._changes.append((t, float(np.abs(sample - before).mean())))
        while self._changes[0][0] < t - STUTTER_WINDOW_S:
            self._changes.popleft()
        return False

    def _look(self, t: float, image: Image) -> None:
        self._look_at = t + LOOK_EVERY_S
        copy = _copy(image)
        small: Grey = cv2.resize(copy, SMALL, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        if self._looks:
            self._shifts.append(shift(self._looks[-1][0], small))
        self._looks.append((small, image[::8, ::8, 1].copy()))
        whole = len(self._looks) == FROZEN_LOOKS
        self._frozen = whole and sent_again(*zip(*self._looks, strict=True))
        found = fault_of(qualities(image, copy))
        if not found and len(self._shifts) > 3 and median(self._shifts) > SHIFT:
            found = "camera_moving"
        self._verdicts.append(found)
        if len(set(self._verdicts)) == 1:
            self._fault = found
        if self._changes:
            self._stutters = stutters(*zip(*self._changes, strict=True))
