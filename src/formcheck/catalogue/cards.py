"""The card of a drill: words and a drawing, as plain text, SVG and Markdown.

Everything is made from the drill's declaration. The drawing has three parts: the start posture as
the camera sees it, the same from above, and the lens height. Pure: text in, text out.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from ..drill import Drill, Fault, Sides
from .figures import Figure, Posture, posture_of

__all__ = ["drawing_svg", "drawing_text", "markdown_page", "sections", "text_card"]

WIDTH = 78
NOTICE = (
    "This is a form checker for general exercise. It is not a medical device and does not diagnose "
    "or treat. If something hurts, ease off and check with a physiotherapist or GP."
)

#: What a kind of drill (a row of ``drill.WEIGHTS``) works on.
_FOR: Mapping[str, str] = {
    "strength": "Strength and control: range, pace and form of every repetition are looked at.",
    "hold": "Steadiness: how long you hold the position, and how well you keep it.",
    "small_lift": "Control of a small lift: the hold and a still trunk matter, not the height.",
    "stretch": "An easy stretch: time and form are looked at, depth earns nothing.",
    "posture": "Position and stillness. Position score: the effort itself cannot be seen.",
    "minutes": "Warming up: it is counted and timed, not scored.",
}
_SIDES: Mapping[Sides, str] = {
    Sides.NONE: "",
    Sides.MOVING: "The side that moves is recognised; left and right are told apart.",
    Sides.POSTURE: "Your position tells which side works; change sides between sets.",
}

# -- words -----------------------------------------------------------------------------------


def _dose(drill: Drill) -> str:
    said = (
        ("{} sets", drill.dose.sets),
        ("{} repetitions", drill.dose.reps),
        ("hold {:g} s", drill.dose.hold_s),
        ("rest {:g} s", drill.dose.rest_s),
    )
    words = [text.format(value) for text, value in said if value is not None]
    return ", ".join("1 set" if word == "1 sets" else word for word in words)


def _watched(fault: Fault) -> str:
    note = " Large ones only." if fault.confidence == "B" else ""
    note += "" if fault.certain else " Named as possible only."
    return f'{fault.saw}{note}\nCue: "{fault.cue}"'


def sections(drill: Drill) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Heading and a sentence or a list, in the order of the card; none is empty."""
    counted = "Repetitions are counted." if drill.kind == "reps" else "Holds are timed."
    found: tuple[tuple[str, str | tuple[str, ...]], ...] = (
        ("What it is for", f"{_FOR[drill.weights]} {counted}"),
        ("Before you start", drill.cautions),
        ("Set-up", drill.setup),
        ("Sides", _SIDES[drill.sides]),
        ("Ways that count", drill.variants),
        ("Camera", drill.camera),
        ("Usual dose", _dose(drill)),
        ("What it watches", tuple(_watched(fault) for fault in drill.faults)),
        ("This camera cannot tell", drill.cannot_see),
    )
    return ((head, said) for head, said in found if said)


def text_card(drill: Drill) -> str:
    """The card as plain text, no line longer than 78 columns."""
    title = f"{drill.title} ({drill.name})"
    lines = [title, "=" * len(title), *textwrap.wrap(drill.summary, WIDTH)]
    for head, said in sections(drill):
        lines.append("")
        if isinstance(said, str):
            lines += textwrap.wrap(f"{head}: {said}", WIDTH)
        else:
            lines.append(f"{head}:")
            for item in said:
                for i, line in enumerate(item.splitlines()):
                    first = "  " if i else "- "
                    lines += textwrap.wrap(
                        line, WIDTH, initial_indent=first, subsequent_indent="  "
                    )
        if head == "Camera":
            lines += ["", *drawing_text(drill).splitlines()]
    return "\n".join([*lines, "", *textwrap.wrap(NOTICE, WIDTH)]) + "\n"


