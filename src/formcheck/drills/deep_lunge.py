"""Deep lunge: half-kneeling or with the back knee lifted, hips forward (drills.md D16)."""

from formcheck.drill import (
    Body, Dose, Drill, Facts, Limb, Side, Sides, at_top, beside_you, each_rep, fault, holds,
    measure, of, postures, ratio, wobble,
)  # fmt: skip


def front(body: Body) -> Side:
    """The front leg is the one with the higher knee."""
    return body.lower("knee").side.other


def rear_leg(body: Body) -> Limb:
    return body.drawn(front(body).other)


def split_low(body: Body) -> bool:
    """Upright on a front foot and a low back knee, both as drawn."""
    knees = body.height(body.drawn(front(body)).knee, rear_leg(body).knee)
    return postures.half_kneeling(body) and knees > 0.3


def rear_thigh_back(body: Body) -> float:
    """rear thigh behind straight down; 0 with the hips over the knee"""
    return -body.thigh_forward(rear_leg(body))


def past_toes(body: Body) -> float:
    """front knee ahead of the toes, as a share of the shin"""
    leg = body.drawn(front(body))
    return ratio(body.shift(leg.knee, leg.toe) * body.facing, body.gap(leg.knee, leg.ankle))


hips_forward = measure("hips_forward", "deg", rear_thigh_back)
trunk_forward = measure("trunk_forward", "deg", of.trunk_forward)
front_knee = measure("front_knee", "ratio", past_toes)
shoulder_speed = measure("wobble", "T/s", of.place("shoulders"), speed_over_s=1)


def trunk_back(hold: Facts) -> float:
    """How far the trunk leaned back from upright, through the hold."""
    return -hold.top(trunk_forward)


DRILL = Drill(
    name="deep_lunge", title="Deep lunge", card="D16",
    summary="One foot in front, glide the hips forward over a low back knee and stay tall.",
    setup="Half-kneel sideways to the camera, the back leg near it; cushion or lift the knee.",
    # From 40 degrees askew the thigh swings by three quarters of what it does from the side.
    view=beside_you(split_low, fits=postures.roughly_side_on, judges=postures.side_on,
        camera="Beside you, lens at hip height of the kneeling body, 2.5 m away, both feet seen."),
    sides=Sides.POSTURE, side_of=front,
    # Measured: kneeling tall reads 5-15, the stretch 26-36, a real deep lunge 37-53.
    counts=holds(hips_forward, on_above=18.5, off_below=16, ended_by="hips_back", within=4.5),
    measures=(trunk_forward, front_knee, shoulder_speed),
    faults=(
        fault("trunk_forward", "Tall chest, eyes ahead", "Your trunk leaned forward.",
            at_top(trunk_forward).above(9, strong=15), severity=2,
            source="S2, [Granstrom], EC 15 / 25; measured: a bend above the pelvis reads half, "
            "10 / 20 / 30 deg read 8 / 13 / 17, good form -2..2"),
        fault("hips_back", "Glide your hips forward", "Your hips stayed back.",
            at_top(hips_forward).below(20, strong=16),
            source="drills.md D16 (rear hip under 165); measured: good form 26-33"),
        fault("lumbar_arch", "Tuck under gently",
            "Your trunk leaned back over the stretched hip.",
            each_rep(trunk_back, "deg").above(8, strong=14),
            severity=2, confidence="B", certain=False,
            source="drills.md D16, EC: trunk 8 deg back while the hip is stretched"),
        fault("front_knee_far", "Front shin more upright",
            "Your front knee went far past the toes.",
            at_top(front_knee).above(0.15, strong=0.3),
            source="drills.md D16, EC: comfort only"),
        wobble("Widen your feet a little", "You wobbled.", shoulder_speed,
            above=0.25, strong=0.5, for_s=2,
            source="drills.md D16, EC 0.15; measured: a real person sinking slowly 0.2"),
    ),
    dose=Dose(sets=3, hold_s=5), weights="hold",
    cannot_see=("whether the front knee falls in", "whether one side of the pelvis is lower",
        "whether the back knee hovers or rests: both are fine"),
    cautions=("If kneeling hurts use a cushion, or do the one-leg stand instead.",),
    sources=("S2", "Granstrom"),
)
