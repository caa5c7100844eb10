"""A session from warm-up to summary, as a machine that is told time and steps and answers in words.

Pure: it reads no clock, camera or keyboard. Whoever drives it shows poses while
:attr:`Session.stage` asks for them, runs an analyzer while it is ``SET``, and passes on what the
person presses. All times are seconds of the one stream the session runs on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import ceil, inf, isfinite, nan

from ..body.pose import Pose, Side
from ..drill import NEAR_FALL, Dose, Drill, Sides
from ..events import (
    FaultRaised,
    HoldDone,
    JudgingResumed,
    Phase,
    RepDone,
    SetResult,
    SideChosen,
    Step,
)
from ..judge.scoring import band
from ..wording import to_be_judged
from .cues import Line, Mouth, SetVoice, count_word, next_time
from .progression import NEAR_FALLS, Planned
from .setup_check import SetupGuide

__all__ = ["Item", "Notice", "Session", "Stage", "credit", "program", "summary"]


class Stage(Enum):
    """Where a session is."""

    WARM_UP = "warm_up"
    INTRO = "intro"
    SETUP = "setup"
    SET = "set"
    REST = "rest"
    DONE = "done"


@dataclass(frozen=True)
class Notice:
    """What a screen shows besides the picture.

    Attributes:
        heading: a word or two, large; empty leaves the set's own.
        text: a sentence; empty leaves what the set has to say.
        dial: (number, what of, share done) for the counter; None leaves the set's own count.
        placed: while somebody gets into position, whether they are; None at other times.
    """

    heading: str = ""
    text: str = ""
    dial: tuple[str, str, float] | None = None
    placed: bool | None = None


@dataclass(frozen=True)
class Item:
    """One set of a session.

    Attributes:
        number, of: this set and how many there are of the drill on this side.
        turn: ``None`` where sides do not matter, ``first`` for the side that the person
            likes to begin with, ``other`` for the other one.
        part: the place of the drill in the session, from 1.
    """

    drill: Drill
    dose: Dose
    number: int
    of: int
    part: int
    turn: str | None = None
    variant: str | None = None


def program(planned: Sequence[Planned], drills: Mapping[str, Drill]) -> list[Item]:
    """Every set of a session in order.

    Standing drills change sides after each set, which is a rest for the leg; lying down, all
    sets of one side come first, so that nobody turns over six times.
    """
    items = []
    for part, plan in enumerate(planned, 1):
        drill = drills[plan.drill]
        sets = plan.dose.sets or 1
        turns: tuple[str | None, ...] = ("first", "other") if plan.both_sides else (None,)
        base = Item(drill, plan.dose, 1, sets, part, None, plan.variant)
        alternate = drill.view.name == "front" and drill.sides is Sides.MOVING
        pairs = [(n, t) for n in range(1, sets + 1) for t in turns]
        if not alternate:
            pairs.sort(key=lambda pair: turns.index(pair[1]))
        items += [replace(base, number=n, turn=t) for n, t in pairs]
    return items


class Session:
    """Leads through :class:`Item` after item.

    Args:
        items: the sets, of :func:`program`.
        warm_up_s: seconds of warming up; 0 for none.
        mouth: what speaks; shared with the voice.
        sides: the side that a part began with, where a session is resumed.

    Attributes:
        stage: where it is. While it is ``SET`` the driver runs an analyzer for :attr:`item` on
            :attr:`side`; in all other stages it calls :meth:`look`.
        notice: what a screen shows now besides the picture.
        warmed_s: seconds of warming up that were done.
        why_ended: of the last set: ``done``, ``stopped``, ``ouch``, ``idle`` or ``unsteady``.
    """

    #: A pause of this long between repetitions, once something was done, ends the set.
    IDLE_S = 25.0
    #: Steps or looks are never so far apart unless the session was paused.
    GAP_S = 1.0
    #: A hold whose start position is the hold itself has begun by then.
    HOLD_BEGINS_S = 0.8

    def __init__(
        self,
        items: Sequence[Item],
        *,
        warm_up_s: float = 0.0,
        mouth: Mouth | None = None,
        sides: Mapping[int, Side] | None = None,
    ) -> None:
        self.items = list(items)
        self.mouth = mouth or Mouth()
        self.stage = Stage.WARM_UP if warm_up_s > 0 else Stage.INTRO
        self.notice = Notice()
        self.warmed_s = 0.0
        self.why_ended = "done"
        self.results: list[tuple[Item, SetResult, str]] = []
        self._warm_up_s = warm_up_s
        self._at = 0
        self._now = nan
        self._since = nan  # when the stage began
        self._told: set[str] = set()
        self._caption = ""  # what was said last
        self._instructed: dict[str, tuple[int, float]] = {}  # how often, and when last
        self._sides = dict(sides or {})  # part -> the side it began with
        self._guide: SetupGuide | None = None
        self._voice: SetVoice | None = None
        self._began_s = self._moved_s = nan
        self._full_holds = self._rest_s = 0.0
        self._paused = False
        self._near_falls = 0
        self._told_to_pause = False

    @property
    def item(self) -> Item:
        """The set that runs or comes next (the last one when all are done)."""
        return self.items[min(self._at, len(self.items) - 1)]

    @property
    def side(self) -> Side | None:
        """The side that is wanted of the person now; None leaves it to them."""
        item = self.item
        first = self._sides.get(item.part)
        if item.turn is None or (item.turn == "first" and first is None):
            return None
        if item.turn == "first":
            return first
        return (first or Side.LEFT).other

    # -- outside a set -----------------------------------------------------------------------

    def look(self, pose: Pose) -> list[Line]:
        """What to say, given what is seen outside a set. Changes the stage in its time."""
        t = pose.t
        self._tick(t)
        if not isfinite(self._since):
            self._since = t
        if self.stage is Stage.WARM_UP:
            self._warm_up(t)
        elif self.stage is Stage.INTRO:
            self._intro(pose)
        elif self.stage is Stage.SETUP:
            self._set_up(pose)
        elif self.stage is Stage.REST:
            self._rest(t)
        lines = self._speak(t)
        if self.stage is Stage.DONE:
            self.notice = Notice("Finished", self._caption, ("Done", "", 1.0))
        return lines

    def _tick(self, t: float) -> None:
        """Time in which nothing was shown (a pause, a silent camera) counts for nothing."""
        gap = t - self._now
        if gap > self.GAP_S:
            self._since += gap
            self._began_s += gap
            self.mouth.waited(gap)
            self._moved_s += gap
        self._now = t

    def _warm_up(self, t: float) -> None:
        minutes = self._warm_up_s / 60
        self.warmed_s = t - self._since
        left = self._warm_up_s - self.warmed_s
        whole = ceil(max(0.0, left))
        dial = (f"{whole // 60}:{whole % 60:02d}", "to go", self.warmed_s / self._warm_up_s)
        self.notice = Notice("Warm up", "Walk or march on the spot", dial)
        self._once("warm", f"First warm up: walk or march on the spot for {minutes:g} minutes", t)
        if left <= self._warm_up_s / 2:
            self._once("warm half", "Half way. Easy and tall", t)
        if left <= 0:
            self._once("warmed", "Good. That is warm enough", t)
            self._go(Stage.INTRO, t)

    def _intro(self, pose: Pose) -> None:
        t, item = pose.t, self.item
        said = self._caption if self._caption != item.drill.title else ""
        self.notice = Notice(item.drill.title, said, self._which_set(), placed=False)
        if self._guide is None:
            self._guide = SetupGuide(item.drill, self.side)
            self._caption = ""
            self._instructed.clear()
            what, how = _introduction(item, self.side)
            for text in what:
                self.mouth.say(Line(text, "intro", 3, 60.0), t)
            for text in how:
                self.mouth.say(Line(text, "how", 3, 60.0), t)
        # They may get into position while being told how; nothing is corrected meanwhile.
        self._guide.update(pose)
        found = self._guide.problem
        if self._guide.ready(t) or (found is not None and found.code not in _TOLD_BY_HOW):
            self.mouth.drop("how")  # they know, or something else is in the way
        if not self.mouth.busy(t):
            self._guide.forget_said()
            self._go(Stage.SETUP, t)

    def _set_up(self, pose: Pose) -> None:
        t = pose.t
        assert self._guide is not None
        line = self._guide.update(pose)
        problem = self._guide.problem
        self.notice = Notice(
            "Get ready",
            problem.say if problem else "Hold still",
            self._which_set(),
            placed=self._guide.known and problem is None,
        )
        self._instruct(line, t)
        if self._guide.ready(t) and not self.mouth.busy(t):
            drill = self.item.drill
            self._voice = SetVoice(drill.kind, self.mouth, to_be_judged(drill.view.name))
            self._began_s, self._moved_s, self._full_holds = t, t, 0.0
            self._paused = False
            self.why_ended = "done"
            self._go(Stage.SET, t)

    def _rest(self, t: float) -> None:
        rest = self._rest_s
        left = rest - (t - self._since)
        seconds = str(ceil(max(0.0, left)))
        self.notice = Notice("Rest", _what_next(self.item), (seconds, "seconds", 1 - left / rest))
        if left <= 5 < rest:
            self._once("rest", "Five more seconds", t)
        if left <= 0:
            self._go(Stage.INTRO, t)

    # -- a set -------------------------------------------------------------------------------

    def step(self, step: Step, pose: Pose, t: float) -> list[Line]:
        """One step of the running set, at session time ``t``; its stage changes when it is over.

        Args:
            step: of the set's own analyzer; its times may count from the set's beginning.
            pose: the frame's pose, for what to say when nothing can be judged.
        """
        assert self._voice is not None
        assert self._guide is not None
        self._tick(t)
        self.notice = Notice()
        here = replace(step, t=t)
        self._count_down(step, t)
        self._note_side(step)
        if step.cannot_judge is not None and step.phase is Phase.PAUSED:
            self._lost(pose, t)
        elif self._paused and any(isinstance(e, JudgingResumed) for e in step.events):
            self._paused = False
            self.mouth.say(Line(_carry_on(step), "resume", 2, 3.0), t)
        for event in step.events:
            if isinstance(event, (RepDone, HoldDone)):
                self._moved_s = t
            if isinstance(event, HoldDone):
                self._full_holds += credit(event.hold.seconds, step.target_hold_s)
            if isinstance(event, FaultRaised) and event.code == NEAR_FALL:
                self._near_falls += 1
        lines = self._voice.update(here)
        if self._over(step, t):
            self.stage = Stage.REST  # until ended() says what comes next
        return lines

    def _count_down(self, step: Step, t: float) -> None:
        """Three, two, one, and go; not if the person has begun already, as in a plank."""
        at = t - self._began_s
        if self.item.drill.kind == "hold":
            at -= self.HOLD_BEGINS_S
        if isfinite(step.hold_s) or step.phase in (Phase.RISE, Phase.TOP, Phase.FALL):
            self._told |= {"begun", *(f"down {second}" for second in range(4))}
        for second, (word, _) in enumerate(COUNT_DOWN):
            if at >= second:
                self._once(f"down {second}", word, t, keep_s=0.8, urgency=1)
        if "begun" not in self._told and 0 <= at < len(COUNT_DOWN):
            shown = COUNT_DOWN[int(at)][1]
            self.notice = Notice("Get ready", dial=(shown, "", int(at) / (len(COUNT_DOWN) - 1)))

    def _note_side(self, step: Step) -> None:
        sides = [e.side for e in step.events if isinstance(e, SideChosen)]
        sides += [e.rep.side for e in step.events if isinstance(e, RepDone) and e.rep.side]
        sides += [e.hold.side for e in step.events if isinstance(e, HoldDone) and e.hold.side]
        if sides and self.item.turn == "first":
            self._sides[self.item.part] = sides[-1]

    def _lost(self, pose: Pose, t: float) -> None:
        assert self._guide is not None
        line = self._guide.update(pose)
        self._paused = True
        if self._guide.problem:
            self.notice = Notice(text=self._guide.problem.say)
        self._instruct(line, t)

    def _over(self, step: Step, t: float) -> bool:
        dose = self.item.dose
        if self._near_falls >= NEAR_FALLS:
            self.why_ended = "unsteady"
            return True
        if self.item.drill.kind == "hold":
            finished = self._full_holds >= (dose.reps or 1)
            begun = step.holds > 0 or isfinite(step.hold_s)
        else:
            finished = dose.reps is not None and step.reps >= dose.reps
            begun = step.reps > 0
        if finished:
            return True
        if step.phase is not Phase.REST or isfinite(step.hold_s):
            self._moved_s = t
        if begun and t - self._moved_s > self.IDLE_S:
            self.why_ended = "idle"
            return True
        return False

    def ended(self, result: SetResult, t: float) -> list[Line]:
        """The set's analyzer has finished. Says so and turns to what comes next."""
        self.results.append((self.item, result, self.why_ended))
        if self.item.turn == "first" and result.side is not None:
            self._sides[self.item.part] = result.side
        words = {
            "ouch": "Stopped. Lie easy for a minute",
            "stopped": "Set ended",
            "idle": "Let's leave it there. Well done",
            "unsteady": "That is enough for today. Sit down and rest",
            "done": "Set done. Well done",
        }[self.why_ended]
        self.mouth.say(Line(words, "end", 1, 6.0), t)
        before = self.item
        hint = _next_time(result, self._voice) if self.why_ended == "done" else ""
        if hint:
            self.mouth.say(Line(hint, "hint", 2, 8.0), t)
        if self.why_ended == "ouch":
            self._skip_drill()
        elif self.why_ended == "unsteady":
            self._at = len(self.items)
        else:
            self._at += 1
        self._voice = None
        self._rest_s = rest = before.dose.rest_s or 0.0
        if self.why_ended == "ouch":
            self._rest_s = OUCH_REST_S
            self._next(Stage.REST, t)
        elif rest and self._at < len(self.items) and self.item.part == before.part:
            seconds = count_word(round(rest)) + " seconds"
            self.mouth.say(Line(f"Rest for {seconds}", "rest", 3, 10.0), t)
            if rest >= TO_PAUSE_S and not self._told_to_pause:
                self._told_to_pause = True
                self.mouth.say(Line(TO_PAUSE, "coach", 3, 10.0), t)
            self._next(Stage.REST, t)
        else:
            self._next(Stage.INTRO, t)
        return self._speak(t)

    def _skip_drill(self) -> None:
        """No more of what hurt: the next set is one of another drill."""
        part = self.item.part
        while self._at < len(self.items) and self.items[self._at].part == part:
            self._at += 1

    def _next(self, stage: Stage, t: float) -> None:
        """On to ``stage`` of the next set; to the summary where there is none."""
        self._guide = None
        self._told.clear()
        if self._at < len(self.items):
            self._go(stage, t)
            return
        self._go(Stage.DONE, t)
        for text in summary(self.results):
            self.mouth.say(Line(text, "summary", 3, 60.0), t)

    # -- what the person presses ---------------------------------------------------------------

    def skip(self, t: float) -> list[Line]:
        """Go on: already warm, rested enough, or on to the next set."""
        if self.stage is Stage.WARM_UP:
            self.mouth.hush()
            self._go(Stage.INTRO, t)
        elif self.stage is Stage.REST:
            self._go(Stage.INTRO, t)
        elif self.stage in (Stage.INTRO, Stage.SETUP):
            self.mouth.hush()
            self._at += 1
            self._next(Stage.INTRO, t)
        elif self.stage is Stage.SET:
            self.why_ended = "stopped"
            self.stage = Stage.REST
        return self._speak(t)

    def pause(self, paused: bool, t: float) -> list[Line]:
        """Outside a set the person pauses, or goes on. No time passes in a pause: whoever drives
        the session shows it nothing meanwhile."""
        self._tick(t)
        self.mouth.say(Line("Paused" if paused else "Going on", "pause", 0, 2.0), t)
        if paused:
            self.notice = replace(self.notice, heading="Paused", text=TO_GO_ON)
        return self._speak(t)

    def again(self, t: float) -> None:
        """The running set was dropped: the same set from its start position."""
        self.mouth.hush()
        self._guide = SetupGuide(self.item.drill, self.side)
        self._told.clear()
        self._go(Stage.SETUP, t)

    def ouch(self, t: float) -> list[Line]:
        """It hurts: the set ends at once, without questions, and so do the drill's other sets;
        in the warm-up the whole session does."""
        self.mouth.hush()
        self.mouth.say(Line("Stop. Ease off", "stop", 0, 2.0), t)
        if self.stage is Stage.SET:
            self.why_ended = "ouch"
            self.stage = Stage.REST
        elif self.stage is not Stage.DONE:
            if self.stage is Stage.WARM_UP:
                self._at = len(self.items)
            self._skip_drill()
            self._next(Stage.INTRO, t)
        return self._speak(t)

    # -- helpers -------------------------------------------------------------------------------

    def _go(self, stage: Stage, t: float) -> None:
        self.stage, self._since = stage, t
        if stage is Stage.INTRO:
            self._guide = None

    def _once(
        self, key: str, text: str, t: float, *, keep_s: float = 5.0, urgency: int = 3
    ) -> None:
        if key not in self._told:
            self._told.add(key)
            self.mouth.say(Line(text, "coach", urgency, keep_s), t)

    def _instruct(self, text: str | None, t: float) -> None:
        """Say what is in the way; the same again after 8 s, then 16, then 32: a person who needs a
        while to lie down should not be nagged."""
        if not text or self.mouth.busy(t):
            return
        times, at = self._instructed.get(text, (0, -inf))
        if t - at >= SAME_INSTRUCTION_S * 2 ** max(0, times - 1):
            self.mouth.say(Line(text, "setup", 3, 3.0), t)

    def _which_set(self) -> tuple[str, str, float]:
        """Which set comes, or where there is only one what is asked."""
        item = self.item
        if item.of > 1:
            return str(item.number), f"of {item.of} sets", 0.0
        if item.drill.kind == "hold":
            seconds = item.dose.hold_s
            return "0", f"of {seconds:g} s" if seconds else "seconds", 0.0
        return "0", f"of {item.dose.reps}" if item.dose.reps else "reps", 0.0

    def _speak(self, t: float) -> list[Line]:
        line = self.mouth.speak(t)
        if line is None:
            return []
        self._caption = line.text
        if line.kind in ("how", "setup"):
            self._instructed[line.text] = (self._instructed.get(line.text, (0, 0.0))[0] + 1, t)
        return [line]


