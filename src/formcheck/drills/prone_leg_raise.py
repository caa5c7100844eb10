"""Prone leg raise: on the front, float one straight leg a little off the floor (drills.md D12)."""

from math import nan

from formcheck.drill import (
    Body, Dose, Drill, Facts, Sides, beside_the_mat, change, decrease, each_rep, fault, measure, of,
    postures, reps, throughout,
)  # fmt: skip

working_raise = of.incline("hips", to="working ankle")
raise_of_the_other = of.incline("hips", to="other ankle")


def drawn_raise(body: Body) -> float:
    """line from hips to working ankle, or to the higher one of a body drawn turned over, whose left
    and right are not to be told apart; 0 is level"""
    own, other = working_raise(body), raise_of_the_other(body)
    return other if body.turned_over and other > own else own


raised = measure("raise", "deg", drawn_raise)
other_raise = measure("other_raise", "deg", raise_of_the_other)
thigh = measure("thigh", "deg", of.incline("hips", to="working knee"))
knee_angle = measure("knee_angle", "deg", of.knee_angle("working"))
hip_rise = measure("hip_rise", "T", of.height("working hip", above="shoulders"))
chest_rise = measure("chest_rise", "T", of.height("shoulders", above="hips"))
trunk = measure("trunk", "deg", of.incline("hips", to="shoulders"))


def long_leg_alone(rep: Facts) -> bool:
    """Both feet lay down, one leg rose more than the other (a far leg is drawn half along with the
    near one, measured; one that is not seen speaks against nothing), and the trunk did not rise
    with it; a knee may bend if the thigh rises as well, else it is a heel that goes to the buttock.
    The floor is where the trunk lies: from 40 degrees askew it slopes by 20 in the picture; a far
    leg that is drawn along reads up to 25 above it (measured, 17 bodies)."""
    floor = -rep.rest(trunk)
    return (
        rep.rest(raised) - floor < 25
        and not rep.rest(other_raise) - floor > 25
        and not rep.top(other_raise) - floor > 35
        and not rep.change(other_raise) >= rep.change(raised)
        and (rep.top(knee_angle) > 115 or rep.change(thigh) > 4)
        and abs(rep.change(trunk)) < 12
    )


def height_of_a_long_leg(rep: Facts) -> float:
    """How far the line from the hips to the working ankle rose, of a knee that bent by less than
    12 degrees: a knee that bends brings the ankle up by itself."""
    bent = rep.rest(knee_angle) - rep.top(knee_angle)
    return rep.change(raised) if bent < 12 else nan


DRILL = Drill(
    name="prone_leg_raise", title="Prone leg raise", card="D12",
    summary="Lying on your front, float one straight leg just off the floor and lower it slowly.",
    setup="Lie on your front, legs long, forehead on your hands, working leg towards the camera.",
    # The far hip and knee are seldom seen.
    view=beside_the_mat(postures.face_down, needs=("shoulder", "ankle"),
        judges=postures.square_on_the_front),
    sides=Sides.MOVING,
    # drills.md D12, as changes from rest, and 8 for a whole one. Measured: good form 11-13, a real
    # person 20; from 25 deg askew 7.8-22.9 (12 tracks).
    counts=reps(raised, begins=5, ends=3, whole=7, full=12, only_if=long_leg_alone),
    measures=(other_raise, thigh, knee_angle, hip_rise, chest_rise, trunk),
    faults=(
        fault("too_high", "Low and long", "The leg went higher than the hip alone can take it.",
            each_rep(height_of_a_long_leg, "deg").above(20, strong=26), severity=2,
            source="[Oh07], drills.md D12: hip extension itself ends at 10-18; measured: good form "
            "reads 9-18.2, so 2 deg more"),
        fault("knee_bend", "Long leg", "The knee bent.",
            decrease(knee_angle).above(20, strong=30),
            source="drills.md D12: 158 and 150; measured: 10 deg reads 17, 30 reads 30"),
        fault("pelvis_lift", "Hips heavy", "Your hip came off the floor with the leg.",
            change(hip_rise).above(0.08, strong=0.12), severity=2, confidence="B", certain=False,
            source="drills.md D12; measured: good form up to 0.06, 20 deg of turning 0.054, so "
            "that much is not told"),
        fault("chest_lift", "Chest rests", "Your chest came off the floor.",
            throughout(chest_rise, from_rest=True).above(0.10, strong=0.16, for_s=0.7),
            source="EC; drills.md D09 and D12"),
    ),
    dose=Dose(sets=1, reps=3, hold_s=5), weights="small_lift",
    variants="One leg, or both in turn. A bent knee whose thigh stays down does not count.",
    cannot_see=("a pelvis that turns by less than a lot", "the curve of the low back itself",
        "which muscles work"),
    cautions=("If lying face down is not comfortable, do the pelvic tilt instead.",),
    sources=("S2", "Oh07", "PHE", "Murphy06", "Bruno14"),
)
