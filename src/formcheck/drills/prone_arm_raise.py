"""Prone arm raise: on the front, float one long arm off the floor (drills.md D13)."""

from math import inf, isfinite

from formcheck.drill import (
    Body, Dose, Drill, Facts, Limb, Side, Sides, beside_the_mat, fault, head_lift, measure, of,
    postures, reps, throughout,
)  # fmt: skip
from formcheck.geometry import bearing


def towards_the_head(body: Body) -> Side:
    """Belly down, the side near the camera follows from where the head is. With the face behind
    the arms the model often takes belly for back and left for right (measured), so nothing here
    trusts its sides; and the far arm is hidden half of the time: only the near one is counted."""
    return Side.LEFT if body.trunk.axis.real < 0 else Side.RIGHT


def reaches_overhead(body: Body) -> bool:
    """Lying flat, legs long and down, the arms reaching past the head."""
    wrist = body.drawn(body.near_side).wrist
    return (
        postures.lying(body)
        and postures.side_on(body)
        and body.near.knee_angle > 140
        and abs(body.height(body.near.hip, body.near.knee)) < 0.3
        and body.along_trunk(wrist - body.trunk.shoulder) > 0.45
    )


def rise(arm: Limb) -> float:
    return bearing(arm.shoulder, arm.elbow)


def higher_arm(body: Body) -> Limb:
    """The arm that is seen to reach higher: the far one rests, or is drawn along with the near."""
    return max(
        (body.left, body.right), key=lambda arm: up if isfinite(up := rise(arm)) else -inf
    )


def upper_arm(body: Body) -> float:
    """higher upper arm from the floor; 0 is level"""
    return rise(higher_arm(body))


def hand_height(body: Body) -> float:
    """height of the hand of the higher arm above the hips"""
    return body.height(higher_arm(body).wrist, body.trunk.hip)


def bend_of_the_arm(body: Body) -> float:
    """bend of the elbow of the higher arm; 0 is straight"""
    return 180 - higher_arm(body).elbow_angle


def slope_of_the_trunk(body: Body) -> float:
    """slope of the trunk towards the shoulders, as the camera sees it; 0 is level"""
    return bearing(body.trunk.hip, body.trunk.shoulder)


# The upper arm: the hand is drawn half as calmly, and goes up when the elbow bends.
raised = measure("raise", "deg", upper_arm)
hand_rise = measure("hand_rise", "T", hand_height)
elbow_bend = measure("elbow_bend", "deg", bend_of_the_arm)
trunk_slope = measure("trunk_slope", "deg", slope_of_the_trunk)
shoulder_rise = measure("shoulder_rise", "T", of.height("shoulders", above="hips"))
head = measure("head_rise", "T", of.height("near ear", above="near shoulder"))
hip_rise = measure("hip_rise", "T", of.height("hips", above="ankles"))
foot_rise = measure("foot_rise", "T", of.height("higher ankle", above="hips"))


def arm_alone(rep: Facts) -> bool:
    """The arm rose from the floor and the legs stayed down; the hand rises with it, by 0.07-0.6 T
    (measured, seven bodies).

    At rest the arm lies in the line of the trunk, whatever the camera makes of that line, and
    moves above it. In a picture that stands on its head it moves below: halfway up it reads
    6-35 degrees over the trunk's line the right way up and 4-40 under it upside down (measured:
    five bodies, three of them from nine cameras each)."""
    halfway = (rep.rest(raised) + rep.top(raised)) / 2 - rep.rest(trunk_slope)
    return (
        not halfway < -3
        and rep.largest(foot_rise) - rep.rest(foot_rise) < 0.15
        and rep.change(hand_rise) > 0.05
    )


DRILL = Drill(
    name="prone_arm_raise", title="Prone arm raise", card="D13",
    summary="Lying on your front, float one long arm off the floor and lower it slowly.",
    setup="Lie on your front, arms long past your head, working arm towards the camera.",
    view=beside_the_mat(reaches_overhead, needs=(),
        camera="Beside the mat, lens 0.3-0.6 m high, 2-2.5 m away, from hands to feet in view.",
        judges=postures.square_on_the_front),
    sides=Sides.POSTURE, side_of=towards_the_head,
    # drills.md D13: 6, 10, 4 as changes from rest. Measured: good form 13-25.
    counts=reps(raised, begins=5, ends=3, whole=7, full=12, only_if=arm_alone),
    measures=(hand_rise, elbow_bend, trunk_slope, shoulder_rise, head, hip_rise, foot_rise),
    faults=(
        fault("trunk_lift", "Only the arm floats", "Your chest came up with the arm.",
            throughout(shoulder_rise, from_rest=True).above(0.10, strong=0.15, for_s=0.7),
            severity=2, source="drills.md D13; measured: 16 deg of lift reads 0.17"),
        fault("elbow_bend", "Reach long", "The elbow bent.",
            throughout(elbow_bend, during="top").above(35, strong=50, for_s=0.7),
            source="drills.md D13: over 30; measured: 20 reads 32, 35 reads 49"),
        head_lift("Forehead rests", head, above=0.12, strong=0.2, source="drills.md D13"),
        fault("hip_lift", "Hips heavy", "Your hips came off the floor.",
            throughout(hip_rise, from_rest=True).above(0.08, strong=0.14, for_s=0.7),
            confidence="B", source="drills.md D13"),
    ),
    dose=Dose(sets=1, reps=10, hold_s=5), weights="small_lift",
    variants="One arm, or both in turn. A far arm that the near one hides is not counted.",
    cannot_see=("the far arm: turn round for the other side", "turning of the trunk"),
    cautions=("If lying face down is not comfortable, do the pelvic tilt instead.",),
    sources=("S2",),
)
