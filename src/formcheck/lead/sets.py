"""Does what a leader wants, through a front: the loop over its moves, and over its frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from ..body.gesture import ArmRaise
from ..body.pose import Pose
from ..coach.cues import Line
from ..coach.session import Item, Notice
from ..journal import JournalSink
from ..judge.analyzer import Analyzer
from ..judge.recognise import Recogniser
from ..run.loop import Control, each_frame, run_set
from ..run.turned import WhichWayUp
from ..sinks.info import Meter, RunInfo, Sink
from ..vision.pipeline import Seen
from .asking import Ask, Tell
from .leader import Done, Leader, Move, Reply, RunSet, Wait
from .questions import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..events import Step
    from ..run.opened import Opened as Opened_
    from ..sinks.voice import Voice
    from ..vision.frames import Frame

__all__ = ["Front", "ScreenFront", "about", "lead", "take_frames"]

#: Said of a picture on its side or upside down: of one that is turned from here on, and of another.
UPRIGHT = "The picture was turned. I have set it upright, and the set begins again."
TURNED = "The picture is turned. Set the camera upright."
#: A set begins again with the person who is found to exercise, while no more repetitions than this
#: would be lost (EC).
FEW_REPS = 2

Frames = Iterator["Seen | Pose | None"]
#: The frames of a camera or clip, and what is known of it; closed by leaving the context.
Opened = AbstractContextManager[tuple[Frames, RunInfo]]


class Front:
    """How a leader reaches the person. This one says and shows nothing; override what there is.

    Attributes:
        control: what the person asks of the frames: pause, quit, begin again.
        sinks: what gets the steps of every set, entered context managers.
    """

    def __init__(self) -> None:
        self.control = Control()
        self.sinks: Sequence[Sink] = ()

    def ask(self, question: Question) -> object:
        """The person's answer, as :meth:`Question.check` takes it."""
        raise NotImplementedError

    def tell(self, told: Tell) -> None:
        """Lines to read, outside the frames."""

    def opened(self, press: Callable[[str], None]) -> Opened:
        """Open camera, window and voice; ``press`` takes ``ouch`` and ``next`` from then on."""
        raise NotImplementedError

    def hush(self) -> None:
        """What is being said is over."""

    def say(self, lines: Sequence[Line], t: float) -> None:
        """Say these lines now."""

    def notice(self, notice: Notice) -> None:
        """What to show besides the picture, until the next one."""

    def watch(self, frame: Frame | None, pose: Pose, info: RunInfo) -> None:
        """A frame outside a set; ``info`` is of the set that comes."""

    def idle(self, frame: Frame | None) -> None:
        """A frame in a pause outside a set, or None while the source is silent."""

    def warn(self, line: str) -> None:
        """One line that does not end the work."""

    def somebody_else(self) -> str:
        """How it came to another person since this was asked last, as
        :meth:`~formcheck.run.opened.Opened.changed` says it."""
        return ""

    def set_upright(self, degrees: int) -> bool:
        """Turn the picture clockwise by ``degrees`` from here on; whether that could be done."""
        return False

    def turned(self, degrees: int) -> None:
        """The picture is turned, and stays so: clockwise by ``degrees`` it would be upright."""


class Screen(Protocol):
    """What shows the person the picture: a window, or a page."""

    notice: Notice | None

    def start(self, info: RunInfo) -> None: ...

    def watch(self, frame: Frame | None, pose: Pose) -> None: ...

    def idle(self, frame: Frame | None) -> None: ...


class ScreenFront(Front):
    """A front with a screen and a voice, where there is one.

    Attributes:
        screen, voice: None until it is opened, or for good.
        looked_at: the stream that is open.
    """

    def __init__(self) -> None:
        super().__init__()
        self.screen: Screen | None = None
        self.looked_at: Opened_ | None = None
        self.voice: Voice | None = None
        self._shown: RunInfo | None = None

    def somebody_else(self) -> str:
        return self.looked_at.changed() if self.looked_at is not None else ""

    def set_upright(self, degrees: int) -> bool:
        if self.looked_at is None:
            return False
        self.looked_at.turn_by(degrees)
        return True

    def hush(self) -> None:
        if self.voice is not None:
            self.voice.hush()

    def say(self, lines: Sequence[Line], t: float) -> None:
        if self.voice is not None:
            self.voice.utter(lines, t)

    def notice(self, notice: Notice) -> None:
        if self.screen is not None:
            self.screen.notice = notice

    def watch(self, frame: Frame | None, pose: Pose, info: RunInfo) -> None:
        if self.screen is not None:
            if info is not self._shown:
                self._shown = info
                self.screen.start(info)
            self.screen.watch(frame, pose)

    def idle(self, frame: Frame | None) -> None:
        if self.screen is not None:
            self.screen.idle(frame)


def lead(leader: Leader, front: Front) -> Done:
    """Go through all moves of ``leader``.

    Raises:
        UsageError, InputError: plan, drill, camera or output cannot be used.
    """
    with leader:
        move = leader.next()
        while not isinstance(move, Done):
            if isinstance(move, (Wait, RunSet)):
                with front.opened(leader.press) as (frames, info):
                    move = take_frames(leader, front, frames, info)
                continue
            if isinstance(move, Ask):
                leader.answer(front.ask(move.question))
            else:
                front.tell(move)
            move = leader.next()
        return move


