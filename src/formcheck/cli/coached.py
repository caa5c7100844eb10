"""``formcheck live PLAN``: a session led by voice, from the questions to the journal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..errors import InputError
from ..sinks import BaseSink
from ..sinks.window import PAUSED, Key, Window
from . import common, diary

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..coach.cues import Line
    from ..coach.plans import Plan
    from ..coach.progression import Planned
    from ..coach.session import Item, Session
    from ..drill import Dose, Drill
    from ..events import Step
    from ..journal import Journal, JournalSink
    from ..run.loop import Control, Ended
    from ..sinks.info import RunInfo, Sink
    from ..sinks.voice import Voice
    from ..vision.frames import Frame
    from ..vision.pipeline import Seen

__all__ = ["Options", "drill_sinks", "is_plan", "open_voice", "run_plan"]

#: Said once before the camera opens: who lies on the floor reads no more.
BEFORE = "Clear the floor, put a chair against the wall and water at hand. "
IN_THE_WINDOW = "Keys in the window: o it hurts, n go on, h all keys, q end."
WITHOUT_A_WINDOW = "Ctrl-C ends and saves."
#: The last words, when the questions wait in the terminal.
AFTER = "Two short questions wait at the keyboard"


@dataclass(frozen=True)
class Options:
    """What ``live`` was asked for; ``sinks`` are entered already and take every set."""

    source: str
    realtime: bool = False
    rotate: int = 0
    size: tuple[int, int] = (1280, 720)
    fps: float = 30.0
    model: Any = None  # of find_model; None for a pose track
    window: bool = True
    mirror: bool = True
    mute: bool = False
    voice_log: Path | None = None
    speech_command: tuple[str, ...] = ()
    warm: bool = False  # already warm
    whole: bool = False  # every drill at the plan's dose: the person's own choice
    sinks: Sequence[Sink] = field(default_factory=tuple)


def is_plan(name: str) -> bool:
    """Whether ``live NAME`` means a plan."""
    from ..coach.plans import plan_names

    return name in plan_names(diary.plans_folder())


def open_voice(options: Options) -> Voice:
    """The voice as asked for: muted, or with the system's speech; a context manager."""
    from ..sinks.voice import Speech, Voice, speech_command

    command = None if options.mute else speech_command(options.speech_command)
    if command is None and not options.mute:
        common.warn("no speech program found (espeak-ng, say); going on without a voice")
    speech = None if command is None else Speech(command, warn=common.warn)
    return Voice(speech, options.voice_log)


@contextmanager
def drill_sinks(options: Options, dose: Dose) -> Iterator[list[Sink]]:
    """Voice and journal for ``live DRILL``: a session of one drill, without a plan.

    On a terminal the safety questions come first where they are due.

    Raises:
        typer.Exit: the answers end it here; the advice has been printed.
    """
    from .. import __version__
    from ..journal import JournalSink

    with ExitStack() as stack:
        journal = stack.enter_context(diary.open_journal())
        if sys.stdin.isatty() and not _questions(journal):
            raise typer.Exit
        resumed = _left_open(journal, None)
        session = resumed or journal.begin_session(None, __version__)
        planned = {"sets": 1, "reps": dose.reps, "hold_s": dose.hold_s}
        status = "interrupted"
        try:
            voice = stack.enter_context(open_voice(options))
            kept = stack.enter_context(JournalSink(journal, session, planned=planned))
            yield [voice, kept]
            status = "done"
        finally:
            journal.end_session(session, status)


def run_plan(name: str, options: Options) -> int:
    """Lead through today's session of a plan. Gives the exit code.

    Raises:
        UsageError, InputError: plan, drill, camera or output cannot be used.
    """
    from .. import __version__
    from ..catalogue.registry import all_drills
    from ..coach.plans import check_drills, find_plan
    from ..journal.past import past_sessions

    plan = find_plan(name, diary.plans_folder())
    drills = all_drills(common.settings().drills_folder)
    with diary.open_journal() as journal:
        resumed = _left_open(journal, plan.name)
        if not _may_begin(journal, plan):
            return 0
        planned = _planned(journal, plan, options, resumed)
        check_drills(replace(plan, drills=tuple(d for d in plan.drills
                     if d.name in {p.drill for p in planned})), drills)  # fmt: skip
        if not planned:
            return 0
        if resumed is None:
            session = journal.begin_session(plan.name, __version__)
            journal.add_pain(session, "before", diary.ask_level("Pain now, before you start"))
        else:
            session = resumed
        print(BEFORE + (IN_THE_WINDOW if options.window else WITHOUT_A_WINDOW))
        led = _Led(journal, session, plan, planned, drills, options)
        status = "interrupted"
        try:
            status = led.run()
            if status in ("done", "stopped") and led.did_something:
                _ask_after(journal, session)
        finally:
            journal.end_session(session, status)
        for line in led.summary():
            print(line)
        past = past_sessions(journal)
        if past and past[-1].done:
            print("Tomorrow you are asked how it felt; that decides what comes next.")
        if plan.walk_min:
            print(f"Today also: a walk of {plan.walk_min:g} minutes "
                  f"(formcheck today --walked {plan.walk_min:g}).")  # fmt: skip
        if led.error is not None:
            common.complain(led.error)
            return InputError.exit_code
        return 130 if led.interrupted else 0


