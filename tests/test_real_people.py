"""What holds for people as they are: cameras askew, other exercises, faults however strong.

``tracks/askew`` holds rendered people filmed from 25 to 40 degrees off the place that the card asks
for: eight whose true joints were projected (numbers from 2000), and four as the pose model sees
them (7000 to 10000), on which a rule failed before.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from math import nan, radians, tan
from pathlib import Path

import numpy as np
import pytest
from stick import (
    TRACKS,
    UPPER,
    Figure,
    Judged,
    dose_of,
    film,
    judged,
    leaning,
    leg,
    load_label,
    load_track,
    moving,
    on_one_leg,
    on_the_front,
    on_the_side,
    pose,
    reps,
    standing,
)
from test_drills_standing import one_foot_bridge, side_steps, stepping

from formcheck.body import postures
from formcheck.body.floor import FloorLine
from formcheck.body.measures import Body
from formcheck.body.pose import Pose, Side
from formcheck.catalogue.registry import all_drills, get_drill
from formcheck.drill import ANYWHERE, Drill, Facts, Fault, Measure
from formcheck.drill.thresholds import Watched
from formcheck.events import Reason, SetResult

# -- cameras askew --------------------------------------------------------------------

ASKEW = sorted((TRACKS / "askew").glob("*.npz"))
REPS = [p for p in ASKEW if load_label(p)["kind"] == "reps"]
HOLDS = [p for p in ASKEW if load_label(p)["kind"] == "hold"]
#: Drills of a movement that lies or kneels: their faults show from beside the mat only.
BESIDE_THE_MAT = {"hip_bridge", "back_stabiliser", "prone_leg_raise"}
#: Of one track only: what is seen of the other knee to chest reads as square, and so does the top
#: of this bridge.
OF_ONE = {
    "knees_to_chest__good__side-30_r7018": {"bouncing", "head_lift", "other_foot_lifts"},
    "hip_bridge__good__side+40_l10005": {"feet_far", "feet_near", "head_lift"},
}
#: What tilts and shortens as a leg moves to or from a camera that is not square in front.
SQUARE_ONLY = {
    "single_leg_stance": {"pelvis_drop"},
    "standing_hip_abduction": {"pelvis_hike", "pelvis_drop", "knee_bend"},
}
#: From the front, 30 degrees askew: what a squat shows from the side, and what hips that go back
#: look like.
SQUAT_UNSEEN = {"trunk_forward", "heels_lift", "side_shift"}


def stem(item: object) -> str | None:
    return item.stem if isinstance(item, Path) else None


@cache
def askew(path: Path) -> Judged:
    label = load_label(path)
    return judged(get_drill(str(label["drill"])), load_track(path), dose=dose_of(label))


def test_the_tracks_from_askew_are_there_and_small() -> None:
    assert (len(REPS), len(HOLDS)) == (10, 2)
    assert all(p.stat().st_size < 200_000 for p in ASKEW)


@pytest.mark.parametrize("path", REPS, ids=stem)
def test_repetitions_are_counted_from_askew(path: Path) -> None:
    result, label = askew(path).result, load_label(path)
    true = label["reps"]
    assert (result.complete, result.partial) == (len(true), 0)  # type: ignore[arg-type]
    for rep, span in zip(result.reps, true, strict=True):  # type: ignore[call-overload]
        assert span["start_s"] <= rep.peak_s <= span["end_s"]
    assert result.cannot_judge == ()


@pytest.mark.parametrize("path", HOLDS, ids=stem)
def test_holds_are_timed_from_askew(path: Path) -> None:
    result, true = askew(path).result, load_label(path)["holds"]
    for hold, span in zip(result.holds, true, strict=True):  # type: ignore[call-overload]
        assert hold.seconds == pytest.approx(span["seconds"], abs=0.9)
        assert hold.from_s == pytest.approx(span["from_s"], abs=0.9)


@pytest.mark.parametrize("path", ASKEW, ids=stem)
def test_no_form_fault_is_claimed_from_askew(path: Path) -> None:
    assert {f.code for f in askew(path).result.faults} <= {"short_hold", "too_fast"}


@pytest.mark.parametrize("path", ASKEW, ids=stem)
def test_what_cannot_be_judged_from_askew_is_named(path: Path) -> None:
    drill = get_drill(str(load_label(path)["drill"]))
    expected: set[str] = SQUARE_ONLY.get(drill.name, set())
    if path.stem in OF_ONE:
        expected = OF_ONE[path.stem]
    elif drill.name in BESIDE_THE_MAT:
        expected = {f.code for f in drill.faults if f.seen is not ANYWHERE}
        assert expected
    elif drill.name == "squat":
        expected = SQUAT_UNSEEN
    not_judged = askew(path).result.not_judged
    assert set(not_judged) == expected
    assert set(not_judged.values()) <= {Reason.WRONG_VIEW}


# -- another exercise --------------------------------------------------------------------

TIMES = reps(3, first=2.5, rise=1.2, hold=0.4, fall=1.2)
WHOLE_S = 15.0
BODY = (*UPPER, "left_hip", "right_hip")


def moved(figure: Figure, parts: tuple[str, ...], by: complex) -> dict[str, complex]:
    return dict(figure) | {p: figure[p] + by for p in parts}


def side_lunge(way: float) -> Figure:
    """Feet wide apart; the hips sink over the left foot, the right leg stays as long as it is."""
    wide = moved(moved(standing(), leg(Side.LEFT)[1:], 0.67), leg(Side.RIGHT)[1:], -0.67)
    down = moved(wide, BODY, way * (0.66 - 0.45j))
    for side in Side:
        down[f"{side}_knee"] = (down[f"{side}_hip"] + down[f"{side}_ankle"]) / 2
    return down


def kick(way: float, out: float) -> Figure:
    """A long left leg raised towards the camera, seen from the front: knee and foot come up to the
    hip one over the other, the foot ``out`` from where it stood."""
    stood, lifted = standing(), dict(standing())
    lifted |= {"left_knee": 0.32 - 0.25j, "left_ankle": 0.23 + out - 0.42j}
    lifted |= {"left_heel": 0.23 + out - 0.48j, "left_foot_index": 0.23 + out - 0.2j}
    return {p: stood[p] + (lifted[p] - stood[p]) * way for p in stood}


def inline_lunge(t: float) -> Figure:
    """One foot set in front of the other, then the hips bob over them."""
    into = moving([(1.0, 2.0, WHOLE_S, WHOLE_S + 1)])(t)
    split = moved(standing(), leg(Side.LEFT)[1:], -0.2 * into)
    split = moved(split, leg(Side.RIGHT)[1:], into * (0.2 + 0.3j))
    return moved(split, BODY, moving(TIMES)(t) * -0.6j)


def result_of(drill: str, scene: Callable[[float], Figure]) -> SetResult:
    return judged(get_drill(drill), film(scene, WHOLE_S)).result


@pytest.mark.parametrize(
    ("drill", "scene"),
    [
        ("squat", lambda t: side_lunge(moving(TIMES)(t))),
        ("march", lambda t: kick(moving(TIMES)(t), out=0.0)),
        ("standing_hip_abduction", lambda t: kick(moving(TIMES)(t), out=0.12)),
        ("single_leg_stance", inline_lunge),
    ],
    ids=["side lunge, squat", "kick, march", "kick, abduction", "inline lunge, stance"],
)
def test_another_movement_is_another_exercise(drill: str, scene: Callable[[float], Figure]) -> None:
    result = result_of(drill, scene)
    assert (result.complete, result.partial, result.holds) == (0, 0, ())
    assert Reason.WRONG_EXERCISE in {c.reason for c in result.cannot_judge}


# -- the slope of the floor --------------------------------------------------------------------


def stands_aslant(slope: float, hips: float = 0.0) -> Figure:
    """On both feet on a floor that rises by ``slope`` to image right, the hips off the middle."""
    figure = standing()
    for side in Side:
        feet = leg(side)[1:]
        figure = moved(figure, feet, figure[f"{side}_ankle"].real * slope * 1j)
    return moved(figure, BODY, hips)


def learned(figures: Callable[[float], Figure], seconds: float, floor: FloorLine) -> float:
    slope = nan
    for i in range(round(seconds * 25)):
        slope = floor.update(Body(pose(i / 25, figures(i / 25)), 150.0, Side.LEFT))
    return slope


def test_the_floor_is_level_until_it_was_seen() -> None:
    assert learned(lambda t: stands_aslant(0.3), 0.2, FloorLine()) == 0.0


@pytest.mark.parametrize("slope", [0.3, -0.2])
def test_the_slope_is_learned_on_both_feet(slope: float) -> None:
    floor = FloorLine()
    assert learned(lambda t: stands_aslant(slope), 1.0, floor) == pytest.approx(slope)
    body = Body(pose(1.0, stands_aslant(slope)), 150.0, Side.LEFT, floor_slope=floor.slope)
    left, right = body.drawn(Side.LEFT).ankle, body.drawn(Side.RIGHT).ankle
    assert body.off_the_floor(left, right) == pytest.approx(0.0, abs=1e-9)
    assert body.height(left, right) == pytest.approx(0.46 * slope)


def test_nothing_is_learned_on_one_leg_or_of_a_foot_that_moves() -> None:
    one_leg = moved(on_one_leg(0.12), BODY, 0.2)
    assert learned(lambda t: one_leg, 2.0, FloorLine()) == 0.0
    assert learned(lambda t: on_one_leg(0.2 * t), 1.0, FloorLine()) == 0.0
    steep = moved(standing(), leg(Side.LEFT)[1:], 0.4j)
    assert learned(lambda t: steep, 2.0, FloorLine()) == 0.0


def rolled(figure: Figure, deg: float) -> Figure:
    """As a camera sees it that is itself tilted."""
    by = cmath.exp(1j * radians(deg))
    return {part: at * by for part, at in figure.items()}


@pytest.mark.parametrize("deg", [-8, 8])
def test_a_tilted_camera_tilts_the_floor_and_believes_no_lifted_foot(deg: float) -> None:
    floor, tilted = FloorLine(), tan(radians(deg))
    assert learned(lambda t: rolled(standing(), deg), 1.0, floor) == pytest.approx(tilted, abs=1e-6)
    one_leg = rolled(moved(on_one_leg(0.25), BODY, 0.15), deg)
    for i in range(50):
        slope = floor.update(Body(pose(1 + i / 25, one_leg), 150.0, Side.LEFT))
        assert slope == pytest.approx(tilted, abs=1e-6)


def test_a_trunk_that_leans_tilts_no_floor() -> None:
    figure = leaning(moved(on_one_leg(0.12), BODY, 0.2), 10)
    assert learned(lambda t: figure, 2.0, FloorLine()) == 0.0


def test_feet_that_are_not_seen_leave_the_slope_as_it_was() -> None:
    floor = FloorLine()
    learned(lambda t: stands_aslant(0.3), 1.0, floor)
    for i in range(50):
        seen = pose(1 + i / 25, stands_aslant(-0.3))
        blind = replace(seen, xy=np.where(np.arange(33)[:, None] == 27, np.nan, seen.xy))
        assert floor.update(Body(blind, 150.0, Side.LEFT)) == pytest.approx(0.3)


# -- beside the mat, or askew --------------------------------------------------------------------


def prone(ahead: float, across: float) -> Body:
    """Prone, the far shoulder this far along the trunk and across it from the near one."""
    figure = moved(on_the_front(), ("right_shoulder",), complex(ahead, across))
    return body_of(pose(0.0, figure))


def body_of(p: Pose) -> Body:
    return Body(p, 150.0, Side.LEFT, Side.LEFT)


def test_prone_from_askew_is_told_from_lying_on_the_side() -> None:
    beside, turned = prone(0.0, 0.1), prone(0.42, 0.48)
    on_side = body_of(pose(0.0, on_the_side()))
    assert postures.square_side_on(beside)
    assert postures.roughly_side_on(beside)
    assert postures.roughly_side_on(turned)
    assert not postures.square_side_on(turned)
    assert postures.on_the_front(turned)
    assert not postures.on_the_front(on_side)
    assert not postures.square_side_on(on_side)


def test_one_shoulder_ahead_of_the_other_is_not_square() -> None:
    ahead = prone(0.4, 0.0)
    assert postures.side_on(ahead)
    assert not postures.square_side_on(ahead)


# -- a strong fault is still the drill -------------------------------------------------------------

SCRIPTED: dict[str, Callable[[], list[Pose]]] = {
    "march": lambda: film(lambda t: stepping(min(t, 7.4 - 1e-6)), 8.5),
    "monster_walk": lambda: film(side_steps, 16.0),
    "single_leg_bridge": lambda: film(lambda t: one_foot_bridge(moving(reps(3))(t), 1.0), 16.0),
}


@cache
def good_form(name: str) -> Facts | None:
    """The facts of a movement in good form: of a rendered person, else of a stick figure."""
    drill = get_drill(name)
    own = [p for p in sorted(TRACKS.rglob("*__good__*.npz"))
           if get_drill(str(load_label(p)["drill"])) is drill]  # fmt: skip
    if not own and name not in SCRIPTED:
        return None
    poses = load_track(own[0]) if own else SCRIPTED[name]()
    lanes = judged(drill, poses).analyzer._lanes.values()
    return next((f for lane in lanes for f in reversed(lane.earlier)), None)


def measure_of(fault: Fault) -> Measure | None:
    """The one value that a fault reads, if it reads one."""
    when = fault.when
    read = (when.measure,) if isinstance(when, Watched) else when.measures
    return read[0] if len(read) == 1 and read[0].kind == "value" else None


PAIRS = [
    pytest.param(d, f, id=f"{d.name}-{f.code}")
    for d in all_drills().values() if d.counts.only_if and good_form(d.name)
    for f in d.faults if measure_of(f) not in (None, d.main)
]  # fmt: skip


def made_worse(facts: Facts, measure: Measure, by: float, at_rest: bool) -> Facts:
    """The same movement with one measure ``by`` more at its top, or all through it."""
    name, t = measure.name, np.array(facts.times)
    way = moving([(facts.start_s, facts.peak_s + 1e-3, facts.hold_end_s, facts.end_s + 1e-3)])
    share = np.ones(len(t)) if at_rest else np.array([way(x) for x in t])
    samples = (np.array(facts.samples[name]) + by * share).tolist()
    rest = facts.rest(measure) + (by if at_rest else 0.0)
    return replace(facts, samples=facts.samples | {name: samples}, rests=facts.rests | {name: rest})


def magnitude(fault: Fault, facts: Facts) -> float:
    when, m = fault.when, measure_of(fault)
    if isinstance(when, Watched):
        return when.magnitude({m.name: facts.top(m)}, {m.name: facts.rest(m)})
    return when.magnitude(facts)


@pytest.mark.parametrize(("drill", "fault"), PAIRS)
def test_a_fault_three_times_as_strong_is_still_the_drill(drill: Drill, fault: Fault) -> None:
    """Below a threshold three times as far from it; at most as far as a body can go."""
    good, measure, when = good_form(drill.name), measure_of(fault), fault.when
    assert good is not None
    assert drill.counts.only_if(good)
    wanted = when.warn + 3 * (when.strong - when.warn) if when.below else 3 * when.strong
    at_rest = magnitude(fault, made_worse(good, measure, 0.1, False)) == magnitude(fault, good)
    strongest = magnitude(fault, good)
    for by in np.linspace(0, 120 if measure.unit == "deg" else 2, 120):
        for way in (-1, 1):
            worse = made_worse(good, measure, way * by, at_rest)
            now = magnitude(fault, worse)
            if when.worse(now, strongest) == now and when.worse(now, wanted) == wanted:
                strongest = now
                assert drill.counts.only_if(worse), f"refused at {now:.3g} {fault.unit}"
    assert when.exceeded(strongest), "no such movement was tried"


ABDUCTION = load_track(TRACKS / "standing_hip_abduction__good__front_r1028.npz")


def turned(p: Pose, by: complex) -> Pose:
    """As a camera would see it that lies on its side."""
    at = (p.xy[:, 0] + 1j * p.xy[:, 1]) * by
    return replace(p, xy=np.stack([at.real, at.imag], 1) + max(p.size), size=(2 * max(p.size),) * 2)


def test_a_clamshell_with_the_feet_wide_apart_counts_and_is_flagged() -> None:
    opens = moving(TIMES)
    result = result_of("clamshell", lambda t: on_the_side(0.4 * opens(t), feet=0.75 * opens(t)))
    assert (result.complete, result.partial) == (3, 0)
    assert [{f.code for f in rep.faults} for rep in result.reps] == [{"feet_apart"}] * 3


@pytest.mark.parametrize("turn", [1j, -1j])
def test_hip_abduction_on_the_side_is_no_clamshell(turn: complex) -> None:
    """A standing hip abduction, turned so that the person lies on their side."""
    result = judged(get_drill("clamshell"), [turned(p, turn) for p in ABDUCTION]).result
    assert (result.complete, result.partial) == (0, 0)
    assert [c.reason for c in result.cannot_judge].count(Reason.WRONG_EXERCISE) == 5