def markdown_page(drills: Iterable[Drill], pictures: str = "drills") -> str:
    """All cards on one page; the drawings are looked for as ``pictures/NAME.svg``."""
    drills = list(drills)
    lines = [
        "# The drills",
        "",
        "Made by `formcheck drills --docs docs`; change a drill's file, not this page.",
        "",
        NOTICE,
        "",
        *(f"- [{drill.title}](#{_anchor(drill.title)}): `{drill.name}`" for drill in drills),
    ]
    for drill in drills:
        lines += ["", f"## {drill.title}", "", f"`{drill.name}`. {drill.summary}", ""]
        lines.append(f"![{_caption(drill)}]({pictures}/{drill.name}.svg)")
        for head, said in sections(drill):
            if isinstance(said, str):
                lines += ["", f"**{head}.** {said}"]
            else:
                lines += ["", f"**{head}:**", "", *(f"- {' '.join(item.split())}" for item in said)]
    return "\n".join(lines) + "\n"


def _anchor(title: str) -> str:
    """A heading's link as the usual Markdown viewers make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _caption(drill: Drill) -> str:
    posture = posture_of(drill)
    return f"{drill.title}: {posture.name if posture else 'start position'}. {drill.camera}"


# -- the drawing -----------------------------------------------------------------------------

_LIMBS = (
    ("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"),
    ("ankle", "heel"), ("heel", "foot_index"), ("shoulder", "hip"),
)  # fmt: skip
_TORSO_M = 0.5
_HEAD_M = 0.12
_FLOOR_CM = 0.08  # a lying body's middle above the floor


@dataclass
class _Panel:
    """Strokes, heads, a camera and words, in metres, y up."""

    title: str
    strokes: list[tuple[complex, complex, str]] = field(default_factory=list)
    heads: list[complex] = field(default_factory=list)
    camera: complex | None = None
    words: list[tuple[complex, str]] = field(default_factory=list)  # centred

    def line(self, a: complex, b: complex, kind: str = "body") -> None:
        self.strokes.append((a, b, kind))

    def points(self) -> list[complex]:
        found = [p for a, b, _ in self.strokes for p in (a, b)]
        found += [h + d for h in self.heads for d in (_HEAD_M * 1j, -_HEAD_M * 1j)]
        return found + ([] if self.camera is None else [self.camera])


def _place(drill: Drill, posture: Posture) -> tuple[float, str, float, str]:
    """Lens height and distance in metres, each with its words, as the camera's sentence says."""
    height = re.search(r"lens (\d[\d.]*)(?:-(\d[\d.]*))? m high", drill.camera, re.IGNORECASE)
    distance = re.search(r"(\d[\d.]*)(?:-(\d[\d.]*))? m away", drill.camera)
    hip = -_lowest(posture.figure) * _TORSO_M
    high = _middle(height) if height else hip if "hip height" in drill.camera else max(hip, 0.45)
    said_high = height[0][5:-5] if height else "hip height" if "hip height" in drill.camera else ""
    said_away = distance[0][:-5] if distance else ""
    return high, said_high, _middle(distance) if distance else 2.3, said_away


def _middle(found: re.Match[str]) -> float:
    return (float(found[1]) + float(found[2] or found[1])) / 2


def _lowest(figure: Figure) -> float:
    return min(p.imag for p in figure.values())


def _panels(drill: Drill) -> tuple[_Panel, ...]:
    """The three parts of the drawing; none for a posture that is not known."""
    posture = posture_of(drill)
    if posture is None:
        return ()
    high, said_high, away, said_away = _place(drill, posture)
    return (
        _seen(posture),
        _from_above(posture, away, said_away),
        _lens(posture, high, said_high, away),
    )


def _seen(posture: Posture) -> _Panel:
    panel = _Panel("What the camera sees")
    at = {k: p * _TORSO_M for k, p in posture.figure.items()}
    for side, kind in (("right", "far" if posture.view == "side" else "body"), ("left", "body")):
        for a, b in _LIMBS:
            panel.line(at[f"{side}_{a}"], at[f"{side}_{b}"], kind)
    for part in ("shoulder", "hip"):
        panel.line(at[f"left_{part}"], at[f"right_{part}"])
    head = (at["left_ear"] + at["right_ear"] + at["nose"]) / 3
    panel.line((at["left_shoulder"] + at["right_shoulder"]) / 2, head)
    panel.heads.append(head)
    if posture.plan != "along":
        floor = (_lowest(posture.figure) - 0.06) * _TORSO_M * 1j
        xs = [p.real for p in at.values()]
        panel.line(min(xs) - 0.15 + floor, max(xs) + 0.15 + floor, "floor")
    return panel