# -- before -------------------------------------------------------------------------------------


def _left_open(journal: Journal, plan: str | None) -> int | None:
    """Sessions that a crash or a flat battery cut off: go on with today's of this plan (of
    single drills: None, asked on a terminal only), or close it."""
    found = None
    for row in journal.left_open():
        today = row["day"] == journal.now().date().isoformat()
        if today and plan is None and row["plan"] is not None:
            continue  # it is asked about when that plan is started
        same = today and row["plan"] == plan and (plan is not None or sys.stdin.isatty())
        sets = len(journal.children("sets", row["id"]))
        what = f"The session of {row['started_at'][:16].replace('T', ' ')} was cut off"
        if same and found is None and sets and diary.ask_yes(
            f"{what} after {diary.common_count(sets, 'set')}. Go on with it?"
        ) and journal.resume_session(row["id"]):  # fmt: skip
            found = row["id"]
        else:
            journal.end_session(row["id"], "interrupted")
            common.warn(f"{what}; what was done is kept")
    return found


def _may_begin(journal: Journal, plan: Plan) -> bool:
    """Ask what must be asked first. False ends it here, with the advice."""
    from ..coach.safety import FACTS, facts_for

    diary.ask_next_day(journal)
    if not _questions(journal):
        return False
    known = journal.facts()
    new = [fact for fact in facts_for(d.name for d in plan.drills) if fact not in known]
    if new:
        print("These answers are kept, to choose the drills for you.", file=sys.stderr)
    for fact in new:
        journal.set_fact(fact, diary.ask_yes(FACTS[fact]))
    return True


def _questions(journal: Journal) -> bool:
    """The safety questions, where they are due; False when an answer says not now."""
    from ..coach.safety import DISCLAIMER, QUESTIONS, advice, questions_due
    from ..journal.past import last_check, past_sessions

    last_red = diary.last_red(past_sessions(journal))
    if not questions_due(last_check(journal), journal.now().date(), last_red=last_red):
        return True
    print(DISCLAIMER, file=sys.stderr)
    print("Answer y or n, please. Your answers are not kept.", file=sys.stderr)
    answers: dict[str, bool] = {}
    for question in QUESTIONS:
        answers[question.name] = diary.ask_yes(question.text)
        if answers[question.name] and question.urgency == "now":
            break  # nobody with these answers reads on through a list
    said = advice(answers)
    journal.add_check(clear=said is None)
    if said is not None:
        print(said)
    return said is None


def _planned(
    journal: Journal, plan: Plan, options: Options, resumed: int | None
) -> tuple[Planned, ...]:
    from ..coach.progression import Planned
    from ..journal.past import past_sessions

    past = past_sessions(journal, but=resumed)
    advice = diary.advice_now(journal, plan, journal.now().date(), past)
    if options.whole and advice.rest_until is None:
        drills = tuple(
            Planned(d.name, d.dose, "the whole plan, as you asked", (*d.variants, None)[0],
                    d.both_sides)
            for d in plan.drills if d.name not in advice.locked
        )  # fmt: skip
        advice = replace(advice, drills=drills, later=())
    print(f"{plan.title} today:")
    diary.show_advice(advice)
    return advice.drills


# -- after --------------------------------------------------------------------------------------


def _ask_after(journal: Journal, session: int) -> None:
    try:
        level = diary.ask_level("Pain right now")
        leg = diary.ask_yes("Any new pain, tingling or numbness in a leg?")
    except (KeyboardInterrupt, EOFError):
        return
    journal.add_pain(session, "after", level, leg_symptoms=leg)
    if level >= 6 or leg:
        print("Ease off and check with a physiotherapist or GP.")


# -- during -------------------------------------------------------------------------------------


