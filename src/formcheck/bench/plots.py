"""Detection curves as SVG, drawn by hand: nothing to install, and a text file in the repo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import exp, floor, log10
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..sinks import replace_text
from ..wording import UNITS, amount

__all__ = ["curve_svg", "draw_all"]

WIDTH, HEIGHT = 480, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 34, 40
FLOOR = HEIGHT - BOTTOM

_STYLE = """\
text{font:12px system-ui,sans-serif;fill:#333}
.small{font-size:11px;fill:#666}
.axis{stroke:#999;stroke-width:1}
.grid{stroke:#ddd;stroke-width:1}
.curve{stroke:#1565c0;stroke-width:2;fill:none}
.mark{stroke:#1565c0;stroke-width:1;stroke-dasharray:4 3}
.clear{fill:#c62828;fill-opacity:.75}
.ring{fill:none;stroke:#c62828;stroke-width:1.5}
.none{fill:#757575;fill-opacity:.35}"""


def _ticks(low: float, high: float) -> list[float]:
    """Four to eight round numbers over a range."""
    raw = (high - low) / 6 or 1.0
    power = float(10.0 ** floor(log10(raw)))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= raw)
    first = -(-low // step) * step
    return [first + i * step for i in range(int((high - first) / step + 1e-9) + 1)]


@dataclass(frozen=True)
class _Scale:
    """Where a magnitude and a probability lie on the paper."""

    low: float
    high: float

    def x(self, magnitude: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (magnitude - self.low) / (self.high - self.low)

    def y(self, probability: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1.06 - probability) / 1.12


def curve_svg(curve: Mapping[str, Any]) -> str:
    """The drawing of one curve of a bench document: cases as dots, the fit, its 50 % and 90 %."""
    sizes = [c["magnitude"] for c in curve["cases"]]
    sizes += [m for m in (curve["at50"], curve["at90"]) if m is not None and m > 0]
    scale = _Scale(float(min([*sizes, 0.0])), float(max(sizes) * 1.05 or 1.0))
    title = escape(f"{curve['drill']}: {curve['code']}")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{title}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="16">{title}</text>',
        f'<text class="small" x="{LEFT}" y="29">{escape(_caption(curve))}</text>',
        *_axes(curve, scale),
        *(_fit(curve, scale) if curve["a"] is not None else ()),
        *_dots(curve["cases"], scale),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axes(curve: Mapping[str, Any], scale: _Scale) -> Iterator[str]:
    wide = f'x1="{LEFT}" x2="{WIDTH - RIGHT}"'
    for p in (0.0, 0.5, 0.9, 1.0):
        y = scale.y(p)
        yield f'<line class="grid" {wide} y1="{y:.1f}" y2="{y:.1f}"/>'
        if p != 1.0:
            yield _small(f"{LEFT - 6}", f"{y + 4:.1f}", "end", f"{100 * p:.0f} %")
    yield f'<line class="axis" {wide} y1="{FLOOR}" y2="{FLOOR}"/>'
    for tick in _ticks(scale.low, scale.high):
        yield _small(f"{scale.x(tick):.1f}", f"{FLOOR + 15}", "middle", f"{tick:g}")
    unit = escape(UNITS[curve["unit"]].name if curve["unit"] in UNITS else str(curve["unit"]))
    yield _small(f"{WIDTH - RIGHT}", f"{HEIGHT - 6}", "end", f"true magnitude, {unit}")


def _small(x: str, y: str, anchor: str, text: str) -> str:
    return f'<text class="small" x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>'


def _fit(curve: Mapping[str, Any], scale: _Scale) -> Iterator[str]:
    points = []
    for i in range(121):
        m = scale.low + (scale.high - scale.low) * i / 120
        z = max(-60.0, min(60.0, curve["a"] + curve["b"] * m))
        points.append(f"{scale.x(m):.1f},{scale.y(1 / (1 + exp(-z))):.1f}")
    yield f'<polyline class="curve" points="{" ".join(points)}"/>'
    for p, key in ((0.5, "at50"), (0.9, "at90")):
        if scale.low <= curve[key] <= scale.high:
            x = f"{scale.x(curve[key]):.1f}"
            yield f'<line class="mark" x1="{x}" x2="{x}" y1="{scale.y(p):.1f}" y2="{FLOOR}"/>'


def _dots(cases: Sequence[Mapping[str, Any]], scale: _Scale) -> Iterator[str]:
    stacked: dict[tuple[int, bool], int] = {}
    for c in sorted(cases, key=lambda c: c["visible"] == "clear"):  # clear ones on top
        x = scale.x(c["magnitude"])
        spot = (round(x / 4), c["flagged"])
        level = stacked[spot] = stacked.get(spot, -1) + 1
        kind = {"clear": "clear", "none": "none"}.get(c["visible"], "ring")
        away = min(level, 6) * 3 * (-1 if c["flagged"] else 1)  # off the line, not over the axis
        y = scale.y(float(c["flagged"])) - away
        yield f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'


def _caption(curve: Mapping[str, Any]) -> str:
    if curve["at50"] is None:
        return str(curve["note"])
    return (
        f"50 % at {amount(curve['at50'], curve['unit'])}, "
        f"90 % at {amount(curve['at90'], curve['unit'])}; {curve['note']}"
    )


def curves_folder(page: Path) -> Path:
    """Where the drawings of a page lie."""
    return page.parent / f"{page.stem}_curves"


def draw_all(curves: Sequence[Mapping[str, Any]], page: Path) -> dict[str, str]:
    """Write a drawing of each curve beside ``page``; name of each, relative to the page.

    Raises:
        UsageError: they cannot be written there.
    """
    folder = curves_folder(page)
    names: dict[str, str] = {}
    try:
        for curve in curves:
            folder.mkdir(exist_ok=True)
            file = f"{curve['drill']}.{curve['code']}.svg"
            replace_text(folder / file, curve_svg(curve))
            names[f"{curve['drill']}.{curve['code']}"] = f"{folder.name}/{file}"
    except OSError as error:
        raise UsageError(
            f"{folder}: cannot be written ({error.strerror}); name a page in an existing folder"
        ) from error
    return names
