"""``formcheck drills --new NAME``: a drill that works and its test, to change step by step."""

from __future__ import annotations

from pathlib import Path

from ..errors import UsageError

__all__ = ["new_drill"]


def new_drill(name: str, folder: Path) -> tuple[Path, Path]:
    """Write ``folder/NAME.py`` and ``folder/tests/test_NAME.py``; returns both.

    Raises:
        UsageError: the name is not fit or taken, a file is there already, or cannot be written.
    """
    from ..catalogue.registry import free_name, load_drill_file

    free_name(name, folder)
    file, test = folder / f"{name}.py", folder / "tests" / f"test_{name}.py"
    try:
        test.parent.mkdir(parents=True, exist_ok=True)
        for path, text in ((file, _DRILL), (test, _TEST)):
            filled = text.replace("NAME", name).replace(
                "TITLE", name.replace("_", " ").capitalize()
            )
            with path.open("x", encoding="utf-8", newline="\n") as out:
                out.write(filled)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror}); use --folder") from error
    load_drill_file(file)
    return file, test


_DRILL = '''\
"""TITLE: one arm up to the side.

A drill to start from: it works as it is; change it piece by piece (docs/add-a-drill.md).
"""

from formcheck.drill import (
    Body,
    Dose,
    Drill,
    Sides,
    change,
    fault,
    in_front,
    measure,
    of,
    postures,
    reps,
)


def leaning(body: Body) -> float:
    """lean of the trunk from upright, to either side"""
    return abs(body.trunk.lean)


# What is measured: name, unit and what of. `of` holds ready ones; a function of your own says in
# its docstring what the number means.
arm_raised = measure(
    "arm_raised", "deg", of.joint_angle("working elbow", at="working shoulder", b="working hip")
)
trunk_lean = measure("trunk_lean", "deg", leaning)

DRILL = Drill(
    name="NAME",
    title="TITLE",
    card="own",  # where it is described: a card, a leaflet, a page
    summary="Standing, raise one straight arm out to the side and lower it slowly.",
    setup="Stand facing the camera, arms hanging, room to both sides.",
    view=in_front(
        postures.standing,  # is this the posture, all through the movement?
        needs=("shoulder", "elbow", "hip"),  # parts of the working side that must be seen
    ),
    sides=Sides.MOVING,  # the arm that moves is the working one
    # What is counted: it rises with the movement. Look at yours with `formcheck score --json`.
    # Changes from the person's own rest: begins at 20, is over below 12, counts from 60.
    counts=reps(arm_raised, begins=20, ends=12, whole=60, full=85),
    measures=(trunk_lean,),  # the others, for the faults
    faults=(
        fault(
            "trunk_lean",
            "Grow tall, only the arm moves",  # what to say: at most eight words
            "Your trunk leaned as the arm rose.",  # what the camera saw
            # Top minus rest of each repetition. Measure good and faulty ones, set it between.
            change(trunk_lean).above(8, strong=15),
            severity=2,  # 0 note, 1 polish, 2 fix now
            source="EC: to be measured",  # every number has a source
        ),
    ),
    dose=Dose(sets=2, reps=8),
    weights="strength",  # strength, hold, small_lift, stretch, posture or minutes
    cannot_see=("how hard you work",),
    cautions=("Stay where it is easy.",),
    sources=("EC",),
)
'''

_TEST = '''\
"""TITLE: counted, its fault found, a near miss let pass. Run with: pytest"""

from pathlib import Path

import pytest

from formcheck import Analyzer
from formcheck.catalogue.figures import UPPER, pose_of, posture_of, turned
from formcheck.catalogue.registry import load_drill_file

DRILL = load_drill_file(Path(__file__).parent.parent / "NAME.py")
START = posture_of(DRILL).figure  # the stick figure that the drill's own gate lets through


def film(reps=3, arm=85.0, lean=0.0, side="left"):
    """Poses, 25 a second: 2 s up, 1 s held, 2 s down, 1 s rest; angles in degrees."""
    out = 1 if side == "left" else -1  # the person's left is image right
    for i in range(25 * (2 + 6 * reps)):
        t = i / 25
        at = (t - 2) % 6 if t > 2 else 0.0
        share = max(0.0, min(at / 2, 1.0, (5 - at) / 2))
        share = share * share * (3 - 2 * share)
        raised = [f"{side}_elbow", f"{side}_wrist"]
        figure = turned(START, raised, f"{side}_shoulder", out * arm * share)
        yield pose_of(turned(figure, UPPER, 0j, -out * lean * share), t)


def scored(**how):
    analyzer = Analyzer(DRILL)
    for pose in film(**how):
        analyzer.update(pose)
    analyzer.finish()
    return analyzer.result()


@pytest.mark.parametrize("side", ["left", "right"])
def test_each_repetition_is_counted_on_its_side(side):
    result = scored(side=side)
    assert result.complete == 3
    assert {rep.side.value for rep in result.reps} == {side}
    assert not any(rep.faults for rep in result.reps)


def test_a_small_movement_is_not_a_whole_repetition():
    assert scored(arm=45).complete == 0


@pytest.mark.parametrize(("lean", "found"), [(16, True), (4, False)])
def test_the_trunk_lean_is_found_and_a_near_miss_is_not(lean, found):
    reps = scored(lean=lean).reps
    assert len(reps) == 3
    assert all(("trunk_lean" in [f.code for f in rep.faults]) is found for rep in reps)
'''
