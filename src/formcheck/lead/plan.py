"""Leads through today's session of a plan, from the first question to the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..body.pose import Pose
from ..coach.cues import Line, Mouth
from ..coach.plans import Plan, check_drills
from ..coach.progression import Planned, warm_up_left
from ..coach.resume import left_to_do
from ..coach.session import Session, Stage, program, summary
from ..drill import Drill
from ..errors import InputError
from ..events import Step
from ..journal import Journal
from ..journal.past import earlier_sets, minutes_warm, past_sessions
from ..run.loop import Ended
from . import asking, questions
from .advice import advice_lines, advice_now
from .asking import Script, Tell
from .leader import Done, Leader, Reply, RunSet, Wait

__all__ = ["PlanLeader"]

#: Read before the camera opens: a person on the floor cannot read it.
PREPARE = "Clear the floor, put a chair against the wall and water at hand."
#: What the journal calls an end that has a word of its own here.
_STATUS = {"idle": "done", "unsteady": "stopped"}
#: Frames that end like this are the last ones; anything else only ends a set.
_LAST = ("end", "quit", "interrupted", "lost")


class PlanLeader(Leader):
    """Leads through today's session of a plan.

    Args:
        drills: all drills by name.
        warm: the person is warm already.
        whole: every drill at the plan's own dose: the person's own choice.
        last_words: said at the end where questions follow, before the questions themselves; they
            wait for their answers without limit.
        note_walk: how a walk of ``{minutes}`` is noted in the diary.
    """

    def __init__(
        self,
        journal: Journal,
        plan: Plan,
        drills: Mapping[str, Drill],
        *,
        warm: bool = False,
        whole: bool = False,
        last_words: str = "Two short questions. Answer when you are up",
        note_walk: str = "formcheck today --walked {minutes}",
    ) -> None:
        super().__init__(journal, drills)
        self._plan, self._warm, self._whole = plan, warm, whole
        self._last_words, self._note_walk = last_words, note_walk
        self._coach: Session | None = None
        self._hushed = self._asked = False
        self._t = 0.0

    # -- the order of it all -------------------------------------------------------------------

    def _moves(self) -> Script[Done]:
        journal, plan = self.journal, self._plan
        assert journal is not None
        resumed = yield from asking.cut_off(journal, plan.name)
        yield from asking.next_day(journal)
        if not (yield from asking.safety(journal)):
            return Done("not_now")
        yield from asking.facts(journal, (d.name for d in plan.drills))
        planned = yield from self._today(resumed)
        if not planned:
            return Done("not_now")
        self._begin(plan.name, resumed)
        assert self.session is not None
        if resumed is None:
            yield from asking.pain_before(journal, self.session)
        yield Tell("before", (PREPARE,))
        self._coach = coach = self._session(planned)
        if coach is not None:
            while self._stopped is None:
                yield self._set() if coach.stage is Stage.SET else Wait(coach.item)
            if coach.warmed_s >= 30:
                minutes = round(coach.warmed_s / 60, 1)
                journal.add_activity(self.session, "warm_up", minutes)
        self._status = "done" if coach is None or coach.stage is Stage.DONE else "stopped"
        if self._did_something:
            yield from asking.pain_after(journal, self.session)
        self._close()
        return self._done()

    def _today(self, resumed: int | None) -> Script[tuple[Planned, ...]]:
        """What is planned, and why; told before the person is asked to begin."""
        journal, plan = self.journal, self._plan
        assert journal is not None
        past = past_sessions(journal, but=resumed)
        advice = advice_now(journal, plan, journal.now().date(), past)
        if self._whole and advice.rest_until is None:
            drills = tuple(
                Planned(d.name, d.dose, "the whole plan, as you asked", (*d.variants, None)[0],
                        d.both_sides)
                for d in plan.drills if d.name not in advice.locked
            )  # fmt: skip
            advice = replace(advice, drills=drills, later=())
        yield Tell("today", (f"{plan.title} today:", *advice_lines(advice)))
        names = {p.drill for p in advice.drills}
        check_drills(
            replace(plan, drills=tuple(d for d in plan.drills if d.name in names)), self.drills
        )
        return advice.drills

    def _session(self, planned: Sequence[Planned]) -> Session | None:
        """The sets that are left of it; None where all are done."""
        assert self.journal is not None
        assert self.session is not None
        earlier = earlier_sets(self.journal, self.session)
        items, sides = left_to_do(program(planned, self.drills), earlier)
        if not items:
            return None
        warm = self._warm or bool(earlier)
        logged_min = minutes_warm(self.journal, self.journal.now())
        warm_up_s = 0.0 if warm else warm_up_left(self._plan, logged_min) * 60
        return Session(items, warm_up_s=warm_up_s, mouth=Mouth(cut=self._hush), sides=sides)

    def _done(self) -> Done:
        assert self.journal is not None
        results = self._coach.results if self._coach else []
        lines = summary(results)[1:] if self._coach else []
        past = past_sessions(self.journal)
        if past and past[-1].done:
            lines.append("Tomorrow you are asked how it felt; that decides what comes next.")
        if self._plan.walk_min:
            minutes = f"{self._plan.walk_min:g}"
            note = self._note_walk.format(minutes=minutes)
            lines.append(f"Today also: a walk of {minutes} minutes ({note}).")
        return Done(
            self._status, self._stopped or "", tuple(lines), tuple(r for _, r, _ in results),
            self._error,
        )  # fmt: skip

    # -- frames --------------------------------------------------------------------------------

    @property
    def _led(self) -> Session:
        assert self._coach is not None
        return self._coach

    def _set(self) -> RunSet:
        item = self._led.item
        return RunSet(item, self._led.side, item.dose, len(self._led.results) + 1)

    def look(self, pose: Pose) -> Reply:
        coach, self._t = self._led, pose.t
        before = coach.item
        pressed = self._pressed()
        lines = coach.look(pose) if pressed is None else pressed
        return self._between(lines, coach.item is not before)

    def step(self, step: Step, pose: Pose) -> Reply:
        """What the coach says to this step, and whether the set is over."""
        coach, self._t = self._led, pose.t
        pressed = self._pressed()
        lines = coach.step(step, pose, self._t) if pressed is None else pressed
        self.set_status = _STATUS.get(coach.why_ended, coach.why_ended)
        return self._reply(lines, coach.stage is not Stage.SET)

    def idle(self) -> Reply:
        coach, before = self._led, self._led.item
        in_set = coach.stage is Stage.SET
        lines = self._pressed() or []
        self.set_status = _STATUS.get(coach.why_ended, coach.why_ended)
        if in_set:
            return self._reply(lines, coach.stage is not Stage.SET)
        return self._between(lines, coach.item is not before)

    def pause(self, paused: bool, t: float | None = None) -> Reply:
        self._t = self._t if t is None else t
        return self._reply(self._led.pause(paused, self._t), False)

    def ended(self, ended: Ended) -> Reply:
        coach = self._led
        if ended.how == "restart":
            coach.again(self._t)
            return self._reply([], True)
        lines = coach.ended(ended.result, self._t)
        if ended.how in _LAST:
            lines += self._stop(ended.how, ended.error)
        return self._reply(lines, True)

    def stop(self, how: str, error: InputError | None = None) -> Reply:
        return self._reply(self._stop(how, error), True)

    def _stop(self, how: str, error: InputError | None = None) -> list[Line]:
        """The last words, where they can be said and have not been."""
        super().stop(how, error)
        finished = self._led.stage is Stage.DONE and how not in ("interrupted", "lost")
        if not finished or not self._did_something or self._asked:
            return []
        self._asked = True
        self._led.mouth.say(Line(self._last_words, "coach", keep_s=10.0), self._t)
        line = self._led.mouth.speak(self._t)
        return [] if line is None else [line]

    def _ask_aloud(self) -> None:
        """The questions that follow, to somebody who is still on the floor."""
        self._asked = True
        for text in (self._last_words, *(question.aloud for question in questions.AFTER)):
            self._led.mouth.say(Line(text, "coach", keep_s=60.0), self._t)

    def _between(self, lines: list[Line], another: bool) -> Reply:
        """After a look: a set begins, another one comes next, or all is done and said."""
        coach = self._led
        if coach.stage is Stage.DONE and not coach.mouth.busy(self._t):
            if self._asked or not self._did_something:
                return self._reply([*lines, *self._stop("done")], True)
            self._ask_aloud()
        return self._reply(lines, another or coach.stage is Stage.SET)

    def _pressed(self) -> list[Line] | None:
        """What is said to a press; None where nothing was pressed."""
        wish, self._wish = self._wish, None
        if wish is None:
            return None
        return (self._led.ouch if wish == "ouch" else self._led.skip)(self._t)

    def _hush(self) -> None:
        self._hushed = True

    def _reply(self, lines: Sequence[Line], over: bool) -> Reply:
        hush, self._hushed = self._hushed, False
        return Reply(self._t, tuple(lines), self._led.notice, over, hush)

    @property
    def _did_something(self) -> bool:
        return bool(self._coach and any(r.reps or r.holds for _, r, _ in self._coach.results))
