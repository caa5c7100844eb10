"""The floor drills' own rules: what is not their movement, what a fault is not blamed for."""

from __future__ import annotations

import cmath
from math import cos, isnan, nan, pi
from typing import Any

import pytest
from stick import Figure, film, on_the_front
from stick import judged as replay

from formcheck.body.pose import Side
from formcheck.catalogue.registry import get_drill
from formcheck.drill import Body, Drill, Facts, Measure

FLOOR = (
    "stomach_tone",
    "pelvic_tilt",
    "knee_rolls",
    "knee_to_chest",
    "buttock_tone",
    "deep_stomach_tone",
    "prone_leg_raise",
    "prone_arm_raise",
)


def facts(
    drill: Drill, hold_target_s: float | None = None, **changes: tuple[float, float]
) -> Facts:
    """A movement of two seconds up, one held and two down; ``name=(rest, top)``, others still."""
    times = [i / 10 for i in range(51)]
    share = [min(1.0, t / 2, (5 - t) / 2) for t in times]
    ends = {s.name: changes.pop(s.name, (0.0, 0.0)) for s in drill.all_measures}
    assert not changes, f"{drill.name} has no signal {sorted(changes)}"
    rest, peak = ends[drill.main.name]
    return Facts(
        side=Side.LEFT,
        start_s=0.0,
        peak_s=2.0,
        hold_end_s=3.0,
        end_s=5.0,
        hold_target_s=hold_target_s,
        peak=peak,
        rise=peak - rest,
        complete=True,
        whole_rise=True,
        whole_fall=True,
        bumps=0,
        rests={name: a for name, (a, _) in ends.items()},
        times=times,
        samples={name: [a + (b - a) * x for x in share] for name, (a, b) in ends.items()},
    )


def confirmed(name: str, **changes: Any) -> bool:
    drill = get_drill(name)
    assert drill.counts.only_if is not None
    return drill.counts.only_if(facts(drill, **changes))


def judged(name: str, code: str, hold_target_s: Any = None, **changes: Any) -> float:
    drill = get_drill(name)
    return drill.fault(code).when.magnitude(facts(drill, hold_target_s, **changes))


#: Good form, (rest, top) of the signals that tell.
LEG = {"raise": (1.0, 13.0), "other_raise": (6.0, 10.0), "knee_angle": (177.0, 174.0)}
BENT = {"raise": (-1.0, 9.0), "foot": (0.8, 0.9), "knee_rise": (-0.02, 0.12)}
ARM = {
    "raise": (-3.0, 18.0),
    "trunk_slope": (0.0, 0.0),
    "elbow_bend": (10.0, 5.0),
    "hand_rise": (0.05, 0.25),
}
KNEE = {
    "bend": (45.0, 115.0),
    "other_bend": (50.0, 60.0),
    "knee_angle": (85.0, 65.0),
    "foot": (0.0, 0.45),
    "other_foot": (0.02, 0.06),
}
SHELL = {
    "knee_gap": (0.2, 0.5),
    "foot_gap": (0.1, 0.12),
    "knee_angle": (90.0, 95.0),
    "knee_drop": (0.4, 0.25),
}
#: The floor slopes by 20 degrees in the picture, as from 40 degrees askew.
SLOPED = {"raise": (21.0, 33.0), "other_raise": (26.0, 30.0), "trunk": (-20.0, -20.0)}
ROLL = {"roll": (0.0, 32.0), "left_shin": (0.0, 33.0), "right_shin": (0.0, 30.0)}
TILT = {"tilt": (-0.03, 0.03), "hip_lift": (0.06, 0.05)}


