"""What is said during a set, and when: one thing at a time, worst first, never nagging.

Pure: time comes in with the steps. :class:`Mouth` lets nothing start before the last words are
over (by an estimate of their length, so that a muted set and a loud one say the same), and
:class:`SetVoice` turns steps into words by the cue policy of drills.md 3.4.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..events import FaultSpan, HoldDone, Phase, RepDone, Step

__all__ = ["CUE_WORDS", "Line", "Mouth", "SetVoice", "count_word", "next_time", "speaking_s"]

#: No cue is longer (architecture and issue: a person in mid-movement takes in no more).
CUE_WORDS = 8
#: The same cue is not repeated within this time, nor within so many repetitions.
SAME_CUE_S = 8.0
SAME_CUE_REPS = 2
#: After so many cues for one fault a smaller range is offered.
OFFER_AFTER = 3
#: A fault that is only known when its repetition is over may be named this long after it.
REP_FAULTS_S = 3.0
#: A corrected fault must stay away this long in a hold before it is praised.
CORRECTED_S = 2.0

#: Counted without being judged for so long, the person is told how to be judged (EC).
COUNTED_ONLY_S = 3.0

PRAISE = ("That's it", "Good, like that", "Nicely corrected", "Yes, just so")
SMALLER = {"reps": "A smaller movement is fine", "hold": "A shorter hold is fine"}


@dataclass(frozen=True)
class Line:
    """Words to be said. ``urgency`` 0 breaks in, 1 to 4 wait their turn (1 first); a line that
    could not start within ``keep_s`` is not said at all. ``earcon`` is a sound, not words."""

    text: str
    kind: str
    urgency: int = 3
    keep_s: float = 2.0
    earcon: bool = False


def next_time(cue: str) -> str:
    """A cue for what is over; empty where it would be too long."""
    text = f"Next time: {cue[:1].lower()}{cue[1:]}"
    return text if len(text.split()) <= CUE_WORDS else ""


def speaking_s(text: str) -> float:
    """About how long a voice needs for ``text``, seconds (measured on espeak-ng at 155 words a
    minute: within 0.2 s of the 13 lines tried)."""
    pauses = sum(text.count(mark) for mark in ".,;:!?")
    return 0.65 + 0.06 * len(text) + 0.25 * pauses


class Mouth:
    """Says one line at a time. ``cut`` is called to end at once what is being said."""

    def __init__(self, cut: Callable[[], None] = lambda: None) -> None:
        self._cut = cut
        self._waiting: list[tuple[int, int, float, Line]] = []  # urgency, order, until, line
        self._order = 0
        self.free_at = -math.inf

    def say(self, line: Line, t: float) -> None:
        """Ask for a line at ``t`` seconds. A newer line of a kind replaces one still waiting."""
        if line.kind in ("count", "hold"):
            self._waiting = [w for w in self._waiting if w[3].kind != line.kind]
        self._order += 1
        self._waiting.append((line.urgency, self._order, t + line.keep_s, line))

    def busy(self, t: float) -> bool:
        """Whether something is being said, or waits to be."""
        return t < self.free_at or any(until >= t for _, _, until, _ in self._waiting)

    def speak(self, t: float) -> Line | None:
        """The line that starts now, if any."""
        self._waiting = [w for w in self._waiting if w[2] >= t]
        if not self._waiting:
            return None
        first = min(self._waiting, key=lambda w: w[:2])
        if t < self.free_at and first[0] > 0:
            return None
        self._waiting.remove(first)
        self.free_at = t + speaking_s(first[3].text)
        return first[3]

    def drop(self, kind: str) -> None:
        """Forget the waiting lines of a kind."""
        self._waiting = [w for w in self._waiting if w[3].kind != kind]

    def waited(self, seconds: float) -> None:
        """What waits may wait so much longer: nobody could speak meanwhile."""
        self._waiting = [(u, order, t + seconds, line) for u, order, t, line in self._waiting]

    def hush(self) -> None:
        """Forget what waits; what is being said is over."""
        self._cut()
        self._waiting.clear()
        self.free_at = -math.inf


@dataclass
class _Said:
    """How often a fault was named, and when last."""

    times: int = 0
    at: float = -math.inf
    reps: int = 0
    offered: bool = False
    praise_due: bool = False
    clear_since: float | None = None


@dataclass
class SetVoice:
    """The words of one set.

    Args:
        kind: ``reps`` or ``hold``.
        mouth: shared with whatever else speaks.
        to_be_judged: what to do where movements count and form cannot be judged; said once.
    """

    kind: str
    mouth: Mouth
    to_be_judged: str = ""
    _said: dict[str, _Said] = field(default_factory=dict)
    _done: int = 0
    _second: int | None = None
    _praised: int = 0
    _found: tuple[float, tuple[FaultSpan, ...]] = (-math.inf, ())
    _counted_only_since: float | None = None

    @property
    def cued(self) -> bool:
        """Whether any fault was named."""
        return any(said.times for said in self._said.values())

    def update(self, step: Step) -> list[Line]:
        """What starts to be said at this step: at most one line of words, and earcons."""
        lines: list[Line] = []
        self._count(step, lines)
        self._hold(step, lines)
        if step.phase is not Phase.PAUSED and step.cannot_judge is None:
            self._praise(step)
            self._cue(step)
        self._counts_only(step)
        line = self.mouth.speak(step.t)
        return lines if line is None else [*lines, line]

    # -- counting ----------------------------------------------------------------------------

    def _count(self, step: Step, lines: list[Line]) -> None:
        for event in step.events:
            if isinstance(event, HoldDone):
                self._found = (step.t, event.hold.faults)
            if not isinstance(event, RepDone):
                continue
            rep = event.rep
            if rep.complete:
                lines.append(Line("rep", "earcon", earcon=True))
                left = None if step.target_reps is None else step.target_reps - step.reps
                more = ", last one next" if left == 1 and (step.target_reps or 0) > 2 else ""
                self.mouth.say(Line(count_word(step.reps) + more, "count", 2, 1.2), step.t)
            # A set's own times count from its beginning, the voice's from the session's.
            began = step.t - (event.t - rep.start_s)
            self._done += 1
            self._found = (step.t, rep.faults)
            for code, said in self._said.items():
                was_there = any(f.code == code for f in rep.faults)
                if said.praise_due and not was_there and rep.complete and began >= said.at:
                    self._say_praise(said, step.t)

    def _hold(self, step: Step, lines: list[Line]) -> None:
        top_of_rep = self.kind == "reps" and step.target_hold_s is None
        if top_of_rep or not math.isfinite(step.hold_s):
            self._second = None
            return
        second = math.floor(step.hold_s + 1e-6)
        before, self._second = self._second, second
        target = step.target_hold_s
        if before == second:
            return
        if before is None and (target is None or target >= 3):
            self._tell("Hold", step.t)
            lines.append(Line("hold", "earcon", earcon=True))
        if target is None:
            if second and second % 10 == 0:
                self._tell(f"{count_word(second)} seconds", step.t)
            return
        left = target - second
        if before is not None and before < target <= second:
            lines.append(Line("done", "earcon", earcon=True))
            if self.kind == "hold":
                self._tell("And relax", step.t)
            elif target >= 3:  # after a shorter pause the sound says it; words would be chatter
                self._tell("And lower", step.t)
        elif target >= 5 and left in (1, 2, 3):
            self._tell(count_word(int(left)), step.t)
        elif target >= 10 and before is not None and before < target / 2 <= second:
            self._tell("Half way", step.t)

    def _tell(self, text: str, t: float) -> None:
        self.mouth.say(Line(text, "hold", 1, 0.6), t)

    # -- cues ----------------------------------------------------------------------------------

    def _cue(self, step: Step) -> None:
        if self.mouth.busy(step.t):
            return
        for fault in self._worst_first(step):
            said = self._said.setdefault(fault.code, _Said())
            said.clear_since = None
            again = step.t - said.at >= SAME_CUE_S and (
                self.kind == "hold" or self._done - said.reps >= SAME_CUE_REPS
            )
            if said.times and not again:
                continue
            if said.times >= OFFER_AFTER:
                # It was said often enough; the person may not be able to.
                if not said.offered and self._fits(SMALLER[self.kind], step):
                    said.offered = True
                    said.at, said.reps = step.t, self._done
                    self.mouth.say(Line(SMALLER[self.kind], "offer", 3), step.t)
                    return
                continue
            # A hold that is over can only be corrected next time.
            over = self.kind == "hold" and all(f.code != fault.code for f in step.faults)
            text = next_time(fault.cue) if over else fault.cue
            if not text or not self._fits(text, step):
                return
            said.times += 1
            said.at, said.reps, said.praise_due = step.t, self._done, not over
            self.mouth.say(Line(text, "cue", 3), step.t)
            return

    def _fits(self, text: str, step: Step) -> bool:
        """Whether the words end before the hold's last three seconds are counted. After "relax"
        nobody is told how to hold."""
        target = step.target_hold_s
        if target is None or not math.isfinite(step.hold_s):
            return True
        if step.hold_s >= target:
            return self.kind == "reps"
        return target < 5 or target - 3 - step.hold_s >= speaking_s(text)

    def _counts_only(self, step: Step) -> None:
        """Once a set, between movements and when there is no fault to name."""
        if not step.counted_only:
            self._counted_only_since = None
            return
        if self._counted_only_since is None:
            self._counted_only_since = step.t
        moving = step.phase not in (Phase.REST, Phase.HOLD)
        if moving or step.t - self._counted_only_since < COUNTED_ONLY_S:
            return
        text = f"I count. {self.to_be_judged}"
        if not self.to_be_judged or self.mouth.busy(step.t) or self._worst_first(step):
            return
        if self._fits(text, step):
            self.to_be_judged = ""
            self.mouth.say(Line(text, "counted_only", 4, 0.5), step.t)

    # -- praise --------------------------------------------------------------------------------

    def _praise(self, step: Step) -> None:
        """In a hold: a fault that was named and then stayed away is worth a word."""
        if not math.isfinite(step.hold_s) or self.kind != "hold":
            return
        standing = {f.code for f in step.faults}
        for code, said in self._said.items():
            if code in standing:
                said.clear_since = None
            elif said.praise_due:
                if said.clear_since is None:
                    said.clear_since = step.t
                if step.t - max(said.clear_since, said.at) >= CORRECTED_S:
                    self._say_praise(said, step.t)

    def _say_praise(self, said: _Said, t: float) -> None:
        said.praise_due = False
        self.mouth.say(Line(PRAISE[self._praised % len(PRAISE)], "praise", 4, 3.0), t)
        self._praised += 1

    def _worst_first(self, step: Step) -> Sequence[FaultSpan]:
        """The faults that stand, and those of the repetition just done: worst, then longest,
        first."""
        at, found = self._found
        faults = {f.code: f for f in found} if step.t - at <= REP_FAULTS_S else {}
        faults |= {f.code: f for f in step.faults}
        return sorted(faults.values(), key=lambda f: (-f.severity, f.from_s - f.to_s, f.from_s))


_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def count_word(n: int) -> str:
    """A number as it is spoken, 0 to 999."""
    if n < 20:
        return _ONES[n]
    if n < 100:
        ones = n % 10
        return _TENS[n // 10 - 2] + (f" {_ONES[ones]}" if ones else "")
    rest = n % 100
    return f"{_ONES[n // 100]} hundred" + (f" {count_word(rest)}" if rest else "")
