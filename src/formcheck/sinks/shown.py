"""What a screen shows of a step, in words and numbers: the window draws it, the page too.

Reads Step and nothing else; knows no picture, colour or size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ..events import FaultRaised, FaultSpan, HoldDone, Phase, RepDone, Step
from ..wording import REASONS

__all__ = ["PHASE_WORDS", "Band", "Dial", "Lingering", "View", "band_of", "dial_of", "phase_word"]

#: One word for each phase, that fits every drill.
PHASE_WORDS: Mapping[Phase, str] = {
    Phase.SETUP: "Get ready",
    Phase.REST: "Ready",
    Phase.RISE: "Move",
    Phase.TOP: "Hold",
    Phase.FALL: "Return",
    Phase.HOLD: "Hold",
    Phase.PAUSED: "Waiting",
}


@dataclass(frozen=True)
class Dial:
    """What the round counter shows: a large number, what it counts, how much is done (0-1), and
    whether that is under way, a hold that runs, or done."""

    number: str
    below: str
    share: float = 0.0
    state: Literal["going", "holding", "done"] = "going"


@dataclass(frozen=True)
class Band:
    """The one line to read: a cue, why nothing is judged, or a message; ``more`` what to do."""

    head: str
    more: str
    sign: Literal["fault", "blind", "info"]


@dataclass(frozen=True)
class View:
    """What to show besides the step.

    Attributes:
        title: the drill in words.
        kind: ``reps`` or ``hold``; decides what the dial counts.
        mirror: show the person as a mirror would (pixels and skeleton, never the text).
        fps, delay_s: small print; NaN leaves it out.
        message: words that take the place of the cue (paused, set done), or None.
        heading: takes the place of the phase's word, where there is no set.
        dial: takes the place of the set's own count, where there is no set.
        help: (key, what it does) over the picture, empty for none.
        advice: what to do, by the name of a reason; goes before :data:`formcheck.wording.REASONS`.
        outline: where to lie or stand, in torso lengths; empty for none. It is drawn while
            ``placed`` is known, and is green once the person is there.
    """

    title: str = ""
    kind: str = "reps"
    mirror: bool = False
    fps: float = math.nan
    delay_s: float = math.nan
    message: str | None = None
    heading: str = ""
    dial: Dial | None = None
    help: tuple[tuple[str, str], ...] = ()
    advice: Mapping[str, str] = field(default_factory=dict)
    outline: Mapping[str, Any] = field(default_factory=dict)
    placed: bool | None = None


def dial_of(step: Step | None, view: View, done: bool) -> Dial:
    """The counter: reps with the way to the full mark round them, or the hold clock.

    Args:
        step: None outside a set.
        done: a rep or hold was just done.
    """
    if view.dial is not None or step is None:
        return view.dial or Dial("", "")
    running = math.isfinite(step.hold_s)
    if view.kind == "hold":
        seconds = math.floor(step.hold_s + 1e-6) if running else 0
        target = step.target_hold_s
        share = step.hold_s / target if running and target else 0.0
        held = target is not None and share >= 1
        below = f"of {target:g} s" if target else "seconds"
        return Dial(str(seconds), below, share, "done" if held or done else "going")
    below = f"of {step.target_reps}" if step.target_reps else "rep" if step.reps == 1 else "reps"
    if running and step.target_hold_s:
        held = step.hold_s >= step.target_hold_s
        share = step.hold_s / step.target_hold_s
        return Dial(str(step.reps), below, share, "done" if held else "holding")
    share = 1.0 if done else step.progress
    return Dial(str(step.reps), below, share, "done" if done else "going")


def phase_word(step: Step | None, view: View) -> str:
    """Where the person is in the drill, with the seconds of a hold still to go."""
    if view.heading or step is None:
        return view.heading or PHASE_WORDS[Phase.SETUP]
    word = PHASE_WORDS[step.phase]
    if not (step.target_hold_s and math.isfinite(step.hold_s)):
        return word
    left = math.ceil(step.target_hold_s - step.hold_s - 1e-6)
    if step.phase is Phase.TOP:
        return f"{word} {left}" if left > 0 else PHASE_WORDS[Phase.FALL]
    return "Relax" if step.phase is Phase.HOLD and left <= 0 else word


def band_of(step: Step | None, view: View) -> Band | None:
    """A message, why nothing is judged, or the worst fault's cue; None where there is none."""
    if view.message is not None:
        return Band(view.message, "", "info")
    if step is None:
        return None
    if step.cannot_judge is not None:
        why = REASONS[step.cannot_judge]
        return Band(why.short, view.advice.get(step.cannot_judge.value, why.do), "blind")
    if step.faults:
        return Band(step.faults[0].cue, "", "fault")
    return None


#: Counted without being judged for so long, seconds, it is shown: not for a flicker (EC).
STEADY_S = 1.0


class Lingering:
    """Keeps a cue of one set up long enough to be read.

    A fault that stands for half a second would flash past a person on a mat: its cue stays for
    ``linger_s`` seconds of the stream's own time. A done rep lights the dial as long as that
    takes to notice.
    """

    def __init__(self, linger_s: float = 2.0, glow_s: float = 0.7) -> None:
        self._linger_s, self._glow_s = linger_s, glow_s
        self._cue: FaultRaised | None = None
        self._cue_t = self._done_t = self._judged_t = -math.inf

    def of(self, step: Step) -> tuple[Step, bool]:
        """The step as it is shown, and whether a rep or hold was just done."""
        for event in step.events:
            if isinstance(event, FaultRaised) and event.severity > 0:
                self._cue, self._cue_t = event, step.t
            elif (isinstance(event, RepDone) and event.rep.complete) or isinstance(event, HoldDone):
                self._done_t = step.t
        if step.faults:
            self._cue_t = step.t
        if not step.counted_only:
            self._judged_t = step.t
        elif step.t - self._judged_t < STEADY_S:
            step = replace(step, counted_only=False)
        return self._with_cue(step), step.t - self._done_t < self._glow_s

    def _with_cue(self, step: Step) -> Step:
        fresh = step.t - self._cue_t < self._linger_s
        if step.faults or step.cannot_judge is not None or self._cue is None or not fresh:
            return step
        return replace(step, faults=(_standing(self._cue, step.t),))


def _standing(cue: FaultRaised, t: float) -> FaultSpan:
    return FaultSpan(
        cue.code, cue.t, t, cue.magnitude, cue.unit, cue.severity, cue.cue, cue.certain
    )
