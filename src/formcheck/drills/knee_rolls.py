"""Knee rolls: on the back, roll both knees to one side, then the other (drills.md D07)."""

from math import nan

from formcheck.drill import (
    Body, Dose, Drill, Facts, Sides, View, each_rep, fault, measure, of, postures, ratio, reps,
    rise_s, short_hold, throughout, too_fast,
)  # fmt: skip

SHINS = of.lean("ankles", to="knees")


def shins_rolled(body: Body) -> float:
    """shins from upright, towards the working side; 0 when rolled away"""
    return max(SHINS(body) * body.outward(body.work.side), 0.0)  # this way round NaN stays


def shoulder_line_slope(body: Body) -> float:
    """shoulder line from level; the left shoulder higher is positive"""
    return body.shoulder_obliquity


def seen_from_above_the_feet(body: Body) -> bool:
    """Shoulders 1.05-1.25 torsos wide in the picture with the lens at 1.4 m; 1.7 and more with
    it low, where landmarks are too poor to judge (measured)."""
    return abs(body.shoulder_separation) < 1.5


def knees_up(body: Body) -> bool:
    """On the back seen from the feet, knees above the feet; from there the picture shortens
    thighs so much that knee angles mean nothing (measured: 5-170 in one clip)."""
    return postures.from_the_feet(body) and body.height(body.knees, body.ankles) > 0.5


roll = measure("roll", "deg", shins_rolled)
left_shin = measure("left_shin", "deg", of.lean("left ankle", to="left knee"))
right_shin = measure("right_shin", "deg", of.lean("right ankle", to="right knee"))
shoulder_line = measure("shoulder_line", "deg", shoulder_line_slope)
knee_gap = measure("knee_gap", "T", of.gap("left knee", "right knee"))


def both_knees(rep: Facts) -> bool:
    """Both shins rolled the same way around feet that stayed."""
    same_way = rep.change(left_shin) * rep.change(right_shin) > 0
    return rep.top(roll) > 0.5 * rep.peak and same_way


def knees_apart(rep: Facts) -> float:
    """How many times as far apart the knees are at the top as at rest."""
    return ratio(rep.top(knee_gap), rep.rest(knee_gap))


def held_share(rep: Facts) -> float:
    """The time spent beyond three quarters of the roll (25 of 32, drills.md D07), as a share of
    the hold that was asked for; the roll is too restless there for a plateau."""
    samples = zip(rep.times, rep.samples[roll.name], strict=True)
    beyond = [t for t, rolled in samples if rolled > 0.75 * rep.peak]
    held_s = beyond[-1] - beyond[0] if beyond else 0.0
    return ratio(held_s, rep.hold_target_s or nan)


DRILL = Drill(
    name="knee_rolls", title="Knee rolls", card="D07",
    summary="Lying on your back, roll both knees slowly to one side, then to the other.",
    setup="Lie on your back, feet to the camera, knees bent and together, arms out a little.",
    view=View("foot",
        camera="Past your feet, lens 1.4 m high looking down, 2-2.5 m away, shoulders in view.",
        fits=seen_from_above_the_feet, posture=knees_up,
        needs=("shoulder", "hip", "knee", "ankle"),
        needs_other=("shoulder", "hip", "knee", "ankle")),
    sides=Sides.MOVING,
    # drills.md D07: 12, 30, 8. Measured: 42-52 true reads 27-36 from 1.4 m, so whole is 20.
    counts=reps(roll, begins=12, ends=8, whole=20, full=32, only_if=both_knees),
    measures=(left_shin, right_shin, shoulder_line, knee_gap),
    faults=(
        fault("shoulder_lift", "Melt both shoulders into the floor",
            "One shoulder came off the floor.",
            throughout(shoulder_line, from_rest=True).either_way(9, strong=16, for_s=1),
            severity=2, confidence="B",
            source="S2; drills.md D07: 10, 16; measured: 10 deg reads 7, 20 reads 13, none 4"),
        fault("knees_part", "Knees travel together", "Your knees came apart.",
            each_rep(knees_apart, "ratio").above(1.6, strong=2.2),
            source="S2; drills.md D07; measured: good form 1.0-1.35"),
        too_fast("Slow like honey", "The knees dropped to the side quickly.", of=rise_s(),
            source="drills.md D07: under 1 s"),
        short_hold("Stay and breathe", "You came back before the hold was over.",
            of=held_share, under=0.7, strong=0.3, severity=0,
            source="S2; drills.md D07: under 70 %"),
    ),
    dose=Dose(sets=1, reps=6, hold_s=10), weights="stretch",
    cannot_see=("turning of the low back itself", "whether a shoulder only just touches"),
    cautions=("Comfort sets the range: there is no depth to reach.",
        "If it brings on leg pain, leave it out and do stomach tone or the pelvic tilt."),
    sources=("S2", "S3"),
)
