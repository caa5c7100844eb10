"""What the label file beside a clip says of it: its drill, and the dose that was asked for."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import files
from ..catalogue.registry import drill_names, get_drill
from ..drill import Dose
from ..errors import UsageError
from ..labels import read_label_file

if TYPE_CHECKING:
    from ..drill import Drill

__all__ = ["dose_for", "drill_for", "label_of"]


def label_of(clip: Path) -> dict[str, Any]:
    """The label file beside a clip, empty where there is none.

    Raises:
        LabelError: it is there and is not a label.
    """
    path = files.label_of(clip)
    return read_label_file(path) if os.path.lexists(path) else {}


def drill_for(clip: Path, name: str | None, folder: Path | None) -> Drill:
    """The drill of a clip: as named, else of its label, else of the start of its file name.

    Raises:
        UnknownDrill: the name is not a drill's.
        UsageError: nothing says which drill it is.
    """
    known = drill_names(folder)
    if name is None:
        name = label_of(clip).get("drill")
    if name is None:
        starts = [n for n in known if clip.stem == n or clip.stem.startswith((f"{n}_", f"{n}-"))]
        name = max(starts, key=len, default=None)
    if name is None:
        raise UsageError(
            f"{clip.name}: expected to know the drill, neither --drill nor a label file nor the "
            "file's name says it; add --drill auto to recognise it, or --drill NAME (formcheck "
            "drills lists the names)"
        )
    return get_drill(name, folder)


def dose_for(clip: Path, asked: Dose) -> Dose:
    """What is ``asked`` of a clip, over what its label says was asked for.

    Holds are judged against it.

    Raises:
        LabelError: the label cannot be read.
    """
    dose = label_of(clip).get("dose")
    hold_s = dose.get("hold_s") if isinstance(dose, dict) else None
    if asked.hold_s is None and isinstance(hold_s, (int, float)) and hold_s > 0:
        return replace(asked, hold_s=float(hold_s))
    return asked
