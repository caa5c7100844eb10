"""The page's front of a led session: forms for questions, the board, pictures, and a voice."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import one_line
from ..lead import questions
from ..lead.questions import Question
from ..lead.sets import Frames, ScreenFront
from .screen import Screen
from .setting_up import SettingUp

if TYPE_CHECKING:
    from pathlib import Path

    from ..coach.cues import Line
    from ..coach.session import Item
    from ..lead.asking import Tell
    from ..sinks.info import RunInfo
    from .board import Board
    from .pictures import Pictures

__all__ = ["Left", "Options", "PageFront", "together"]


class Left(Exception):
    """The person left a question, or the set-up, and with it the session."""


@dataclass(frozen=True)
class Options:
    """How a session sees, shows and speaks.

    Attributes:
        open_stream: opens the source of this name, as :func:`formcheck.vision.source.open_source`.
        source: the name of the camera to begin with.
        model: of ``find_model``.
        elsewhere: of :func:`~formcheck.sinks.voice.open_voice`.
    """

    open_stream: Callable[[str], Any]
    source: str = "0"
    model: Any = None
    mirror: bool = True
    mute: bool = False
    speech_command: tuple[str, ...] = ()
    voice_log: Path | None = None
    elsewhere: Callable[[str | None], bool] | None = None
    sinks: Sequence[Any] = field(default_factory=tuple)


def together(question: Question, facts: Sequence[str] = ()) -> tuple[Question, ...]:
    """The questions that stand on one form with this one, itself among them, in the order in which
    they are asked; ``facts`` names those about the person that are due."""
    about = tuple(questions.ABOUT_YOU[name] for name in facts)
    for group in (questions.SAFETY, questions.NEXT_DAY, questions.AFTER, about):
        keys = [q.key for q in group]
        if question.key in keys:
            return group[keys.index(question.key) :]
    return (question,)


class PageFront(ScreenFront):
    """Asks on the page, shows and speaks.

    Args:
        plan: whether a plan is led; else the voice speaks of the single drill by itself.
        coming: the set that comes next, for the set-up.
        facts: the questions about the person that are due, to be asked on one form.
    """

    def __init__(
        self,
        options: Options,
        board: Board,
        pictures: Pictures,
        *,
        plan: bool,
        coming: Callable[[], Item | None] = lambda: None,
        facts: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        super().__init__()
        self.options, self.board, self._pictures = options, board, pictures
        self._plan, self._coming, self._facts = plan, coming, facts
        self.screen = self._page = Screen(pictures, options.mirror)
        self._wishes: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._given: dict[str, object] = {}
        self._press: Callable[[str], None] | None = None
        self._left = False
        self._page.paused = lambda: self.board["paused"] if self.control.paused else ""

    # -- what the page does, from any thread -----------------------------------------------------

    def do(self, wish: str, value: Any = None) -> None:
        """A press: ``ouch``, ``next``, ``pause``, ``again``, ``switch``, ``end``; while a form or
        the set-up waits, ``answers``, ``begin``, ``camera`` or ``sound``."""
        if wish == "end":
            self._left = True
            self.control.end = "quit"
        elif wish in ("ouch", "next") and self._press is not None:
            self._press(wish)
        elif wish == "pause":
            self.pause("" if self.control.paused else "Paused")
        elif wish in ("again", "switch") and self.board["mode"] == "live":
            self.control.end = "restart" if wish == "again" else "switch"
        # There it ends the set, not the questions after it.
        if wish != "end" or self.board["mode"] != "live":
            self._wishes.put((wish, value))

    def leave(self) -> None:
        """Nobody is there: end, and wait for no answer."""
        self.do("end")
        self._wishes.put(("end", None))

    def pause(self, why: str) -> None:
        """Nothing is judged until this is called with an empty text."""
        self.board.show(paused=why)
        self.control.paused = bool(why)

    # -- questions -------------------------------------------------------------------------------

    def ask(self, question: Question) -> object:
        if question.key not in self._given:
            form = together(question, self._facts())
            self._given.update(self._answers(form, question))
        return self._given.pop(question.key, None)

    def _answers(self, form: Sequence[Question], first: Question) -> dict[str, object]:
        """What was said on the form; complete for ``first``, and all optional if left."""
        asked = [asdict(question) for question in form]
        self.board.show(mode="asking", form={"questions": asked})
        try:
            while True:
                wish, value = self._wishes.get()
                if wish == "end":
                    if first.optional:
                        return {question.key: None for question in form}
                    raise Left
                if wish == "answers" and isinstance(value, Mapping):
                    given = {q.key: value[q.key] for q in form if q.key in value}
                    if first.key in given:
                        return given
        finally:
            self.board.show(form=None, told=(), mode="opening")

    def tell(self, told: Tell) -> None:
        entry = {"about": told.about, "lines": list(told.lines)}
        self.board.show(told=(*self.board["told"], entry))

    # -- frames ----------------------------------------------------------------------------------

    @contextmanager
    def opened(self, press: Callable[[str], None]) -> Iterator[tuple[Frames, RunInfo]]:
        from ..sinks.voice import open_voice

        options = self.options
        self.control.end = None
        with ExitStack() as stack:
            self.voice = stack.enter_context(
                open_voice(
                    options.speech_command,
                    mute=options.mute,
                    log=options.voice_log,
                    warn=self.warn,
                    elsewhere=options.elsewhere,
                )
            )
            self.sinks = [*options.sinks, *(() if self._plan else (self.voice,)), self._page]
            frames, info = self._set_up(stack)
            self._press = press
            self.board.show(mode="live", setup=None, buttons=self._buttons())
            try:
                yield frames, info
            finally:
                self._press = None
                self.board.show(paused="", buttons=())

    def _buttons(self) -> tuple[str, ...]:
        return ("ouch", "pause", "again", "next" if self._plan else "switch", "end")

    def _set_up(self, stack: ExitStack) -> tuple[Frames, RunInfo]:
        """Open the camera and show what it sees until the person begins; another camera may be
        chosen meanwhile. Gives the frames of the one that is open then."""
        source = self.options.source
        while True:
            opened = stack.enter_context(ExitStack())
            frames, info = self._open(opened, source)
            wish, value = self._look_on(frames, info, source)
            if wish == "begin":
                return frames, info
            opened.close()
            if wish != "camera":
                raise Left
            source = str(value)

    def _open(self, stack: ExitStack, source: str) -> tuple[Frames, RunInfo]:
        from ..run.opened import opened

        self.board.show(mode="opening", told=())
        stream = self.options.open_stream(source)
        self._page.silence = lambda: str(stream.silence)
        seen = stack.enter_context(opened(stream, self.options.model, live=True, warn=self.warn))
        stack.callback(self.board.show, camera=False)
        self.board.show(camera=True)
        self.looked_at = seen
        return stack.enter_context(seen.seen()), seen.info

    def _look_on(self, frames: Frames, info: RunInfo, source: str) -> tuple[str, Any]:
        """The set-up page, until something is chosen there, or the start position is held; who only
        tries the camera chooses."""
        tries = (self.board["what"] or {}).get("kind") == "setup"
        shown = SettingUp(self._coming(), info, self._page, self.board, source)
        for item in frames:
            held = shown.look(item)
            while not self._wishes.empty():
                wish, value = self._wishes.get()
                if wish == "sound":
                    self.sound()
                elif wish in ("begin", "camera", "end"):
                    return wish, value
            if held and not tries:
                return "begin", None
        return "end", None

    def sound(self) -> None:
        """Say a sentence, to hear whether there is sound."""
        from ..coach.cues import Line

        self.say([Line("This is how I sound", "coach", 1, 5.0)], 0.0)

    def say(self, lines: Sequence[Line], t: float) -> None:
        super().say(lines, t)
        for line in lines:
            if not line.earcon:
                self.board.show(said=line.text)

    def warn(self, line: str) -> None:
        self.board.show(warnings=(*self.board["warnings"], one_line(line))[-6:])