class _Led:
    """Drives the camera, the analyzers and the sinks for a :class:`Session`."""

    def __init__(
        self,
        journal: Journal,
        session: int,
        plan: Plan,
        planned: Sequence[Planned],
        drills: Mapping[str, Drill],
        options: Options,
    ) -> None:
        from ..coach.progression import warm_up_left
        from ..coach.resume import left_to_do
        from ..coach.session import program
        from ..journal.past import earlier_sets, minutes_warm

        self.journal, self.session_id, self.options = journal, session, options
        earlier = earlier_sets(journal, session)
        self.items, self.sides = left_to_do(program(planned, drills), earlier)
        warm = options.warm or bool(earlier)
        logged_min = minutes_warm(journal, journal.now())
        self.warm_up_s = 0.0 if warm else warm_up_left(plan, logged_min) * 60
        self.coach: Session | None = None
        self.error: InputError | None = None
        self.interrupted = False
        self._t = 0.0
        self._wished: str | None = None

    def _wish(self, what: str) -> None:
        self._wished = what

    def take_wish(self) -> str | None:
        """``ouch`` or ``next``, once, where such a key was pressed."""
        wish, self._wished = self._wished, None
        return wish

    @property
    def did_something(self) -> bool:
        return bool(self.coach and any(r.reps or r.holds for _, r, _ in self.coach.results))

    def summary(self) -> list[str]:
        from ..coach.session import summary

        return summary(self.coach.results)[1:] if self.coach else []

    def run(self) -> str:
        """Until everything is done or the person or the source ends it; gives the status."""
        from ..coach.cues import Line
        from ..coach.session import Session, Stage
        from ..journal import JournalSink
        from ..run.loop import Control
        from ..run.provenance import provenance
        from ..sinks.info import RunInfo
        from ..vision.pipeline import looked_at
        from ..vision.source import open_source
        from .live import _frames, _polite_end

        if not self.items:
            return "done"
        options = self.options
        control = Control()
        with ExitStack() as stack:
            stack.enter_context(_polite_end())
            voice = stack.enter_context(open_voice(options))
            self.coach = coach = Session(
                self.items, warm_up_s=self.warm_up_s, mouth=voice.mouth, sides=self.sides
            )
            kept = stack.enter_context(JournalSink(self.journal, self.session_id))
            screen = None
            if options.window:
                keys = (
                    Key("o", "ouch: stop, it hurts", lambda: self._wish("ouch")),
                    Key("ns", "go on to what comes next", lambda: self._wish("next")),
                )
                screen = stack.enter_context(Window(control, options.mirror, keys=keys))
            stream = stack.enter_context(
                open_source(
                    options.source,
                    realtime=options.realtime,
                    rotate=options.rotate,
                    size=options.size,
                    fps=options.fps,
                )
            )
            landmarker = None
            if options.model is not None:
                from ..vision.landmarker import Landmarker

                landmarker = stack.enter_context(Landmarker(options.model))
            info = RunInfo(
                clip=stream.name,
                size=stream.size,
                fps=stream.fps,
                live=True,
                provenance=provenance(landmarker, getattr(stream, "meta", None)),
            )
            try:
                with looked_at(_frames(stream), landmarker, live=True) as frames:
                    while coach.stage is not Stage.DONE or coach.mouth.busy(self._t):
                        if coach.stage is Stage.SET:
                            more = self._set(frames, info, control, voice, kept, screen)
                        else:
                            more = self._between(frames, info, control, voice, screen)
                        if not more:
                            break
                if coach.stage is Stage.DONE and self.did_something:
                    voice.say(Line(AFTER, "coach", keep_s=10.0), self._t)
            except KeyboardInterrupt:
                self.interrupted = True
            except InputError as error:
                self.error = error
            finally:
                for line in stream.warnings:
                    common.warn(f"warning: {line}")
            if coach.warmed_s >= 30:
                minutes = round(coach.warmed_s / 60, 1)
                self.journal.add_activity(self.session_id, "warm_up", minutes)
            return "done" if coach.stage is Stage.DONE else "stopped"

    def _between(
        self,
        frames: Iterator[Seen | Pose | None],
        info: RunInfo,
        control: Control,
        voice: Voice,
        screen: Window | None,
    ) -> bool:
        """Frames outside a set, until the stage becomes a set or all is over."""
        from ..body.pose import Pose
        from ..coach.session import Stage
        from ..coach.setup_check import brightness

        assert self.coach is not None
        coach, shown = self.coach, None
        for item in frames:
            if item is None:
                if screen is not None:
                    screen.idle(None)  # a silent camera leaves the keys alive
            else:
                frame, pose = (None, item) if isinstance(item, Pose) else (item.frame, item.pose)
                self._t = max(self._t, pose.t)
                light = float("nan") if frame is None else brightness(frame.image)
                if not control.paused:
                    self._utter(voice, coach.look(pose, light))
                if screen is not None:
                    if shown is not coach.item:
                        shown = coach.item
                        screen.start(_about(shown, info))
                    screen.notice = coach.notice
                    if control.paused:
                        screen.notice = replace(coach.notice, text=PAUSED)
                    screen.write(frame, pose, _waiting(pose.t, shown))
            wish, control.end = control.end, None
            if wish == "quit":
                return False
            wish = self.take_wish()
            if wish is not None:
                say = coach.ouch if wish == "ouch" else coach.skip
                self._utter(voice, say(self._t))
            over = coach.stage is Stage.DONE and not coach.mouth.busy(self._t)
            if coach.stage is Stage.SET or over:
                return not over
        return False

    def _set(
        self,
        frames: Iterator[Seen | Pose | None],
        info: RunInfo,
        control: Control,
        voice: Voice,
        kept: JournalSink,
        screen: Window | None,
    ) -> bool:
        """One set with its own analyzer; False when the session is to end with it."""
        from ..judge.analyzer import Analyzer
        from ..run.loop import run_set

        assert self.coach is not None
        coach, item = self.coach, self.coach.item
        kept.variant = item.variant
        kept.planned = {"sets": item.of, "reps": item.dose.reps, "hold_s": item.dose.hold_s}
        watch = _Watch(self, control, voice, kept, screen)
        sinks: list[Sink] = [watch, kept, *self.options.sinks]
        if screen is not None:
            sinks.append(screen)
        control.end, control.paused = None, False
        try:
            ended: Ended = run_set(
                frames,
                Analyzer(item.drill, side=coach.side, dose=item.dose),
                sinks,
                info=_about(item, info, len(coach.results) + 1),
                control=control,
                rebase=True,
                warn=common.warn,
            )
        except InputError:  # the stream ended as the set began
            return False
        control.end = None
        if ended.how == "restart":
            coach.again(self._t)
            return True
        self._utter(voice, coach.ended(ended.result, self._t))
        if ended.error is not None:
            raise ended.error
        if ended.how == "interrupted":
            raise KeyboardInterrupt
        return ended.how not in ("end", "quit")

    def _utter(self, voice: Voice, lines: Sequence[Line]) -> None:
        voice.utter(lines, self._t)
        if not self.options.window:
            for line in lines:
                if not line.earcon:
                    print(f"  {line.text}", file=sys.stderr)