@pytest.mark.parametrize(
    ("name", "good", "other"),
    [
        ("prone_leg_raise", LEG, {"other_raise": (6.0, 22.0)}),  # the other leg rose
        ("prone_leg_raise", LEG, {"raise": (45.0, 57.0)}),  # a bent knee: buttock tone
        ("prone_leg_raise", LEG, {"other_raise": (50.0, 50.0)}),  # shins that changed places
        ("prone_leg_raise", LEG, {"knee_angle": (177.0, 95.0)}),  # a heel to the bottom
        ("prone_leg_raise", LEG, {"trunk": (4.0, 20.0)}),  # getting up
        ("buttock_tone", BENT, {"foot": (0.1, 0.4)}),  # a straight leg
        ("buttock_tone", BENT, {"knee_rise": (-0.02, 0.0)}),  # the hips rose, not the knee
        ("prone_arm_raise", ARM, {"foot_rise": (0.1, 0.5)}),  # arm and leg together
        ("prone_arm_raise", ARM, {"hand_rise": (0.05, 0.08)}),  # the hand stayed down
        ("prone_arm_raise", ARM, {"raise": (-18.0, 3.0)}),  # upside down
        ("prone_arm_raise", ARM, {"trunk_slope": (16.0, 16.0)}),  # and aslant
        ("clamshell", SHELL, {"knee_drop": (-0.5, -0.5)}),  # on the back, knees up
        ("clamshell", SHELL, {"knee_angle": (175.0, 175.0), "foot_gap": (0.1, 0.5)}),  # straight
        ("knee_to_chest", KNEE, {"knee_angle": (175.0, 170.0)}),  # a straight leg raise
        ("knee_to_chest", KNEE, {"other_foot": (0.8, 0.8)}),  # toe dips from a table-top
        ("knee_to_chest", KNEE, {"other_bend": (50.0, 130.0)}),  # the other leg moved more
        ("knee_to_chest", KNEE, {"foot": (0.0, 0.05)}),  # a sit-up
        ("knee_rolls", ROLL, {"right_shin": (0.0, -20.0)}),  # knees apart, not rolled
        ("pelvic_tilt", TILT, {"hip_lift": (0.06, 0.45)}),  # a bridge
        ("pelvic_tilt", TILT, {"foot_lift": (0.0, 0.3)}),  # knee to chest
        ("pelvic_tilt", TILT, {"knee_place": (0.0, 0.3)}),  # knee rolls
    ],
)
def test_another_movement_is_not_this_drill(
    name: str, good: dict[str, tuple[float, float]], other: dict[str, tuple[float, float]]
) -> None:
    assert confirmed(name, **good)
    assert not confirmed(name, **{**good, **other})


def test_a_far_leg_may_be_drawn_along_with_the_near_one() -> None:
    """As the model draws it from askew, where the floor slopes."""
    along = {"raise": (1.0, 20.0), "other_raise": (3.0, 19.0), "trunk": (7.0, 4.0)}
    assert confirmed("prone_leg_raise", **{**LEG, **along})


def test_hips_that_come_off_the_floor_are_told_from_a_leg_that_pulls_them_along() -> None:
    when = get_drill("prone_leg_raise").fault("pelvis_lift").when
    lifted = [
        judged("prone_leg_raise", "pelvis_lift", **LEG, hip_rise=(0.0, up)) for up in (0.06, 0.085)
    ]
    assert [when.exceeded(up) for up in lifted] == [False, True]


def test_a_far_foot_that_is_not_seen_speaks_against_nothing() -> None:
    assert confirmed("prone_leg_raise", **{**LEG, "other_raise": (nan, nan)})


@pytest.mark.parametrize("higher", [0.0, 0.25])
def test_an_arm_raise_counts_with_the_face_higher_than_the_feet(higher: float) -> None:
    """As a lens at 0.9 m and more draws it."""

    def arm(t: float) -> Figure:
        up, lying = 0.15j * (1 - cos(pi * t / 2)), on_the_front()
        face = {p: v + higher * 1j for p, v in lying.items() if p in ("nose", "left_ear")}
        return {**lying, **face, "left_elbow": -1.3 - 0.1j + up, "left_wrist": -1.6 + up}

    assert replay(get_drill("prone_arm_raise"), film(arm, 12.0)).result.complete == 3


def test_legs_lie_where_the_trunk_lies_however_the_floor_slopes() -> None:
    assert confirmed("prone_leg_raise", **{**LEG, **SLOPED})
    assert not confirmed("prone_leg_raise", **{**LEG, **SLOPED, "trunk": (0.0, 0.0)})
    steep = {p: v * cmath.exp(-16j * pi / 180) for p, v in on_the_front().items()}
    held = replay(get_drill("stomach_tone"), film(lambda t: steep, 8.0)).result.holds
    assert [h.seconds for h in held] == [pytest.approx(7.0, abs=1.0)]


