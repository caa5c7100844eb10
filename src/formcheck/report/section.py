"""One set as HTML: the outcome, the movement, what was seen, every repetition."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from ..events import reasons_of
from ..judge.scoring import band, shown
from ..wording import REASONS, because, in_words
from .data import Row, Seen, SetView
from .svg import clock, meter, signal_plot

__all__ = ["cue_of", "did", "form_words", "set_section"]

#: Reasons that moving the camera can put right.
_CAMERA = {reason.value for reason, words in REASONS.items() if words.camera}
_STATUS = {
    "stopped": "ended early",
    "ouch": "stopped because it hurt",
    "interrupted": "cut off",
    "open": "cut off",
}


def set_section(view: SetView, number: int, level: int = 3) -> str:
    """The section of set ``number``; its heading, ``<h3>`` or so, has the id ``s<number>``."""
    when = f" <small>{escape(view.started[11:16])}</small>" if view.started else ""
    film = _film(view, number)
    facts = _plot(view, number) + _table(view, number)
    if film:
        facts = f'<div class="beside">{film}<div>{facts}</div></div>'
    return (
        f'<section><h{level} id="s{number}">{escape(view.name)}{when}</h{level}>'
        f"{_outcome(view)}"
        f"{_seen(view, number, level + 1)}{facts}{_unjudged(view, level + 1)}</section>"
    )


# -- the outcome ----------------------------------------------------------------------------------


def did(view: SetView) -> str:
    """``8 of 10 repetitions, 1 partial``."""
    parts = []
    if view.reps or not view.holds:
        parts.append(_counted(view.complete, "repetition", view.planned.get("reps")))
        if len(view.reps) > view.complete:
            parts.append(f"{len(view.reps) - view.complete} partial")
    if view.holds:
        asked = view.planned.get("hold_s") or view.holds[0].get("target_s")
        longest = max(h["seconds"] for h in view.holds)
        of = f" of {asked:g} s asked for" if asked else ""
        number = None if view.reps else view.planned.get("reps")
        parts += [_counted(len(view.holds), "hold", number), f"the longest {longest:.0f} s{of}"]
    if view.status in _STATUS:
        parts.append(_STATUS[view.status])
    return ", ".join(parts)


def _counted(number: int, one: str, asked: int | None = None) -> str:
    """``1 hold``, ``8 of 10 repetitions``."""
    of = f" of {asked}" if asked and asked >= number else ""
    return f"{number}{of} {one}{'' if (asked if of else number) == 1 else 's'}"


def form_words(form: int | None) -> str:
    """The number and its band, as HTML."""
    if form is None:
        return '<span class="none">no score</span>'
    kind = "good" if form >= 80 else "mid" if form >= 60 else "low"
    return f'<span class="{kind}"><b>{shown(form)}</b> {escape(band(form))}</span>'


def cue_of(view: SetView) -> str:
    """What to work on first, in the drill's own words; empty where nothing was seen."""
    return (view.seen[0].cue or view.seen[0].name) if view.seen else ""


def _outcome(view: SetView) -> str:
    form = view.form
    score = f'<p class="band">{"" if form is None else "Form "}{form_words(form)}</p>'
    if form is not None:
        score += meter(shown(form))
    if view.seen:
        work = f"<p>Work on first: <b>{escape(cue_of(view))}</b>.</p>"
    elif view.reps or view.holds:
        work = "<p>No fault was seen from this camera.</p>"
    else:
        work = ""
    return (
        f'<div class="outcome"><div>{score}</div><div><p>Done: {escape(did(view))}.'
        f"{_spread(view)}</p>{work}{_no_score(view)}</div></div>"
    )


def _spread(view: SetView) -> str:
    scores = [p["score"] for p in (*view.reps, *view.holds) if p.get("score") is not None]
    low, high = (shown(f(scores, default=0)) for f in (min, max))
    if view.score is None or low == high:
        return ""
    return f" Their form: {low} to {high}."


def _no_score(view: SetView) -> str:
    if view.score is not None:
        return ""
    if view.status == "ouch":
        why = "A set that is stopped because it hurt has no score"
    elif view.status in ("interrupted", "open"):
        why = "The set was cut off before it could be scored"
    elif not (view.reps or view.holds):
        why = "Nothing was counted" + (": what could not be judged says why" if view.spells else "")
    elif view.spells:
        why = "Less than four fifths could be judged, or this drill has no score"
    else:
        why = "This drill has no score"
    return f"<p>{why}.</p>"


# -- video and plot ------------------------------------------------------------------------------