def _from_above(posture: Posture, away: float, said: str) -> _Panel:
    """The camera at the bottom looks up the page, so left and right are as in its picture."""
    panel = _Panel("From above")
    at = {k: p * _TORSO_M for k, p in posture.figure.items()}
    if posture.plan == "across":
        head = at["nose"].real
        panel.line(complex(head, 0), complex(at["left_ankle"].real, 0))
    elif posture.plan == "along":
        head = 0.0
        panel.line(0.8j, -0.5j)
        panel.heads.append(0.9j)
    elif posture.plan == "facing":
        head = 0.0
        panel.line(-0.25 + 0j, 0.25 + 0j)
    else:
        head = 0.0
        panel.line(-0.2j, 0.2j)
        panel.line(0j, at["nose"].real / abs(at["nose"].real) * 0.3 + 0j)
    if posture.plan != "along":
        panel.heads.append(complex(head, 0))
    near = -0.5 if posture.plan == "along" else -0.2
    panel.camera = -1j * (away - near if posture.plan == "along" else away)
    panel.line(1j * (near - 0.15), panel.camera + 0.2j, "sight")
    if said:
        panel.words.append((0.8 + (panel.camera.imag + near) / 2 * 1j, said))
    return panel


def _lens(posture: Posture, high: float, said: str, away: float) -> _Panel:
    """The camera on the left and the body as somebody beside the camera's line sees them."""
    panel = _Panel("Lens height")
    floor = _lowest(posture.figure)
    head = max((posture.figure["nose"].imag - floor) * _TORSO_M, _HEAD_M)
    if posture.plan == "along":
        panel.line(away + _FLOOR_CM * 1j, away + 0.9 + _FLOOR_CM * 1j)
        panel.line(away + 0j, away + 0.25 + 0.4j)
        panel.line(away + 0.25 + 0.4j, away + 0.5 + _FLOOR_CM * 1j)
        panel.heads.append(away + 1.05 + _HEAD_M * 1j)
    else:
        panel.heads.append(away + head * 1j)
        if head > 0.5:
            panel.line(away + 0j, away + (head - _HEAD_M) * 1j)
    panel.camera = high * 1j
    panel.line(0j, (high - 0.1) * 1j, "stand")
    panel.line(-0.2 + 0j, away + (1.3 if posture.plan == "along" else 0.3) + 0j, "floor")
    target = away - 0.25 + (0.25 if posture.plan in ("across", "along") else head / 2) * 1j
    panel.line(0.3 + (high + (target.imag - high) * 0.12) * 1j, target, "sight")
    if said:
        panel.words.append((0.3 + (high + 0.28) * 1j, said))
    return panel


# -- as text ---------------------------------------------------------------------------------

_COLUMNS, _ROWS = (30, 20, 26), 11
_SIGHT, _STAND, _FLOOR = ".", "|", "_"


def drawing_text(drill: Drill) -> str:
    """The drawing in ASCII, no line longer than 78 columns; empty where there is none."""
    panels = _panels(drill)
    drawn = [_raster(panel, n) for panel, n in zip(panels, _COLUMNS, strict=False)]
    rows = [
        " ".join(part.ljust(n) for part, n in zip(parts, _COLUMNS, strict=True)).rstrip()
        for parts in zip(*drawn, strict=True)
    ]
    titles = " ".join(p.title.ljust(n) for p, n in zip(panels, _COLUMNS, strict=False)).rstrip()
    while rows and not rows[0]:
        rows.pop(0)
    return "\n".join([titles, *rows]) + "\n" if panels else ""


