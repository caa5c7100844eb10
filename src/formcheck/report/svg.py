"""Plots as SVG text. Colours are CSS variables of the page, so that dark mode and print follow;
every plot has a title and a description for those who do not see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from itertools import count
from math import isfinite
from typing import Any

__all__ = ["adherence", "pain_plot", "signal_plot", "trend_plot"]

Row = Mapping[str, Any]

_W, _H = 720, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 14, 30
_ids = count(1)


def _svg(body: Sequence[str], title: str, description: str, height: int = _H) -> str:
    n = next(_ids)
    return (
        f'<svg viewBox="0 0 {_W} {height}" role="img" aria-labelledby="p{n}t p{n}d">'
        f'<title id="p{n}t">{escape(title)}</title><desc id="p{n}d">{escape(description)}</desc>'
        + "".join(body)
        + "</svg>"
    )


class _Scale:
    """Values to places, with room for the axes."""

    def __init__(self, x0: float, x1: float, y0: float, y1: float, height: int = _H) -> None:
        self.x0, self.x1 = x0, max(x1, x0 + 1e-6)
        pad = 0.06 * max(y1 - y0, 1e-6)
        self.y0, self.y1 = y0 - pad, y1 + pad
        self.bottom = height - _BOTTOM

    def x(self, value: float) -> float:
        share = (value - self.x0) / (self.x1 - self.x0)
        return round(_LEFT + share * (_W - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.y0) / (self.y1 - self.y0)
        return round(self.bottom - share * (self.bottom - _TOP), 1)


def signal_plot(
    trace: Row, seconds: float, reps: Sequence[Row], holds: Sequence[Row], faults: Sequence[Row]
) -> str:
    """The main signal over the set: repetitions and holds shaded, target line, fault marks."""
    times: Sequence[float] = trace.get("t") or []
    values: Sequence[float | None] = trace.get("v") or []
    seen = [v for v in values if v is not None and isfinite(v)]
    if not seen:
        times, values, seen = _outline(reps)
    if not seen:
        seen = [0.0, 1.0]
    scale = _Scale(0.0, max([seconds, *times], default=1.0), min(seen), max(seen))
    body = []
    for part, start, end in [(r, "start_s", "end_s") for r in reps] + [
        (h, "from_s", "to_s") for h in holds
    ]:
        x0, x1 = scale.x(part[start]), scale.x(part[end])
        whole = part.get("complete", True)
        body.append(
            f'<rect class="{"rep" if whole else "part"}" x="{x0}" y="{_TOP}" '
            f'width="{max(1.0, round(x1 - x0, 1))}" height="{scale.bottom - _TOP}"/>'
            f'<text class="n" x="{(x0 + x1) / 2:.1f}" y="{_TOP + 13}">{part["n"]}</text>'
        )
    target = _target(trace, seen, reps)
    if target is not None and scale.y0 <= target <= scale.y1:
        y = scale.y(target)
        body.append(
            f'<line class="target" x1="{_LEFT}" x2="{_W - _RIGHT}" y1="{y}" y2="{y}"/>'
            f'<text class="lab" x="{_W - _RIGHT - 4}" y="{y - 4}" text-anchor="end">counts</text>'
        )
    body += _lines(times, values, scale)
    for fault in faults:
        x = scale.x(fault["from_s"])
        to = scale.x(fault["to_s"] if fault.get("to_s") is not None else fault["from_s"])
        y = scale.bottom - 5
        body.append(
            f'<path class="fault" d="M{x} {y}h{max(3.0, round(to - x, 1))}"/>'
            f'<circle class="dot" cx="{x}" cy="{y}" r="4"/>'
        )
    body += _time_axis(scale)
    said = f"{sum(bool(r['complete']) for r in reps)} repetitions, {len(holds)} holds, "
    said += f"{len(faults)} fault marks over {seconds:.0f} seconds."
    what = "Movement over the set" if times else "The set"
    return _svg(body, what, said)


def _outline(
    reps: Sequence[Row],
) -> tuple[Sequence[float], Sequence[float | None], list[float]]:
    """Where no signal was kept: rest, top and rest of each repetition, as it was measured."""
    points: list[tuple[float, float | None]] = []
    for rep in reps:
        peak = rep.get("peak")
        if peak is None:
            continue
        rise = rep.get("rise")
        rest = peak - rise if rise is not None else 0.0
        top = rep.get("peak_s") or rep["start_s"]
        last = rep.get("hold_end_s") or top
        points += [(rep["start_s"], rest), (top, peak), (last, peak), (rep["end_s"], rest)]
    return [t for t, _ in points], [v for _, v in points], [v for _, v in points if v is not None]


def _target(trace: Row, seen: Sequence[float], reps: Sequence[Row]) -> float | None:
    """The level at which a repetition counts: its rise above the person's own rest."""
    rise = trace.get("target")
    if rise is None:
        return None
    rests = [r["peak"] - r["rise"] for r in reps if r.get("rise") is not None and r.get("peak")]
    rest = sorted(rests)[len(rests) // 2] if rests else sorted(seen)[len(seen) // 10]
    return float(rest + rise)


def _lines(times: Sequence[float], values: Sequence[float | None], scale: _Scale) -> list[str]:
    """The curve, broken where nothing was measured."""
    pieces: list[list[str]] = [[]]
    for t, v in zip(times, values, strict=False):
        if v is None or not isfinite(v):
            pieces.append([])
        else:
            pieces[-1].append(f"{scale.x(t)},{scale.y(v)}")
    return [f'<polyline class="curve" points="{" ".join(p)}"/>' for p in pieces if len(p) > 1]


def _time_axis(scale: _Scale) -> list[str]:
    span = scale.x1 - scale.x0
    step = next((s for s in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600) if span / s <= 12), 1800)
    body = [
        f'<line class="axis" x1="{_LEFT}" x2="{_W - _RIGHT}" y1="{scale.bottom}" '
        f'y2="{scale.bottom}"/>'
    ]
    t = 0
    while t <= scale.x1:
        body.append(f'<text class="tick" x="{scale.x(t)}" y="{scale.bottom + 16}">{t} s</text>')
        t += step
    return body


