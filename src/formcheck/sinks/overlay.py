"""Draws a step over its frame, to be read from a mat three metres away.

Everything scales with the picture's height. Colours are Okabe and Ito's, which stay apart for
colour-blind eyes, and no state is told by colour alone. Reads Step and Pose, nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from ..body.pose import SKELETON, Joint, Pose
from ..events import Step
from .shapes import (
    GREEN,
    GREY,
    INK,
    ORANGE,
    SKY,
    WHITE,
    YELLOW,
    Colour,
    Image,
    bone,
    dot,
    extent,
    fit_size,
    panel,
    write,
)
from .shown import PHASE_WORDS, Dial, Lingering, View, band_of, dial_of, phase_word

__all__ = ["PHASE_WORDS", "Dial", "Overlay", "View", "draw"]

#: How each state of the dial is told by colour; the number and the ring tell it, too.
_DIAL: Mapping[str, Colour] = {"going": SKY, "holding": YELLOW, "done": GREEN}
#: Ground and ink of the band, by its sign.
_BAND: Mapping[str, tuple[Colour, Colour]] = {
    "info": (SKY, INK),
    "blind": (INK, YELLOW),
    "fault": (YELLOW, INK),
}


# --- parts -----------------------------------------------------------------------------------


def _skeleton(
    image: Image, xy: NDArray[np.float64], pose: Pose, step: Step | None, u: float
) -> None:
    """Thin light bones; the judged ones thick and coloured, orange while there is a fault."""
    judged = set(step.judged) if step is not None and step.cannot_judge is None else set()
    accent = ORANGE if step is not None and step.faults else SKY
    limit = 4.0 * max(image.shape)  # a wild landmark must not overflow the drawing's integers
    drawable: NDArray[np.bool_] = np.isfinite(xy).all(axis=1) & (np.abs(xy) < limit).all(axis=1)
    clear: NDArray[np.bool_] = drawable & (pose.visibility >= 0.5)
    whole = [(a, b) for a, b in SKELETON if drawable[a] and drawable[b]]
    bones = [(a, b, a in judged and b in judged) for a, b in whole]
    bones.sort(key=lambda bone: bone[2])  # the picked ones on top
    for a, b, picked in bones:
        if picked or (clear[a] and clear[b]):
            bone(image, xy[a], xy[b], 1.5 * u if picked else 1.0 * u, INK)
    for a, b, picked in bones:
        if picked:
            bone(image, xy[a], xy[b], 0.9 * u, accent)
        elif clear[a] and clear[b]:
            bone(image, xy[a], xy[b], 0.45 * u, WHITE)
        else:  # guessed by the model: there, but not to be trusted
            bone(image, xy[a], xy[b], 0.25 * u, GREY)
    for joint in Joint:
        if joint in judged and drawable[joint]:
            dot(image, xy[joint], 1.75 * u, INK)
            dot(image, xy[joint], 1.45 * u, WHITE)
            dot(image, xy[joint], 1.0 * u, accent)
        elif joint >= Joint.LEFT_SHOULDER and clear[joint] and not _is_finger(joint):
            dot(image, xy[joint], 0.6 * u, WHITE)


def _is_finger(joint: Joint) -> bool:
    return Joint.LEFT_PINKY <= joint <= Joint.RIGHT_THUMB


def _draw_dial(image: Image, dial: Dial, u: float) -> None:
    """A ring in the top right corner with the number that matters inside it."""
    r, margin = 15 * u, 2 * u
    centre = np.array([image.shape[1] - margin - r, margin + r])
    _disc(image, centre, r, 0.72)
    share = min(1.0, max(0.0, dial.share)) if math.isfinite(dial.share) else 0.0
    _arc(image, centre, r - 1.6 * u, 1.0, (105, 100, 95), 1.2 * u)
    if share > 0:
        _arc(image, centre, r - 1.6 * u, share, _DIAL[dial.state], 2.8 * u)
    x, y = centre
    size = fit_size(dial.number, round(18 * u), round(1.45 * r), 800)
    middle = y - (2.4 * u if dial.below else 0)
    write(image, dial.number, (x, middle + 0.36 * size), size, align="centre", weight=800)
    if dial.below:
        below = fit_size(dial.below, round(5 * u), round(1.04 * r), 600)  # the chord down there
        write(image, dial.below, (x, y + 9.2 * u), below, align="centre", weight=600)


def _disc(image: Image, centre: NDArray[np.float64], radius: float, opacity: float) -> None:
    """A dark, see-through disc."""
    x, y = centre
    a, b = max(0, round(y - radius - 1)), round(y + radius + 1)
    c, d = max(0, round(x - radius - 1)), round(x + radius + 1)
    part = image[a:b, c:d]
    if part.size == 0:
        return
    dark = part.copy()
    dot(dark, centre - (c, a), radius, INK)
    cv2.addWeighted(part, 1 - opacity, dark, opacity, 0, dst=part)


def _arc(
    image: Image,
    centre: NDArray[np.float64],
    radius: float,
    share: float,
    colour: Colour,
    width: float,
) -> None:
    """A part of a circle, clockwise from the top."""
    turns = np.linspace(0, 2 * np.pi * share, max(2, round(90 * share)))
    points = np.stack([np.sin(turns), -np.cos(turns)], axis=1) * radius + centre
    cv2.polylines(
        image,
        [np.round(points * 16).astype(np.int32)],
        share >= 1,
        colour,
        max(1, round(width)),
        cv2.LINE_AA,
        4,
    )


def _draw_phase(image: Image, step: Step | None, view: View, u: float) -> None:
    """The word in the top left corner."""
    word = phase_word(step, view)
    size = fit_size(word, round(12 * u), round(image.shape[1] - 40 * u), 700)
    panel(image, 0, 0, extent(word, size, 700) + 6 * u, 16 * u, 0.72)
    write(image, word, (3 * u, 7.6 * u + 0.37 * size), size, weight=700)


#: Height of the strip below the picture, in hundredths of the picture's height.
FOOTER = 20


def _draw_footer(image: Image, view: View, step: Step | None, u: float) -> None:
    """The strip below the picture: the one cue, or why nothing is judged, or the drill's name.

    It stands below so that it never hides the feet, and is always there so that the picture
    does not jump when a cue comes.
    """
    h, w = image.shape[:2]
    tall = FOOTER * u
    top = h - tall
    band = band_of(step, view)
    if band is None:
        _draw_title(image, view, step, u)
        return
    head, more, (fill, ink) = band.head, band.more, _BAND[band.sign]
    cv2.rectangle(image, (0, round(top)), (w, h), fill, -1)
    _sign(image, np.array([9.5 * u, top + tall / 2]), 6 * u, band.sign, ink, fill)
    left = 19 * u
    room = round(w - left - 2.5 * u)
    if not more:
        lines, size = _wrap(head, room, u)
        for i, line in enumerate(lines):
            middle = top + tall / 2 + (i - (len(lines) - 1) / 2) * 1.15 * size
            write(image, line, (left, middle + 0.36 * size), size, ink, weight=700)
        return
    size = fit_size(head, round(10 * u), room, 700)
    write(image, head, (left, top + 6 * u + 0.36 * size), size, ink, weight=700)
    size = fit_size(more, round(6.5 * u), room, 500)
    write(image, more, (left, top + 14.6 * u + 0.36 * size), size, ink, weight=500)


#: Font sizes, in hundredths of the height, that one, two and three lines in the footer may have.
LINE_SIZES = (10.0, 7.6, 5.4)


def _wrap(text: str, room: int, u: float) -> tuple[list[str], int]:
    """``text`` on as many lines (up to three) as make it largest, and its size."""
    best: tuple[list[str], int] = ([text], 0)
    for n, most in enumerate(LINE_SIZES, 1):
        lines = _lines(text, n)
        size = min(fit_size(line, round(most * u), room, 700) for line in lines)
        if size > best[1]:
            best = lines, size
    return best


def _lines(text: str, n: int) -> list[str]:
    """``text`` broken between words into ``n`` lines of about the same length."""
    lines, words = [""], text.split(" ")
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        # A word goes where more than half of it fits.
        over = len(" ".join([*lines[:-1], longer])) - len(word) / 2 > len(text) * len(lines) / n
        if over and lines[-1] and len(lines) < n:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _draw_title(image: Image, view: View, step: Step | None, u: float) -> None:
    h, w = image.shape[:2]
    name = view.title + (f" · {step.side}" if step is not None and step.side else "")
    small = [f"{view.fps:.0f} fps"] if math.isfinite(view.fps) else []
    small += [f"{view.delay_s * 1000:.0f} ms"] if math.isfinite(view.delay_s) else []
    fine, tiny = " · ".join(small), max(10, round(3 * u))
    room = w - 8 * u - (extent(fine, tiny, 400) if fine else 0)
    size = fit_size(name, round(7 * u), round(room), 500) if name else 0
    middle = h - FOOTER * u / 2
    more = view.advice.get("counted_only") if step is not None and step.counted_only else None
    if more:
        more = f"Counting only. {more}"
        middle -= 4 * u
        low = fit_size(more, round(4.5 * u), round(w - 6 * u), 500)
        at = (3 * u, h - FOOTER * u / 2 + 5 * u + 0.36 * low)
        write(image, more, at, low, YELLOW, weight=500)
    if name:
        write(image, name, (3 * u, middle + 0.36 * size), size, (225, 222, 218), weight=500)
    if fine:
        at = (w - 2.5 * u, middle + 0.36 * tiny)
        write(image, fine, at, tiny, GREY, align="right", weight=400)


def _sign(
    image: Image, mid: NDArray[np.float64], r: float, sign: str, ink: Colour, fill: Colour
) -> None:
    """The band's meaning as a shape: a triangle warns, an eye cannot see, a disc informs."""
    if sign == "fault":
        corners = mid + np.array([[0, -1.05], [1.1, 0.85], [-1.1, 0.85]]) * r
        cv2.fillPoly(image, [np.round(corners * 16).astype(np.int32)], ink, cv2.LINE_AA, 4)
        size = round(1.35 * r)
        write(image, "!", (mid[0], mid[1] + 0.62 * r), size, fill, align="centre", weight=800)
        return
    dot(image, mid, r, ink)
    mark = {"blind": "?", "done": "✓"}.get(sign, "i")
    size = round(1.5 * r)
    write(image, mark, (mid[0], mid[1] + 0.52 * r), size, fill, align="centre", weight=800)


