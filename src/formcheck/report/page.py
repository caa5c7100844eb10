"""The page: one HTML text with its style, its plots and its few lines of script inside.

It asks nothing of the network, and says so to the browser with a content policy.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ..scoring import band
from .data import Report, SetView
from .svg import adherence, pain_plot, signal_plot, trend_plot

__all__ = ["render"]

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; media-src 'self' file:"
)

_WHY = {
    "no_person": "nobody was in view",
    "wrong_view": "the camera stood where this drill cannot be seen from",
    "camera_too_low": "the camera stood too low",
    "joints_hidden": "joints that matter were hidden",
    "not_in_start_position": "not in the start position",
    "several_people": "more than one person was in view",
    "wrong_exercise": "the movement was another exercise",
}

_STATUS = {
    "stopped": "ended early",
    "ouch": "stopped because it hurt: no score",
    "interrupted": "cut off",
    "open": "cut off",
}


def render(report: Report) -> str:
    """The whole HTML document."""
    parts = [_head(report)]
    if not report.sets:
        parts.append("<p>Nothing was recorded in this time.</p>")
    parts += [_set(view, n) for n, view in enumerate(report.sets, 1)]
    parts.append(_over_time(report))
    parts.append(_about(report))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.title)}, {escape(report.subtitle)}</title>"
        f"<style>{_STYLE}</style></head><body>"
        + "".join(parts)
        + (f"<script>{_SCRIPT}</script>" if any(s.video for s in report.sets) else "")
        + "</body></html>\n"
    )


def _head(report: Report) -> str:
    return f"<header><h1>{escape(report.title)}</h1><p>{escape(report.subtitle)}</p></header><main>"


def _set(view: SetView, number: int) -> str:
    side = f", {view.side} side" if view.side else ""
    when = f" <small>{escape(view.started[11:16])}</small>" if view.started else ""
    body = [
        f'<section aria-labelledby="s{number}"><h2 id="s{number}">'
        f"{escape(view.title)}{escape(side)}{when}</h2>",
        _outcome(view),
        _video(view, number),
        '<figure class="plot">'
        + signal_plot(view.trace, view.seconds, view.reps, view.holds, view.faults)
        + "<figcaption>Shaded: repetitions and holds, lighter where one was not whole. "
        "Dots at the foot: where a fault was seen.</figcaption></figure>",
        _table(view, number),
        _stills(view),
        _unjudged(view),
        "</section>",
    ]
    return "".join(body)


def _outcome(view: SetView) -> str:
    did = []
    if view.reps or not view.holds:
        partial = len(view.reps) - view.complete
        did.append(f"{view.complete} repetitions" + (f", {partial} not whole" if partial else ""))
    if view.holds:
        longest = max(h["seconds"] for h in view.holds)
        did.append(f"{len(view.holds)} holds, longest {longest:.0f} s")
    if view.status in _STATUS:
        did.append(_STATUS[view.status])
    score = "<p class='band none'>No score</p>"
    if view.score is not None and view.status != "ouch":
        shown = 5 * round(view.score / 5)
        cls = "good" if view.score >= 80 else "mid" if view.score >= 60 else "low"
        score = f"<p class='band {cls}'><b>{shown}</b> {escape(band(view.score))}</p>"
    faults = view.common_faults()
    work = ""
    if faults:
        code, cue, times = faults[0]
        work = (
            f"<p>Work on first: <b>{escape(cue or _plain(code))}</b> "
            f"({escape(_plain(code))}, {'once' if times == 1 else f'{times} times'}).</p>"
        )
    elif view.reps or view.holds:
        work = "<p>No fault was seen from this camera.</p>"
    return f'<div class="outcome">{score}<p>{escape(". ".join(did))}.</p>{work}</div>'


def _table(view: SetView, number: int) -> str:
    rows = []
    for rep in view.reps:
        faults = [f for f in view.faults if _within(f, rep["start_s"], rep["end_s"])]
        top, last = rep.get("peak_s"), rep.get("hold_end_s")
        tempo = ""
        if top is not None and last is not None:
            tempo = f"{top - rep['start_s']:.1f} up, {rep['end_s'] - last:.1f} down"
        rows.append(
            _row(
                view,
                number,
                rep["start_s"],
                f"{rep['n']}" + ("" if rep["complete"] else " (not whole)"),
                rep.get("side"),
                _range(rep, view),
                tempo,
                f"{rep.get('hold_s') or 0:.1f} s",
                rep.get("score"),
                faults,
            )
        )
    for hold in view.holds:
        faults = [f for f in view.faults if _within(f, hold["from_s"], hold["to_s"])]
        target = f" of {hold['target_s']:.0f} s" if hold.get("target_s") else " s"
        rows.append(
            _row(
                view, number, hold["from_s"], f"hold {hold['n']}", hold.get("side"), "",
                _plain(hold["ended_by"]), f"{hold['seconds']:.1f}{target}", hold.get("score"),
                faults,
            )
        )  # fmt: skip
    if not rows:
        return ""
    heads = ("No.", "Starts", "Side", "Range", "Tempo", "Hold", "Form", "Seen")
    head = "".join(f'<th scope="col">{h}</th>' for h in heads)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="Table of {escape(view.title)}">'
        f"<table><caption>Every repetition and hold</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _row(
    view: SetView, number: int, start: float, name: str, side: Any, reach: str, tempo: str,
    hold: str, score: Any, faults: Sequence[Mapping[str, Any]],
) -> str:  # fmt: skip
    at = f"{start:.1f} s"
    if view.video:
        at = f'<button type="button" data-set="{number}" data-t="{start:.2f}">{at}</button>'
    seen = ", ".join(dict.fromkeys(_plain(f["code"]) for f in faults)) or "-"
    cells = (side or "-", reach or "-", tempo or "-", hold, "-" if score is None else score, seen)
    return (
        f'<tr><th scope="row">{escape(name)}</th><td>{at}</td>'
        + "".join(f"<td>{escape(str(c))}</td>" for c in cells)
        + "</tr>"
    )


def _within(fault: Mapping[str, Any], start: float, end: float) -> bool:
    to = fault["to_s"] if fault.get("to_s") is not None else fault["from_s"]
    return bool(fault["from_s"] < end and to >= start)


def _range(rep: Mapping[str, Any], view: SetView) -> str:
    """The rise as a share of the drill's full mark: no degrees for people."""
    rise = rep.get("rise")
    return "" if rise is None or not view.full else f"{100 * rise / view.full:.0f} %"


