"""Plots as SVG text. Colours are CSS variables of the page, so that dark mode and print follow;
every plot says in words what it shows, for people who cannot see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from math import ceil, inf, isfinite
from statistics import median
from typing import Any

from ..judge.scoring import band, shown
from .data import PainView, Row, SetView

__all__ = [
    "adherence",
    "change_plot",
    "meter",
    "pain_key",
    "pain_plot",
    "side_key",
    "signal_plot",
    "trend_plot",
]

_W = 720
_LEFT, _RIGHT = 72, 12
_TOP, _PLOT, _LANE, _FOOT = 24, 150, 18, 26
_AXIS_STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
#: A longer set goes on in rows of about this many seconds.
ROW_S = 75.0
#: A day's three answers stand side by side, not on top of one another.
_PAIN = {
    "before": (-8, '<circle class="before" cx="{x}" cy="{y}" r="5"/>'),
    "after": (0, '<path class="after" d="M{x} {y}m-4.5-4.5h9v9h-9z"/>'),
    "next_day": (8, '<path class="next" d="M{x} {y}m0-6l6 10h-12z"/>'),
}


#: The right side is told from the left by more than colour.
_SIDES = {
    "": '<circle class="point" cx="{x}" cy="{y}" r="4"/>',
    "right": '<path class="point right" d="M{x} {y}m-4-4h8v8h-8z"/>',
}


def _svg(body: Iterable[str], said: str, height: int, more: str = "") -> str:
    return (
        f'<svg viewBox="0 0 {_W} {height}" role="img" aria-label="{escape(said)}"{more}>'
        + "".join(body)
        + "</svg>"
    )


class _Scale:
    """Values to places in a box, with room for the axes."""

    def __init__(
        self,
        x0: float,
        x1: float,
        y0: float,
        y1: float,
        top: int = _TOP,
        height: int = _PLOT,
        right: int = _RIGHT,
    ) -> None:
        self.x0, self.x1 = x0, max(x1, x0 + 1e-6)
        self.end = _W - right
        pad = 0.06 * max(y1 - y0, 1e-6)
        self.y0, self.y1 = y0 - pad, y1 + pad
        self.top, self.bottom = top, top + height

    def x(self, value: float) -> float:
        share = (min(max(value, self.x0), self.x1) - self.x0) / (self.x1 - self.x0)
        return round(_LEFT + share * (self.end - _LEFT), 1)

    def y(self, value: float) -> float:
        share = (value - self.y0) / (self.y1 - self.y0)
        return round(self.bottom - share * (self.bottom - self.top), 1)

    def level(self, value: float, text: str, kind: str = "grid") -> str:
        """A line across, named at the left."""
        y = self.y(value)
        return (
            f'<line class="{kind}" x1="{_LEFT}" x2="{self.end}" y1="{y}" y2="{y}"/>'
            f'<text class="name {kind}" x="{_LEFT - 7}" y="{y + 4}">{text}</text>'
        )

    def axis(self) -> str:
        y = self.bottom
        return f'<line class="axis" x1="{_LEFT}" x2="{self.end}" y1="{y}" y2="{y}"/>'


# -- the movement of a set -----------------------------------------------------------------------


def signal_plot(view: SetView, number: int) -> str:
    """The main signal over the set: repetitions and holds shaded and numbered, the levels that
    count, lettered fault marks, and what could not be judged hatched. Long sets go on in rows."""
    times, values = _curve(view)
    end = max([view.seconds, *times[-1:], *(p[1] for p in _spans(view))], default=1.0)
    seen = [v for v in values if v is not None]
    levels = _levels(view, seen)
    low = min([*seen, *levels.values()], default=0.0)
    high = max([*seen, *levels.values()], default=1.0)
    rows = max(1, ceil(end / (ROW_S if end < 8 * ROW_S else 2 * ROW_S)))
    lanes = len(view.seen)
    height = _TOP + _PLOT + lanes * _LANE + _FOOT
    found = []
    for row in range(rows):
        from_s, to_s = end * row / rows, end * (row + 1) / rows
        scale = _Scale(from_s, to_s, low, high)
        body = [*_parts(view, number, scale), *_blind(view, number * 1000 + row, scale)]
        ys: list[float] = []
        for name, value in levels.items():  # the first named wins where two are too close
            if all(abs(scale.y(value) - y) > 14 for y in ys):
                ys.append(scale.y(value))
                body.append(scale.level(value, name, "target" if name == "counts" else "grid"))
        body += _lines(times, values, scale)
        if not seen and not view.spells:
            y = scale.top + _PLOT / 2
            body.append(f'<text class="mid" x="{_W / 2}" y="{y}">Nothing was measured</text>')
        body += [scale.axis(), *_marks(view, number, scale), *_seconds(scale, height)]
        more = ""
        if view.video:
            body.append(f'<path class="now" d="M0 {_TOP}v{_PLOT + lanes * _LANE}"/>')
            more = (
                f' data-set="{number}" data-from="{from_s:.2f}" data-to="{to_s:.2f}"'
                f' data-x0="{_LEFT}" data-x1="{_W - _RIGHT}"'
            )
        part = f", part {row + 1} of {rows}" if rows > 1 else ""
        found.append(_svg(body, _said(view, from_s, to_s) + part, height, more))
    return "".join(found)


def _curve(view: SetView) -> tuple[Sequence[float], Sequence[float | None]]:
    """The kept signal; else rest, top and rest of each repetition, as they were measured."""
    times: Sequence[float] = view.trace.get("t") or ()
    values: Sequence[float | None] = view.trace.get("v") or ()
    if any(v is not None for v in values):
        return times, [v if v is not None and isfinite(v) else None for v in values]
    points: list[tuple[float, float | None]] = []
    for rep in view.reps:
        peak, rise = rep.get("peak"), rep.get("rise")
        if peak is None or rise is None:
            continue
        top = rep["start_s"] if rep.get("peak_s") is None else rep["peak_s"]
        last = top if rep.get("hold_end_s") is None else rep["hold_end_s"]
        rest = peak - rise
        points += [(rep["start_s"], rest), (top, peak), (last, peak), (rep["end_s"], rest)]
    return [t for t, _ in points], [v for _, v in points]


def _levels(view: SetView, seen: Sequence[float]) -> dict[str, float]:
    """Where it counts, where it is full, and where it starts, by name; empty if nothing is known.
    A repetition counts by its rise above the person's own rest, a hold at a level of its own."""
    if not seen:
        return {}
    if view.motion.get("enter") is not None:
        return {"counts": float(view.motion["enter"])}
    top = view.motion.get("top", view.trace.get("target"))
    if top is None:
        return {}
    rests = [r["peak"] - r["rise"] for r in view.reps
             if r.get("rise") is not None and r.get("peak") is not None]  # fmt: skip
    rest = median(rests) if rests else sorted(seen)[len(seen) // 10]
    levels = {"counts": rest + top, "start": rest}
    if view.motion.get("full") is not None and not view.comfort:
        levels["full"] = rest + view.motion["full"]
    return levels


def _spans(view: SetView) -> list[tuple[float, float, Row]]:
    return [(r["start_s"], r["end_s"], r) for r in view.reps] + [
        (h["from_s"], h["to_s"], h) for h in view.holds
    ]


def _parts(view: SetView, number: int, scale: _Scale) -> list[str]:
    body = []
    free = 0.0  # numbers that would touch the one before are left out
    for start, end, part in _spans(view):
        if end <= scale.x0 or start >= scale.x1:
            continue
        x0, x1 = scale.x(start), scale.x(end)
        kind = "rep" if part.get("complete", True) else "part"
        seek = f' data-set="{number}" data-t="{max(0.0, start):.2f}"' if view.video else ""
        body.append(
            f'<rect class="{kind}" x="{x0}" y="{scale.top}" '
            f'width="{max(1.0, round(x1 - x0, 1))}" height="{_PLOT}"{seek}/>'
        )
        if scale.x0 <= (start + end) / 2 < scale.x1:
            x, half = round((x0 + x1) / 2, 1), 7.0 * len(str(part["n"]))
            if x - half >= free:
                free = x + half
                body.append(f'<text class="mid" x="{x}" y="{scale.top - 7}">{part["n"]}</text>')
    return body


def _blind(view: SetView, uid: int, scale: _Scale) -> list[str]:
    """Spells in which nothing was judged, hatched."""
    body = []
    for spell in view.spells:
        start, end = spell["from_s"], view.seconds if spell["to_s"] is None else spell["to_s"]
        if end <= scale.x0 or start >= scale.x1 or end - start < 0.1:
            continue
        x, width = scale.x(start), round(scale.x(end) - scale.x(start), 1)
        place = f'x="{x}" y="{scale.top}" width="{width}" height="{_PLOT}"'
        body.append(f'<rect class="blind" {place} fill="url(#hatch{uid})"/>')
        if width > 90:
            body.append(
                f'<text class="mid" x="{x + width / 2:.1f}" y="{scale.bottom - 8}">'
                "not judged</text>"
            )
    if not body:
        return []
    return [
        f'<pattern id="hatch{uid}" width="7" height="7" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="hatch" d="M0 0v7"/></pattern>',
        *body,
    ]


def _lines(times: Sequence[float], values: Sequence[float | None], scale: _Scale) -> list[str]:
    """The curve, broken where nothing was measured."""
    pieces: list[list[str]] = [[]]
    for t, v in zip(times, values, strict=False):
        if not scale.x0 - 0.1 <= t <= scale.x1 + 0.1:
            continue
        if v is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{scale.x(t)},{scale.y(v)}")
    return [f'<polyline class="curve" points="{" ".join(p)}"/>' for p in pieces if len(p) > 1]


def _marks(view: SetView, number: int, scale: _Scale) -> list[str]:
    """One lane a kind of fault, under the plot, each with its letter."""
    body = []
    for n, seen in enumerate(view.seen):
        y = scale.bottom + n * _LANE + 11
        spans = [
            (f["from_s"], f["from_s"] if f.get("to_s") is None else f["to_s"])
            for f in view.faults
            if f["code"] == seen.code
        ]
        spans = [(a, b) for a, b in spans if b >= scale.x0 and a <= scale.x1]
        if not spans:
            continue
        body.append(
            f'<text class="name fault" x="{_LEFT - 7}" y="{y + 4}">{view.letter(seen.code)}</text>'
        )
        for start, end in spans:
            x = scale.x(start)
            seek = f' data-set="{number}" data-t="{max(0.0, start):.2f}"' if view.video else ""
            width = max(6.0, round(scale.x(end) - x, 1))
            body.append(
                f'<rect class="mark" x="{x}" y="{y - 4}" width="{width}" height="8" rx="4"{seek}/>'
            )
    return body


def _seconds(scale: _Scale, height: int) -> list[str]:
    span = scale.x1 - scale.x0
    step = next((s for s in _AXIS_STEPS if span / s <= 8), 1800)
    first = ceil(scale.x0 / step) * step
    return [
        f'<text class="mid" x="{scale.x(t)}" y="{height - 8}">{clock(t)}</text>'
        for t in range(first, int(scale.x1) + 1, step)
        if t < scale.x1 - 0.02 * span or t == 0
    ]


def clock(t: float) -> str:
    """``12 s``, from two minutes on ``2:05``."""
    return f"{t:.0f} s" if t < 120 else f"{int(t) // 60}:{int(t) % 60:02d}"


def _said(view: SetView, from_s: float, to_s: float) -> str:
    parts = [p for start, end, p in _spans(view) if from_s <= (start + end) / 2 < to_s]
    reps = sum("complete" in p for p in parts)
    did = [f"{reps} repetitions"] if reps else []
    did += [f"{len(parts) - reps} holds"] if len(parts) > reps else []
    marks = [f"{s.name} marked {n} times" for s in view.seen
             if (n := sum(f["code"] == s.code and from_s <= f["from_s"] < to_s
                          for f in view.faults))]  # fmt: skip
    said = ", ".join([*did, *marks]) or "nothing counted"
    return f"Movement from {clock(from_s)} to {clock(to_s)}: {said}. The table has every value"


# -- over the weeks ------------------------------------------------------------------------------


def _days(scale: _Scale, days: Sequence[date], height: int) -> list[str]:
    """Dates under the axis: each day where there is room, else Mondays."""
    first, span = days[0], (days[-1] - days[0]).days
    every = 1 if span < 9 else 7 * ceil((span + 1) / 63)
    start = first if every == 1 else first - timedelta(days=first.weekday())
    ticks = [start + timedelta(days=n) for n in range(0, span + 8, every)]
    return [scale.axis()] + [
        f'<path class="axis" d="M{scale.x(d.toordinal())} {scale.bottom}v5"/>'
        f'<text class="mid" x="{scale.x(d.toordinal())}" y="{height - 8}">{d.day} {d:%b}</text>'
        for d in ticks
        if first <= d <= days[-1]
    ]


def trend_plot(
    title: str, sides: Mapping[str, Sequence[tuple[str, float]]], span: tuple[str, str]
) -> str:
    """Form of one drill by day, over the three bands.

    Args:
        sides: (day, form) in rising days, for each side; ``""`` where sides do not matter.
        span: first and last day of the axis, the same for all drills.
    """
    first, last = (date.fromisoformat(day) for day in span)
    low = 40 if min(v for points in sides.values() for _, v in points) >= 45 else 0
    scale = _Scale(first.toordinal() - 0.7, last.toordinal() + 0.7, low, 100, 10, 130, 104)
    height = scale.bottom + _FOOT
    body = []
    for kind, lo, hi in (("low", low, 60), ("mid", 60, 80), ("good", 80, 100)):
        y, y1 = scale.y(hi), scale.y(lo)
        body.append(
            f'<rect class="{kind}-band" x="{_LEFT}" y="{y}" width="{scale.end - _LEFT}" '
            f'height="{round(y1 - y, 1)}"/>'
            f'<text class="zone" x="{scale.end + 6}" y="{(y + y1) / 2 + 4:.1f}">'
            f"{escape(band(lo))}</text>"
        )
    body += [scale.level(v, str(v)) for v in (low, 60, 80, 100)]
    told = []
    for side, points in sides.items():
        xy = [(scale.x(date.fromisoformat(day).toordinal()), scale.y(v)) for day, v in points]
        line = " ".join(f"{x},{y}" for x, y in xy)
        body.append(f'<polyline class="curve {side}" points="{line}"/>')
        body += [_SIDES.get(side, _SIDES[""]).format(x=x, y=y) for x, y in xy]
        said = ", ".join(f"{day}: {shown(value)}" for day, value in points[-12:])
        told.append(f"{side} {said}".strip())
    body += _days(scale, [first, last], height)
    return _svg(body, f"Form of {title}. {'; '.join(told)}", height)


def change_plot(
    title: str, points: Sequence[tuple[date, float]], mdc: float | None,
    words: Callable[[float], str], within: tuple[float, float] = (-inf, inf),
) -> str:  # fmt: skip
    """A measure by day, with the band about the first day that repeated clips explain.

    Args:
        points: (day, value) in rising days, at least one.
        mdc: half of the band; None draws none.
        words: a value with its unit.
        within: what values can be at all.
    """
    days, values = [d for d, _ in points], [v for _, v in points]
    first, (least, most) = values[0], within
    around = [] if mdc is None else [max(first - mdc, least), min(first + mdc, most)]
    low, high = min(values + around), max(values + around)
    scale = _Scale(days[0].toordinal() - 0.7, days[-1].toordinal() + 0.7, low, high, 10, 130)
    height = scale.bottom + _FOOT
    body = []
    if around:
        y, y1 = scale.y(around[1]), scale.y(around[0])
        body.append(
            f'<rect class="part" x="{_LEFT}" y="{y}" width="{scale.end - _LEFT}" '
            f'height="{round(y1 - y, 1)}"/>'
        )
    levels = sorted({low, first, high})
    body += [scale.level(v, words(v)) for v in levels]
    xy = [(scale.x(d.toordinal()), scale.y(v)) for d, v in points]
    body.append(f'<polyline class="curve" points="{" ".join(f"{x},{y}" for x, y in xy)}"/>')
    body += [_SIDES[""].format(x=x, y=y) for x, y in xy]
    told = ", ".join(f"{d}: {words(v)}" for d, v in points[-12:])
    band_words = f"; repeated clips differ by up to {words(mdc)}" if mdc is not None else ""
    body += _days(scale, [days[0], days[-1]], height)
    return _svg(body, f"{title}. {told}{band_words}", height)


def pain_plot(rows: Sequence[PainView]) -> str:
    """The person's own numbers: before, after and next day of each session."""
    days = [date.fromisoformat(r.day) for r in rows]
    scale = _Scale(days[0].toordinal() - 0.7, days[-1].toordinal() + 0.7, 0, 10, 10)
    height = scale.bottom + _FOOT
    body = [scale.level(v, str(v)) for v in (0, 2, 4, 6, 8, 10)]
    for name, (aside, shape) in _PAIN.items():
        for day, row in zip(days, rows, strict=True):
            value = getattr(row, name)
            if value is not None:
                x = round(scale.x(day.toordinal()) + (aside if len(rows) <= 30 else 0), 1)
                body.append(shape.format(x=x, y=scale.y(value)))
    body += _days(scale, days, height)
    told = "; ".join(
        f"{r.day}: before {_number(r.before)}, after {_number(r.after)}, "
        f"next day {_number(r.next_day)}"
        for r in rows[-12:]
    )
    return _svg(body, f"Pain diary, 0 to 10. {told}", height)


def pain_key() -> str:
    """What the shapes of the pain plot stand for."""
    words = {"before": "before", "after": "right after", "next_day": "the next day"}
    return _key({words[name]: shape for name, (_, shape) in _PAIN.items()})


def side_key() -> str:
    """What the shapes of a plot of both sides stand for."""
    return _key({"left, whole line": _SIDES[""], "right, broken line": _SIDES["right"]})


def _key(shapes: Mapping[str, str]) -> str:
    return '<p class="key">' + " ".join(
        f'<span><svg viewBox="0 0 14 14" aria-hidden="true">{shape.format(x=7, y=7)}</svg> '
        f"{words}</span>"
        for words, shape in shapes.items()
    ) + "</p>"  # fmt: skip


def _number(value: Any) -> str:
    return "not answered" if value is None else str(value)


def adherence(days: Sequence[date], today: date, weeks: int = 12) -> str:
    """Different days a week up to now, with the line at three."""
    found = set(days)
    monday = max(today, *found) - timedelta(days=max(today, *found).weekday())
    starts = [monday - timedelta(weeks=n) for n in reversed(range(weeks))]
    starts = [s for s in starts if s >= min(found) - timedelta(days=6)]
    scale = _Scale(-0.5, len(starts) - 0.5, 0, 7, 10, 110)
    height = scale.bottom + _FOOT
    body = [scale.level(v, str(v)) for v in (0, 7)] + [scale.level(3, "3", "target")]
    told = []
    for n, start in enumerate(starts):
        done = sum(start <= d < start + timedelta(days=7) for d in found)
        told.append(f"week of {start.day} {start:%b}: {done}")
        width = min(36.0, 0.7 * (scale.x(1) - scale.x(0)))
        x, y = scale.x(n), scale.y(done)
        body.append(
            f'<rect class="bar" x="{x - width / 2:.1f}" y="{y}" width="{width:.1f}" '
            f'height="{round(scale.y(0) - y, 1)}"/>'
            f'<text class="mid" x="{x}" y="{y - 5}">{done}</text>'
        )
        if (len(starts) - 1 - n) % max(1, ceil(len(starts) / 7)) == 0:
            body.append(f'<text class="mid" x="{x}" y="{height - 8}">{start.day} {start:%b}</text>')
    return _svg(body, "Days with exercise by week. " + ", ".join(told), height)


def meter(score: int) -> str:
    """A score on the three bands; its number and words stand beside it."""
    bands = "".join(
        f'<rect class="{kind}-fill{" here" if lo <= score < hi else ""}" '
        f'x="{2 * lo}" y="9" width="{2 * min(hi, 100) - 2 * lo - 2}" height="6"/>'
        for kind, lo, hi in (("low", 0, 60), ("mid", 60, 80), ("good", 80, 101))
    )
    return (
        '<svg class="meter" viewBox="0 0 206 16" aria-hidden="true">'
        f'{bands}<path class="pin" d="M{2 * score} 8l-5-8h10z"/></svg>'
    )