def _day_axis(scale: _Scale, days: Sequence[date]) -> list[str]:
    body = [
        f'<line class="axis" x1="{_LEFT}" x2="{_W - _RIGHT}" y1="{scale.bottom}" '
        f'y2="{scale.bottom}"/>'
    ]
    every = max(1, len(days) // 7)
    for day in days[::every]:
        x = scale.x(day.toordinal())
        body.append(f'<text class="tick" x="{x}" y="{scale.bottom + 16}">{day.day} {day:%b}</text>')
    return body


def _level(scale: _Scale, value: float, text: str) -> str:
    y = scale.y(value)
    return (
        f'<line class="grid" x1="{_LEFT}" x2="{_W - _RIGHT}" y1="{y}" y2="{y}"/>'
        f'<text class="tick" x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{text}</text>'
    )


def trend_plot(title: str, points: Sequence[tuple[str, float]]) -> str:
    """Form scores of one drill by day, with the two lines between the three bands."""
    days = [date.fromisoformat(day) for day, _ in points]
    scale = _Scale(days[0].toordinal() - 0.5, days[-1].toordinal() + 0.5, 0, 100)
    body = [_level(scale, v, str(v)) for v in (0, 60, 80, 100)]
    xy = [(scale.x(d.toordinal()), scale.y(v)) for d, (_, v) in zip(days, points, strict=True)]
    body.append(f'<polyline class="curve" points="{" ".join(f"{x},{y}" for x, y in xy)}"/>')
    body += [f'<circle class="point" cx="{x}" cy="{y}" r="4"/>' for x, y in xy]
    body += _day_axis(scale, days)
    told = ", ".join(f"{day}: {value:.0f}" for day, value in points[-12:])
    return _svg(body, f"Form score of {title}", told)


def pain_plot(rows: Sequence[Any]) -> str:
    """The person's own numbers: before, after and next day of each session."""
    days = [date.fromisoformat(r.day) for r in rows]
    scale = _Scale(days[0].toordinal() - 0.5, days[-1].toordinal() + 0.5, 0, 10)
    body = [_level(scale, v, str(v)) for v in (0, 3, 6, 10)]
    shapes = {
        "before": '<circle class="before" cx="{x}" cy="{y}" r="5"/>',
        "after": '<rect class="after" x="{x0}" y="{y0}" width="9" height="9"/>',
        "next_day": '<path class="next" d="M{x} {y0}l6 10h-12z"/>',
    }
    for name, shape in shapes.items():
        for day, row in zip(days, rows, strict=True):
            value = getattr(row, name)
            if value is not None:
                x, y = scale.x(day.toordinal()), scale.y(value)
                body.append(shape.format(x=x, y=y, x0=x - 4.5, y0=round(y - 5, 1)))
    body += _day_axis(scale, days)
    told = "; ".join(
        f"{r.day}: before {_said(r.before)}, after {_said(r.after)}, next day {_said(r.next_day)}"
        for r in rows[-12:]
    )
    return _svg(body, "Pain diary, 0 to 10", told)


def _said(value: int | None) -> str:
    return "not answered" if value is None else str(value)


def adherence(days: Sequence[str], weeks: int = 12) -> str:
    """Different days a week over the last weeks, with the line at three."""
    found = {date.fromisoformat(d) for d in days}
    last = max(found)
    monday = last - timedelta(days=last.weekday())
    starts = [monday - timedelta(weeks=n) for n in reversed(range(weeks))]
    starts = [s for s in starts if s >= min(found) - timedelta(days=6)]
    height = 150
    scale = _Scale(-0.5, len(starts) - 0.5, 0, 7, height)
    body = [_level(scale, v, str(v)) for v in (0, 3, 7)]
    told = []
    for n, start in enumerate(starts):
        days_done = sum(start <= d < start + timedelta(days=7) for d in found)
        told.append(f"week of {start}: {days_done}")
        width = min(36.0, 0.7 * (scale.x(1) - scale.x(0)))
        x, y = scale.x(n) - width / 2, scale.y(days_done)
        body.append(
            f'<rect class="bar" x="{x:.1f}" y="{y}" width="{width:.1f}" '
            f'height="{round(scale.y(0) - y, 1)}"/>'
            f'<text class="n" x="{scale.x(n)}" y="{y - 4}">{days_done}</text>'
        )
        if n % max(1, len(starts) // 6) == 0:
            body.append(
                f'<text class="tick" x="{scale.x(n)}" y="{scale.bottom + 16}">'
                f"{start.day} {start:%b}</text>"
            )
    return _svg(body, "Days with exercise by week", ", ".join(told), height)
