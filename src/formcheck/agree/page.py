"""The figures of an agreement as one HTML page that loads nothing, and as lines of text."""

from __future__ import annotations

from html import escape

from ..report.style import STYLE
from ..wording import in_words
from .compare import Agreement, FaultAgreement, Times
from .stats import Estimate

__all__ = ["METHOD", "lines", "render"]

METHOD = (
    "Clips rated by both were compared by name. Clips that either could not judge were "
    "counted apart and left out of all else. Counts: share of clips that agree exactly and "
    "within one, with Wilson 95 % intervals. Movements of both were paired where they share "
    "at least half of the time that they cover together. Start, end, hold time and count: "
    "mean difference and 95 % limits of agreement with 95 % confidence intervals (Bland & "
    "Altman, Lancet 1986; 327: 307-310); hold time and count also ICC(2,1), two-way random "
    "effects, absolute agreement, single rater (Shrout & Fleiss, Psychol Bull 1979; 86: "
    "420-428), with the interval of McGraw & Wong (Psychol Methods 1996; 1: 30-46). Faults, "
    "per paired movement: Cohen’s kappa (Educ Psychol Meas 1960; 20: 37-46) of present or "
    "absent, and linearly weighted by severity (0 absent to 3), with prevalence, since kappa "
    "is low where a fault is rare or common; 95 % percentile intervals by bootstrap over "
    "people (400 draws; over clips where the labels name no person)."
)


def _figure(e: Estimate | None, form: str = ".2f") -> str:
    if e is None or e.value != e.value:
        return "–"
    interval = "" if e.low != e.low else f" ({e.low:{form}} to {e.high:{form}})"
    return f"{e.value:{form}}{interval}"


def _percent(e: Estimate) -> str:
    scaled = Estimate(100 * e.value, 100 * e.low, 100 * e.high)
    return "–" if e.value != e.value else f"{_figure(scaled, '.0f')} %"


def _clips(found: Agreement) -> str:
    """How many, and of how many people, where labels say whose they are."""
    of = f" of {found.people} people" if found.people < found.clips else ""
    return f"{found.clips} clips{of}"


def _measured(found: Agreement) -> list[tuple[str, str, Times]]:
    named = (("Repetitions counted", "", found.counts), ("Start", "s", found.starts),
             ("End", "s", found.ends), ("Hold", "s", found.holds))  # fmt: skip
    return [(name, unit, times) for name, unit, times in named if times is not None]


def lines(found: Agreement) -> list[str]:
    """The figures as sentences, for the terminal."""
    a, b = found.names
    r = found.refused
    said = [
        f"{_clips(found)} rated by both ({a} and {b}).",
        f"Could not be judged: both {r['both']}, only {a} {r['only_a']}, only {b} {r['only_b']}.",
    ]
    if found.counted:
        said.append(
            f"Counts: exact {_percent(found.exact)}, within one {_percent(found.within_one)}, "
            f"of {found.counted} clips."
        )
    for name, unit, times in _measured(found):
        if times.limits is None:
            continue
        low, high = times.limits.lower.value, times.limits.upper.value
        more = f", ICC {_figure(times.icc)}" if times.icc is not None else ""
        bias = f"{_figure(times.limits.bias)} {unit}".rstrip()
        said.append(
            f"{name}: difference {bias}, limits of agreement "
            f"{low:.2f} to {high:.2f}, n = {times.limits.n}{more}."
        )
    for f in found.faults:
        said.append(
            f"{in_words(f.drill)}, {in_words(f.code)}: kappa {_figure(f.kappa)}, weighted "
            f"{_figure(f.weighted)}, prevalence {100 * f.prevalence:.0f} %, n = {f.n}."
        )
    return said