#: What the journal calls an end that has a word of its own here.
_STATUS = {"idle": "done", "unsteady": "stopped"}


class _Watch(BaseSink):
    """Tells the session of each step of a set, and the loop when the set is over."""

    name = "coach"

    def __init__(
        self, led: _Led, control: Control, voice: Voice, kept: JournalSink, screen: Window | None
    ) -> None:
        self._led, self._control, self._voice, self._kept = led, control, voice, kept
        self._screen = screen
        self._from = led._t

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None:
        from ..coach.session import Stage
        from ..coach.setup_check import brightness

        led, coach = self._led, self._led.coach
        assert coach is not None
        # The set's clock begins at its first frame; the session's goes on.
        led._t = self._from + 0.01 + step.t
        light = float("nan") if frame is None else brightness(frame.image)
        wish = led.take_wish()
        if wish is not None:
            led._utter(self._voice, coach.ouch(led._t) if wish == "ouch" else coach.skip(led._t))
        elif coach.stage is Stage.SET:
            led._utter(self._voice, coach.step(step, replace(pose, t=led._t), led._t, light))
        if self._screen:
            self._screen.notice = coach.notice
        if coach.stage is not Stage.SET:
            self._kept.status = _STATUS.get(coach.why_ended, coach.why_ended)
            self._control.end = self._control.end or "over"


def _about(item: Item, info: RunInfo, number: int = 1) -> RunInfo:
    """What sinks are told of a set; its speed is measured from its own beginning, not through
    the rest before it."""
    from ..sinks.info import Meter

    drill = item.drill
    title = drill.title + (f", set {item.number} of {item.of}" if item.of > 1 else "")
    return replace(info, drill=drill.name, title=title, kind=drill.kind, set=number, meter=Meter(),
                   advice=common.advice_of(drill))  # fmt: skip


def _waiting(t: float, item: Item) -> Step:
    """What a window shows outside a set."""
    from ..events import Phase, Step

    nan = float("nan")
    return Step(
        t, Phase.SETUP, {}, item.drill.signal.name, nan, 0, 0, 0, nan,
        item.dose.reps, item.dose.hold_s, None, (), None, (), (),
    )  # fmt: skip
