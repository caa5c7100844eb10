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
Json = Annotated[str | None, typer.Option("--json", metavar="FILE", help="Result; - is stdout.")]
Csv = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Table, one row a repetition or hold.")
]
Events = Annotated[
    str | None, typer.Option(metavar="FILE", help="Events as JSON Lines; - is stdout.")
]
