"""Single-leg bridge and marching bridge: hips up on one foot (drills.md D18)."""

from math import nan

from formcheck.drill import (
    Body, Dose, Drill, Facts, Sides, at_top, beside_the_mat, each_rep, fall_s, fault, measure, of,
    postures, reps, too_fast,
)  # fmt: skip
from formcheck.geometry import angle

#: As in the hip bridge: a straight line reads 184-193, hips on the floor 115-139 (measured).
LINE, DOWN = 186.0, 135.0
FREE_FOOT = of.height("drawn other ankle", above="drawn working ankle")


def on_the_back_one_foot_down(body: Body) -> bool:
    """On the back, the standing foot below its bent knee; the other leg is free."""
    return postures.foot_on_the_mat_on_the_back(body, body.lower("ankle"))


def standing_leg_line(body: Body) -> float:
    """shoulder, hip and knee of the standing leg, as drawn; 180 is straight"""
    stands = body.drawn(body.work.side)
    return body.body_line(stands, stands.knee)


def hips_up_and_foot_clear(body: Body) -> float:
    """hips in line and the other foot clear; 1 when both are"""
    # It rises with what comes last: a single-leg bridge counts every lift of the hips, a march
    # in the bridge every foot.
    hips = (standing_leg_line(body) - DOWN) / (LINE - DOWN)
    return max(min(hips, FREE_FOOT(body) / 0.3), 0.0)  # this way round NaN stays


def between_the_thighs(body: Body) -> float:
    """angle between the thighs of a free leg held straight; not told while the free knee is bent"""
    free, stands = body.drawn(body.other.side), body.drawn(body.work.side)
    if free.knee_angle < 140:
        return nan
    return angle(free.knee - free.hip, 0j, stands.knee - stands.hip)


bridge = measure("bridge", "ratio", hips_up_and_foot_clear)
body_line = measure("body_line", "deg", standing_leg_line)
foot_up = measure("foot_up", "T", FREE_FOOT)
thighs_apart = measure("thighs_apart", "deg", between_the_thighs)


def hips_were_up(rep: Facts) -> bool:
    """Up on one foot: hips well off the floor, the shoulders lying, the free foot clear."""
    return rep.top(body_line) > 157 and rep.top(foot_up) > 0.18


def below_line(rep: Facts) -> float:
    """Degrees short of the straight line, which reads 186 on camera."""
    return LINE - rep.top(body_line)


DRILL = Drill(
    name="single_leg_bridge", title="Single-leg bridge, marching bridge", card="D18",
    summary="In the bridge, lift one foot: keep the hips up and level on the other.",
    setup="Lie on your back, knees bent, feet flat. Lift one foot and bridge on the other, or "
    "bridge first and march: one foot up and down, then the other.",
    view=beside_the_mat(on_the_back_one_foot_down, needs=()), sides=Sides.MOVING,
    # The hip bridge's levels (begins 12 deg of 51, whole 157 deg), the free foot 0.1-0.2 T up.
    counts=reps(bridge, begins=0.25, ends=0.15, whole=0.45, full=0.9, only_if=hips_were_up),
    measures=(body_line, foot_up, thighs_apart),
    faults=(
        fault("low_hips", "Press the heel", "Your hips were not fully up.",
            each_rep(below_line, "deg").above(14, strong=24),
            source="drills.md D18: 160 / 150 of 180, less the 6 deg by which a line reads high "
            "(measured in the hip bridge)"),
        fault("thighs_uneven", "Knees side by side",
            "Your thighs were not level with each other.",
            at_top(thighs_apart).above(15, strong=24), confidence="B",
            source="drills.md D18, EC 12 / 20, 3 deg more for a far thigh; free leg straight"),
        too_fast("Rest, walk the foot closer", "You came down quickly.",
            of=fall_s(), under_s=0.65, strong_s=0.4,
            source="drills.md D18, EC: down in under 0.7 s"),
    ),
    dose=Dose(sets=2, reps=8, hold_s=2), weights="strength",
    cannot_see=(
        "whether the pelvis drops on the free side: not measurable from the side, nor from the "
        "feet",
        "the curve of the low back", "which muscles work"),
    cautions=("Comes after the hip bridge has gone well twice; leave it out if the back hurts.",),
    relatives=("hip_bridge",), sources=("S4", "Andrade12", "Freckleton14"),
)
