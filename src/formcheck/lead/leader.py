"""A leader: asked for its next move, told of poses, steps, answers and presses. It owns the order.

    move = leader.next()     Ask      -> leader.answer(value)
                             Tell     -> show it; the next move follows by itself
                             Wait     -> leader.look(pose) until its reply says over
                             RunSet   -> leader.step(step, pose) until over, then leader.ended()
                             Done     -> that was all

Whoever drives it may be a terminal, a page or a list in a test (:func:`formcheck.lead.sets.lead`
does it through a front). It reads no clock: times are seconds of the stream. Between two moves it
can be left alone for any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import __version__
from ..body.pose import Pose, Side
from ..coach.cues import Line
from ..coach.session import Item, Notice
from ..drill import Dose, Drill
from ..errors import InputError, UsageError
from ..events import SetResult, Step
from ..journal import Journal
from ..run.loop import Ended
from . import asking
from .asking import Ask, Script, Tell

__all__ = ["Done", "DrillLeader", "Leader", "Move", "Reply", "RunSet", "Wait"]


@dataclass(frozen=True)
class Wait:
    """Frames are looked at, nothing is judged; ``item`` comes next."""

    item: Item


@dataclass(frozen=True)
class RunSet:
    """A set is judged with an analyzer of its own.

    Attributes:
        item: the set; None where the drill is to be recognised.
        side: that is wanted; None leaves it to the person.
        number: of the set in this session, from 1.
        rebase: whether its times count from its own first frame.
    """

    item: Item | None
    side: Side | None
    dose: Dose
    number: int = 1
    rebase: bool = True


@dataclass(frozen=True)
class Done:
    """It is over.

    Attributes:
        status: ``done``, ``stopped``, or ``not_now`` where nothing was begun.
        how: what ended the frames, see :class:`formcheck.run.loop.Ended`; empty without frames.
        lines: what to read at the end.
        results: of the sets, in order.
        error: why the source broke off.
    """

    status: str
    how: str = ""
    lines: tuple[str, ...] = ()
    results: tuple[SetResult, ...] = ()
    error: InputError | None = None


Move = Ask | Tell | Wait | RunSet | Done


@dataclass(frozen=True)
class Reply:
    """What follows from a frame, a set's end or a press.

    Attributes:
        t: seconds of the stream.
        lines: to say now.
        notice: for a screen, besides the picture.
        over: the move is over, ask for the next one.
        hush: what is being said is cut off first.
    """

    t: float = 0.0
    lines: tuple[Line, ...] = ()
    notice: Notice = field(default_factory=Notice)
    over: bool = False
    hush: bool = False


class Leader:
    """What every leader does; see the module. A context manager: a session that is left early is
    closed in the journal.

    Args:
        journal: an open journal; None keeps nothing.
        drills: all drills by name.

    Attributes:
        session: the session's id in the journal, once there is one.
        set_status: how the journal records that the running set ended.
    """

    def __init__(self, journal: Journal | None, drills: Mapping[str, Drill]) -> None:
        self.journal, self.drills = journal, drills
        self.session: int | None = None
        self.set_status = "done"
        self._status = "interrupted"
        self._script = self._moves()
        self._move: Move | None = None
        self._answer: object = None
        self._answered = False
        self._wish: str | None = None
        self._stopped: str | None = None
        self._error: InputError | None = None

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    def _moves(self) -> Script[Done]:
        raise NotImplementedError

    # -- what comes next ---------------------------------------------------------------------

    def next(self) -> Move:
        """The move that is due now. Only a Tell is over once it is given.

        Raises:
            InputError: the plan names an unknown drill.
        """
        waiting = isinstance(self._move, Ask) and not self._answered
        if self._move is not None and (waiting or isinstance(self._move, Done)):
            return self._move
        answer, self._answer, self._answered = self._answer, None, False
        try:
            self._move = self._script.send(answer)
        except StopIteration as end:
            self._move = end.value or Done(self._status, "interrupted")
            self._close()
        assert self._move is not None
        return self._move

    def answer(self, value: object, key: str | None = None) -> None:
        """The person's answer to the question that is asked now.

        Args:
            value: as its kind has it, see :meth:`Question.check`.
            key: of the question that was answered, where that may be an older one.

        Raises:
            UsageError: nothing, or something else, is asked, or this is no answer to it.
        """
        if not isinstance(self._move, Ask):
            raise UsageError("expected an answer only to a question, none is asked now")
        question = self._move.question
        if key not in (None, question.key):
            raise UsageError(f"expected an answer to {question.key}, got one to {key}")
        self._answer, self._answered = question.check(value), True

    # -- frames --------------------------------------------------------------------------------

    def look(self, pose: Pose) -> Reply:
        """A frame outside a set."""
        raise NotImplementedError

    def step(self, step: Step, pose: Pose) -> Reply:
        """A step of the running set; the pose's time is the stream's own."""
        raise NotImplementedError

    def idle(self) -> Reply:
        """Nothing new was seen: only what the person pressed counts."""
        return Reply()

    def pause(self, paused: bool, t: float | None = None) -> Reply:
        """Outside a set the person has paused, or goes on, at ``t`` where that is known; in a
        pause only :meth:`idle` is called."""
        return Reply()

    def ended(self, ended: Ended) -> Reply:
        """The running set is over; ``ended.how`` tells whether the frames are, too."""
        raise NotImplementedError

    def stop(self, how: str, error: InputError | None = None) -> Reply:
        """No more frames come: the stream ended or broke off, or the person wants no more."""
        self._stopped, self._error = how, error
        return Reply()

    def press(self, wish: str) -> None:
        """``ouch`` (it hurts) or ``next`` (go on); it counts from the next frame."""
        self._wish = wish

    # -- the journal ---------------------------------------------------------------------------

    def _begin(self, plan: str | None, resumed: int | None = None) -> None:
        assert self.journal is not None
        self.session = resumed or self.journal.begin_session(plan, __version__)

    def _close(self) -> None:
        if self.journal is not None and self.session is not None:
            self.journal.end_session(self.session, self._status)
            self.session = None


class DrillLeader(Leader):
    """Set after set of one drill, until the frames end.

    Args:
        drill: None to recognise it, which keeps no journal.
        side: that is wanted first; changed when the person asks for the other one.
        ask: whether there is somebody to ask.
    """

    def __init__(
        self,
        journal: Journal | None,
        drills: Mapping[str, Drill],
        drill: Drill | None,
        side: Side | None = None,
        dose: Dose | None = None,
        *,
        ask: bool = True,
    ) -> None:
        super().__init__(journal, drills)
        self._side, self._ask = side, ask
        self._dose = dose or Dose()
        self._item = None if drill is None else Item(drill, self._dose, 1, 1, 1)
        self._results: list[SetResult] = []
        self._rebase = False

    def _moves(self) -> Script[Done]:
        if self.journal is not None:
            if self._ask and not (yield from asking.safety(self.journal)):
                return Done("not_now")
            self._begin(None, (yield from asking.cut_off(self.journal, None, self._ask)))
        while self._stopped is None:
            number = len(self._results) + 1
            yield RunSet(self._item, self._side, self._dose, number, self._rebase)
        self._status = "done"
        return Done("done", self._stopped, results=tuple(self._results), error=self._error)

    def step(self, step: Step, pose: Pose) -> Reply:
        return self._pressed(pose.t)

    def idle(self) -> Reply:
        return self._pressed(0.0)

    def _pressed(self, t: float) -> Reply:
        """It hurts: the set ends at once and has no score; there is nothing to go on to."""
        wish, self._wish = self._wish, None
        if wish != "ouch":
            return Reply(t)
        self.set_status = "ouch"
        return Reply(t, (Line("Stop. Ease off", "stop", 0, 2.0),), over=True, hush=True)

    def ended(self, ended: Ended) -> Reply:
        self._rebase = True
        if ended.kept:
            self._results.append(ended.result)
        if ended.how == "switch":
            side = ended.result.side or self._side
            self._side = Side.LEFT if side is None else side.other
        elif ended.how != "restart":
            self.stop(ended.how, ended.error)
        return Reply(over=True)
