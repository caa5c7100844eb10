"""``formcheck agree A B``: how well two raters agree, or raters and formcheck."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError, LabelError, UsageError
from ..sinks import check_output, replace_text
from . import common

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("agree")(agree)


def agree(
    a: Annotated[Path, typer.Argument(metavar="A", help="Labels of a rater, or results.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Those of another, or of formcheck.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="One HTML page.")
    ] = None,
    json_: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="The figures.")
    ] = None,
) -> None:
    """Compare two raters of the same clips: counts, times, holds, faults, refusals."""
    from ..agree.compare import compare
    from ..agree.page import lines, render
    from ..agree.ratings import read_ratings

    read = [p for given in (a, b) for p in (given.rglob("*.json*") if given.is_dir() else [given])]
    common.protect([out, json_], read)
    if out is not None and out == json_:
        raise UsageError(f"{out}: it is named twice; give each output a name of its own")
    for path, what in ((out, "the page"), (json_, "the figures")):
        if path is not None:
            check_output(path, what)
    wrong: list[LabelError] = []
    one, two = read_ratings(a, wrong), read_ratings(b, wrong)
    for error in wrong:
        common.complain(error)
    names = (a.stem, b.stem) if a.stem != b.stem else (str(a), str(b))
    found = compare(one, two, names)
    for name, only in zip(names, found.only, strict=True):
        if only:
            told = ", ".join(only[:5]) + (" …" if len(only) > 5 else "")
            common.warn(f"only {name} rated {len(only)} of the clips, left out: {told}")
    if not found.clips:
        raise InputError(f"{a} and {b} have no clip in common; labels are matched by their clip")
    for line in lines(found):
        print(line)
    if out is not None:
        replace_text(out, render(found))
    if json_ is not None:
        replace_text(json_, json.dumps(found.to_dict(), indent=1, ensure_ascii=False) + "\n")
    if wrong:
        raise typer.Exit(LabelError.exit_code)