def render(found: Agreement) -> str:
    """The whole HTML document."""
    a, b = escape(found.names[0]), escape(found.names[1])
    r = found.refused
    plots = "".join(_plot(name, unit, times) for name, unit, times in _measured(found))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Agreement of {a} and {b}</title><style>{STYLE}</style></head><body>"
        f"<header><h1>Agreement of {a} and {b}</h1><p>{_clips(found)}</p>"
        "</header><main>"
        f"<h2>Could not be judged</h2><table><thead><tr><td></td><th>{b}: refused</th>"
        f"<th>{b}: judged</th></tr></thead><tbody><tr><th>{a}: refused</th><td>{r['both']}</td>"
        f"<td>{r['only_a']}</td></tr><tr><th>{a}: judged</th><td>{r['only_b']}</td>"
        f"<td>{r['neither']}</td></tr></tbody></table>"
        f"<h2>Counts</h2><p>Exact: {_percent(found.exact)}. Within one: "
        f"{_percent(found.within_one)}. {found.counted} clips.</p>"
        f"<h2>Times</h2><p>Movements that only {a} saw: {found.unpaired[0]}, only {b}: "
        f"{found.unpaired[1]}.</p>{_table(found)}{plots}"
        f"<h2>Faults</h2>{_faults(found.faults, (a, b))}"
        f"<h2>Method</h2><p>{escape(METHOD)}</p></main></body></html>\n"
    )


def _table(found: Agreement) -> str:
    rows = []
    for name, unit, times in _measured(found):
        cells = [str(len(times.a))]
        limits = times.limits
        if limits is None:
            cells += ["–"] * 4
        else:
            cells += [_figure(e) for e in (limits.bias, limits.lower, limits.upper)]
            cells.append("" if times.icc is None else _figure(times.icc))
        label = f"{name} ({unit})" if unit else name
        rows.append(f"<tr><th>{label}</th>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>")
    heads = ("Measure", "n", "difference (95 % CI)", "lower limit", "upper limit", "ICC(2,1)")
    return _wide(heads, rows)


def _faults(faults: tuple[FaultAgreement, ...], names: tuple[str, str]) -> str:
    """``names`` are HTML."""
    rows = [
        f"<tr><th>{escape(in_words(f.drill))}: {escape(in_words(f.code))}</th><td>{f.n}</td>"
        f"<td>{f.a}</td><td>{f.b}</td><td>{f.both}</td><td>{100 * f.prevalence:.0f} %</td>"
        f"<td>{_figure(f.kappa)}</td><td>{_figure(f.weighted)}</td></tr>"
        for f in faults
    ]
    heads = ("Fault", "n", *names, "both", "prevalence", "kappa (95 % CI)", "weighted")
    return _wide(heads, rows) if rows else "<p>Neither saw a fault.</p>"


def _wide(heads: tuple[str, ...], rows: list[str]) -> str:
    head = "".join(f"<th>{h}</th>" for h in heads)
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _plot(name: str, unit: str, times: Times) -> str:
    """Bland-Altman: difference over mean, with the bias and the limits."""
    if times.limits is None or times.limits.sd == 0:
        return ""  # nothing differs: a plot would be one line
    means = [(x + y) / 2 for x, y in zip(times.a, times.b, strict=True)]
    gaps = [x - y for x, y in zip(times.a, times.b, strict=True)]
    marks = (times.limits.lower.value, times.limits.bias.value, times.limits.upper.value)
    x0, x1 = min(means), max(means)
    y0, y1 = min(*gaps, *marks), max(*gaps, *marks)

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - x0) / ((x1 - x0) or 1)
        up = (y - y0) / ((y1 - y0) or 1)
        return round(60 + 520 * across, 1), round(190 - 170 * up, 1)

    body = []
    for value, kind in zip(marks, ("target", "axis", "target"), strict=True):
        _, y = at(x0, value)
        body.append(f'<line class="{kind}" x1="50" x2="590" y1="{y}" y2="{y}"/>'
                    f'<text x="596" y="{y + 4}">{value:.2f}</text>')  # fmt: skip
    for x, y in zip(means, gaps, strict=True):
        cx, cy = at(x, y)
        body.append(f'<circle class="point" cx="{cx}" cy="{cy}" r="3"/>')
    words = f"{name}: difference over mean, {len(means)} pairs"
    ends = f'<text x="60" y="212">{x0:.1f}</text><text x="560" y="212">{x1:.1f} {unit}</text>'
    return (
        f'<figure><svg viewBox="0 0 660 220" role="img" aria-label="{words}">{"".join(body)}{ends}'
        f"</svg><figcaption>{words}; lines: mean difference and limits of agreement.</figcaption>"
        "</figure>"
    )
