"""The drill language: points, thresholds and quantities say what they do, and refuse slips."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan
from pathlib import Path

import pytest
from stick import on_the_back, pose, standing

from formcheck.body.measures import Body
from formcheck.body.pose import Joint, Pose, Side
from formcheck.catalogue.registry import all_drills, get_drill, load_drill_file
from formcheck.cli import main
from formcheck.drill import (
    Dose,
    Facts,
    Measure,
    at_rest,
    at_top,
    beyond_own_best,
    change,
    decrease,
    each_rep,
    fault,
    from_the_front,
    from_the_side,
    holds,
    lens_above,
    measure,
    movement,
    of,
    range_of,
    reps,
    since_the_last_s,
    smallest,
    square_on,
    throughout,
    too_fast,
    unsteadiness,
)
from formcheck.drill.explain import explained
from formcheck.drill.points import PARTS, SIDES, point, said
from formcheck.drill.thresholds import Watched
from formcheck.errors import UsageError
from formcheck.events import FaultCleared, FaultRaised, Reason
from formcheck.judge.lane import Lane

DRILLS = list(all_drills().values())
X = Measure("x", "deg", lambda body: 0.0, "the thing; 0 is good")


def body(side: Side | None = Side.RIGHT, hidden: Joint | None = None) -> Body:
    p = pose(0.0, standing())
    if hidden is not None:
        seen = p.visibility.copy()
        seen[hidden] = 0.1
        p = replace(p, visibility=seen)
    return Body(p, 150.0, Side.LEFT, side)


# -- points ----------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("side", SIDES)
def test_a_side_and_a_part_is_that_joint(side: str, part: str) -> None:
    b = body()
    which = {
        "near": Side.LEFT, "far": Side.RIGHT, "working": Side.RIGHT, "other": Side.LEFT,
        "left": Side.LEFT, "right": Side.RIGHT,
    }[side]  # fmt: skip
    joint = which.joint("foot_index" if part == "toe" else part)
    assert point(f"{side} {part}")(b) == b.as_seen(joint)
    hidden = body(hidden=joint)
    assert isnan(point(f"{side} {part}")(hidden).real)
    assert point(f"drawn {side} {part}")(hidden) == b.as_seen(joint)
    assert said(f"{side} {part}") == f"the {side} {part}"


def test_without_a_working_side_it_is_the_near_one() -> None:
    b = body(side=None)
    assert point("working knee")(b) == b.left.knee
    assert point("other knee")(b) == b.right.knee


def test_middles_and_the_lower_and_the_higher() -> None:
    b = Body(pose(0.0, dict(standing()) | {"left_ankle": 0.3 - 1.2j}), 150.0, Side.LEFT)
    assert point("hips")(b) == b.trunk.hip
    assert point("shoulders")(b) == b.trunk.shoulder
    assert (point("knees")(b), point("ankles")(b)) == (b.knees, b.ankles)
    assert point("nose")(b) == b.nose
    assert point("lower ankle")(b) == b.right.ankle
    assert point("higher ankle")(b) == b.left.ankle


@pytest.mark.parametrize("name", ["knee", "near foot", "upper knee", "", "near", "drawn hips"])
def test_no_such_point_is_one_clear_line(name: str) -> None:
    with pytest.raises(ValueError, match="expected a point of the body") as caught:
        of.height(name, above="hips")
    assert repr(name) in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="expected a side"):
        of.fppa("upper")


# -- measures --------------------------------------------------------------------------------


def test_a_measure_says_what_it_means() -> None:
    m = measure("knee_angle", "deg", of.knee_angle("near"))
    assert m.what == "the near knee; 180 is straight"
    assert m.phrase == "the near knee (180 is straight)"
    assert m.of(body()) == body().left.knee_angle
    assert measure("x", "T", of.gap("hips", "nose"), "my words").what == "my words"
    swing = measure("s", "deg", of.trunk_forward, swing_over_s=2)
    assert (swing.kind, swing.over_s) == ("swing", 2)
    assert "how far it swings within 2 s" in swing.phrase


def test_a_measure_that_says_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"measure 'x': .* named function with a docstring"):
        measure("x", "T", lambda body: 0.0)
    with pytest.raises(ValueError, match="expected one of speed_over_s and still_over_s"):
        measure("x", "T", of.place("hips"), speed_over_s=1, still_over_s=1)


# -- thresholds ------------------------------------------------------------------------------


def test_above_below_and_either_way_read_as_written() -> None:
    above = at_top(X).above(10, strong=20)
    assert [above.exceeded(v) for v in (9.9, 10, nan, -30)] == [False, True, False, False]
    assert (above.released(7.1), above.released(6.9)) == (False, True)
    below = at_top(X).below(10, strong=5)
    assert [below.exceeded(v) for v in (10.1, 10, nan)] == [False, True, False]
    assert (below.released(12.9), below.released(13.1)) == (False, True)
    assert (below.worse(3, 4), above.worse(3, 4)) == (3, 4)
    assert (below.strength(5), below.strength(7.5), below.strength(9.9)) == (1, 0.5, 0.3)
    negative = at_top(X).below(-10, strong=-20)
    assert (negative.released(-7.1), negative.released(-6.9)) == (False, True)
    either = throughout(X).either_way(10, strong=20)
    assert either.magnitude({"x": -12.0}, {}) == 12
    assert throughout(X, from_rest=True).above(1, strong=2).magnitude({"x": 5.0}, {"x": 3.0}) == 2
    assert isnan(throughout(X, from_rest=True).above(1, strong=2).magnitude({"x": 5.0}, {}))


def test_strong_lies_beyond_the_threshold() -> None:
    with pytest.raises(ValueError, match="above 10: expected strong to be above it, got 5"):
        at_top(X).above(10, strong=5)
    with pytest.raises(ValueError, match="below 10: expected strong to be below it, got 20"):
        throughout(X).below(10, strong=20)
    with pytest.raises(ValueError, match="during: expected one of rise, top, fall, hold"):
        throughout(X, during="bottom")
    with pytest.raises(ValueError, match="expected a measure with still_over_s"):
        movement(X)


def test_stillness_is_read_as_movement() -> None:
    still = measure("still", "T", of.place("hips"), still_over_s=1)
    assert movement(still).above(0.1, strong=0.2).magnitude({"still": -0.15}, {}) == 0.15


# -- quantities ------------------------------------------------------------------------------


def rep(rest: float, top: float, start: float = 1.0, earlier: tuple[Facts, ...] = ()) -> Facts:
    times = [start + i / 10 for i in range(31)]
    values = [rest] * 10 + [top] * 11 + [rest] * 10
    return Facts(Side.LEFT, start, start + 1, start + 2, start + 3, 2.0, top, top - rest, top > 15,
                 True, True, 0, {"x": rest}, times, {"x": values}, earlier)  # fmt: skip


def test_quantities_of_a_repetition() -> None:
    r = rep(10, 30)
    expected = {at_top: 30, at_rest: 10, change: 20, decrease: -20, smallest: 10, range_of: 20,
                unsteadiness: 0}  # fmt: skip
    for quantity, value in expected.items():
        assert quantity(X).of(r) == value, quantity
        assert quantity(X).unit == "deg"
        assert "the thing (0 is good)" in quantity(X).words
    assert change(X).either_way(5, strong=9).magnitude(rep(30, 10)) == 20
    assert since_the_last_s().of(rep(0, 1, start=6.5, earlier=(r,))) == 2.5
    assert isnan(since_the_last_s().of(r))


def test_the_own_best_is_the_reference() -> None:
    small, large = rep(0, 12), rep(0, 30)
    own = beyond_own_best(change(X))
    assert isnan(own.of(large)), "nothing to compare with"
    assert own.of(rep(0, 20, earlier=(large, small))) == 8
    believed = beyond_own_best(change(X), believed_to=10)
    assert believed.of(large) == 20
    assert believed.of(rep(0, 20, earlier=(large,))) == 10, "a best above 10 is not believed"
    assert believed.of(rep(0, 20, earlier=(rep(0, 4),))) == 16
    whole = beyond_own_best(change(X), complete_only=True)
    assert whole.of(rep(0, 20, earlier=(small, rep(0, 18)))) == 2, "the small one was partial"


# -- faults ----------------------------------------------------------------------------------


def test_a_watched_fault_below_reports_its_smallest_value() -> None:
    bridge = get_drill("hip_bridge")
    near = bridge.fault("feet_near")
    lane, events = Lane(bridge, None, Dose()), []
    for i in range(200):
        t = i / 25
        up = 0.0 if t < 1 else 60.0
        knee = 48.0 if t < 5 else 44.0 if t < 5.5 else 90.0
        lane.values = {m.name: nan for m in bridge.all_measures}
        lane.values |= {"body_line": 125 + up, "knee_angle": knee}
        lane.advance(t)
        events += lane.watch(t) if lane.busy else []
    kinds = [(type(e), e.code) for e in events]
    assert kinds == [(FaultRaised, "feet_near"), (FaultCleared, "feet_near")]
    (span,) = lane.spans
    assert span.magnitude == 44
    assert (near.warn, near.strong, near.below) == (50, 40, True)


def test_where_a_fault_is_seen_from() -> None:
    rule, r = at_top(X).above(1, strong=2), rep(10, 30)
    for seen, reason, fits in (
        (from_the_front(X, at_least=10), Reason.WRONG_VIEW, True),
        (from_the_front(X, at_least=11), Reason.WRONG_VIEW, False),
        (from_the_side(X, at_most=10), Reason.WRONG_VIEW, True),
        (from_the_side(X, at_most=9), Reason.WRONG_VIEW, False),
        (square_on(X, within=10), Reason.WRONG_VIEW, True),
        (square_on(X, within=9), Reason.WRONG_VIEW, False),
        (lens_above(X, at_least=10), Reason.CAMERA_TOO_LOW, True),
        (lens_above(X, at_least=11), Reason.CAMERA_TOO_LOW, False),
        (lens_above(X, at_least=5, at_most=10), Reason.CAMERA_TOO_LOW, True),
        (lens_above(X, at_least=5, at_most=9), Reason.WRONG_VIEW, False),
    ):
        assert seen.why(r) is reason
        assert seen.fits is not None and seen.fits(r) is fits
        assert fault("a", "b", "c.", rule, source="EC", seen=seen).seen is seen
        with pytest.raises(ValueError, match="seen= is asked of a whole movement"):
            fault("a", "b", "c.", throughout(X).above(1, strong=2), source="EC", seen=seen)


def test_levels_in_the_wrong_order_are_told_in_the_authors_words() -> None:
    with pytest.raises(ValueError, match=r"reps\(x\): .*ends < begins < whole <= full, got ends=9"):
        reps(X, begins=5, ends=9, whole=20, full=30)
    with pytest.raises(ValueError, match=r"holds\(x\): expected off_below < on_above"):
        holds(X, on_above=5, off_below=5, ended_by="x")


def test_slips_in_an_authors_functions_are_found_when_it_is_declared() -> None:
    bridge = get_drill("hip_bridge")
    stray = measure("stray", "T", of.gap("hips", "nose"))

    def slip(body: Body) -> float:
        """a slip of the pen"""
        return body.wrok.knee_angle  # type: ignore[attr-defined,no-any-return]

    def reads(rep: Facts) -> float:
        """What a stray measure reads."""
        return rep.top(stray)

    with pytest.raises(ValueError, match=r"drill hip_bridge: measure slip fails .*'wrok'"):
        replace(bridge, measures=(*bridge.measures, measure("slip", "T", slip)))
    with pytest.raises(ValueError, match=r"fault low reads 'stray', which is not among"):
        low = fault("low", "Up", "Low.", each_rep(reads, "T").above(1, strong=2), source="EC")
        replace(bridge, faults=(low,))
    with pytest.raises(ValueError, match="only_if reads 'stray'"):
        replace(bridge, counts=replace(bridge.counts, only_if=lambda_named(stray)))


def lambda_named(m: Measure):  # type: ignore[no-untyped-def]
    def moved(rep: Facts) -> bool:
        """It moved."""
        return rep.change(m) > 1

    return moved


def test_a_preset_carries_its_thresholds() -> None:
    fast = too_fast("Slower", source="EC")
    assert (fast.code, fast.warn, fast.strong, fast.below, fast.unit) == (
        "too_fast", 0.85, 0.5, True, "s")  # fmt: skip
    assert fast.when.magnitude(rep(0, 20)) == 1  # type: ignore[union-attr]


# -- the files as a card ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["hip_bridge", "clamshell", "single_leg_stance", "standing_hip_abduction"]
)
def test_the_first_four_fit_a_page(name: str) -> None:
    file = Path(__file__).parent.parent / "src" / "formcheck" / "drills" / f"{name}.py"
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 80


@pytest.mark.parametrize("drill", DRILLS, ids=lambda d: d.name)
def test_the_read_back_names_every_rule(drill) -> None:  # type: ignore[no-untyped-def]
    text = explained(drill)
    flat = " ".join(text.split())
    assert all(len(line) <= 88 for line in text.splitlines())
    assert "lambda" not in text and "None" not in text and "<" not in text.replace("< ", "")
    head, _, faults = flat.partition("Faults ------")
    for m in drill.all_measures:
        assert f"{m.name}: {' '.join(m.phrase.split())}" in head
    parts = faults.split(' "')
    assert len(parts) == len(drill.faults) + 1
    for f, part in zip(drill.faults, parts[1:], strict=True):
        assert part.startswith(f.cue)
        side = "less" if f.below else "more"
        assert f"fault: {f.warn:g} " in part and f" or {side}" in part
        assert f"strong from {f.strong:g}" in part
        assert f"source: {' '.join(f.source.split())}" in part
        assert f"seen: {f.seen.words}" in part
        assert ("possible only" in part) is not f.certain
        assert ("only large errors" in part) is (f.confidence == "B")
        if isinstance(f.when, Watched):
            assert f"for {f.when.for_s:g} s or longer" in part
            assert ("change from rest" in part) is f.when.from_rest
        else:
            assert "judged: once, when the" in part


def test_explain_reads_as_a_clinician_would_say_it() -> None:
    flat = " ".join(explained(get_drill("hip_bridge")).split())
    assert (
        "measured: the near knee (180 is straight), watched at the top "
        "fault: 118 degrees or more; strong from 130, for 1 s or longer let go: under 82.6"
    ) in flat
    assert "begins: 12 degrees above the person's own rest, for 0.15 s" in flat
    assert "from 25 degrees above rest, and a value of 157 degrees" in flat
    flat = " ".join(explained(get_drill("clamshell")).split())
    assert (
        "seen: from a lens well above the body (knee_drop at rest 0.3 or more and 0.64 or less)"
        in flat
    )
    flat = " ".join(explained(get_drill("single_leg_stance")).split())
    assert "on: from 0.06 torso lengths, for 0.3 s off: under 0.04 torso lengths" in flat
    assert "unless: sway stands" in flat


def test_the_command_explains(capfd: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(list(arguments))
        return int(stop.value.code or 0), *capfd.readouterr()

    assert run("drills", "plank", "--explain") == (0, explained(get_drill("plank")), "")
    for wrong in (("drills", "--explain"), ("drills", "plank", "--explain", "--json")):
        code, out, err = run(*wrong)
        assert (code, out, len(err.splitlines())) == (2, "", 1)
        assert "--explain goes with" in err


# -- old files -------------------------------------------------------------------------------

OLD = """
from formcheck.drill import {names}
DRILL = {drill}
"""


@pytest.mark.parametrize(
    ("names", "drill", "says"),
    [
        ("Body, Dose, Drill, Fault, RepRule, Sides, Signal", "0", r"RepRule is now counts=reps"),
        ("Drill, Signal", "0", r"Signal is now measure\("),
        ("HoldRule", "0", "HoldRule is now counts=holds"),
        ("Fault", 'Fault(code="a", cue="b", what="c", warn=1)', r"what is now saw="),
        ("Fault", 'Fault("a", "b", "c", None, source="EC", warn=1)', r"warn is now at_top"),
        ("Drill", 'Drill(name="x", signal=1)', r"signal is now counts=reps"),
    ],
)
def test_an_old_drill_file_is_told_what_changed(
    tmp_path: Path, names: str, drill: str, says: str
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(OLD.format(names=names, drill=drill), encoding="utf-8")
    with pytest.raises(UsageError, match=f"^mine.py: written in .* {says}") as caught:
        load_drill_file(file)
    assert "docs/add-a-drill.md" in str(caught.value)
    assert "\n" not in str(caught.value)
    page = (Path(__file__).parent.parent / "docs" / "add-a-drill.md").read_text(encoding="utf-8")
    assert "## From the old language" in page


def test_another_mistake_is_not_taken_for_an_old_file(tmp_path: Path) -> None:
    for text in ("from formcheck.drill import nothing", "dict(1, 2)", "from os import Signal"):
        (tmp_path / "mine.py").write_text(text, encoding="utf-8")
        with pytest.raises(UsageError) as caught:
            load_drill_file(tmp_path / "mine.py")
        assert "old language" not in str(caught.value)


def test_a_body_that_is_not_seen_is_nan_in_every_word() -> None:
    nobody = Body(Pose.missing(0.0, (640, 480)), 150.0, Side.LEFT, Side.LEFT)
    lying = Body(pose(0.0, on_the_back(0.5)), 150.0, Side.LEFT, Side.LEFT)
    for word in (of.body_line("near"), of.lifted("near ear", off="near shoulder"),
                 of.hip_bend("working"), of.incline("hips", to="working knee")):  # fmt: skip
        assert isnan(word(nobody))
        assert not isnan(word(lying))
