"""One page a person and one of everybody; they load nothing and run nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from statistics import fmean

from ..wording import in_words
from .change import FEWEST
from .data import day_words
from .people import Clip, Person, Series, series
from .style import STYLE
from .svg import change_plot

__all__ = ["overview", "person_page"]

Titles = Mapping[str, str]

_HEAD = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'\">"
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)
_METHOD = (
    "Each point is the mean of a day’s clips. The band is the first day’s value with the minimal "
    "detectable change about it: 1.96·√2·SEM, where the SEM is the spread of clips of one person, "
    "drill, side and day about their mean, pooled over all people of the folder (Weir, J Strength "
    f"Cond Res 2005; 19: 231-240). It needs {FEWEST} degrees of freedom, which is clips less days. "
    "A value outside the band differs by more than repeated clips do; that says nothing about why, "
    "or whether it matters to the person."
)
_FOOT = (
    "This is a form checker for general exercise. It is not a medical device and does not "
    "diagnose or treat."
)


def _document(title: str, about: str, body: str) -> str:
    return (
        f"{_HEAD}<title>{escape(title)}</title><style>{STYLE}</style></head><body><header>"
        f"<h1>{escape(title)}</h1><p>{escape(about)}</p></header><main>{body}</main>"
        f"<footer>{_FOOT}</footer></body></html>\n"
    )


def _table(name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """``rows`` are HTML; the first cell is the row's head."""
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{c}</td>" for c in cells)}</tr>'
        for first, *cells in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(name)}"><table>'
        f"<caption>{escape(name)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        "</table></div>"
    )


def _counted(number: int, one: str) -> str:
    return f"{number} {one}{'' if number == 1 else 's'}"


def overview(everybody: Sequence[Person], files: Mapping[str, str], titles: Titles) -> str:
    """Everybody in one table.

    Args:
        files: the page of each person, by name.
        titles: of drills.
    """
    rows = []
    for person in everybody:
        days = person.days
        drills = dict.fromkeys(titles.get(c.drill, in_words(c.drill)) for c in person.clips)
        form = [c.form for c in person.clips if c.day == days[-1] and math.isfinite(c.form)]
        rows.append(
            [
                f'<a href="{escape(files[person.name])}">{escape(person.name)}</a>',
                day_words(days[0].isoformat(), short=True),
                day_words(days[-1].isoformat(), short=True),
                str(len(days)),
                str(len(person.clips)),
                escape(", ".join(drills)),
                f"{fmean(form):.0f}" if form else "–",
            ]
        )
    heads = ("Person", "First day", "Last day", "Days", "Clips", "Drills", "Form, last day")
    about = f"{len(everybody)} {'person' if len(everybody) == 1 else 'people'}"
    return _document("People", about, _table("Everybody", heads, rows))


def person_page(person: Person, everybody: Sequence[Person], titles: Titles) -> str:
    """One person: first and last day side by side, trends, faults by session."""
    days = person.days
    parts = ['<p><a href="index.html">Everybody</a></p>']
    for (drill, side), clips in person.drills().items():
        title = titles.get(drill, in_words(drill))
        name = f"{title}, {side}" if side else title
        found = series(person, drill, side, everybody)
        parts.append(f"<section><h2>{escape(name)}</h2>")
        parts += [_first_and_last(name, clips, found), _trends(name, found), _faults(name, clips)]
        parts.append("</section>")
    parts.append(f'<section class="last"><h2>How changes are read</h2><p>{_METHOD}</p></section>')
    about = (
        f"{_counted(len(person.clips), 'clip')} on {_counted(len(days), 'day')}, "
        f"{day_words(days[0].isoformat())} to {day_words(days[-1].isoformat())}"
    )
    return _document(person.name, about, "".join(parts))


def _first_and_last(name: str, clips: Sequence[Clip], found: Sequence[Series]) -> str:
    first, last = clips[0].day, clips[-1].day
    days = [first] if first == last else [first, last]
    each = [[c for c in clips if c.day == day] for day in days]
    rows = [["Clips", *(str(len(c)) for c in each)]]
    if any(c.reps or c.partial for c in clips):
        rows.append(["Repetitions, whole", *(str(sum(c.reps for c in one)) for one in each)])
        rows.append(["Repetitions, part", *(str(sum(c.partial for c in one)) for one in each)])
    for line in found:
        values = {day: value for day, value, _ in line.days}
        cells = [line.words(values.get(day, math.nan)) for day in days]
        rows.append([escape(line.measure.words), *cells])
    rows.append(["Not judged", *(f"{sum(c.refused_s for c in one):.0f} s" for one in each)])
    if len(days) == 2:
        rows = [[*row, ""] for row in rows]
        for row in rows:
            mine = next((s for s in found if escape(s.measure.words) == row[0]), None)
            row[-1] = escape(_change(mine)) if mine and len(mine.days) > 1 else "–"
    heads = ["Measure", *(day_words(day.isoformat(), short=True) for day in days)]
    if len(days) == 2:
        heads.append("Change")
    return _table(f"{name}: first and last day", heads, rows)


def _change(line: Series) -> str:
    """``+12°; more than the 8° of repeated clips``."""
    sign = "+" if line.difference >= 0 else "−"
    moved = f"{sign}{line.words(abs(line.difference))}"
    if line.change is None:
        return f"{moved}; too few repeated clips to tell it from chance ({line.repeated})"
    most = line.words(line.change.mdc95)
    if abs(line.difference) > line.change.mdc95:
        return f"{moved}; more than repeated clips differ ({most})"
    return f"{moved}; no more than repeated clips differ ({most})"


def _trends(name: str, found: Sequence[Series]) -> str:
    parts = []
    for line in found:
        if len(line.days) < 2:
            continue
        mdc = line.change.mdc95 if line.change else None
        words = (
            f"Minimal detectable change {line.words(mdc)}, from "
            f"{line.change.clips} repeated clips on {line.change.days} days."
            if line.change and mdc is not None
            else f"No minimal detectable change: too few repeated clips ({line.repeated})."
        )
        within = (0.0, 100.0) if line.measure.key == "form" else (-math.inf, math.inf)
        title = f"{name}: {line.measure.words.lower()}"
        parts.append(
            f"<h3>{escape(line.measure.words)}</h3><figure>"
            f"{change_plot(title, [(d, v) for d, v, _ in line.days], mdc, line.words, within)}"
            f"<figcaption>{escape(words)}</figcaption></figure>"
        )
    return "".join(parts)


def _faults(name: str, clips: Sequence[Clip]) -> str:
    codes = sorted({code for clip in clips for code in clip.faults})
    if not codes:
        return "<p>No fault was seen from this camera.</p>"
    days = sorted({clip.day for clip in clips})
    rows = []
    for code in codes:
        cells = []
        for day in days:
            mine = [c for c in clips if c.day == day]
            seen, whole = sum(c.faults.get(code, 0) for c in mine), sum(c.parts for c in mine)
            cells.append(f"{seen} of {whole}" if whole else "–")
        rows.append([escape(in_words(code).capitalize()), *cells])
    heads = ["Fault", *(day_words(day.isoformat(), short=True) for day in days)]
    return _table(f"{name}: repetitions or holds with a fault, by session", heads, rows)
