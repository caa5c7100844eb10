"""``formcheck live``: a camera, a drill, and a window that can be read from the mat."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError, UsageError
from ..sinks import BaseSink
from .options import Csv, Events, Hold, Json, ModelName, Reps, WorkingSide

if TYPE_CHECKING:
    from ..body.pose import Pose, Side
    from ..drill import Dose, Drill
    from ..events import SetResult
    from ..judge.analyzer import Analyzer
    from ..judge.recognise import Recogniser
    from ..run.loop import Ended
    from ..sinks.info import RunInfo, Sink
    from ..vision.frames import Frame
    from ..vision.models import Model
    from ..vision.pipeline import Seen


def register(app: typer.Typer) -> None:
    app.command("live")(live)


def live(
    drill: Annotated[
        str, typer.Argument(metavar="DRILL|PLAN", help="See `drills` and `plans`; auto recognises.")
    ],
    source: Annotated[
        str | None,
        typer.Option(help="Camera number, device, URL, clip or pose track."),
    ] = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Play a clip as if it were a camera.")
    ] = False,
    side: WorkingSide = "auto",
    hold: Hold = None,
    reps: Reps = None,
    model: ModelName = None,
    window: Annotated[
        bool, typer.Option("--window/--no-window", help="Show the live picture.")
    ] = True,
    mirror: Annotated[
        bool | None, typer.Option("--mirror/--no-mirror", help="Show it as a mirror would.")
    ] = None,
    rotate: Annotated[
        int, typer.Option(help="Turn a sideways camera: 0, 90, 180 or 270 clockwise.")
    ] = 0,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the raw frames as mp4.")
    ] = None,
    video: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the annotated picture as mp4.")
    ] = None,
    poses: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the poses (.npz), to score again.")
    ] = None,
    json_: Json = None,
    csv: Csv = None,
    events: Events = None,
    mute: Annotated[bool, typer.Option("--mute", help="Say nothing.")] = False,
    voice_log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What was said and when, as JSON Lines.")
    ] = None,
    warm: Annotated[bool, typer.Option("--warm", help="Plans: already warm.")] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="Plans: every drill, at the plan's own dose.")
    ] = False,
) -> None:
    """Judge a drill, or lead through a plan, as it is done. However it ends, it is saved."""
    from ..catalogue.registry import all_drills, get_drill
    from ..files import numbered, to_stdout
    from ..judge.recognise import AUTO
    from ..sinks.csv import CsvReps
    from ..sinks.jsonl import JsonlEvents, JsonResults
    from ..vision.models import find_model
    from . import coached, common, words

    settings = common.settings()
    led = coached.is_plan(drill)
    chosen = None if led or drill == AUTO else get_drill(drill, settings.drills_folder)
    wanted_side = common.parse_side(side)
    dose = common.asked(reps, hold, chosen.dose if chosen else None)
    if led and (side != "auto" or hold is not None or reps is not None):
        raise UsageError(f"--side, --hold and --reps go with a drill; {drill!r} is a plan")
    if json_ == "-" == events:
        raise UsageError("--json - and --events - both want the standard output; name a file")
    several = (path for out in (poses, record, video) for path in numbered(out))
    read = [source or settings.source]
    common.protect([json_, csv, events, voice_log, *several], read, model)
    if window:
        from ..sinks.window import check_display

        check_display()

    from ..run.loop import Control

    track = (source or settings.source).lower().endswith(".npz")
    found_model = None if track else find_model(model or settings.model)
    control = Control()
    quiet = any(to_stdout(place) for place in (json_, csv, events, poses, record, video))
    results: list[SetResult] = []
    with ExitStack() as stack:
        stack.enter_context(_polite_end())
        sinks: list[Sink] = [_StatusLine()]
        if json_ is not None:
            sinks.append(stack.enter_context(JsonResults(json_)))
        if csv is not None:
            sinks.append(stack.enter_context(CsvReps(csv)))
        if events is not None:
            sinks.append(stack.enter_context(JsonlEvents(events)))
        if poses is not None:
            from ..sinks.track import Track

            sinks.append(stack.enter_context(Track(poses)))
        if record is not None:
            from ..sinks.video import Recorder

            sinks.append(stack.enter_context(Recorder(record)))
        if video is not None:
            from ..sinks.video import AnnotatedVideo

            sinks.append(stack.enter_context(AnnotatedVideo(video)))
        options = coached.Options(
            source=source or settings.source,
            realtime=realtime,
            rotate=rotate,
            size=settings.size,
            fps=settings.fps,
            model=found_model,
            window=window,
            mirror=settings.mirror if mirror is None else mirror,
            mute=mute or not settings.voice,
            voice_log=voice_log,
            speech_command=settings.speech_command,
            warm=warm,
            whole=whole,
            sinks=sinks[1:] if led else (),
        )
        if led:
            raise typer.Exit(coached.run_plan(drill, options))
        if chosen is not None:
            sinks += stack.enter_context(coached.drill_sinks(options, dose))
        if window:
            from ..sinks.window import Window

            show_mirror = settings.mirror if mirror is None else mirror
            sinks.append(stack.enter_context(Window(control, show_mirror)))
        session = _Session(
            chosen, wanted_side, dose, sinks, control, found_model, settings.drills_folder
        )
        ended = session.run(
            source or settings.source,
            realtime=realtime,
            rotate=rotate,
            size=settings.size,
            fps=settings.fps,
        )
        results = session.results
    if not quiet:
        for number, result in enumerate(results, 1):
            shown = chosen or all_drills(settings.drills_folder).get(result.drill)
            words.show(result, shown, f"Set {number}" if len(results) > 1 else None)
    if ended.how == "interrupted":
        common.warn("stopped; what was done is saved")
        raise typer.Exit(130)
    if ended.error is not None:
        common.complain(ended.error)
        raise typer.Exit(InputError.exit_code)


class _Session:
    """The sets between starting the camera and leaving it."""

    def __init__(
        self,
        drill: Drill | None,
        side: Side | None,
        dose: Dose,
        sinks: list[Sink],
        control: Any,
        model: Model | None,
        folder: Path | None = None,
    ) -> None:
        self.folder = folder
        self.drill, self.side, self.dose = drill, side, dose
        self.sinks, self.control, self.model = sinks, control, model
        self.results: list[SetResult] = []

    def run(self, source: str, **camera: Any) -> Ended:
        """Judge set after set until the source or the person ends it.

        ``camera`` is passed on to :func:`~formcheck.vision.source.open_source`.
        """
        from ..run.provenance import provenance
        from ..sinks.info import Meter, RunInfo
        from ..vision.pipeline import looked_at
        from ..vision.source import open_source
        from . import common

        with ExitStack() as stack:
            stream = stack.enter_context(open_source(source, **camera))
            landmarker = None
            if self.model is not None:
                from ..vision.landmarker import Landmarker

                landmarker = stack.enter_context(Landmarker(self.model))
            info = RunInfo(
                clip=stream.name,
                size=stream.size,
                fps=stream.fps,
                drill=self.drill.name if self.drill else "auto",
                title=self.drill.title if self.drill else "Recognising",
                kind=self.drill.kind if self.drill else "reps",
                live=True,
                advice=common.advice_of(self.drill) if self.drill else {},
                provenance=provenance(landmarker, getattr(stream, "meta", None)),
                meter=Meter(),
            )
            try:
                with looked_at(_frames(stream), landmarker, live=True) as frames:
                    return self._sets(frames, info)
            finally:
                for line in stream.warnings:
                    common.warn(f"warning: {line}")

    def _judge(self, side: Side | None) -> Analyzer | Recogniser:
        from ..catalogue.registry import all_drills
        from ..judge.analyzer import Analyzer
        from ..judge.recognise import Recogniser

        if self.drill is not None:
            return Analyzer(self.drill, side=side, dose=self.dose)
        return Recogniser(all_drills(self.folder).values(), side=side, dose=self.dose)

    def _sets(self, frames: Iterator[Seen | Pose | None], info: RunInfo) -> Ended:
        from ..run.loop import run_set
        from . import common

        side, rebase = self.side, False
        while True:
            self.control.end, self.control.paused = None, False
            ended = run_set(
                frames,
                self._judge(side),
                self.sinks,
                info=info,
                control=self.control,
                rebase=rebase,
                warn=common.warn,
            )
            if ended.kept:
                self.results.append(ended.result)
                info = replace(info, set=info.set + 1)
            if ended.how == "switch":
                side = _other_side(ended.result.side or side)
            elif ended.how != "restart":
                return ended
            rebase = True


def _other_side(side: Side | None) -> Side:
    from ..body.pose import Side

    return Side.LEFT if side is None else side.other


def _frames(stream: Any) -> Iterator[Frame | Pose | None]:
    """The stream's frames; None now and then while a camera is silent, so that keys and the
    window keep working.

    Raises:
        InputError: the camera went away and did not come back.
    """
    if not stream.live:
        yield from stream
        return
    gone = False
    for frame in stream.poll():
        gone = stream.waiting
        yield frame
    if gone:
        said = stream.warnings.pop() if stream.warnings else f"{stream.name}: it is gone"
        raise InputError(said)


@contextmanager
def _polite_end() -> Iterator[None]:
    """Being told to end (kill, a closed terminal) saves as Ctrl-C does."""

    def stop(number: int, where: Any) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(name, stop) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


class _StatusLine(BaseSink):
    """One line on a terminal's stderr that is written over."""

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
