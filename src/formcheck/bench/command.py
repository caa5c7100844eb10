"""``formcheck bench``: the options, and nothing heavy until it runs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError, LabelError, UsageError
from ..files import MOST_DOCUMENT, read_text
from ..sinks import replace_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .labels import Label

__all__ = ["bench"]

PARTS = ("wrong", "robustness", "speed")


def bench(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders with clips or pose tracks and their *.label.json files."),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            "--from",
            help="poses: use landmarks kept from earlier runs, make those that are missing. "
            "video: make all afresh and measure speed.",
        ),
    ] = "poses",
    drill: Annotated[
        list[str] | None, typer.Option(help="Only this drill; may be repeated.")
    ] = None,
    model: Annotated[str, typer.Option(help="Pose model: lite, full, heavy or a path.")] = "full",
    tracks: Annotated[
        Path | None,
        typer.Option(help="Folder with STEM.npz pose tracks to use instead of the clips."),
    ] = None,
    side: Annotated[
        str, typer.Option(help="auto: the analyzer finds the side. given: the label tells it.")
    ] = "auto",
    quick: Annotated[
        bool, typer.Option("--quick", help="Only answers against labels; skip the other parts.")
    ] = False,
    skip: Annotated[
        list[str] | None, typer.Option(help=f"Skip a part: {', '.join(PARTS)}.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes; 0: one for each processor.")] = 0,
    json_file: Annotated[
        str | None, typer.Option("--json", help="Write everything as JSON; - for stdout.")
    ] = None,
    markdown_file: Annotated[
        Path | None,
        typer.Option("--markdown", help="Write the page for the docs, with its curves beside it."),
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Baseline (written with --json): what changed since?")
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(help="MEASURE=VALUE, e.g. count_exact=0.95; exit 1 when it is not met."),
    ] = None,
    list_misses: Annotated[
        bool, typer.Option("--list-misses", help="Every miss with the signals around it.")
    ] = False,
) -> None:
    """Measure how right and how fast the analyzers are, on labelled clips."""
    from ..vision.kept import default_folder
    from .bars import compare_documents, failures, parse_bars
    from .document import document
    from .labels import find_labels
    from .run import Plan, run_bench
    from .tables import comparison_text, misses_text, summary_text

    bars = parse_bars(fail_under or ())
    skipped = {part for item in skip or () for part in item.split(",")}
    if unknown := skipped - set(PARTS):
        raise UsageError(f"--skip: expected {', '.join(PARTS)}, got {', '.join(sorted(unknown))}")
    for name, value, allowed in (
        ("--from", source, ("poses", "video")),
        ("--side", side, ("auto", "given")),
    ):
        if value not in allowed:
            raise UsageError(f"{name}: expected {' or '.join(allowed)}, got {value!r}")
    if tracks is not None and not tracks.is_dir():
        raise InputError(f"{tracks}: --tracks needs a folder with pose tracks; check the name")
    for target in (Path(json_file) if json_file not in (None, "-") else None, markdown_file):
        if target is not None and not target.absolute().parent.is_dir():  # before, not after it ran
            raise UsageError(f"{target}: there is no such folder; make it or name another one")
    parts = set() if quick else set(PARTS) - skipped
    baseline = _read(compare) if compare else None
    wrong: list[LabelError] = []
    labels = list(find_labels(folders or [Path("sample_videos")], wrong))
    if wrong and not labels:
        raise wrong[0]
    for error in wrong:
        print(f"formcheck: error: {' '.join(str(error).split())}", file=sys.stderr)
    _protect(labels, [*(folders or []), tracks, compare, model], json_file, markdown_file)
    drills = _known(drill or ())
    plan = Plan(
        source=source,
        model=model,
        drills=drills,
        tracks=tracks,
        cache=default_folder(),
        side=side,
        wrong="wrong" in parts,
        replays="robustness" in parts,
        signals=list_misses,
        jobs=jobs or os.cpu_count() or 1,
    )
    with _Bar() as bar:
        outcome = run_bench(labels, plan, bar)
        speed = None
        if "speed" in parts and source == "video":
            from .speed import measure_speed

            speed = measure_speed([r.label for r in outcome.runs], model, bar)
    words = ["formcheck bench", *(p.name for p in folders or [])]
    arguments = {"command": " ".join(words), "from": source, "model": model, "side": side}
    data = document(outcome, arguments, speed)
    out: Callable[[str], None] = print if json_file != "-" else _to_stderr
    out(summary_text(data))
    if list_misses:
        out("\n" + misses_text(data))
    if baseline is not None:
        data["compared"] = compare_documents(baseline, data)
        out("\n" + comparison_text(data["compared"]))
    if json_file == "-":
        json.dump(data, sys.stdout)
        print()
    elif json_file:
        _write(Path(json_file), json.dumps(data, indent=1) + "\n")
    if markdown_file is not None:
        from .plots import draw_all
        from .tables import kept, markdown

        figures = draw_all(data["curves"], markdown_file)
        page = markdown_file.read_text(encoding="utf-8") if markdown_file.is_file() else ""
        _write(markdown_file, markdown(data, figures) + kept(page))
    if short := failures(data, bars):
        for line in short:
            print(f"not met: {line}", file=sys.stderr)
        raise typer.Exit(1)
    if wrong:
        raise typer.Exit(LabelError.exit_code)


def _protect(
    labels: Sequence[Label],
    given: Sequence[str | Path | None],
    json_file: str | None,
    markdown_file: Path | None,
) -> None:
    """See that no output replaces a label, a clip, a track or anything else that is ``given``."""
    from ..files import recordings, refuse_overwriting
    from ..folders import config_file
    from .plots import curves_folder
    from .run import clip_path

    read: list[Path] = [config_file()]
    for label in labels:
        read += [label.path, clip_path(label)]
    for path in given:
        read += [] if path is None else recordings(path, "**/*")
    drawn = curves_folder(markdown_file).glob("*.svg") if markdown_file else ()
    refuse_overwriting(read, [json_file, markdown_file, *drawn])


def _known(names: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    from ..catalogue.registry import get_drill

    return tuple(get_drill(name).name for item in names for name in item.split(","))


def _to_stderr(text: str) -> None:
    print(text, file=sys.stderr)


def _write(path: Path, text: str) -> None:
    try:
        replace_text(path, text)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be written ({error.strerror}); name a file in an existing folder"
        ) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(read_text(path, MOST_DOCUMENT))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: expected a bench document to compare with, it cannot be read "
            f"({getattr(error, 'strerror', None) or error}); write one with --json"
        ) from error
    if not isinstance(data, dict):
        raise InputError(f"{path}: expected a bench document, got {type(data).__name__}")
    return data


class _Bar:
    """Progress on a terminal, silence elsewhere."""

    def __init__(self) -> None:
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> _Bar:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress

            self._progress = Progress(console=Console(stderr=True), transient=True)
            self._progress.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, what: str, done: int, of: int) -> None:
        if self._progress is None or of == 0:
            return
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=of)
        self._progress.update(self._tasks[what], completed=done, total=of)
