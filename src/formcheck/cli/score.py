"""``formcheck score``: recorded clips and pose tracks to results."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import FormcheckError, InputError, LabelError, UsageError
from ..files import to_stdout
from . import common
from .options import Csv, Events, Hold, Json, ModelName, Reps, WorkingSide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..body.pose import Side
    from ..run.task import Judged, Task
    from ..sinks import BaseSink
    from ..sinks.codebook import Column
    from ..sinks.info import RunInfo, Sink
    from ..sinks.tables import Table


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
    person: Annotated[
        str,
        typer.Option(metavar="WHO", help="Of several people: auto, left, right, or a number."),
    ] = "auto",
    rotate: Annotated[
        str,
        typer.Option(metavar="DEG", help="Turn the picture clockwise: auto, 0, 90, 180 or 270."),
    ] = "auto",
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
    signals: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Every measure of every frame (.csv or .parquet)."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="One row a repetition, hold or fault (.csv or .parquet)."
        ),
    ] = None,
    trc: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Markers for OpenSim (a folder for many).")
    ] = None,
    mot: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Angles for OpenSim (a folder for many).")
    ] = None,
    decimal_comma: Annotated[
        bool, typer.Option("--decimal-comma", help="In CSV: decimal commas, semicolons between.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="--signals and --table may replace a file.")
    ] = False,
    explain_score: Annotated[
        bool, typer.Option("--explain-score", help="Also print what the scores are made of.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 if any of several clips fails.")
    ] = False,
) -> None:
    """Count, time and check the form in recorded clips."""
    from ..run.task import Task
    from ..vision.people import person_named

    settings = common.settings()
    wanted_side, asked = common.parse_side(side), common.asked(reps, hold)
    _check_drill(drill, wanted_side, settings.drills_folder)
    if stride not in ("all", "auto"):
        raise UsageError(f"--stride: expected all or auto, got {stride!r}")
    common.check_rotate(rotate)
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
        person=person_named(person),
        rotate=rotate,
        drills_folder=str(settings.drills_folder) if settings.drills_folder else None,
    )
    outputs = _Outputs(json_, csv, events, video, poses, signals, trc, mot)
    tables = _Tables(signals, table, decimal_comma, overwrite)
    if signals is not None and drill == "auto":
        raise UsageError("--signals goes with one drill's measures; name it with --drill")
    if out is not None:
        from ..run.pool import cores
        from ..run.store import OUTPUTS
        from ..vision.kept import default_folder
        from .many import FAILED, score_many

        if outputs != _Outputs():
            raise UsageError(
                "--out writes results and a table of its own; leave out --json, --csv, --events, "
                "--video, --poses, --signals, --trc and --mot"
            )
        common.protect([*(out / name for name in (*OUTPUTS, FAILED)), table], read, model)
        base = replace(base, cache=str(default_folder()) if cache else None)
        jobs = jobs or max(1, cores() // 2)
        score_many(named, base, drill, out, jobs, cluster, strict, tables.movements())
        return
    if jobs is not None or cluster is not None:
        raise UsageError("--jobs and --cluster go with --out DIR; name a folder for the results")
    many = len(named) > 1 or any(os.path.isdir(clip) for clip in clips)
    protect = partial(common.protect, given=read, model=model)
    _score_here(named, base, outputs, tables, many, strict, protect, explain_score)


def _check_drill(drill: str | None, side: Side | None, folder: Path) -> None:
    """See before any work that the drill is there, and say it when a side means nothing to it."""
    from ..catalogue.registry import get_drill
    from ..judge.recognise import AUTO

    if drill is not None and drill != AUTO:
        common.note_side(get_drill(drill, folder), side)


@dataclass(frozen=True)
class _Outputs:
    """What the person wants written, and where."""

    json: str | None = None
    csv: Path | None = None
    events: str | None = None
    video: Path | None = None
    poses: Path | None = None
    signals: Path | None = None
    trc: Path | None = None
    mot: Path | None = None


@dataclass(frozen=True)
class _Tables:
    """The tables for statistics that are wanted, and how they are written."""

    signals_file: Path | None
    movements_file: Path | None
    comma: bool
    overwrite: bool

    def _table(self, path: Path | None, columns: Sequence[Column]) -> Table | None:
        from ..sinks.tables import Table

        if path is None:
            return None
        return Table(path, columns, comma=self.comma, overwrite=self.overwrite)

    def signals(self) -> Table | None:
        from ..sinks.codebook import SIGNALS

        return self._table(self.signals_file, SIGNALS)

    def movements(self) -> Table | None:
        from ..sinks.codebook import MOVEMENTS

        return self._table(self.movements_file, MOVEMENTS)


def _score_here(
    named: list[str],
    base: Task,
    outputs: _Outputs,
    tables: _Tables,
    many: bool,
    strict: bool,
    protect: Callable[[list[str | Path | None]], None],
    explain: bool,
) -> None:
    """Score clip after clip into the outputs, and show what came of it."""
    from ..vision.models import find_model
    from . import words

    if remote := next((clip for clip in named if "://" in clip), None):
        raise UsageError(f"{remote}: clips behind URLs go with --out DIR; name a folder")
    if outputs.json == "-" == outputs.events:
        raise UsageError("--json - and --events - both want the standard output; name a file")
    names = dict(zip(map(Path, named), common.names(named), strict=True))
    each = {
        suffix: common.places(path, suffix, names.values(), many, what)
        for path, suffix, what in (
            (outputs.poses, ".npz", "pose tracks"),
            (outputs.video, ".mp4", "videos"),
            (outputs.trc, ".trc", "markers"),
            (outputs.mot, ".mot", "angles"),
        )
    }
    files = [outputs.json, outputs.csv, outputs.events, tables.signals_file, tables.movements_file]
    files += [path for places in each.values() for path in places.values()]
    protect(files)
    if base.model is not None:
        find_model(base.model)
    with ExitStack() as stack:
        sinks = [stack.enter_context(s) for s in _sinks(outputs, each, many, tables.comma)]
        sinks += _statistics(tables, stack)
        done, failed = _score_all([Path(clip) for clip in named], names, base, sinks, many)
    if not any(to_stdout(place) for place in files):
        rows = [(name, judged.ended.result, judged.drill) for name, judged in done]
        if many:
            words.overview(rows)
        for name, result, drill in rows:
            if not many:
                words.show(result, drill)
            elif explain:
                print(f"\n{name}")
            if explain and result.drill:
                words.explain(result, drill)
    if failed:
        common.warn(f"{len(failed)} of {len(named)} clips could not be scored")
        if not done:
            raise typer.Exit(InputError.exit_code)
    if any(judged.ended.switched_off for _, judged in done) or (failed and strict):
        raise typer.Exit(1)
    if any(isinstance(error, LabelError) for error in failed):
        raise typer.Exit(LabelError.exit_code)


def _statistics(tables: _Tables, stack: ExitStack) -> Iterator[BaseSink]:
    """The tables, opened all before the first is written."""
    from ..sinks.numbers import Movements, Signals

    signals, movements = tables.signals(), tables.movements()
    if signals is not None:
        yield Signals(stack.enter_context(signals))
    if movements is not None:
        yield Movements(stack.enter_context(movements))


def _sinks(
    outputs: _Outputs, each: dict[str, dict[str, Path]], many: bool, comma: bool
) -> Iterator[BaseSink]:
    from ..sinks.csv import CsvReps
    from ..sinks.jsonl import JsonlEvents, JsonResults

    if outputs.json is not None:
        yield JsonResults(outputs.json, lines=many)
    if outputs.csv is not None:
        yield CsvReps(outputs.csv, comma)
    if outputs.events is not None:
        yield JsonlEvents(outputs.events)
    if outputs.poses is not None:
        from ..sinks.track import Track

        yield Track(_each(outputs.poses, each[".npz"], many))
    for path, suffix in ((outputs.trc, ".trc"), (outputs.mot, ".mot")):
        if path is not None:
            from ..sinks.opensim import Angles, Markers

            sink = Markers if suffix == ".trc" else Angles
            yield sink(_each(path, each[suffix], many))
    if outputs.video is not None:
        from ..sinks.video import AnnotatedVideo, check_mp4

        if not many:
            check_mp4(outputs.video)
        yield AnnotatedVideo(_each(outputs.video, each[".mp4"], many))


def _score_all(
    clips: list[Path], names: dict[Path, str], base: Task, sinks: list[BaseSink], many: bool
) -> tuple[list[tuple[str, Judged]], list[FormcheckError]]:
    """Every clip's name with what came of it, and what was wrong with those that have nothing."""
    done: list[tuple[str, Judged]] = []
    failed: list[FormcheckError] = []
    noted = {base.drill}
    for clip in clips:
        try:
            judged = score_one(clip, base, sinks, names[clip])
            done.append((names[clip], judged))
            if judged.drill.name not in noted:
                common.note_side(judged.drill, base.side)
                noted.add(judged.drill.name)
        except (InputError, UsageError) as error:
            if not many:
                raise
            failed.append(error)
            common.complain(error)
        except KeyboardInterrupt:
            common.warn("stopped; what was done until then is saved")
            raise typer.Exit(130) from None
    return done, failed


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
