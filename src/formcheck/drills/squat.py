"""Squat, hips wide: sit back and down between the feet, and stand up (drills.md D20)."""

from math import nan

from formcheck.drill import (
    Body, Dose, Drill, Facts, Seen, Side, View, at_rest, at_top, change, each_rep, fault,
    from_the_front, from_the_side, measure, of, postures, ratio, reps,
)  # fmt: skip


def on_the_feet(body: Body) -> bool:
    """Standing, or sitting down between the feet with the trunk tipped forward."""
    return body.trunk.elevation >= 10 and sunk(body) < -0.3


def sunk(body: Body) -> float:
    """hips above the lower ankle, negative; it rises as the hips sink, whatever the view"""
    return -body.height(body.trunk.hip, body.lower("ankle").ankle)


def apart(body: Body, part: str) -> complex:
    """From the right joint to the left, in T, as drawn."""
    return (body.as_seen(Side.LEFT.joint(part)) - body.as_seen(Side.RIGHT.joint(part))) / body.torso


def longer_leg(body: Body) -> float:
    """hip to ankle in the picture, of the leg that looks longer"""
    legs = (body.drawn(side) for side in Side)
    return max(body.gap(leg.hip, leg.ankle) for leg in legs)


def between_the_feet(body: Body) -> float:
    """distance between the feet"""
    return abs(apart(body, "ankle"))


def knees_unlevel(body: Body) -> float:
    """left knee above the right one"""
    return apart(body, "knee").imag


def straighter_knee(body: Body) -> float:
    """bend of the straighter knee; 0 is straight"""
    return 180 - max(body.drawn(side).knee_angle for side in Side)


def knees_to_feet(body: Body) -> float:
    """width of the knees as a share of the width of the feet; 1 is straight above them"""
    return ratio(apart(body, "knee").real, apart(body, "ankle").real)


def feet_to_shoulders(body: Body) -> float:
    """width of the feet as a share of the width of the shoulders"""
    return ratio(apart(body, "ankle").real, apart(body, "shoulder").real)


def toes_outward(body: Body) -> float:
    """how far the toes point outward of the heels, mean of both feet"""
    feet = (body.left, body.right)
    return sum(body.shift(x.toe, x.heel) * body.outward(x.side) for x in feet) / 2


def trunk_from_upright(body: Body) -> float:
    """trunk from upright, either way; 0 is upright"""
    return 90 - body.trunk.elevation


def hips_off_the_middle(body: Body) -> float:
    """hips beside the middle of the feet, as a share of the distance between the feet"""
    return ratio(body.shift(body.trunk.hip, body.ankles), between_the_feet(body))


depth = measure("depth", "T", sunk)
shoulder_width = measure("shoulder_width", "T", of.shoulder_width)
long_leg = measure("long_leg", "T", longer_leg)
stride = measure("stride", "T", between_the_feet)
knee_level = measure("knee_level", "T", knees_unlevel)
least_bend = measure("least_bend", "deg", straighter_knee)
knee_ratio = measure("knee_ratio", "ratio", knees_to_feet)
stance = measure("stance", "ratio", feet_to_shoulders)
toes_out = measure("toes_out", "T", toes_outward)
trunk_tilt = measure("trunk_tilt", "deg", trunk_from_upright)
feet_aside = measure("feet_aside", "T", of.feet_aside)
heel_lift = measure("heel_lift", "T", of.height("near heel", above="near toe"))
side_shift = measure("side_shift", "ratio", hips_off_the_middle)

FRONT = from_the_front(shoulder_width, 0.48)
SIDE = from_the_side(shoulder_width, 0.42)


def square_to_the_camera(rep: Facts) -> bool:
    """Both feet point at the camera; from askew, hips that go back go to one side, too. Shoulders
    alone would not tell: square people by markers read 0.41-0.59, from 40 degrees 0.5-0.6."""
    return rep.rest(shoulder_width) >= 0.36 and abs(rep.rest(feet_aside)) < 0.12


def front_of_the_knees(rep: Facts) -> bool:
    """Knees and feet are seen side by side: square, or wide shoulders from up to 40 degrees."""
    return FRONT.fits is not None and (FRONT.fits(rep) or square_to_the_camera(rep))


SQUARE = Seen("square from the front (feet_aside at rest under 0.12)", square_to_the_camera)
KNEES = Seen("from the front (feet_aside at rest under 0.12, or shoulder_width 0.48 or more)",
    front_of_the_knees)  # fmt: skip


def knees_over_feet(rep: Facts) -> float:
    """Width of the knees as a share of the width of the feet at the bottom of a real bend; standing
    on wide feet reads 0.64-0.8, so a shallow one tells nothing."""
    return rep.top(knee_ratio) if rep.rise >= 0.3 else nan


