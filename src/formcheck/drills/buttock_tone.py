"""Buttock tone: on the front, knee bent, lift the knee just off the floor (drills.md D09)."""

from formcheck.drill import (
    Body, Dose, Drill, Facts, Side, Sides, beside_the_mat, change, fault, measure, of, postures,
    reps, throughout,
)  # fmt: skip


def near_leg(body: Body) -> Side:
    """Only the leg nearest the camera is counted: of crossing shins the model sometimes takes
    the one for the other (measured), the near knee stays right."""
    return body.near_side


def bent_knee(body: Body) -> float:
    """the knee that is bent the most, as shins of crossing legs change places (measured); 180 is
    straight"""
    return min(body.left.knee_angle, body.right.knee_angle)


raised = measure("raise", "deg", of.incline("hips", to="working knee"))
knee_angle = measure("knee_angle", "deg", bent_knee)
knee_rise = measure("knee_rise", "T", of.height("working knee", above="hips"))
foot = measure("foot", "T", of.height("higher ankle", above="hips"))
hip_rise = measure("hip_rise", "T", of.height("working hip", above="shoulders"))
chest_rise = measure("chest_rise", "T", of.height("shoulders", above="hips"))
trunk = measure("trunk", "deg", of.incline("hips", to="shoulders"))


def thigh_rose(rep: Facts) -> bool:
    """The thigh of a bent leg rose; with the knee bent the foot rests 0.7-0.9 T up, straight
    under 0.2 (measured)."""
    rose = rep.rest(foot) > 0.5 and rep.change(knee_rise) > 0.04
    return rose and abs(rep.change(trunk)) < 12


DRILL = Drill(
    name="buttock_tone", title="Buttock tone", card="D09",
    summary="Lying on your front with one knee bent, lift that knee just off the floor.",
    setup="Lie on your front, bend the knee nearest the camera until the sole faces the ceiling.",
    # From 25 degrees askew the model draws knee and foot of the bent leg up and down by as much as
    # they rise: 3, 4, 7 and 8 were counted of 3 (measured, four bodies), so that none is.
    view=beside_the_mat(postures.face_down, fits=postures.square_on_the_front,
        judges=postures.square_on_the_front),
    sides=Sides.POSTURE, side_of=near_leg,
    # drills.md D09: 5, 7, 3 as changes from rest. Measured: good form 6.6-17, so a little less.
    counts=reps(raised, begins=4, ends=2.5, whole=5.5, full=8, only_if=thigh_rose),
    measures=(knee_angle, knee_rise, foot, hip_rise, chest_rise, trunk),
    faults=(
        fault("too_high", "Smaller lift, tummy gently on",
            "The knee went higher than the hip alone can take it.",
            throughout(raised, from_rest=True).above(24, strong=32, for_s=0.5), severity=2,
            source="[Oh07]; drills.md D09"),
        # The surrogate of an arched back; a pelvis that turns with the leg (20 deg) moves the
        # hip by 0.03 T only, as good form does: not seen (measured).
        fault("lumbar_arch", "Front of your hips stays down",
            "Your hip came off the floor with the leg.",
            change(hip_rise).above(0.06, strong=0.11), severity=2, confidence="B", certain=False,
            source="S2; drills.md D09; measured: good form under 0.035, 18 deg of arch 0.06-0.09"),
        fault("knee_straightens", "Sole to the ceiling", "The knee straightened.",
            throughout(knee_angle).above(125, strong=140, for_s=0.7),
            source="S2; drills.md D09"),
        fault("chest_lift", "Chest rests", "Your chest came off the floor.",
            throughout(chest_rise, from_rest=True).above(0.10, strong=0.16, for_s=0.7),
            source="EC; drills.md D09"),
    ),
    dose=Dose(sets=1, reps=5, hold_s=8), weights="small_lift",
    cannot_see=("turning of the pelvis", "the curve of the low back itself", "which muscles work"),
    cautions=("If lying face down is not comfortable, do the pelvic tilt instead.",),
    sources=("S2", "PHE", "Oh07", "Murphy06", "Bruno14"),
)
