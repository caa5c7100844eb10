"""The rule of every fault in plain English, read back from the declaration.

For somebody who checks a drill without reading Python: what is measured, from which value it is a
fault, for how long, seen from where, on what grounds and how sure.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from ..wording import UNITS
from .declaration import Drill, Sides
from .faults import Fault
from .measures import Measure, words_of
from .rules import HoldRule, RepRule
from .thresholds import BELOW, EITHER_WAY, Judged, Watched

__all__ = ["explained"]

_WIDTH = 88
_SEVERITY = {0: "note", 1: "polish", 2: "fix now", 3: "stop"}
_SIDES = {
    Sides.NONE: "both sides do the same",
    Sides.MOVING: "whichever limb moves is the working one",
    Sides.POSTURE: "the position tells which side works",
}


def explained(drill: Drill) -> str:
    """The whole read-back, no line longer than 88 columns."""
    title = f"{drill.title} ({drill.name}), card {drill.card}"
    lines = [title, "=" * len(title), ""]
    lines += _block(f"A torso length: {UNITS['T'].means}.")
    lines += ["", "When it is judged", "-----------------"]
    lines += _fields(_gate(drill))
    lines += ["", "What counts", "-----------"]
    lines += _fields(_counting(drill))
    lines += ["", "What is measured", "----------------"]
    lines += _fields([(m.name, _measured(m)) for m in drill.all_measures])
    lines += ["", "Faults", "------"]
    for fault in drill.faults:
        lines += [f'{fault.code}: "{fault.cue}"', *_fields(_fault(fault, drill)), ""]
    lines += ["Not seen by this camera:"] * bool(drill.cannot_see)
    lines += [line for said in drill.cannot_see for line in _block(f"- {said}", "  ")]
    return "\n".join(lines).rstrip() + "\n"


def _gate(drill: Drill) -> Iterator[tuple[str, str]]:
    view = drill.view
    yield "camera", drill.camera
    yield "counted", _said(view.fits)
    if view.judges is not None:
        yield "judged", _said(view.judges)
    yield "posture", _said(view.posture)
    if view.needs:
        other = f"; of the other side {', '.join(view.needs_other)}" if view.needs_other else ""
        yield "must see", f"of the working side {', '.join(view.needs)}{other}"
    side = f" ({_said(drill.side_of)})" if drill.side_of is not None else ""
    yield "side", _SIDES[drill.sides] + side


def _counting(drill: Drill) -> Iterator[tuple[str, str]]:
    rule, main = drill.motion, drill.main

    def level(value: float) -> str:
        return _amount(value, main.unit)

    yield "measure", _measured(main)
    if isinstance(rule, RepRule):
        also = "" if rule.top_at is None else f", and a value of {level(rule.top_at)}"
        yield "begins", f"{level(rule.start)} above the person's own rest, for {rule.dwell_s:g} s"
        yield "ends", f"under {level(rule.end)} above rest, for {rule.dwell_s:g} s"
        yield "whole", f"from {level(rule.top)} above rest{also}; less is a partial one"
        if drill.counts.or_if is not None:
            yield "or if", _said(drill.counts.or_if)
        yield "full mark", f"{level(rule.full)} above rest"
        yield "at least", f"{rule.min_s:g} s up and down, {rule.refractory_s:g} s after the last"
    else:
        yield from _holding(rule, level(rule.enter), level(rule.end))
        if rule.within is not None:
            yield "timed", f"while within {level(rule.within)} of the hold's own level"
    if drill.counts.only_if is not None:
        yield "only if", _said(drill.counts.only_if)


def _holding(rule: HoldRule, on: str, off: str) -> Iterator[tuple[str, str]]:
    yield "on", f"from {on}, for {rule.start_s:g} s"
    yield "off", f"under {off}, for {rule.end_s:g} s (called {rule.ended_by})"
    yield (
        "between",
        f"the clock runs for {rule.wobble_s:g} s, stands, and ends at {rule.pause_s:g} s",
    )
    yield "at least", f"{rule.least_s:g} s; a shorter one was none"


def _fault(fault: Fault, drill: Drill) -> Iterator[tuple[str, str]]:
    when = fault.when
    yield "saw", fault.saw
    if isinstance(when, Judged):
        words = when.words
        yield "measured", words if drill.kind == "reps" else _of_a_hold(words)
        yield "fault", _levels(fault)
        unit = "repetition" if drill.kind == "reps" else "hold"
        yield "judged", f"once, when the {unit} is over"
    else:
        yield "measured", _watched(when)
        yield "fault", f"{_levels(fault)}, for {when.for_s:g} s or longer"
        yield "let go", _release(when)
    if fault.unless is not None:
        yield "unless", f"{fault.unless} stands, which explains it"
    where = fault.seen.words
    yield "seen", where if fault.seen.fits is not None else f"{where}: {drill.view.name} view"
    yield "how sure", _sure(fault)
    yield "severity", f"{fault.severity}, {_SEVERITY[fault.severity]}"
    yield "source", fault.source


def _of_a_hold(words: str) -> str:
    for at, through in ((", at the top", ", through the hold"), ("to the top", "to the hold")):
        words = words.replace(at, through)
    return words


def _watched(when: Watched) -> str:
    words = when.measure.phrase
    if when.negated:
        words = f"how far it moved ({words})"
    if when.from_rest:
        words += ", change from rest"
    if len(when.during) == 1:
        return (
            f"{words}, watched {'at the' if when.during[0] == 'top' else 'in the'} {when.during[0]}"
        )
    return f"{words}, watched all through"


def _levels(fault: Fault) -> str:
    way = "or less" if fault.when.way == BELOW else "or more"
    either = ", to either side" if fault.when.way == EITHER_WAY else ""
    return f"{_amount(fault.warn, fault.unit)} {way}{either}; strong from {fault.strong:g}"


def _release(when: Watched) -> str:
    ease = 0.3 * abs(when.warn)
    back = when.warn + ease if when.below else when.warn - ease
    return f"{'above' if when.below else 'under'} {back:g}"


def _sure(fault: Fault) -> str:
    sure = "reliable" if fault.confidence == "A" else "only large errors are seen"
    return sure if fault.certain else f"{sure}; named as possible only"


def _measured(m: Measure) -> str:
    try:
        computed = words_of(m.of)
    except ValueError:
        computed = ""
    from_words = f" [computed: {computed}]" if computed and computed != m.what else ""
    return f"{m.phrase}, in {_unit(m.unit)}{from_words}"


def _unit(unit: str) -> str:
    return UNITS[unit].name if unit in UNITS else unit


def _amount(value: float, unit: str) -> str:
    return f"{value:g}" if unit in ("ratio", "share") else f"{value:g} {_unit(unit)}"


def _said(function: object) -> str:
    """A gate's or a rule's own words; its name where it has none."""
    assert callable(function)
    try:
        return words_of(function)
    except ValueError:
        return getattr(function, "__name__", "").replace("_", " ")


def _fields(fields: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> list[str]:
    fields = list(fields)
    width = max(13, *(len(name) + 2 for name, _ in fields))
    return [
        line for name, said in fields for line in _block(f"{name + ':':{width}}{said}", " " * width)
    ]


def _block(text: str, indent: str = "") -> list[str]:
    return wrap(
        text, _WIDTH, initial_indent="  " if indent else "", subsequent_indent="  " + indent
    )