def _draw_outline(image: Image, view: View) -> None:
    """The place where to lie or stand, as broad limbs that the person shows through: as large and
    as high as on the page, white until they are there."""
    lines = np.array(view.outline["lines"], float).reshape(-1, 2, 2)
    head = np.array(view.outline["head"], float)
    h, w = image.shape[:2]
    low, high = (
        lines.min(axis=(0, 1)),
        np.maximum(lines.max(axis=(0, 1)), [head[0], head[1] + 0.24]),
    )
    wide, tall = np.maximum(high - low, 0.4)
    k = min(0.62 * w / wide, 0.72 * h / tall)
    middle = np.array([w / 2, h / 2 if tall * k >= 0.4 * h else 0.78 * h - tall * k / 2])

    def at(point: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = (point - (low + high) / 2) * k * ((-1, -1) if view.mirror else (1, -1)) + middle
        return np.array([x, y])

    painted = image.copy()
    colour = GREEN if view.placed else WHITE
    for a, b in lines:
        bone(painted, at(a), at(b), 0.095 * k, colour)
    dot(painted, at(head), 0.2 * k, colour)
    cv2.addWeighted(image, 0.6, painted, 0.4, 0, dst=image)


def _draw_help(image: Image, table: tuple[tuple[str, str], ...], u: float) -> None:
    """The keys in one column, what they do in another."""
    h, w = image.shape[:2]
    panel(image, 0, 0, w, h, 0.88)
    size = round(min(7 * u, h / (1.7 * len(table) + 1)))
    wide = [max(extent(row[i], size, 700) for row in table) for i in (0, 1)]
    room = w - 8 * u
    if sum(wide) + 2 * size > room:
        size = max(8, int(size * room / (sum(wide) + 2 * size)))
        wide = [max(extent(row[i], size, 700) for row in table) for i in (0, 1)]
    left = (w - sum(wide) - 2 * size) / 2
    top = (h - 1.7 * size * (len(table) - 1)) / 2 + 0.36 * size
    for i, (key, does) in enumerate(table):
        y = top + 1.7 * size * i
        write(image, key, (left, y), size, YELLOW, weight=700)
        write(image, does, (left + wide[0] + 2 * size, y), size, weight=500)


def draw(
    image: Image | None, pose: Pose, step: Step | None, view: View | None = None, done: bool = False
) -> Image:
    """A new picture with the step drawn on it.

    Args:
        image: (H, W, 3) uint8 BGR, left as it is; None draws on a dark ground of the pose's size.
        pose: the body of this frame, pixels of ``image``; NaN points are left out.
        step: what was judged; None outside a set.
        view: titles, mirror, small print.
        done: light the dial up, a rep or hold was just done.

    Returns:
        (H + footer, W, 3) uint8 BGR; the footer is :data:`FOOTER` hundredths of the height.
    """
    view = view or View()
    if image is None:
        w, h = (max(2, int(n)) for n in pose.size)
        image = np.full((h, w, 3), (58, 50, 46), np.uint8)
    h, w = image.shape[:2]
    u = min(h, 0.9 * w) / 100  # one hundredth of the height; less where the picture is narrow
    canvas = np.empty((h + round(FOOTER * u), w, 3), np.uint8)
    picture, canvas[h:] = canvas[:h], INK  # filling all of it took longer than the drawing
    xy = pose.xy.astype(float)
    if view.mirror:
        cv2.flip(image, 1, dst=picture)
        xy[:, 0] = w - 1 - xy[:, 0]
    else:
        picture[:] = image
    if view.outline and view.placed is not None:
        _draw_outline(picture, view)
    _skeleton(picture, xy, pose, step, u)
    _draw_phase(picture, step, view, u)
    _draw_dial(picture, dial_of(step, view, done), u)
    _draw_footer(canvas, view, step, u)
    if view.help:
        _draw_help(canvas, view.help, u)
    return canvas


class Overlay:
    """Draws the steps of one set; see :class:`~formcheck.sinks.shown.Lingering`."""

    def __init__(self, linger_s: float = 2.0, glow_s: float = 0.7) -> None:
        self._shown = Lingering(linger_s, glow_s)

    def draw(
        self, image: Image | None, pose: Pose, step: Step | None, view: View | None = None
    ) -> Image:
        """As :func:`draw`, with the memory of earlier steps."""
        if step is None:
            return draw(image, pose, None, view)
        shown, done = self._shown.of(step)
        return draw(image, pose, shown, view, done)
