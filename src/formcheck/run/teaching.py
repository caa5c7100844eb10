"""A drill taught by a clip and written: the drill file, and a test on the clip's poses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..body.pose import Pose
from ..catalogue.registry import free_name
from ..errors import UsageError
from ..teach import Taught, label_reps, teach
from ..vision.models import find_model
from ..vision.source import open_source
from ..vision.track import write_track
from .opened import opened

if TYPE_CHECKING:
    from .loop import Control

__all__ = ["Lesson", "poses_of", "said", "taught_drill"]


@dataclass(frozen=True)
class Lesson:
    """What is shown: a good clip, its label if there is one, a faulty clip and what to say then."""

    good: Path
    label: dict[str, Any] | None = None
    faulty: Path | None = None
    cue: str = ""


def poses_of(
    clip: Path,
    model: str = "full",
    *,
    warn: Callable[[str], None] = lambda line: None,
    control: Control | None = None,
    told: Callable[[float], None] = lambda t: None,
) -> list[Pose]:
    """All poses of a clip or a pose track; ``control`` may end it early, ``told`` hears the time.

    Raises:
        InputError: it cannot be read.
        ModelError: the model is missing or damaged.
    """
    found_model = None if clip.suffix.lower() == ".npz" else find_model(model)
    poses: list[Pose] = []
    with opened(open_source(str(clip)), found_model, warn=warn) as found, found.seen() as seen:
        for item in seen:
            if control is not None and control.end is not None:
                break
            if item is not None:
                poses.append(item if isinstance(item, Pose) else item.pose)
                told(poses[-1].t)
    return poses


def taught_drill(
    name: str, lesson: Lesson, folder: Path, read: Callable[[Path], list[Pose]] = poses_of
) -> tuple[Path, Taught]:
    """Write ``folder/NAME.py``, ``folder/tests/test_NAME.py`` and the poses that it runs on.

    Raises:
        UsageError: the name is not fit or taken, nothing can be learned from the clips, or the
            folder cannot be written.
        InputError: a clip cannot be read.
        LabelError: the label cannot be read.
    """
    free_name(name, folder)
    label, file = lesson.label, folder / f"{name}.py"
    reps = None if label is None else label_reps(label, lesson.good.name)
    good = read(lesson.good)
    faulty = None if lesson.faulty is None else read(lesson.faulty)
    taught = teach(
        name,
        good,
        reps,
        hold=label is not None and label.get("kind") == "hold",
        faulty=faulty,
        cue=lesson.cue,
        what=lesson.good.name,
        faulty_what="" if lesson.faulty is None else lesson.faulty.name,
    )
    _write(file, name, taught, good, faulty if taught.fault is not None else None)
    return file, taught


def said(taught: Taught, lesson: Lesson) -> list[str]:
    """What it counts and which fault it found, in lines for the person."""
    what = "holds" if taught.holds else "repetitions"
    times = ", ".join(f"{a:.1f} to {b:.1f}" for a, b in taught.spans)
    lines = [f"{lesson.good.name}: counts {taught.counted} of {taught.wanted} {what}"
             + (f" ({times} s)" if times else "")]  # fmt: skip
    if taught.fault is not None:
        lines.append(f"fault: {taught.fault.word.name} changes by {taught.fault.faulty:.2f} "
                     f"instead of {taught.fault.good:.2f} {taught.fault.word.unit}")  # fmt: skip
    return [*lines, *([taught.said] if taught.said else [])]


def _write(
    file: Path, name: str, taught: Taught, good: Sequence[Pose], faulty: Sequence[Pose] | None
) -> None:
    tests = file.parent / "tests"
    test = tests / f"test_{name}.py"
    text = _TEST.format(title=name.replace("_", " ").capitalize(), name=name, n=taught.counted)
    if faulty is not None:
        assert taught.fault is not None
        text += _FAULT.format(name=name, code=f"{taught.fault.word.name}_differs")
    try:
        tests.mkdir(parents=True, exist_ok=True)
        for path, content in ((file, taught.text), (test, text)):
            with path.open("x", encoding="utf-8", newline="\n") as out:
                out.write(content)
        write_track(tests / f"{name}.npz", good)
        if faulty is not None:
            write_track(tests / f"{name}_faulty.npz", faulty)
    except OSError as error:
        raise UsageError(
            f"{file.parent}: cannot be written ({error.strerror}); choose another folder"
        ) from error


_TEST = '''\
"""{title}: counts the clip that it was taught from, and nothing of one who is still.

Run with: pytest. The .npz beside it holds the clip's landmarks only, no picture.
"""

from dataclasses import replace
from pathlib import Path

from formcheck import Analyzer, PoseTrack
from formcheck.catalogue.registry import load_drill_file

HERE = Path(__file__).parent
DRILL = load_drill_file(HERE.parent / "{name}.py")


def poses(name):
    with PoseTrack(HERE / f"{{name}}.npz") as track:
        return list(track)


def scored(poses):
    analyzer = Analyzer(DRILL)
    for pose in poses:
        analyzer.update(pose)
    analyzer.finish()
    return analyzer.result()


def test_it_counts_the_clip_that_it_was_taught_from():
    result = scored(poses("{name}"))
    assert (result.complete or len(result.holds)) == {n}


def test_who_does_not_move_counts_nothing():
    first = next(pose for pose in poses("{name}") if pose.seen)
    result = scored(replace(first, t=n / 25) for n in range(250))
    assert not result.complete and not result.holds
'''

_FAULT = """

def test_the_fault_is_found_in_the_faulty_clip_only():
    def codes(name):
        result = scored(poses(name))
        return {{f.code for part in (*result.reps, *result.holds) for f in part.faults}}

    assert "{code}" in codes("{name}_faulty")
    assert "{code}" not in codes("{name}")
"""