def _plain(code: str) -> str:
    return str(code).replace("_", " ")


def _video(view: SetView, number: int) -> str:
    if not view.video:
        return ""
    return (
        f'<figure><video id="v{number}" controls preload="metadata" src="{escape(view.video)}" '
        f'aria-label="{escape(view.title)}"></video>'
        "<figcaption>Press a start time in the table to see it.</figcaption></figure>"
    )


def _stills(view: SetView) -> str:
    if not view.stills:
        return ""
    figures = []
    for still in view.stills:
        data = base64.b64encode(still.jpeg).decode("ascii")
        figures.append(
            f'<figure><img src="data:image/jpeg;base64,{data}" alt="{escape(still.alt)}">'
            f"<figcaption>{escape(_plain(still.code))} at {still.t:.1f} s</figcaption></figure>"
        )
    return f'<h3>Worst moments</h3><div class="stills">{"".join(figures)}</div>'


def _unjudged(view: SetView) -> str:
    lines = []
    if view.frames and view.frames_with_pose < view.frames:
        share = 100 * view.frames_with_pose / view.frames
        lines.append(f"A person was found on {share:.0f} % of the frames.")
    lines += [
        f"{s['from_s']:.1f} to {s['to_s'] if s['to_s'] is not None else view.seconds:.1f} s: "
        f"{_WHY.get(s['reason'], _plain(s['reason']))}."
        for s in view.spells
    ]
    lines += [
        f"{_plain(code).capitalize()} was not judged: {_WHY.get(why, _plain(why))}."
        for code, why in view.not_judged.items()
    ]
    lines += [f"From this camera nobody can see {text}." for text in view.cannot_see]
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h3>What could not be judged</h3><ul>{items}</ul>"


def _over_time(report: Report) -> str:
    parts = []
    if report.days:
        parts.append(f"<h3>Days a week, three are asked for</h3>{adherence(report.days)}")
    for drill in dict.fromkeys(d.drill for d in report.trend):
        points = [(d.day, d.score) for d in report.trend
                  if d.drill == drill and d.score is not None]  # fmt: skip
        if len(points) > 1:
            title = _plain(drill).capitalize()
            parts.append(
                f"<h3>{escape(title)}</h3>{trend_plot(title, points)}"
                "<p>A change counts as one when it is ten points or more, twice.</p>"
            )
    if report.pain:
        rows = "".join(
            f'<tr><th scope="row">{escape(p.day)}</th>'
            + "".join(
                f"<td>{'-' if v is None else v}</td>" for v in (p.before, p.after, p.next_day)
            )
            + f"<td>{escape(p.light)}</td></tr>"
            for p in report.pain[-30:]
        )
        parts.append(
            f"<h3>Your pain diary</h3>{pain_plot(report.pain)}"
            '<p class="key">&#9679; before &#9632; after &#9650; next day</p>'
            '<div class="wide" tabindex="0" role="region" aria-label="Pain diary"><table>'
            "<caption>Your own numbers, 0 to 10</caption><thead><tr>"
            + "".join(f'<th scope="col">{h}</th>'
                      for h in ("Day", "Before", "After", "Next day", "Light"))
            + f"</tr></thead><tbody>{rows}</tbody></table></div>"
        )  # fmt: skip
    if report.notes:
        items = "".join(f"<li>{escape(day)}: {escape(text)}</li>" for day, text in report.notes)
        parts.append(f"<h3>Your notes</h3><ul>{items}</ul>")
    if not parts:
        return ""
    return f'<section aria-labelledby="time"><h2 id="time">Over time</h2>{"".join(parts)}</section>'


