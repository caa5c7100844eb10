"""``formcheck score``: recorded clips and pose tracks to results."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import FormcheckError, InputError, LabelError, UsageError
from ..files import to_stdout
from . import common
from .options import Csv, Events, Hold, Json, ModelName, Reps, WorkingSide

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..drill import Drill
    from ..events import SetResult
    from ..run.task import Judged, Task
    from ..sinks.info import RunInfo, Sink


def register(app: typer.Typer) -> None:
    app.command("score")(score)


def score(
    clips: Annotated[
        list[str],
        typer.Argument(
            metavar="CLIP…",
            help="Videos, pose tracks (.npz), folders, patterns, or a .txt list of them.",
        ),
    ],
    drill: Annotated[
        str | None,
        typer.Option(
            help="The drill, or auto to recognise it; else as the label file or the file's name "
            "says."
        ),
    ] = None,
    side: WorkingSide = "auto",
    hold: Hold = None,
    reps: Reps = None,
    model: ModelName = None,
    json_: Json = None,
    csv: Csv = None,
    events: Events = None,
    video: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Annotated mp4 (a folder for many clips).")
    ] = None,
    poses: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Pose track (a folder for many clips).")
    ] = None,
    start: Annotated[
        float | None, typer.Option(metavar="S", help="Judge from here, seconds.")
    ] = None,
    end: Annotated[
        float | None, typer.Option(metavar="S", help="Judge up to here, seconds.")
    ] = None,
    stride: Annotated[
        str,
        typer.Option(
            help="all frames, or auto: ten a second, twice as fast; holds are timed less finely."
        ),
    ] = "all",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="For many clips: results into this folder; resumes."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="With --out: processes; default half the cores."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="With --out: a Dask scheduler, tcp://HOST:PORT."),
    ] = None,
    cache: Annotated[
        bool,
        typer.Option("--cache/--no-cache", help="With --out: keep landmarks for the next time."),
    ] = True,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 if any of several clips fails.")
    ] = False,
) -> None:
    """Count, time and check the form in recorded clips."""
    from ..catalogue.registry import get_drill
    from ..judge.recognise import AUTO
    from ..run.task import Task
    from ..sinks.csv import CsvReps
    from ..sinks.jsonl import JsonlEvents, JsonResults
    from ..vision.models import find_model
    from . import words

    settings = common.settings()
    wanted_side = common.parse_side(side)
    noted: set[str] = set()
    if drill is not None and drill != AUTO:
        common.note_side(get_drill(drill, settings.drills_folder), wanted_side)
        noted.add(drill)
    asked = common.asked(reps, hold)
    if stride not in ("all", "auto"):
        raise UsageError(f"--stride: expected all or auto, got {stride!r}")
    lists: list[Path] = []
    named = common.find_clips(clips, lists)
    read: list[str | Path] = [*clips, *named, *lists]
    needs_model = any(not clip.lower().endswith(".npz") for clip in named)
    base = Task(
        clip="",
        name="",
        drill=drill or "",
        side=wanted_side,
        dose=asked,
        model=(model or settings.model) if needs_model else None,
        start_s=start,
        end_s=end,
        stride=stride,
        drills_folder=str(settings.drills_folder) if settings.drills_folder else None,
    )
    if out is not None:
        from ..run.pool import cores
        from ..run.store import OUTPUTS
        from ..vision.kept import default_folder
        from .many import FAILED, score_many

        if any(place is not None for place in (json_, csv, events, video, poses)):
            raise UsageError(
                "--out writes results and a table of its own; leave out --json, --csv, --events, "
                "--video and --poses"
            )
        common.protect([out / name for name in (*OUTPUTS, FAILED)], read, model)
        base = replace(base, cache=str(default_folder()) if cache else None)
        score_many(named, base, drill, out, jobs or max(1, cores() // 2), cluster, strict)
        return
    if jobs is not None or cluster is not None:
        raise UsageError("--jobs and --cluster go with --out DIR; name a folder for the results")
    if remote := next((clip for clip in named if "://" in clip), None):
        raise UsageError(f"{remote}: clips behind URLs go with --out DIR; name a folder")
    found = [Path(clip) for clip in named]
    many = len(found) > 1 or any(os.path.isdir(clip) for clip in clips)
    if json_ == "-" == events:
        raise UsageError("--json - and --events - both want the standard output; name a file")
    names = dict(zip(found, common.names(named), strict=True))
    tracks = common.places(poses, ".npz", names.values(), many, "pose tracks")
    videos = common.places(video, ".mp4", names.values(), many, "videos")
    outputs = [json_, csv, events, *tracks.values(), *videos.values()]
    common.protect(outputs, read, model)
    if base.model is not None:
        find_model(base.model)

    done: list[tuple[str, SetResult, Drill]] = []
    lost_outputs = False
    failed: list[FormcheckError] = []
    with ExitStack() as stack:
        sinks: list[Sink] = []
        if json_ is not None:
            sinks.append(stack.enter_context(JsonResults(json_, lines=many)))
        if csv is not None:
            sinks.append(stack.enter_context(CsvReps(csv)))
        if events is not None:
            sinks.append(stack.enter_context(JsonlEvents(events)))
        if poses is not None:
            from ..sinks.track import Track

            sinks.append(stack.enter_context(Track(_each(poses, tracks, many))))
        if video is not None:
            from ..sinks.video import AnnotatedVideo, check_mp4

            if not many:
                check_mp4(video)
            sinks.append(stack.enter_context(AnnotatedVideo(_each(video, videos, many))))
        for clip in found:
            try:
                judged = score_one(clip, base, sinks, names[clip])
                done.append((names[clip], judged.ended.result, judged.drill))
                if judged.drill.name not in noted:
                    common.note_side(judged.drill, wanted_side)
                    noted.add(judged.drill.name)
                lost_outputs |= bool(judged.ended.switched_off)
            except (InputError, UsageError) as error:
                if not many:
                    raise
                failed.append(error)
                common.complain(error)
            except KeyboardInterrupt:
                common.warn("stopped; what was done until then is saved")
                raise typer.Exit(130) from None
    if not any(to_stdout(place) for place in outputs):
        if many:
            words.overview(done)
        for _, result, shown in done if not many else ():
            words.show(result, shown)
    if failed:
        common.warn(f"{len(failed)} of {len(found)} clips could not be scored")
        if not done:
            raise typer.Exit(InputError.exit_code)
    if lost_outputs or (failed and strict):
        raise typer.Exit(1)
    if any(isinstance(error, LabelError) for error in failed):
        raise typer.Exit(LabelError.exit_code)


def score_one(clip: Path, base: Task, sinks: Sequence[Sink], name: str) -> Judged:
    """Score one clip for a person who waits for it.

    Raises:
        KeyboardInterrupt: Ctrl-C; the sinks have the result so far.
    """
    from ..judge.recognise import Recogniser
    from ..run.task import judge

    with common.Progress(None, clip.name) as bar:
        judged = judge(base.of(str(clip), name), clip, [*sinks, bar], common.warn)
    if judged.ended.how == "interrupted":
        raise KeyboardInterrupt
    if isinstance(judged.analyzer, Recogniser):
        common.warn(f"{name}: {judged.analyzer.recognised()}")
    return judged


def _each(path: Path, files: dict[str, Path], many: bool) -> Path | Callable[[RunInfo], Path]:
    """One file for one clip; a file for each of many, whose folders are made."""
    if not many:
        return path
    common.make_folders(files.values())
    return lambda info: files[info.clip]
