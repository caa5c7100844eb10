"""The terminal's front of a led session: questions in the terminal, a window, a voice."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..errors import UsageError
from ..lead.questions import LEVELS, Question
from ..lead.sets import Frames, ScreenFront
from ..sinks import BaseSink
from . import common

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..coach.cues import Line
    from ..lead.asking import Tell
    from ..sinks.info import RunInfo, Sink
    from ..vision.people import Wanted

__all__ = ["Options", "StatusLine", "Terminal", "ask", "tell"]

_ARM = "Between sets, hold one arm straight up to pause or go on."
_KEYS_IN_THE_WINDOW = f"{_ARM} Keys in the window: o it hurts, n go on, h all keys, q end."
_NO_KEYS = f"{_ARM} Ctrl-C ends and saves."


@dataclass(frozen=True)
class Options:
    """What ``live`` was asked for; ``sinks`` are entered already and take every set."""

    source: str
    realtime: bool = False
    rotate: str = "auto"
    wanted: Wanted | None = None  # of several people; None takes any
    size: tuple[int, int] = (1280, 720)
    fps: float = 30.0
    model: Any = None  # of find_model; None for a pose track
    window: bool = True
    mirror: bool = True
    mute: bool = False
    voice_log: Path | None = None
    speech_command: tuple[str, ...] = ()
    sinks: Sequence[Sink] = field(default_factory=tuple)


def ask(question: Question) -> object:
    """Ask in the terminal until there is an answer. Enter alone must not answer a question about
    health. None if an optional question is left out."""
    try:
        while True:
            if question.kind == "yes_no":
                return typer.confirm(question.text, default=None, err=True)
            scale = LEVELS if question.kind == "level" else ", ".join(question.choices)
            said = typer.prompt(f"{question.text} ({scale})", err=True)
            try:
                return question.check(said)
            except UsageError as error:
                common.warn(str(error))
    except (KeyboardInterrupt, EOFError, typer.Abort):
        if question.optional:
            return None
        raise


def tell(told: Tell) -> None:
    """Lines to read: what is asked for goes to stdout, what leads to a question does not."""
    if told.about == "cut_off":
        for line in told.lines:
            common.warn(line)
    elif told.about == "safety":
        disclaimer, kept = told.lines
        print(f"{disclaimer}\nAnswer y or n, please. {kept}", file=sys.stderr)
    else:
        aside = told.about in ("next_day", "facts")
        print("\n".join(told.lines), file=sys.stderr if aside else sys.stdout)


class Terminal(ScreenFront):
    """Asks in the terminal, shows in a window (or prints what is said) and speaks.

    Args:
        plan: whether a plan is led. Else a single drill is judged, ``drill`` of which the voice
            speaks by itself; without one (to be recognised) it is silent.
    """

    def __init__(self, options: Options, *, plan: bool, drill: bool = True) -> None:
        super().__init__()
        self._options, self._plan, self._speaks = options, plan, plan or drill

    def ask(self, question: Question) -> object:
        return ask(question)

    def tell(self, told: Tell) -> None:
        if told.about == "before":
            keys = _KEYS_IN_THE_WINDOW if self._options.window else _NO_KEYS
            print(*told.lines, keys)
        else:
            tell(told)

    @contextmanager
    def opened(self, press: Callable[[str], None]) -> Iterator[tuple[Frames, RunInfo]]:
        from ..run.opened import opened
        from ..sinks.voice import open_voice
        from ..sinks.window import Key, Window
        from ..vision import source

        options = self._options
        with ExitStack() as stack:
            sinks = list(options.sinks)
            window = None
            if self._speaks:
                self.voice = stack.enter_context(
                    open_voice(
                        options.speech_command,
                        mute=options.mute,
                        log=options.voice_log,
                        warn=common.warn,
                    )
                )
                sinks += [] if self._plan else [self.voice]
            if options.window:
                keys = (
                    Key("o", "ouch: stop, it hurts", lambda: press("ouch")),
                    Key("ns", "go on to what comes next", lambda: press("next")),
                )
                window = Window(self.control, options.mirror, keys=keys if self._plan else ())
                self.screen = stack.enter_context(window)
                sinks.append(window)
            self.sinks = sinks
            stream = source.open_source(
                options.source,
                realtime=options.realtime,
                rotate=_given(options.rotate),
                size=options.size,
                fps=options.fps,
            )
            if window is not None:
                window.silence = lambda: stream.silence
            seen = stack.enter_context(opened(stream, options.model, live=True, warn=common.warn))
            self.looked_at = seen
            if window is not None:
                window.point_at = seen.point_at
            yield stack.enter_context(seen.seen(options.wanted)), seen.info

    def say(self, lines: Sequence[Line], t: float) -> None:
        """Speak these lines; print them, too, where no window shows them."""
        super().say(lines, t)
        if not self._options.window:
            for line in lines:
                if not line.earcon:
                    print(f"  {line.text}", file=sys.stderr)

    def warn(self, line: str) -> None:
        common.warn(line)

    def set_upright(self, degrees: int) -> bool:
        if self._options.rotate != "auto":
            return False
        self.warn(f"the picture was turned; it is turned by {degrees} degrees from here on")
        return super().set_upright(degrees)

    def turned(self, degrees: int) -> None:
        by = (_given(self._options.rotate) + degrees) % 360
        self.warn(f"the picture seems turned; set the camera upright or use --rotate {by}")


def _given(rotate: str) -> int:
    """Degrees that ``--rotate`` names."""
    return 0 if rotate == "auto" else int(rotate)


class StatusLine(BaseSink):
    """One line on a terminal's stderr, overwritten in place."""

    name = "status line"
    EVERY_S = 0.2

    def __init__(self) -> None:
        self._wanted = sys.stderr.isatty()
        self._info: RunInfo | None = None
        self._next = 0.0

    def start(self, info: RunInfo) -> None:
        self._info, self._next = info, 0.0

    def write(self, frame: Any, pose: Pose, step: Any) -> None:
        if not self._wanted or pose.t < self._next:
            return
        self._next = pose.t + self.EVERY_S
        print(f"\r\x1b[K{_status(step, self._info)}", end="", file=sys.stderr, flush=True)

    def close(self, result: Any) -> None:
        if self._wanted:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _status(step: Any, info: RunInfo | None) -> str:
    """``3 of 10 reps · hold 2 s · Hips stacked · 28 of 30 fps · 41 ms (95 %: 60)``."""
    from ..wording import REASONS

    parts = []
    if info is None or info.kind == "reps":
        parts.append(f"{step.reps} of {step.target_reps} reps" if step.target_reps else
                     f"{step.reps} reps")  # fmt: skip
    if step.hold_s == step.hold_s:
        parts.append(f"hold {int(step.hold_s)} s")
    if step.cannot_judge is not None:
        parts.append(REASONS[step.cannot_judge].short)
    elif step.faults:
        parts.append(step.faults[0].cue)
    meter = info.meter if info else None
    if meter is not None and str(meter):
        parts.append(str(meter))
    return " · ".join(parts)