#: As spoken, and as a screen shows it.
COUNT_DOWN = (("Three", "3"), ("two", "2"), ("one", "1"), ("and go", "Go"))
#: Shown in a pause, and the same said once, in the first rest that is long enough to hear it.
TO_GO_ON = "Hold one arm straight up to go on"
TO_PAUSE, TO_PAUSE_S = "To pause, hold one arm straight up", 15.0
#: After something hurt it goes on with another drill only after this time.
OUCH_REST_S = 60.0
#: The same instruction is not repeated within this time.
SAME_INSTRUCTION_S = 8.0


#: What is put right by being told how to lie or stand and where the camera goes.
_TOLD_BY_HOW = {"not_in_start_position", "no_person", "wrong_view"}

#: How the forms of a drill are spoken; others are said as the plan names them.
_FORMS = {
    "knees": "from the knees",
    "full": "on your toes",
    "arm": "lift an arm only",
    "leg": "lift a leg only",
}


def _introduction(item: Item, side: Side | None) -> tuple[list[str], list[str]]:
    """What is said before a set, and how it is done for those who are not in place yet. All of
    it once, then only what changes."""
    drill, dose = item.drill, item.dose
    which = f"Set {count_word(item.number)} of {count_word(item.of)}" if item.of > 1 else ""
    if item.number > 1 or item.turn == "other":
        turn = "Now the other side" if item.turn == "other" else ""
        return [text for text in (turn, which) if text] or ["Once more"], []
    asked = []
    if dose.reps is not None:
        asked.append(f"{count_word(dose.reps)} times" if dose.reps > 1 else "once")
    if dose.hold_s is not None and dose.hold_s >= 3:
        asked.append(f"hold {count_word(round(dose.hold_s))} seconds")
    what = [drill.title]
    if item.variant:
        what.append(f"This time {_FORMS.get(item.variant, item.variant)}")
    what += drill.cautions[:1]
    if asked:
        what.append(", ".join(asked).capitalize())
    if item.turn == "first":
        what.append("Begin with the side you like")
    place = drill.camera.split(",")[0]
    return what, [drill.setup, f"The camera goes {place[:1].lower()}{place[1:]}"]