def _film(view: SetView, number: int) -> str:
    if not view.video:
        return ""
    name, caption = escape(view.video), ""
    if view.reps or view.holds:
        what = "repetition" if view.reps else "hold"
        caption = (
            f"<figcaption>Choose a start time in the table, or a shaded {what} in the plot, "
            "to see it.</figcaption>"
        )
    return (
        f'<figure class="film"><video data-set="{number}" controls preload="metadata" '
        f'src="{name}" aria-label="{escape(view.name)}"></video>'
        f'<p class="lost" hidden>The video {name} cannot be played: it is no longer where it was '
        "when this page was made, or of a kind that this browser does not play.</p>"
        f"{caption}</figure>"
    )


def _plot(view: SetView, number: int) -> str:
    said = []
    if view.reps or view.holds:
        what = [w for w, parts in (("repetitions", view.reps), ("holds", view.holds)) if parts]
        said.append(f"Shaded and numbered: {' and '.join(what)}")
        if len(view.reps) > view.complete:
            said[-1] += ", with a broken edge where one was partial"
    if view.spells:
        said.append("Hatched: not judged")
    if view.seen:
        said.append("Lettered, underneath: where a fault was seen")
    if view.reps and not any(v is not None for v in view.trace.get("v") or ()):
        said.append("The line is an outline: the curve itself was not kept")
    caption = ". ".join(said) + "." if said else "Nothing was counted."
    return (
        f'<figure class="plot">{signal_plot(view, number)}'
        f"<figcaption>{caption}</figcaption></figure>"
    )


# -- what was seen -------------------------------------------------------------------------------


def _seen(view: SetView, number: int, level: int) -> str:
    if not view.seen:
        return ""
    pictures = {s.code: s for s in view.stills}
    items = "".join(_fault(view, number, s, pictures.get(s.code)) for s in view.seen)
    return f'<h{level}>What was seen</h{level}><ul class="seen">{items}</ul>'


def _fault(view: SetView, number: int, seen: Seen, still: Any) -> str:
    picture = ""
    if still is not None:
        data = base64.b64encode(still.jpeg).decode("ascii")
        picture = f'<img src="data:image/jpeg;base64,{data}" alt="{escape(still.alt)}">'
    parts = len(view.reps) or len(view.holds)
    what = "repetition" if view.reps else "hold"
    times = f"In {_counted(seen.times, what, parts)}, most at "
    sure = "" if seen.certain or " may " in seen.what else "Possibly: "
    name = seen.name[0].upper() + seen.name[1:]
    cue = f"<p><b>{escape(seen.cue)}</b></p>" if seen.cue else ""
    return (
        f'<li>{picture}<div><p><span class="letter">{view.letter(seen.code)}</span> '
        f"<b>{escape(name)}</b></p><p>{sure}{escape(seen.what)}</p>{cue}"
        f"<p>{times}{_seek(view, number, seen.at, f'{name} at')}.</p></div></li>"
    )


def _seek(view: SetView, number: int, t: float, what: str) -> str:
    """A time; with a video beside the page a link that plays it from there."""
    t = max(0.0, t)
    at = f"{t:.1f} s" if t < 120 else clock(t)
    if not view.video:
        return at
    # Without the script the link itself opens the video at that time.
    return (
        f'<a href="{escape(view.video)}#t={t:.2f}" data-set="{number}" data-t="{t:.2f}" '
        f'aria-label="{escape(what)} {at}, play">{at}</a>'
    )


# -- the table -----------------------------------------------------------------------------------


