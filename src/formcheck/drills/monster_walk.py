"""Monster walk: low, band-tight steps to the side (drills.md D19)."""

from formcheck.drill import (
    Body, Dose, Drill, Facts, Side, at_top, change, fault, in_front, measure, of, postures, ratio,
    reps, smallest,
)  # fmt: skip


def apart(body: Body, part: str) -> float:
    """How far the left joint is from the right across the picture, in T."""
    left, right = body.as_seen(Side.LEFT.joint(part)), body.as_seen(Side.RIGHT.joint(part))
    return abs(body.shift(left, right))


def feet_apart(body: Body) -> float:
    """distance of the feet across the picture"""
    return apart(body, "ankle")


def feet_across(body: Body) -> float:
    """place of the feet across the picture"""
    return body.place(body.ankles).real


def knees_to_feet(body: Body) -> float:
    """distance of the knees as a share of the distance of the feet; 1 is straight above them"""
    return ratio(apart(body, "knee"), apart(body, "ankle"))


def feet_to_shoulders(body: Body) -> float:
    """distance of the feet as a share of the width of the shoulders"""
    return ratio(apart(body, "ankle"), apart(body, "shoulder"))


width = measure("width", "T", feet_apart)
feet_place = measure("feet_place", "T", feet_across)
hip_height = measure("hip_height", "T", of.height("hips", above="ankles"))
knee_ratio = measure("knee_ratio", "ratio", knees_to_feet)
width_share = measure("width_share", "ratio", feet_to_shoulders)
trunk_lean = measure("trunk_lean", "deg", of.lean_towards("left"))


def walked_on(rep: Facts) -> bool:
    """The feet stand somewhere else afterwards, and the hips stayed at their height; a leg that
    comes back is an abduction, hips that sink are a squat or a lunge."""
    went = abs(rep.last(feet_place) - rep.rest(feet_place))
    return went > 0.15 and abs(rep.change(hip_height)) < 0.15


DRILL = Drill(
    name="monster_walk", title="Monster walk", card="D19",
    summary="A little low, walk sideways in slow steps and keep the band tight.",
    setup="Stand facing the camera with room to one side, feet hip-wide, knees a little bent.",
    view=in_front(postures.upright, needs=("hip", "knee", "ankle"),
        needs_other=("hip", "knee", "ankle"),
        camera="In front of you, lens at hip height, 3 m away, 2.5 m of floor in the picture."),
    # Measured: feet 0.52-0.59 T apart, a step of 26 cm opens them to 1.0-1.15.
    counts=reps(width, begins=0.15, ends=0.1, whole=0.25, full=0.45, only_if=walked_on),
    measures=(feet_place, hip_height, knee_ratio, width_share, trunk_lean),
    faults=(
        fault("trunk_lean", "Quiet shoulders", "Your trunk swayed over the step.",
            change(trunk_lean).either_way(7, strong=12), severity=2,
            source="drills.md D19, EC 10 / 16; measured: 16 deg reads 11-12, good form under 3"),
        fault("knees_in", "Push the band apart", "Your knees fell inward.",
            at_top(knee_ratio).below(0.72, strong=0.6), severity=2,
            source="drills.md D19: knees to ankles apart 0.85 / 0.70; measured: good form reads "
            "0.81-0.87 in the wide step, 8 deg inward 0.73, 16 deg 0.66"),
        fault("feet_together", "Keep the band tight", "Your feet came close together.",
            smallest(width_share).below(0.5, strong=0.3),
            source="drills.md D19: 0.7 of the shoulders; measured: good form comes back to 0.75"),
    ),
    dose=Dose(sets=2, reps=8), weights="strength",
    cannot_see=("the band and its tension", "feet that drag",
        "how low you stay: bent knees look straight from the front",
        "steps towards the camera: walk sideways"),
    cautions=("Leave it out if you have fallen in the last year or feel dizzy.",),
    sources=("S4", "Berry15"),
)
