"""``formcheck drills``, ``doctor`` and ``models``: what there is and whether it works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError

if TYPE_CHECKING:
    from ..drill import Drill


def register(app: typer.Typer) -> None:
    app.command("drills")(drills)
    app.command("codebook")(codebook)
    app.command("doctor")(doctor)
    app.add_typer(models, name="models")


def drills(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One drill's card.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    new: Annotated[
        str | None,
        typer.Option(
            "--new", metavar="NAME", help="Write a drill file and its test to start from."
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="With --new: where to, else your own drills.")
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", metavar="CLIP", help="With --new: learn it from this clip."),
    ] = None,
    label: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --from: its repetitions.")
    ] = None,
    fault: Annotated[
        Path | None, typer.Option(metavar="CLIP", help="With --from: the same with a fault.")
    ] = None,
    cue: Annotated[str, typer.Option(metavar="TEXT", help="With --fault: what to say.")] = "",
    explain: Annotated[
        bool, typer.Option(help="With NAME: the rule of every fault in plain English.")
    ] = False,
    docs: Annotated[Path | None, typer.Option(metavar="DIR", hidden=True)] = None,
) -> None:
    """List the drills, or show one: set-up, camera, what is checked and what cannot be seen."""
    from ..catalogue.registry import all_drills, get_drill
    from . import common

    if sum(wanted is not None for wanted in (name, new, docs)) > 1:
        raise UsageError("expected one of: a drill's NAME, --new NAME; got several; leave one")
    if folder is not None and new is None:
        raise UsageError("--folder goes with --new NAME; add it or leave --folder out")
    if explain and (name is None or json_):
        raise UsageError("--explain goes with a drill's NAME and without --json")
    if from_ is not None and new is None:
        raise UsageError("--from goes with --new NAME; add it or leave --from out")
    if from_ is None and (label is not None or fault is not None):
        raise UsageError("--label and --fault go with --from CLIP; add it or leave them out")
    if cue and fault is None:
        raise UsageError("--cue goes with --fault CLIP; add it or leave --cue out")
    own = common.settings().drills_folder
    if new is not None and from_ is not None:
        _taught(new, from_, label, fault, cue, folder or own)
        return
    if new is not None:
        from .scaffold import new_drill

        file, test = new_drill(new, folder or own)
        print(f"{file}\n{test}")
        if folder is not None and folder.resolve() != own.resolve():
            common.warn(f"it is found once drills_folder in the settings names {folder.resolve()}")
        return
    if docs is not None:
        _write_docs(docs)
        return
    if name is not None:
        drill = get_drill(name, own)
        if explain:
            from ..drill.explain import explained

            print(explained(drill), end="")
        elif json_:
            print(json.dumps(card(drill), ensure_ascii=False, indent=2))
        else:
            from ..catalogue.cards import text_card

            print(text_card(drill), end="")
        return
    known = all_drills(own)
    if json_:
        print(json.dumps([card(d) for d in known.values()], ensure_ascii=False, indent=2))
        return
    from rich import box
    from rich.table import Table

    out = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("name", "counts", "camera", "what it is"):
        out.add_column(column)
    for drill in known.values():
        kind = "repetitions" if drill.kind == "reps" else "holds"
        out.add_row(drill.name, kind, drill.view.name, drill.summary)
    _console().print(out)


def _write_docs(docs: Path) -> None:
    """``drills.md`` and a drawing a drill; of the package's own drills, not the person's."""
    from ..catalogue.cards import drawing_svg, markdown_page
    from ..catalogue.registry import all_drills

    known = all_drills()
    try:
        (docs / "drills").mkdir(parents=True, exist_ok=True)
        for drill in known.values():
            picture = docs / "drills" / f"{drill.name}.svg"
            picture.write_text(drawing_svg(drill), encoding="utf-8")
        (docs / "drills.md").write_text(markdown_page(known.values()), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{docs}: the cards cannot be written ({error.strerror})") from error


def card(drill: Drill) -> dict[str, Any]:
    """A drill as plain data."""
    dose = {
        key: getattr(drill.dose, key)
        for key in ("reps", "hold_s", "sets", "rest_s")
        if getattr(drill.dose, key) is not None
    }
    return {
        "name": drill.name,
        "title": drill.title,
        "kind": drill.kind,
        "sides": drill.sides.value,
        "summary": drill.summary,
        "setup": drill.setup,
        "view": drill.view.name,
        "camera": drill.camera,
        "dose": dose,
        "signals": [{"name": s.name, "unit": s.unit} for s in drill.all_measures],
        "faults": [
            {
                "code": f.code,
                "cue": f.cue,
                "what": f.saw,
                "severity": f.severity,
                "unit": f.unit,
                "warn": f.warn,
                "strong": f.strong,
                "confidence": f.confidence,
                "source": f.source,
            }
            for f in drill.faults
        ],
        "variants": drill.variants,
        "cannot_see": list(drill.cannot_see),
        "cautions": list(drill.cautions),
        "sources": list(drill.sources),
    }


def codebook() -> None:
    """What the columns of --signals and --table mean, as a page of Markdown."""
    from ..sinks.codebook import codebook as page

    print(page(), end="")


def doctor(
    camera: Annotated[
        str | None, typer.Option(help="Also look through this camera: is all in place to begin?")
    ] = None,
    drill: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --camera: to begin this drill.")
    ] = None,
) -> None:
    """Check the installation: versions, models, display, voice. Exit 1 if something is wrong."""
    from .. import doctor as checks

    raise typer.Exit(checks.main(camera, drill))


models = typer.Typer(help="The pose models: which there are, and fetching one.")


@models.callback(invoke_without_command=True)
def _models(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_models()


@models.command("list")
def list_models() -> None:
    """List the models and whether they are here."""
    from rich import box
    from rich.table import Table

    from ..vision.models import known_models, locate

    out = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("model", "here", "what it is"):
        out.add_column(column)
    for name, entry in known_models().items():
        here = "yes" if locate(name).is_file() else f"formcheck models get {name}"
        out.add_row(name, here, entry.about)
    _console().print(out)


@models.command("get")
def get_model(
    name: Annotated[str, typer.Argument(metavar="NAME", help="e.g. heavy")],
    url: Annotated[
        str | None, typer.Option(help="Another address; the file must have the same sha256.")
    ] = None,
) -> None:
    """Fetch a model from its official address and check its sha256."""
    from ..vision import models
    from . import common

    with common.Progress(None, f"model {name}") as bar:

        def reached(done: int, total: int | None) -> None:
            bar.expect(total)
            bar.reach(done)

        model = models.get_model(name, url, reached)
    print(model.path)


def _console() -> Any:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, 140)
    return console


def _taught(
    name: str, good: Path, label: Path | None, fault: Path | None, cue: str, folder: Path
) -> None:
    """Teach a drill by a clip."""
    from functools import partial

    from ..labels import read_label_file
    from ..run.teaching import Lesson, poses_of, said, taught_drill
    from . import common

    known = None if label is None else read_label_file(label)
    lesson = Lesson(good, known, fault, cue)
    read = partial(poses_of, model=common.settings().model, warn=common.warn)
    file, taught = taught_drill(name, lesson, folder, read)
    print("\n".join([str(file), *said(taught, lesson)]))