def _raster(panel: _Panel, columns: int) -> list[str]:
    """A character is twice as high as wide."""
    points = panel.points()
    left, right = min(p.real for p in points), max(p.real for p in points)
    low, high = min(p.imag for p in points), max(p.imag for p in points)
    scale = min((columns - 5) / max(right - left, 0.1), 2 * (_ROWS - 1) / max(high - low, 0.1), 14)
    indent = (columns - 1 - (right - left) * scale) / 2
    grid = [[" "] * columns for _ in range(_ROWS)]

    def cell(p: complex) -> tuple[int, int]:
        return round(indent + (p.real - left) * scale), _ROWS - 1 - round(
            (p.imag - low) * scale / 2
        )

    def put(x: int, y: int, text: str) -> None:
        for i, letter in enumerate(text):
            if 0 <= x + i < columns and 0 <= y < _ROWS:
                grid[y][x + i] = letter

    for a, b, kind in sorted(panel.strokes, key=lambda s: s[2] in ("body",)):
        (x0, y0), (x1, y1) = cell(a), cell(b)
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        mark = {"sight": _SIGHT, "stand": _STAND, "floor": _FLOOR}.get(kind) or _slope(b - a)
        for i in range(steps + 1):
            if kind == "sight" and i % 2:
                continue
            put(round(x0 + (x1 - x0) * i / steps), round(y0 + (y1 - y0) * i / steps), mark)
    for head in panel.heads:
        put(*cell(head), "O")
    if panel.camera is not None:
        x, y = cell(panel.camera)
        put(x - 1, y, "[o]")
    for place, text in panel.words:
        x, y = cell(place)
        put(max(0, min(x - len(text) // 2, columns - len(text))), y, text)
    return ["".join(row).rstrip() for row in grid]


def _slope(way: complex) -> str:
    """The character that looks most like a stroke in this direction."""
    if abs(way.imag) < 0.4 * abs(way.real):
        return "-"
    if abs(way.real) < 0.3 * abs(way.imag):
        return "|"
    return "/" if way.real * way.imag > 0 else "\\"


# -- as SVG ----------------------------------------------------------------------------------

_PANEL_W, _PANEL_H, _MARGIN = 250, 250, 34
_STYLE = {
    "body": 'stroke="#1c2b39" stroke-width="5"',
    "far": 'stroke="#9aa7b3" stroke-width="5"',
    "floor": 'stroke="#b9a98f" stroke-width="3"',
    "stand": 'stroke="#0b6e6e" stroke-width="3"',
    "sight": 'stroke="#0b6e6e" stroke-width="2" stroke-dasharray="5 6"',
}


def drawing_svg(drill: Drill) -> str:
    """The drawing as an SVG document, on a light ground of its own; its words are its camera's."""
    panels = _panels(drill)
    width = _PANEL_W * max(len(panels), 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_PANEL_H}" '
        f'width="{width}" height="{_PANEL_H}" role="img" font-family="sans-serif" font-size="15" '
        'text-anchor="middle">',
        f"<title>{escape(drill.title)}</title>",
        f"<desc>{escape(_caption(drill))}</desc>",
        f'<rect width="{width}" height="{_PANEL_H}" fill="#fbfaf7"/>',
    ]
    for i, panel in enumerate(panels):
        parts.append(f'<g transform="translate({i * _PANEL_W} 0)" stroke-linecap="round">')
        parts += _vector(panel)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _vector(panel: _Panel) -> Iterator[str]:
    points = panel.points()
    left, right = min(p.real for p in points), max(p.real for p in points)
    low, high = min(p.imag for p in points), max(p.imag for p in points)
    room = _PANEL_W - 2 * _MARGIN, _PANEL_H - 30 - 2 * _MARGIN
    scale = min(room[0] / max(right - left, 0.1), room[1] / max(high - low, 0.1))
    indent = (_PANEL_W - (right - left) * scale) / 2

    def at(p: complex) -> tuple[str, str]:
        x, y = indent + (p.real - left) * scale, _PANEL_H - _MARGIN - (p.imag - low) * scale
        return f"{x:.1f}", f"{y:.1f}"

    yield f'<text x="{_PANEL_W // 2}" y="26" fill="#1c2b39">{escape(panel.title)}</text>'
    for a, b, kind in sorted(panel.strokes, key=lambda s: list(_STYLE).index(s[2]), reverse=True):
        (x0, y0), (x1, y1) = at(a), at(b)
        yield f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" {_STYLE[kind]}/>'
    for head in panel.heads:
        x, y = at(head)
        yield f'<circle cx="{x}" cy="{y}" r="{_HEAD_M * scale:.1f}" fill="#1c2b39"/>'
    if panel.camera is not None:
        x, y = at(panel.camera)
        yield f'<g transform="translate({x} {y})" fill="#0b6e6e"><rect x="-12" y="-8" width="24" '
        yield 'height="16" rx="3"/><circle r="5" fill="#fbfaf7"/></g>'
    for place, text in panel.words:
        x, y = at(place)
        yield f'<text x="{x}" y="{y}" fill="#0b6e6e">{escape(text)}</text>'
