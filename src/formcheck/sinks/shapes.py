"""Text and shapes on a picture, and the colours of the overlay.

Colours are Okabe and Ito's, which stay apart for colour-blind eyes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

# BGR
WHITE: Colour = (255, 255, 255)
INK: Colour = (24, 18, 14)
GREY: Colour = (170, 165, 160)
SKY: Colour = (233, 180, 86)
GREEN: Colour = (130, 190, 40)
YELLOW: Colour = (66, 228, 240)
ORANGE: Colour = (40, 170, 250)


@lru_cache(maxsize=1)
def _font() -> Any:
    """OpenCV's own variable sans font."""
    return cv2.FontFace("sans")


@lru_cache(maxsize=512)
def extent(text: str, size: int, weight: int) -> int:
    """Width of a line in pixels."""
    _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), _font(), size, weight)
    return int(width)


def fit_size(text: str, size: int, width: int, weight: int) -> int:
    """The largest font size up to ``size`` that keeps ``text`` within ``width`` pixels."""
    wide = extent(text, size, weight)
    return size if wide <= width else max(8, int(size * width / wide))


def write(
    image: Image,
    text: str,
    at: tuple[float, float],
    size: int,
    colour: Colour = WHITE,
    *,
    align: str = "left",
    weight: int = 600,
) -> None:
    """One line on its baseline; ``align`` says which end ``at`` is."""
    x, y = at
    if align != "left":
        x -= extent(text, size, weight) / (2 if align == "centre" else 1)
    # A wrap range far outside keeps a long line on one line.
    cv2.putText(image, text, (round(x), round(y)), colour, _font(), size, weight, 0, (-9999, 99999))


def panel(image: Image, x0: float, y0: float, x1: float, y1: float, opacity: float) -> None:
    """Darken a rectangle so that light text stands out on any picture."""
    h, w = image.shape[:2]
    a, b = max(0, round(y0)), min(h, round(y1))
    c, d = max(0, round(x0)), min(w, round(x1))
    if a >= b or c >= d:
        return
    part = image[a:b, c:d]
    cv2.addWeighted(part, 1 - opacity, np.full_like(part, INK), opacity, 0, dst=part)


def fixed(xy: NDArray[np.float64]) -> tuple[int, int]:
    """Sixteenths of a pixel, for smooth motion of drawn shapes."""
    return round(float(xy[0]) * 16), round(float(xy[1]) * 16)


def dot(image: Image, xy: NDArray[np.float64], radius: float, colour: Colour) -> None:
    cv2.circle(image, fixed(xy), round(radius * 16), colour, -1, cv2.LINE_AA, 4)


def bone(
    image: Image, a: NDArray[np.float64], b: NDArray[np.float64], width: float, colour: Colour
) -> None:
    cv2.line(image, fixed(a), fixed(b), colour, max(1, round(width)), cv2.LINE_AA, 4)
