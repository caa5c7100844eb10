"""The page: one HTML text with its style, its plots and its few lines of script inside.

It loads nothing from the network, and tells the browser so with a content policy.
"""

from __future__ import annotations

from html import escape
from itertools import count

from ..coach.progression import DAYS_A_WEEK, weeks
from .data import Report, SessionView, day_words
from .section import cue_of, did, form_words, set_section
from .style import SCRIPT, STYLE
from .svg import adherence, pain_key, pain_plot, side_key, trend_plot

__all__ = ["render"]

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; media-src 'self' file:"
)
#: What the lights of the pain diary mean for the next session (drills.md 4.3).
_LIGHTS = {
    "green": "counts towards the next step",
    "amber": "the same again, a smaller dose",
    "red": "the drill rests for two days; ease off, and check with a physiotherapist or GP",
    "unknown": "an answer is missing: no step, and nothing lost",
}


def render(report: Report) -> str:
    """The whole HTML document."""
    numbers = count(1)
    sessions = [_session(s, [next(numbers) for _ in s.sets]) for s in report.sessions]
    video = any(view.video for s in report.sessions for view in s.sets)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.title)}, {escape(report.subtitle)}</title>"
        f"<style>{STYLE}</style></head><body><header><h1>{escape(report.title)}</h1>"
        f"<p>{escape(report.subtitle)}</p></header><main>"
        + ("".join(sessions) or "<p>Nothing was recorded in this time.</p>")
        + _over_time(report)
        + _ABOUT
        + f"</main><footer>{_DISCLAIMER} <br>{escape(report.made_with)}</footer>"
        + (f"<script>{SCRIPT}</script>" if video else "")
        + "</body></html>\n"
    )


def _session(session: SessionView, numbers: list[int]) -> str:
    parts = []
    if session.heading:
        parts.append(f"<h2>{escape(session.heading)}</h2>")
    if session.about:
        parts.append(f'<p class="about">{escape(", ".join(session.about))}</p>')
    if session.heading:
        parts.append(_overview(session, numbers) or "<p>No set was done.</p>")
    parts += [f"<p>Your note: {escape(text)}</p>" for text in session.notes]
    level = 3 if session.heading else 2
    parts += [set_section(view, n, level) for view, n in zip(session.sets, numbers, strict=True)]
    return "".join(parts)


def _overview(session: SessionView, numbers: list[int]) -> str:
    if not session.sets:
        return ""
    rows = []
    for view, n in zip(session.sets, numbers, strict=True):
        rows.append(
            f'<tr><th scope="row"><a href="#s{n}">{escape(view.name)}</a></th>'
            f"<td>{escape(did(view))}</td><td>{form_words(view.form)}</td>"
            f"<td>{escape(cue_of(view)) or '–'}</td></tr>"
        )
    mean = ""
    if session.form is not None and len(session.sets) > 1:
        mean = f"<p>Form of all sets together: {form_words(session.form)}.</p>"
    heads = "".join(f'<th scope="col">{h}</th>' for h in ("Set", "Done", "Form", "Work on first"))
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="Sets from {numbers[0]}">'
        f"<table><caption>The sets</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>{mean}"
    )


# -- over time -----------------------------------------------------------------------------------


def _over_time(report: Report) -> str:
    parts = [_adherence(report), _trends(report), _pain(report)]
    if not any(parts):
        return ""
    return (
        '<section class="time" aria-labelledby="time"><h2 id="time">Over time</h2>'
        f"{''.join(parts)}</section>"
    )


def _adherence(report: Report) -> str:
    if not report.days or report.today is None:
        return ""
    found = weeks(report.days, report.today)
    full = f"So far {found.full_weeks} {'week' if found.full_weeks == 1 else 'weeks'} with that. "
    return (
        "<h3>Days a week</h3>"
        f"<p>This week: {found.this_week} of the {DAYS_A_WEEK} days asked for. "
        f"{full if found.full_weeks else ''}A walk counts.</p>"
        f"<figure>{adherence(report.days, report.today)}</figure>"
    )


def _trends(report: Report) -> str:
    parts = []
    days = [d.day for d in report.trend]
    for drill in dict.fromkeys(d.drill for d in report.trend):
        sides: dict[str, list[tuple[str, float]]] = {}
        for d in report.trend:
            if d.drill == drill:
                sides.setdefault(d.side, []).append((d.day, d.form))
        if len({day for points in sides.values() for day, _ in points}) < 2:
            continue
        plot = trend_plot(drill, sides, (min(days), max(days)))
        if len(sides) > 1:
            plot += side_key()
        parts.append(f"<h4>{escape(drill)}</h4><figure>{plot}</figure>")
    if not parts:
        return ""
    return (
        "<h3>Form by day</h3><p>The mean of a day’s sets. A change counts as real only when it "
        f"is ten points or more, and seen twice.</p>{''.join(parts)}"
    )


def _pain(report: Report) -> str:
    if not report.pain:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{day_words(p.day, short=True)}</th>'
        + "".join(f"<td>{'–' if v is None else v}</td>" for v in (p.before, p.after, p.next_day))
        + f"<td>{escape(p.light)}</td><td>{escape(p.also) or '–'}</td></tr>"
        for p in report.pain[-30:]
    )
    heads = "".join(
        f'<th scope="col">{h}</th>'
        for h in ("Day", "Before", "Right after", "Next day", "Light", "You also said")
    )
    lights = "".join(f"<li>{name}: {what}.</li>" for name, what in _LIGHTS.items())
    earlier = ", the last 30 sessions" if len(report.pain) > 30 else ""
    return (
        "<h3>Your pain diary</h3><p>Your own numbers, 0 (none) to 10 (worst). They are used only "
        f"to hold back the dose.</p><figure>{pain_plot(report.pain)}{pain_key()}</figure>"
        '<div class="wide diary" tabindex="0" role="region" aria-label="Pain diary"><table>'
        f"<caption>Day by day{earlier}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div><p>The light of a session:</p><ul>{lights}</ul>"
    )


_ABOUT = """<section class="last" aria-labelledby="about"><h2 id="about">What form means</h2>
<ul><li>80 to 100, <b class="good">good form</b>.</li>
<li>60 to 79, <b class="mid">getting there</b>.</li>
<li>Below 60, <b class="low">let’s adjust</b>.</li></ul>
<p>It is the mean of the repetitions or holds; each weighs range, hold, tempo and the faults that
were seen. It is rounded to five. How much was done is another figure: five good repetitions of
fifteen are good form, and a third of what was asked for.</p>
<p>It speaks of form on camera only. It says nothing about health, strength or pain, and it does
not compare you with anybody. There is none where less than four fifths of a set could be judged,
or where it was stopped because it hurt.</p></section>"""
_DISCLAIMER = (
    "This is a form checker for general exercise. It is not a medical device and does not "
    "diagnose or treat."
)