def _about(report: Report) -> str:
    return (
        '<section aria-labelledby="about"><h2 id="about">What the score means</h2>'
        "<p>80 and more: good form. 60 to 79: getting there. Below 60: let's adjust. "
        "It weighs range, hold, tempo and the faults seen, on camera only, rounded to five. "
        "It says nothing about health, strength or pain, and there is none when less than "
        "four fifths of a set could be judged or when it was stopped because it hurt.</p>"
        "<p>This is a form checker for general exercise. It is not a medical device and does not "
        f"diagnose or treat.</p><p><small>{escape(report.made_with)}</small></p></section></main>"
    )


_STYLE = """
:root{color-scheme:light dark;--bg:#fff;--ink:#1b1b1f;--soft:#52525b;--line:#c9c9d1;--rep:#cfe3f7;
--part:#ececf1;--curve:#0b5394;--target:#37613a;--fault:#9c3300;--good:#1e5c2c;--mid:#6b4a00;
--low:#8a2a00;--card:#f6f6f9}
@media(prefers-color-scheme:dark){:root{--bg:#15151a;--ink:#ececf1;--soft:#b4b4c0;--line:#484854;
--rep:#1d3a57;--part:#2a2a33;--curve:#8cc2f5;--target:#9ad49e;--fault:#ffad80;--good:#8fdc9f;
--mid:#f0c860;--low:#ffad80;--card:#1e1e25}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header,main{max-width:60rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}h1{margin:0}header p{color:var(--soft);margin:.2rem 0 1rem}
h2{border-bottom:2px solid var(--line);padding-bottom:.2rem;margin-top:2rem}
h2 small{color:var(--soft);font-weight:400}
svg{width:100%;height:auto;display:block}
.rep{fill:var(--rep)}.part{fill:var(--part)}
.curve{fill:none;stroke:var(--curve);stroke-width:2;stroke-linejoin:round}
.target{stroke:var(--target);stroke-dasharray:6 4;stroke-width:1.5}
.axis{stroke:var(--soft)}.grid{stroke:var(--line)}
.fault{stroke:var(--fault);stroke-width:4}.dot{fill:var(--fault)}
.point,.before{fill:var(--curve)}.after{fill:var(--fault)}.next{fill:var(--target)}
.bar{fill:var(--curve)}
text{fill:var(--soft);font:12px system-ui,sans-serif}
.n,.tick{text-anchor:middle}.tick[text-anchor=end]{text-anchor:end}.lab{fill:var(--target)}
.outcome{display:flex;flex-wrap:wrap;gap:0 1.5rem;align-items:baseline}
.outcome p{margin:.3rem 0}
.band b{font-size:2rem}.good{color:var(--good)}.mid{color:var(--mid)}.low{color:var(--low)}
.none{color:var(--soft)}
figure{margin:1rem 0}figcaption{color:var(--soft);font-size:.9rem}
video{max-height:24rem}video,img{max-width:100%;border-radius:6px;background:#000}
.stills{display:grid;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr));gap:1rem}
.stills figure{margin:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:.3rem 0}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line)}
tbody tr:nth-child(even){background:var(--card)}
button{font:inherit;color:var(--curve);background:none;border:1px solid var(--line);
border-radius:4px;padding:0 .4rem;cursor:pointer;min-height:24px}
:focus-visible{outline:3px solid var(--curve);outline-offset:2px}
@media print{:root{--bg:#fff;--ink:#000;--soft:#333;--line:#999;--rep:#dfe9f3;--part:#eee;
--curve:#0b5394;--target:#37613a;--fault:#9c3300;--good:#1e5c2c;--mid:#6b4a00;--low:#8a2a00;
--card:#fff}body{font-size:11pt}section{break-inside:auto}figure,tr{break-inside:avoid}
h2,h3{break-after:avoid}video,button{border:0}video{display:none}.wide{overflow:visible}}
"""

_SCRIPT = """
for(const b of document.querySelectorAll("button[data-t]"))b.addEventListener("click",()=>{
const v=document.getElementById("v"+b.dataset.set);v.currentTime=+b.dataset.t;
v.scrollIntoView({block:"nearest"});v.play()})
"""