def _table(view: SetView, number: int) -> str:
    parts = [*view.reps, *view.holds]
    if not parts:
        return ""
    sides = len({p.get("side") for p in parts}) > 1
    ranges = any(_range(p, view) for p in view.reps)
    heads = ["No.", "Start"] + (["Side"] if sides else [])
    if view.reps:
        heads += (["Range"] if ranges else []) + ["Out", "Top", "Back"]
    else:
        heads += ["Held", "Ended by"]
    heads += ["Form", "Seen"]
    rows = []
    for part in parts:
        rep = "complete" in part
        start, end = (part["start_s"], part["end_s"]) if rep else (part["from_s"], part["to_s"])
        partial = rep and not part["complete"]
        name = f"{part['n']}" + (" (partial)" if partial else "")
        what = f"{'Repetition' if rep else 'Hold'} {part['n']} from"
        cells = [_seek(view, number, start, what)] + ([escape(part.get("side") or "")] * sides)
        if rep:
            cells += ([_range(part, view)] if ranges else []) + list(_tempo(part))
        elif view.reps:
            cells += ([""] if ranges else []) + ["", f"{part['seconds']:.1f} s", ""]
        else:
            target = f" of {part['target_s']:g} s" if part.get("target_s") else " s"
            cells += [f"{part['seconds']:.1f}{target}", escape(in_words(part["ended_by"]))]
        scored = view.status != "ouch" and part.get("score") is not None
        cells.append(str(shown(part["score"])) if scored else "")
        follow = ""
        if view.video:
            follow = f' data-set="{number}" data-from="{start:.2f}" data-to="{end:.2f}"'
        rows.append(
            f'<tr{follow}><th scope="row">{name}</th>'
            + "".join(f"<td>{c or '–'}</td>" for c in cells)
            + f"<td>{_letters(view, part.get('faults', ())) or '–'}</td></tr>"
        )
    head = "".join(f'<th scope="col">{h}</th>' for h in heads)
    caption = "Every repetition and hold" if view.holds and view.reps else (
        "Every hold" if view.holds else "Every repetition")  # fmt: skip
    if view.reps:
        caption += ". Out, top and back in seconds"
        caption += "; range as a share of the drill’s full mark" if ranges else ""
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="Table of set {number}, '
        f'{escape(view.name)}"><table><caption>{caption}.</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _letters(view: SetView, faults: Sequence[Row]) -> str:
    codes = sorted({f["code"] for f in faults}, key=view.letter)
    return "<br>".join(
        f'{view.letter(c)}<span class="fold"> {escape(in_words(c))}</span>' for c in codes
    )


def _tempo(rep: Row) -> tuple[str, str, str]:
    top, last = rep.get("peak_s"), rep.get("hold_end_s")
    if top is None or last is None:
        return "", f"{rep.get('hold_s') or 0:.1f}", ""
    return f"{top - rep['start_s']:.1f}", f"{last - top:.1f}", f"{rep['end_s'] - last:.1f}"


def _range(rep: Row, view: SetView) -> str:
    """The rise as a share of the drill's full mark, which is all that counts: no degrees for
    people, no range where comfort sets it."""
    rise, full = rep.get("rise"), view.motion.get("full")
    if rise is None or not full or view.comfort:
        return ""
    return "full" if rise >= full else f"{100 * rise / full:.0f} %"


# -- what could not be judged --------------------------------------------------------------------


def _unjudged(view: SetView, level: int) -> str:
    lines = []
    reasons = set()
    spells = sorted(  # what moving the camera can put right comes first
        ((str(s["reason"]), s["from_s"], view.seconds if s["to_s"] is None else s["to_s"])
         for s in view.spells), key=lambda s: (s[0] not in _CAMERA, *s))  # fmt: skip
    for reason, group in groupby(spells, key=lambda s: s[0]):
        times = [(a, b) for _, a, b in group]
        total = sum(b - a for a, b in times)
        if total < 0.5:
            continue
        reasons.add(reason)
        told = ", ".join(f"{a:.1f} to {b:.1f} s" for a, b in times if b - a >= 0.1)
        if len(times) > 6:
            told = f"{len(times)} times between {clock(times[0][0])} and {clock(times[-1][1])}"
        lines.append(f"{_sentence(because(reason))} for {total:.1f} s ({told}).")
    for code, why in reasons_of(view.not_judged).items():
        reasons.add(why)
        lines.append(f"{_sentence(in_words(code))}: {because(why)}, so it was not looked at"
                     f"{_when(view, code)}.")  # fmt: skip
    if reasons & _CAMERA and view.camera:
        lines.append(f"Where the camera goes: {view.camera[0].lower()}{view.camera[1:]}")
    if view.frames and view.frames_with_pose < view.frames:
        share = 100 * view.frames_with_pose / view.frames
        lines.append(f"Somebody was found in {share:.0f} % of the pictures.")
    lines += list(view.notes)
    if view.cannot_see:
        lines.append(f"No camera placed like this can see: {'; '.join(view.cannot_see)}.")
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h{level}>What could not be judged</h{level}><ul>{items}</ul>"


def _when(view: SetView, code: str) -> str:
    """`` from 2.0 to 9.1 s``; of older results the times are not known."""
    if isinstance(view.not_judged, Mapping):
        return ""
    times = [(s["from_s"], s["to_s"]) for s in view.not_judged if s["fault"] == code]
    if len(times) > 6:
        return f" in {len(times)} stretches from {clock(times[0][0])} to {clock(times[-1][1])}"
    return " from " + ", ".join(f"{a:.1f} to {b:.1f} s" for a, b in times)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
