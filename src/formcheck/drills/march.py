"""March on the spot: the warm-up, and the knee lift for hip mobility (drills.md D21)."""

from math import nan

from formcheck.drill import (
    Body, Dose, Drill, Facts, Sides, at_top, each_rep, fault, from_the_front, from_the_side,
    in_front, measure, of, postures, reps,
)  # fmt: skip


def knee_above_the_other(body: Body) -> float:
    """working knee above the other one; 0 while it is the lower, so a squat reads 0"""
    working, other = body.drawn(body.work.side), body.drawn(body.other.side)
    return max(body.height(working.knee, other.knee), 0.0)  # this way round NaN stays


def leaning_back(body: Body) -> float:
    """trunk from upright, seen from the side; back is positive"""
    return -body.trunk_forward


knee_lift = measure("knee_lift", "T", knee_above_the_other)
hip_height = measure("hip_height", "T", of.height("hips", above="lower ankle"))
knee_bend = measure("knee_bend", "deg", of.knee_bend("drawn working"))
shin_hangs = measure("shin_hangs", "T",
    of.height("drawn working knee", above="drawn working ankle"))
lean_back = measure("lean_back", "deg", leaning_back)
side_lean = measure("side_lean", "deg", of.lean_towards("left"))
shoulder_width = measure("shoulder_width", "T", of.shoulder_width)


def stepped_on_the_spot(rep: Facts) -> bool:
    """A bent knee over a shin that hangs, up and down again in a stride's time, the hips staying
    up; a stance is held, a lunge sinks, an abduction or a kick lifts a long leg."""
    return (
        rep.end_s - rep.start_s < 4
        and abs(rep.change(hip_height)) < 0.2
        and rep.rest(hip_height) > 1.15
        and rep.top(knee_bend) > 25
        and rep.top(shin_hangs) > 0.3
    )


def best_of_ten(rep: Facts) -> float:
    """The highest of the last ten lifts of this leg."""
    lifts = [e.rise for e in (*rep.earlier[-9:], rep)]
    return max(lifts) if len(lifts) == 10 else nan


def least_of_five(rep: Facts) -> float:
    """The smallest sway of the last five steps of this leg, so only what goes on counts."""
    sways = [abs(e.change(side_lean)) for e in (*rep.earlier[-4:], rep)]
    return min(sways) if len(sways) == 5 else nan


DRILL = Drill(
    name="march", title="March on the spot", card="D21",
    summary="March on the spot, lifting each knee as high as is comfortable.",
    setup="Stand tall with room around you, a chair within reach.",
    view=in_front(postures.standing, needs=(), fits=postures.from_anywhere,
        camera="In front of you or beside you, lens at hip height, 2.2-3 m away, feet seen."),
    sides=Sides.MOVING,
    # Card: 0.30 / 0.45 / 0.20 of the thigh, which is about 0.8 T long: EC, no clip yet.
    counts=reps(knee_lift, begins=0.16, ends=0.1, whole=0.3, full=0.4, min_s=0.3, pause_s=0.1,
        only_if=stepped_on_the_spot),
    measures=(hip_height, knee_bend, shin_hangs, lean_back, side_lean, shoulder_width),
    faults=(
        fault("lean_back", "Tall and easy", "You leaned back.",
            at_top(lean_back).above(10, strong=18), seen=from_the_side(shoulder_width, 0.42),
            source="drills.md D21, EC"),
        fault("side_sway", "Quiet shoulders", "Your shoulders swayed from side to side.",
            each_rep(least_of_five, "deg").above(8, strong=14),
            seen=from_the_front(shoulder_width, 0.48),
            source="drills.md D21, EC: 12 deg over five steps; a lean reads 0.7 (monster_walk)"),
        fault("low_knees", "Knees a little higher if comfy", "Your knees stayed low.",
            each_rep(best_of_ten, "T").below(0.22, strong=0.16),
            source="drills.md D21: under 0.25 of the thigh for ten steps, EC"),
    ),
    dose=Dose(sets=1), weights="minutes",
    cannot_see=("whether the pelvis drops while marching", "leg swings and hip circles"),
    cautions=("Tired or unsteady: hold a chair.",),
    sources=("S0", "S4", "2MST"),
)
