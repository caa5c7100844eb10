"""Options that several commands have, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Csv", "Events", "Hold", "Json", "ModelName", "Reps", "WorkingSide"]

WorkingSide = Annotated[str, typer.Option(help="Working side: auto, left or right.")]
Hold = Annotated[float | None, typer.Option(metavar="S", help="Hold asked for, seconds.")]
Reps = Annotated[int | None, typer.Option(metavar="N", help="Repetitions asked for.")]
ModelName = Annotated[
    str | None, typer.Option(help="lite, full, heavy or the path of a .task file.")
]


def _dash(path: str | None) -> str | None:
    """``/dev/stdout`` and its like are ``-``: nothing but data is then written there."""
    from ..files import to_stdout

    return "-" if to_stdout(path) else path


Json = Annotated[
    str | None,
    typer.Option("--json", metavar="FILE", callback=_dash, help="Result; - is stdout."),
]
Csv = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Table, one row a repetition or hold.")
]
Events = Annotated[
    str | None,
    typer.Option(metavar="FILE", callback=_dash, help="Events as JSON Lines; - is stdout."),
]
