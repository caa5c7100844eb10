"""``formcheck live``: a camera, a drill, and a window that can be read from the mat."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError, UsageError
from . import common, diary
from .options import Csv, Events, Hold, Json, ModelName, Reps, WorkingSide

if TYPE_CHECKING:
    from ..drill import Drill
    from ..lead.leader import Done
    from ..sinks.info import Sink
    from .front import Options


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
        str,
        typer.Option(metavar="DEG", help="Turn the picture clockwise: auto, 0, 90, 180 or 270."),
    ] = "auto",
    person: Annotated[
        str,
        typer.Option(metavar="WHO", help="Of several people: auto, left, right, or a number."),
    ] = "auto",
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
    from ..coach.plans import plan_names
    from ..files import numbered, to_stdout
    from ..judge.recognise import AUTO
    from ..lead.leader import DrillLeader
    from ..lead.sets import lead
    from ..run.whom import whom
    from ..vision.models import find_model
    from .front import Options, StatusLine, Terminal

    settings = common.settings()
    plan = drill in plan_names(settings.plans_folder)
    chosen = None if plan or drill == AUTO else get_drill(drill, settings.drills_folder)
    wanted_side = common.parse_side(side)
    wanted = whom(chosen, person)
    if chosen is not None:
        common.note_side(chosen, wanted_side)
    dose = common.asked(reps, hold, chosen.dose if chosen else None)
    if plan and (side != "auto" or hold is not None or reps is not None):
        raise UsageError(f"--side, --hold and --reps go with a drill; {drill!r} is a plan")
    common.check_rotate(rotate)
    if json_ == "-" == events:
        raise UsageError("--json - and --events - both want the standard output; name a file")
    several = (path for out in (poses, record, video) for path in numbered(out))
    read = [source or settings.source]
    common.protect([json_, csv, events, voice_log, *several], read, model)
    if window:
        from ..sinks.window import check_display

        check_display()
    track = (source or settings.source).lower().endswith(".npz")
    found_model = None if track else find_model(model or settings.model)
    quiet = any(to_stdout(place) for place in (json_, csv, events, poses, record, video))
    with ExitStack() as stack:
        stack.enter_context(_polite_end())
        sinks = _outputs(stack, json_, csv, events, poses, record, video)
        options = Options(
            source=source or settings.source,
            realtime=realtime,
            rotate=rotate,
            wanted=wanted,
            size=settings.size,
            fps=settings.fps,
            model=found_model,
            window=window,
            mirror=settings.mirror if mirror is None else mirror,
            mute=mute or not settings.voice,
            voice_log=voice_log,
            speech_command=settings.speech_command,
            sinks=sinks if plan else [StatusLine(), *sinks],
        )
        if plan:
            raise typer.Exit(run_plan(drill, options, warm=warm, whole=whole))
        drills = all_drills(settings.drills_folder) if chosen is None else {chosen.name: chosen}
        journal = None if chosen is None else stack.enter_context(diary.open_journal())
        leader = DrillLeader(journal, drills, chosen, wanted_side, dose, ask=sys.stdin.isatty())
        done = lead(leader, Terminal(options, plan=False, drill=chosen is not None))
        if done.status == "not_now":
            raise typer.Exit
    if not quiet:
        _show(done, drills)
    if done.how == "interrupted":
        common.warn("stopped; what was done is saved")
    raise typer.Exit(_code(done))


def run_plan(name: str, options: Options, *, warm: bool = False, whole: bool = False) -> int:
    """Lead through today's session of a plan. Gives the exit code.

    Args:
        warm: the person is warm already.
        whole: every drill at the plan's dose.

    Raises:
        UsageError, InputError: plan, drill, camera or output cannot be used.
    """
    from ..catalogue.registry import all_drills
    from ..coach.plans import find_plan
    from ..lead.plan import PlanLeader
    from ..lead.sets import lead
    from .front import Terminal

    plan = find_plan(name, diary.plans_folder())
    drills = all_drills(common.settings().drills_folder)
    with diary.open_journal() as journal:
        leader = PlanLeader(journal, plan, drills, warm=warm, whole=whole)
        done = lead(leader, Terminal(options, plan=True))
    for line in done.lines:
        print(line)
    return _code(done)


def _show(done: Done, drills: Mapping[str, Drill]) -> None:
    from . import words

    many = len(done.results) > 1
    for number, result in enumerate(done.results, 1):
        words.show(result, drills.get(result.drill), f"Set {number}" if many else None)


def _code(done: Done) -> int:
    """The exit code; why the source broke off is said."""
    if done.error is not None:
        common.complain(done.error)
        return InputError.exit_code
    return 130 if done.how == "interrupted" else 0


def _outputs(
    stack: ExitStack,
    json_: str | None,
    csv: Path | None,
    events: str | None,
    poses: Path | None,
    record: Path | None,
    video: Path | None,
) -> list[Sink]:
    """The files that were asked for, entered."""
    from ..sinks.csv import CsvReps
    from ..sinks.jsonl import JsonlEvents, JsonResults
    from ..sinks.track import Track

    sinks: list[Sink] = []
    if json_ is not None:
        sinks.append(stack.enter_context(JsonResults(json_)))
    if csv is not None:
        sinks.append(stack.enter_context(CsvReps(csv)))
    if events is not None:
        sinks.append(stack.enter_context(JsonlEvents(events)))
    if poses is not None:
        sinks.append(stack.enter_context(Track(poses)))
    if record is not None:
        from ..sinks.video import Recorder

        sinks.append(stack.enter_context(Recorder(record)))
    if video is not None:
        from ..sinks.video import AnnotatedVideo

        sinks.append(stack.enter_context(AnnotatedVideo(video)))
    return sinks


@contextmanager
def _polite_end() -> Iterator[None]:
    """A kill or a closed terminal saves, as Ctrl-C does."""

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
