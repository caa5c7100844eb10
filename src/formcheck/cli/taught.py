"""``formcheck drills --new NAME --from CLIP``: a drill file from a clip that shows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from ..body.pose import Pose

__all__ = ["poses_of", "taught_drill"]


def poses_of(clip: Path) -> list[Pose]:
    """All poses of a clip or a pose track.

    Raises:
        InputError: it cannot be read.
        ModelError: the model is missing or damaged.
    """
    from ..body.pose import Pose
    from ..run.opened import opened
    from ..vision.models import find_model
    from ..vision.source import open_source
    from . import common

    model = None if clip.suffix.lower() == ".npz" else find_model()
    with opened(open_source(str(clip)), model, warn=common.warn) as found, found.seen() as seen:
        return [x if isinstance(x, Pose) else x.pose for x in seen if x is not None]


def taught_drill(
    name: str, good: Path, label: Path | None, faulty: Path | None, cue: str, folder: Path
) -> tuple[Path, list[str]]:
    """Write ``folder/NAME.py``; returns it and lines that say what it counts.

    Raises:
        UsageError: the name is taken, or nothing can be learned from the clips.
        InputError: a clip cannot be read.
        LabelError: the label cannot be read.
    """
    from ..labels import read_label_file
    from ..teach import label_reps, teach
    from .scaffold import free_name

    free_name(name)
    file = folder / f"{name}.py"
    if file.exists():
        raise UsageError(f"{file}: it is there already and stays as it is; choose another name")
    reps = None if label is None else label_reps(read_label_file(label), label.name)
    taught = teach(
        name,
        poses_of(good),
        reps,
        faulty=None if faulty is None else poses_of(faulty),
        cue=cue,
        what=good.name,
        faulty_what="" if faulty is None else faulty.name,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as out:
            out.write(taught.text)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror}); use --folder") from error
    lines = [f"{good.name}: counts {taught.counted} of {taught.wanted} repetitions"]
    if taught.fault is not None:
        lines.append(f"fault: {taught.fault.word.name} changes by {taught.fault.faulty:.2f} "
                     f"instead of {taught.fault.good:.2f} {taught.fault.word.unit}")  # fmt: skip
    return file, [*lines, *([taught.said] if taught.said else [])]