def take_frames(leader: Leader, front: Front, frames: Frames, info: RunInfo) -> Move:
    """Hand on frames as long as the leader wants some; gives the move that needs none.

    Args:
        info: what is known of the stream.
    """
    with ExitStack() as stack:
        kept = None
        if leader.journal is not None and leader.session is not None:
            kept = stack.enter_context(JournalSink(leader.journal, leader.session))
        while isinstance(move := leader.next(), (Wait, RunSet)):
            try:
                if isinstance(move, Wait):
                    _wait(leader, move, front, frames, info)
                else:
                    _run(leader, move, front, frames, info, kept)
            except KeyboardInterrupt:
                _pass_on(front, leader.stop("interrupted"))
    return move


def about(item: Item | None, info: RunInfo, number: int = 1) -> RunInfo:
    """What sinks are told of a set; its speed is measured from its own beginning, not through
    the rest before it."""
    told = info.of(item.drill if item else None)
    title = f", set {item.number} of {item.of}" if item and item.of > 1 else ""
    return replace(told, title=told.title + title, set=number, meter=Meter())


def _wait(leader: Leader, wait: Wait, front: Front, frames: Frames, info: RunInfo) -> None:
    coming = about(wait.item, info)

    def look(frame: Frame | None, pose: Pose) -> str | None:
        reply = leader.look(pose)
        over = _pass_on(front, reply)
        front.watch(frame, pose, coming)
        return over

    def idle(frame: Frame | None) -> str | None:
        over = _pass_on(front, leader.idle())
        front.idle(frame)
        return over

    front.control.end = None
    stopped = each_frame(_signalled(leader, front, frames), look, idle, front.control)
    if stopped.how in ("end", "quit", "interrupted", "lost"):
        _pass_on(front, leader.stop(stopped.how, stopped.error))


def _signalled(leader: Leader, front: Front, frames: Frames) -> Frames:
    """The frames outside a set. An arm that is held straight up begins a pause, and ends one; the
    leader is told of that as it is of a key's or a button's."""
    arm, paused = ArmRaise(), front.control.paused
    for item in frames:
        pose = item if item is None or isinstance(item, Pose) else item.pose
        if pose is not None and arm.update(pose):
            front.control.paused = not front.control.paused
        if paused is not front.control.paused:
            paused = front.control.paused
            _pass_on(front, leader.pause(paused, None if pose is None else pose.t))
        yield item


def _run(
    leader: Leader, move: RunSet, front: Front, frames: Frames, info: RunInfo,
    kept: JournalSink | None,
) -> None:  # fmt: skip
    """One set with its own analyzer."""
    item = move.item
    if kept is not None and item is not None:
        kept.variant = item.variant
        kept.planned = {"sets": item.of, "reps": item.dose.reps, "hold_s": item.dose.hold_s}

    def pass_on(reply: Reply) -> str | None:
        if kept is not None:
            kept.status = leader.set_status
        return _pass_on(front, reply)

    analyzer: Analyzer | Recogniser
    if item is None:
        analyzer = Recogniser(leader.drills.values(), side=move.side, dose=move.dose)
    else:
        analyzer = Analyzer(item.drill, side=move.side, dose=move.dose)
    front.control.end, front.control.paused = None, False
    front.somebody_else()  # before the set
    way_up = None if item is None else WhichWayUp(item.drill, ())

    def until(step: Step, pose: Pose, frame: Frame | None) -> str | None:
        over = pass_on(leader.step(step, pose))
        if over:
            return over
        how = front.somebody_else()
        if how == "pointed" or (how == "found" and step.reps <= FEW_REPS):
            front.warn("another person is judged from here on; the set begins again")
            return "restart"
        return "restart" if turned(step, pose) else None

    def turned(step: Step, pose: Pose) -> bool:
        """Whether the picture is turned from here on; what is found out of it is said once."""
        nonlocal way_up
        sure = way_up.watch(step, pose) if way_up is not None else None
        degrees = sure or (way_up.doubtful[0] if way_up is not None and way_up.doubtful else 0)
        if not degrees:
            return False
        way_up = None
        upright = sure is not None and front.set_upright(degrees)
        front.say([Line(UPRIGHT if upright else TURNED, "setup", 2, 10.0)], pose.t)
        if not upright:
            front.turned(degrees)
        return upright

    ended = run_set(
        frames,
        analyzer,
        [kept, *front.sinks] if kept is not None else front.sinks,
        info=about(item, info, move.number),
        control=front.control,
        rebase=move.rebase,
        until=until,
        idle=lambda: pass_on(leader.idle()),
        warn=front.warn,
    )
    front.control.end, front.control.paused = None, False
    _pass_on(front, leader.ended(ended))


def _pass_on(front: Front, reply: Reply) -> str | None:
    if reply.hush:
        front.hush()
    if reply.lines:
        front.say(reply.lines, reply.t)
    front.notice(reply.notice)
    return "over" if reply.over else None