def _what_next(item: Item) -> str:
    if item.number == 1 and item.turn != "other":
        return f"Next: {item.drill.title}"
    side = "the other side, " if item.turn == "other" else ""
    return f"Next: {side}set {item.number} of {item.of}"


def _next_time(result: SetResult, voice: SetVoice | None) -> str:
    """The one thing to work on that there was no time to say: no cue falls into the last seconds of
    a hold, and the last repetition's faults are only known after it."""
    spans = [f for rep in result.reps for f in rep.faults]
    spans += [f for hold in result.holds for f in hold.faults]
    spans = [f for f in spans if f.severity > 0 and f.certain]
    if not spans or (voice is not None and voice.cued):
        return ""
    often = Counter(f.code for f in spans)
    worst = max(spans, key=lambda f: (f.severity, often[f.code]))
    return next_time(worst.cue)


def credit(seconds: float, target: float | None) -> float:
    """What a hold counts towards the set (drills.md 2.4): whole from 90 %, half from 50 %."""
    if not target:
        return 1.0
    share = seconds / target
    return 1.0 if share >= 0.9 else 0.5 if share >= 0.5 else 0.0


def _carry_on(step: Step) -> str:
    if step.reps:
        return f"I see you again. {count_word(step.reps).capitalize()} done, carry on"
    return "I see you again. Carry on"


def summary(results: Sequence[tuple[Item, SetResult, str]]) -> list[str]:
    """The session in a few spoken sentences: what was done, how it looked, nothing else."""
    lines = []
    parts: dict[int, list[tuple[Item, SetResult, str]]] = {}
    for entry in results:
        parts.setdefault(entry[0].part, []).append(entry)
    for entries in parts.values():
        title = entries[0][0].drill.title
        reps = sum(r.complete for _, r, _ in entries)
        held = sum(h.seconds for _, r, _ in entries for h in r.holds)
        did = "nothing I could count"
        if reps:
            did = f"{count_word(reps)} repetition{'s' if reps > 1 else ''}"
        elif held:
            did = f"{count_word(round(held))} seconds held"
        scores = [r.form for _, r, why in entries if r.form is not None and why != "ouch"]
        shape = f", {band(sum(scores) / len(scores))}" if scores else ""
        lines.append(f"{title}: {did}{shape}")
    return ["That is all for today" + (". Well done" if lines else ""), *lines]