def test_hips_over_a_knee_that_the_other_hides_are_not_judged() -> None:
    """From far askew the model guesses the far knee, and puts it elsewhere once it shows."""
    drill = get_drill("back_stabiliser")
    shift = drill.fault("weight_shift")
    moved = {"over_near_knee": (0.0, 0.9), "over_far_knee": (-0.2, -0.5)}
    assert shift.when.exceeded(shift.when.magnitude(facts(drill, **moved)))
    assert shift.sees(facts(drill, **moved, knee_ahead=(0.3, 0.9)))
    assert not shift.sees(facts(drill, **moved, knee_ahead=(0.4, 0.9)))


def test_a_knee_may_bend_as_the_thigh_rises() -> None:
    bent = {**LEG, "knee_angle": (177.0, 90.0)}
    assert confirmed("prone_leg_raise", **{**bent, "thigh": (-3.0, 7.0)})
    assert not confirmed("prone_leg_raise", **{**bent, "thigh": (-3.0, 0.0)})


def test_the_other_foot_is_judged_while_its_knee_stays_where_it_was() -> None:
    fault = get_drill("knee_to_chest").fault("other_foot_lifts")
    up = {**KNEE, "other_foot": (0.02, 0.3)}
    assert fault.when.exceeded(judged("knee_to_chest", "other_foot_lifts", **up))
    rests = judged("knee_to_chest", "other_foot_lifts", **KNEE)
    assert rests == pytest.approx(0.04, abs=0.01) and not fault.when.exceeded(rests)
    both = {**up, "other_bend": (50.0, 110.0)}  # both knees to the chest: a way of doing it
    assert isnan(judged("knee_to_chest", "other_foot_lifts", **both))


def test_a_bent_knee_is_not_also_a_leg_too_high() -> None:
    high = {**LEG, "raise": (1.0, 23.0)}
    assert judged("prone_leg_raise", "too_high", **high) == pytest.approx(22, abs=0.5)
    assert isnan(judged("prone_leg_raise", "too_high", **{**high, "knee_angle": (177.0, 150.0)}))


def test_knees_have_to_stay_rolled_for_most_of_the_hold_that_was_asked_for() -> None:
    fault = get_drill("knee_rolls").fault("short_hold")
    assert not fault.when.exceeded(judged("knee_rolls", "short_hold", 2.0, **ROLL))
    assert fault.when.exceeded(judged("knee_rolls", "short_hold", 10.0, **ROLL))
    assert not fault.when.exceeded(judged("knee_rolls", "short_hold", None, **ROLL))


@pytest.mark.parametrize("name", ["stomach_tone", "deep_stomach_tone", "pelvic_tilt"])
def test_a_drill_with_nothing_to_see_says_so(name: str) -> None:
    drill = get_drill(name)
    assert drill.weights == "posture"
    assert "position score: the effort itself cannot be seen" in drill.summary


@pytest.mark.parametrize("name", FLOOR)
def test_what_the_camera_misses_and_who_should_take_care_is_said(name: str) -> None:
    drill = get_drill(name)
    assert drill.cannot_see
    assert drill.cautions or name == "pelvic_tilt"


def follow(kind: str, over_s: float, values: list[complex]) -> list[float]:
    at = iter(values)
    follower = Measure("x", "T", lambda _b: next(at), kind=kind, over_s=over_s).follower()
    body: Body = object()  # type: ignore[assignment]
    return [follower(i / 10, body) for i in range(len(values))]


def test_still_is_minus_the_farthest_place_of_late() -> None:
    moved = follow("still", 1.0, [0j] * 10 + [0.3 + 0.4j] * 20)
    assert isnan(moved[3]), "half of the time must have been seen"
    assert moved[9] == 0
    assert moved[10] == moved[19] == pytest.approx(-0.5)
    assert moved[-1] == 0, "what is long past is forgotten"


def test_shift_is_told_from_the_middle_of_what_was_before() -> None:
    shifted = follow("shift", 20.0, [1 + 0j] * 30 + [1.5 + 0j] * 10)
    assert isnan(shifted[5]), "a second must have been seen"
    assert shifted[20] == 0
    assert shifted[-1] == pytest.approx(0.5)
    assert isnan(follow("shift", 20.0, [1 + 0j] * 20 + [complex(nan, nan)])[-1])