def sank_between_the_feet(rep: Facts) -> bool:
    """From standing, on feet that stayed, with no leg that stayed long; a lunge to the side leaves
    one leg long, a step or a lifted foot moves a foot.

    From the front a bent knee looks straight but the leg shorter; from the side a leg held out to
    the side looks shorter too, but its knee stays straight. Measured on 8 people by markers and
    20 rendered: squats shorten the longer leg by 0.5-1.0 of the depth, lunges to the side by less
    than 0.1, and of these, seen from the side, one knee bends by 5-26 degrees, of squats by 44 and
    more.
    """
    sank = rep.largest(depth) - rep.rest(depth)
    stood = rep.rest(depth) < -1.15 and rep.rest(trunk_tilt) < 30
    # As far apart at the bottom as before it, after it or before an earlier one: landmarks of legs
    # that come close to the camera jump about.
    strides = [rep.rest(stride), rep.last(stride), *(e.rest(stride) for e in rep.earlier)]
    feet_stayed = (
        any(abs(rep.top(stride) - s) < 0.3 for s in strides) and abs(rep.change(knee_level)) < 0.4
    )
    both_shorter = rep.rest(long_leg) - rep.smallest(long_leg) > 0.2 * sank
    both_bent = rep.rest(shoulder_width) >= 0.36 or rep.largest(least_bend) > 30
    return stood and feet_stayed and both_shorter and both_bent and sank > 0.1


DRILL = Drill(
    name="squat", title="Squat, hips wide", card="D20",
    summary="Feet hip-wide or wider, sit back and down as far as is comfortable, and stand up.",
    setup="Stand with your feet shoulder-wide, toes slightly out, and look straight ahead.",
    view=View("side",
        camera="Beside you to check depth and trunk, or in front of you to check the knees: one "
        "view a set. Lens at hip height, 2.2-3 m away, head and feet in the picture.",
        fits=postures.from_anywhere, posture=on_the_feet, needs=("hip", "knee", "ankle")),
    # The card's levels, by the geometry of the legs: 60 deg of knee flexion sinks the hips by
    # 0.25 T, 80 by 0.43. Measured: 90 deg reads 0.41-0.58 in either view, real people 0.5-0.8.
    counts=reps(depth, begins=0.1, ends=0.07, whole=0.22, full=0.43, only_if=sank_between_the_feet),
    measures=(shoulder_width, long_leg, stride, knee_level, least_bend, knee_ratio, stance,
        toes_out, trunk_tilt, feet_aside, heel_lift, side_shift),
    faults=(
        fault("knees_in", "Spread the floor, knees over toes",
            "Your knees fell inward of your feet.",
            each_rep(knees_over_feet, "ratio").below(0.9, strong=0.65), severity=2, seen=KNEES,
            source="[SquatETH]; knees to ankles apart at the bottom, drills.md D20 0.85 / 0.70; "
            "measured: good form 1.36-1.46, 8 deg inward 1.16, 16 deg 0.79, 19 deg 0.67; 3 people "
            "by markers, good form 1.00-1.42"),
        fault("stance_narrow", "Feet a little wider", "Your feet stood close together.",
            at_rest(stance).below(0.62, strong=0.4), seen=FRONT,
            source="[SquatETH]: shoulder-wide; measured: hip-wide feet read 0.80-0.84 of the "
            "shoulders"),
        fault("toes_out", "Toes slightly out, no more", "Your feet were turned far out.",
            at_rest(toes_out).above(0.26, strong=0.36), confidence="B", seen=FRONT,
            source="[SquatETH]; drills.md D20: over 35 deg, for a foot of 0.45 T; measured: 8 deg "
            "reads 0.05-0.10"),
        fault("trunk_forward", "Chest up, sit back", "Your trunk fell forward at the bottom.",
            at_top(trunk_tilt).above(47, strong=60), severity=2, seen=SIDE,
            source="drills.md D20, EC 45 / 60; measured: good form 32-43 on 12 bodies from 6 "
            "places up to 25 deg askew, 18 more 43-54; by the model 35-38, 12 / 24 more 49 / 60"),
        fault("heels_lift", "Heels heavy", "Your heels came off the floor.",
            change(heel_lift).above(0.13, strong=0.2), confidence="B", seen=SIDE,
            source="[SquatETH], drills.md D20 0.06; measured: flat heels read up to 0.08"),
        fault("side_shift", "Share the weight", "Your hips moved over one foot.",
            change(side_shift).either_way(0.15, strong=0.25), seen=SQUARE,
            source="drills.md D20, EC: 0.12 / 0.20 of the shoulder width"),
    ),
    dose=Dose(sets=2, reps=8), weights="strength",
    variants="Arms anywhere, down to a chair and a rest on it. A lunge to one side does "
        "not count.",
    cannot_see=("whether you clench the buttocks", "knees and feet from the side",
        "depth of the trunk's lean and heels from the front"),
    sources=("S1", "SquatETH", "FPPA-VA", "Yue26", "Cosoli26"),
)
