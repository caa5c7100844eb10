"""Standing, kneeling and plank drills: what each counts, and what is somebody else's movement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from stick import (
    UPPER,
    Figure,
    all_fours,
    film,
    judged,
    leaning,
    leg,
    min_jerk,
    moving,
    on_the_back,
    on_the_front,
    pose,
    reps,
    standing,
    standing_side_on,
    turned,
)

from formcheck.body.pose import Side
from formcheck.catalogue.registry import get_drill
from formcheck.drill.rules import HoldRule
from formcheck.events import Reason
from formcheck.judge.holds import Holds

TIMES = reps(3, rise=1.4, hold=1.0, fall=1.4)
WHOLE_S = 16.0
BODY = (*UPPER, "left_hip", "right_hip")


def codes(result: object) -> set[str]:
    return {f.code for f in result.faults}  # type: ignore[attr-defined]


def moved(figure: Figure, parts: tuple[str, ...], by: complex) -> dict[str, complex]:
    return dict(figure) | {p: figure[p] + by for p in parts}


def set_of(name: str, figure: Callable[[float], Figure], to_s: float = WHOLE_S, **kw: object):  # type: ignore[no-untyped-def]
    way = moving(TIMES)
    return judged(get_drill(name), film(lambda t: figure(way(t)), to_s), **kw).result


# -- squat -----------------------------------------------------------------------------------


def squat_side(way: float, lean: float = 35.0, stride: float = 0.0) -> Figure:
    """Hips back and down by half a torso; ``stride`` steps one foot forward meanwhile."""
    down = moved(standing_side_on(), BODY, way * (0.45 - 0.5j))
    down = moved(down, ("left_knee", "right_knee"), way * (-0.35 + 0.02j))
    down = moved(down, leg(Side.LEFT), -stride * way)
    return leaning(down, -lean * way)


def squat_front(way: float, knees: float = 0.15) -> Figure:
    """Hips down by half a torso, each knee out by ``knees``."""
    down = moved(standing(), BODY, way * -0.5j)
    down = moved(down, ("left_knee",), way * (knees - 0.2j))
    return moved(down, ("right_knee",), way * (-knees - 0.2j))


def test_squats_are_counted_from_either_view() -> None:
    assert set_of("squat", squat_side).complete == 3
    assert set_of("squat", squat_front).complete == 3


def test_a_lunge_is_no_squat() -> None:
    result = set_of("squat", lambda way: squat_side(way, stride=0.9))
    assert result.complete == 0
    assert Reason.WRONG_EXERCISE in {c.reason for c in result.cannot_judge}


def test_knees_are_judged_from_the_front_only() -> None:
    inward = set_of("squat", lambda way: squat_front(way, knees=-0.1))
    assert codes(inward) == {"knees_in"}
    assert codes(set_of("squat", lambda way: squat_front(way, knees=0.0))) == set()
    side = set_of("squat", squat_side)
    assert side.not_judged["knees_in"] is Reason.WRONG_VIEW
    assert "trunk_forward" not in side.not_judged


def test_a_shallow_bend_on_wide_feet_says_nothing_of_the_knees() -> None:
    """Straight legs that stand wide have their knees nearer together than their feet."""

    def wide(way: float, sink: float) -> Figure:
        down = moved(standing(), BODY, way * -sink * 1j)
        for side, out in ((Side.LEFT, 0.5), (Side.RIGHT, -0.5)):
            down = moved(moved(down, leg(side)[2:], out), leg(side)[1:2], 0.3 * out)
        return down

    assert codes(set_of("squat", lambda way: wide(way, 0.5))) == {"knees_in"}
    shallow = set_of("squat", lambda way: wide(way, 0.26))
    assert (shallow.complete, codes(shallow)) == (3, set())


def test_knees_are_judged_on_narrow_shoulders_that_stand_square() -> None:
    def narrow(way: float, aside: float) -> Figure:
        down = dict(squat_front(way, knees=-0.1))
        for side, inward in ((Side.LEFT, -0.12), (Side.RIGHT, 0.12)):
            down[f"{side}_shoulder"] += inward
            down = moved(down, (f"{side}_foot_index",), aside)
        return down

    assert codes(set_of("squat", lambda way: narrow(way, 0.0))) == {"knees_in"}
    assert set_of("squat", lambda way: narrow(way, 0.3)).not_judged["knees_in"]


def test_a_trunk_that_falls_towards_the_camera_is_still_a_squat() -> None:
    """It looks shorter than its shoulders are wide, for longer than a flicker."""

    def folded(way: float) -> Figure:
        return moved(squat_front(way), UPPER, way * -0.6j)

    way = moving(reps(2, rise=1.4, hold=3.0, fall=1.4))
    assert judged(get_drill("squat"), film(lambda t: folded(way(t)), 16.0)).result.complete == 2


def test_a_trunk_that_falls_forward_is_flagged_from_the_side_only() -> None:
    assert codes(set_of("squat", lambda way: squat_side(way, lean=60))) == {"trunk_forward"}
    assert codes(set_of("squat", lambda way: squat_side(way, lean=44))) == set()
    assert set_of("squat", squat_front).not_judged["trunk_forward"] is Reason.WRONG_VIEW


# -- monster walk ----------------------------------------------------------------------------


def side_steps(t: float, back: bool = False) -> Figure:
    """The left foot out by half a torso, then the right after it (or the left ``back``)."""
    figure = dict(standing())
    for start, peak, hold_end, end in TIMES:
        out = 0.5 * min_jerk((t - start) / (peak - start))
        after = 0.5 * min_jerk((t - hold_end) / (end - hold_end))
        figure = moved(figure, leg(Side.LEFT), out - (after if back else 0))
        figure = moved(figure, leg(Side.RIGHT), 0 if back else after)
        figure = moved(
            figure, BODY, (out if back else out + after) / 2 - (after / 2 if back else 0)
        )
    return figure


def test_a_side_step_counts_when_the_other_foot_follows() -> None:
    drill = get_drill("monster_walk")
    assert judged(drill, film(side_steps, WHOLE_S)).result.complete == 3
    there_and_back = judged(drill, film(lambda t: side_steps(t, back=True), WHOLE_S)).result
    assert there_and_back.complete == 0


# -- plank -----------------------------------------------------------------------------------


def propped(line: float, on_knees: bool = False) -> Figure:
    """On the elbows, with this angle from shoulder over hip to ankle (or knee)."""
    half = (180 - line) / 2
    flat = moved(on_the_front(), tuple(p for p in on_the_front() if "elbow" in p), 0.25 - 0.35j)
    flat = moved(flat, tuple(p for p in flat if "wrist" in p), -0.05 - 0.35j)
    flat = dict(flat) | {"left_knee": 0.95 + 0j, "left_ankle": 1.85 + 0j}
    flat |= {"right_knee": 0.97 + 0.03j, "right_ankle": 1.87 + 0.03j}
    if on_knees:
        flat |= {"left_ankle": 0.95 + 0.9j, "right_ankle": 0.97 + 0.93j}
    for side in Side:
        flat = turned(flat, leg(side), f"{side}_hip", -half)
    return turned(flat, UPPER, "left_hip", half)


@pytest.mark.parametrize("on_knees", [False, True])
def test_a_plank_is_timed_from_lying_to_lying(on_knees: bool) -> None:
    lying, straight = 200.0, 174.0
    held = (2.0, 3.2, 9.2, 10.4)
    way = moving([held])
    poses = film(lambda t: propped(lying + (straight - lying) * way(t), on_knees), 13.0)
    (hold,) = judged(get_drill("plank"), poses).result.holds
    assert hold.from_s == pytest.approx(held[1], abs=0.35)
    assert hold.to_s == pytest.approx(held[2], abs=0.35)
    assert not hold.faults


def test_lying_on_the_elbows_is_no_plank() -> None:
    assert judged(get_drill("plank"), film(lambda t: propped(196.0), 8.0)).result.holds == ()


@pytest.mark.parametrize(
    ("line", "found"),
    [(185.0, {"hips_sag"}), (179.0, set()), (150.0, {"pike"})],
)
def test_sag_and_pike_are_told_apart_while_holding(line: float, found: set[str]) -> None:
    assert codes(judged(get_drill("plank"), film(lambda t: propped(line), 6.0)).result) == found


def test_hips_far_up_are_a_pike_not_another_exercise() -> None:
    up = propped(100.0)
    for side in Side:
        up = dict(up) | {f"{side}_elbow": up[f"{side}_shoulder"] - 0.6j}
        up[f"{side}_wrist"] = up[f"{side}_elbow"] - 0.45
    result = judged(get_drill("plank"), film(lambda t: up, 6.0)).result
    assert (len(result.holds), codes(result)) == (1, {"pike"})


# -- all fours -------------------------------------------------------------------------------


def kick(way: float, bent: float = 0.0) -> Figure:
    """The near leg back and up into line, the knee straight but for ``bent`` degrees."""
    back = turned(all_fours(), leg(Side.LEFT), "left_hip", 82 * way)
    shin = ("left_ankle", "left_heel", "left_foot_index")
    return turned(back, shin, "left_knee", -(90 - bent) * way)


def test_a_long_leg_counts_and_a_bent_kick_does_not() -> None:
    long = set_of("back_stabiliser", kick)
    assert (long.complete, long.side) == (3, Side.LEFT)
    assert set_of("back_stabiliser", lambda way: kick(way, bent=70)).complete == 0


# -- lunge and stretches -----------------------------------------------------------------------


def half_kneeling(forward: float) -> Figure:
    """Looking to image left, the left foot in front; the right thigh leans by ``forward``."""
    tall = dict(standing_side_on())
    tall |= {"left_knee": -0.85 - 0.05j, "left_ankle": -0.9 - 0.9j, "left_heel": -0.8 - 1j}
    tall |= {"left_foot_index": -1.2 - 1j, "right_knee": 0.0 - 0.85j, "right_ankle": 0.8 - 0.9j}
    return turned(tall, ("right_knee", "right_ankle"), "right_hip", forward)


@pytest.mark.parametrize(("lean", "found"), [(0.0, set()), (-14.0, {"trunk_forward"})])
def test_a_lunge_is_timed_where_the_hips_are_forward(lean: float, found: set[str]) -> None:
    held = (2.0, 3.8, 8.0, 9.8)
    way = moving([held])
    poses = film(lambda t: leaning(half_kneeling(5 + 25 * way(t)), lean * way(t)), 12.0)
    result = judged(get_drill("deep_lunge"), poses).result
    (hold,) = result.holds
    assert (hold.from_s, hold.to_s) == pytest.approx(held[1:3], abs=0.4)
    assert result.side is Side.LEFT
    assert codes(result) == found


def test_a_lunge_from_askew_is_timed_and_its_form_is_not_judged() -> None:
    """From 40 degrees: shoulders and hips show their width, the thigh swings by less."""

    def askew(forward: float) -> Figure:
        figure = half_kneeling(forward)
        for side, out in ((Side.LEFT, -1), (Side.RIGHT, 1)):
            figure = moved(figure, (f"{side}_hip", *leg(side)), 0.18 * out)
            figure = moved(figure, (f"{side}_shoulder",), 0.26 * out)
        return figure

    way = moving([(2.0, 3.8, 8.0, 9.8)])
    result = judged(get_drill("deep_lunge"), film(lambda t: askew(5 + 21 * way(t)), 12.0)).result
    assert [h.seconds for h in result.holds] == [pytest.approx(4.2, abs=0.6)]
    assert "trunk_forward" in result.not_judged
    assert result.form is None


def test_a_heel_held_behind_is_timed_from_askew_and_not_from_the_front() -> None:
    """The shoulders look alike at 40 degrees and narrow ones from the front; feet do not."""
    wide = dict(standing_side_on())
    for side, out in ((Side.LEFT, -1), (Side.RIGHT, 1)):
        wide = moved(wide, (f"{side}_shoulder",), 0.26 * out)
        wide = moved(wide, (f"{side}_hip", *leg(side)), 0.15 * out)
    shin = ("left_ankle", "left_heel", "left_foot_index")
    front = turned(wide, shin, "left_knee", 120)
    aside = front | {"right_foot_index": front["right_heel"] - 0.35}
    for figure, holds in ((aside, 1), (front, 0)):
        poses = [pose(i / 25, figure) for i in range(200)]
        assert len(judged(get_drill("one_leg_stand"), poses).result.holds) == holds


def test_the_hamstring_stretch_warns_of_sciatica() -> None:
    assert any("sciatica" in text for text in get_drill("hamstring_stretch").cautions)


# -- bridges on one foot -----------------------------------------------------------------------


def one_foot_bridge(lift: float, foot: float) -> Figure:
    return moved(on_the_back(lift), leg(Side.RIGHT)[1:], 0.5j * foot)


def test_only_a_bridge_on_one_foot_is_a_single_leg_bridge() -> None:
    assert set_of("single_leg_bridge", lambda way: one_foot_bridge(way, 1.0)).complete == 3
    assert set_of("single_leg_bridge", lambda way: one_foot_bridge(way, 0.0)).complete == 0
    assert set_of("single_leg_bridge", lambda way: one_foot_bridge(0.0, way)).complete == 0


def test_a_march_in_the_bridge_counts_every_foot() -> None:
    result = set_of("single_leg_bridge", lambda way: one_foot_bridge(1.0, way))
    assert (result.complete, result.side) == (3, Side.LEFT)


# -- march -----------------------------------------------------------------------------------


def stepping(t: float, pace: float = 0.8) -> Figure:
    """Left and right knee in turn, ``pace`` seconds each."""
    n, share = divmod(max(t - 1.0, 0.0) / pace, 1.0)
    side = Side.LEFT if n % 2 == 0 else Side.RIGHT
    way = min_jerk(2 * share) if share < 0.5 else min_jerk(2 - 2 * share)
    figure = moved(standing_side_on(), (f"{side}_knee",), way * (-0.6 + 0.45j))
    return moved(figure, leg(side)[1:], way * (-0.4 + 0.45j))


def test_a_march_counts_steps_on_their_own_sides() -> None:
    poses = film(lambda t: stepping(min(t, 1.0 + 8 * 0.8 - 1e-6)), 8.5)
    result = judged(get_drill("march"), poses).result
    assert [r.side for r in result.reps] == [Side.LEFT, Side.RIGHT] * 4
    assert result.complete == 8


def test_a_knee_that_is_held_up_is_no_step() -> None:
    poses = film(lambda t: stepping(1.4 if 1.4 < t < 7 else min(t, 1.8)), 9.0)
    assert judged(get_drill("march"), poses).result.complete == 0


# -- holds at their own level ------------------------------------------------------------------


def test_within_leaves_the_way_in_and_out_of_the_hold() -> None:
    rule = HoldRule(enter=20, end=10, ended_by="out", within=5)
    way = moving([(1.0, 3.0, 7.0, 9.0)])

    def shape(rule: HoldRule):  # type: ignore[no-untyped-def]
        holds = Holds(rule)
        return next(s for i in range(300) if (s := holds.update(i / 25, 60 * way(i / 25))))

    own = shape(rule)
    assert (own.from_s, own.to_s) == pytest.approx((3.0, 7.0), abs=0.1)
    assert own.seconds == pytest.approx(4.0, abs=0.15)
    level = shape(replace(rule, within=None))
    assert level.seconds > 5.0
