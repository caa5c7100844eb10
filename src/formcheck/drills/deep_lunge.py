"""Deep lunge: half-kneeling or with the back knee lifted, hips forward (drills.md D16)."""

from __future__ import annotations

from formcheck.drill import (
    Body,
    Dose,
    Drill,
    Fault,
    HoldRule,
    Limb,
    Side,
    Sides,
    Signal,
    View,
    postures,
)


def front(b: Body) -> Side:
    """The front leg is the one with the higher knee."""
    return b.lower("knee").side.other


def rear_leg(b: Body) -> Limb:
    return b.drawn(front(b).other)


def split_low(b: Body) -> bool:
    """Upright on a front foot and a low back knee, both as drawn."""
    knees = b.height(b.drawn(front(b)).knee, rear_leg(b).knee)
    return postures.half_kneeling(b) and knees > 0.3


def hips_forward(b: Body) -> float:
    """The rear thigh behind straight down: hips over the knee read 0."""
    return -b.thigh_forward(rear_leg(b))


def past_toes(b: Body) -> float:
    """The front knee ahead of the toes, as a share of the shin."""
    leg = b.drawn(front(b))
    return b.shift(leg.knee, leg.toe) * b.facing / b.gap(leg.knee, leg.ankle)


DRILL = Drill(
    name="deep_lunge",
    title="Deep lunge",
    card="D16",
    summary="One foot in front, glide the hips forward over a low back knee and stay tall.",
    setup="Half-kneel sideways to the camera, the back leg near it; cushion or lift the knee.",
    view=View(
        name="side",
        camera="Beside you, lens at hip height of the kneeling body, 2.5 m away, both feet seen.",
        fits=postures.side_on,
        posture=split_low,
        needs=(),
    ),
    signal=Signal("hips_forward", "deg", hips_forward, "rear thigh behind straight down"),
    # Measured: kneeling tall reads 5-15, the stretch 26-36, a real deep lunge 37-53.
    motion=HoldRule(enter=18.5, end=16, ended_by="hips_back", within=4.5),
    sides=Sides.POSTURE,
    side_of=front,
    measures=(
        Signal("trunk_forward", "deg", lambda b: b.trunk_forward),
        Signal("front_knee", "ratio", past_toes),
        Signal("wobble", "T/s", lambda b: b.place(b.trunk.shoulder), kind="speed", over_s=1.0),
    ),
    faults=(
        Fault(
            code="trunk_forward",
            cue="Tall chest, eyes ahead",
            severity=2,
            unit="deg",
            warn=9,
            strong=15,
            judge=lambda f: f.top("trunk_forward"),
            source="S2, [Granstrom], EC 15 / 25; measured: a bend above the pelvis reads half, "
            "10 / 20 / 30 deg read 8 / 13 / 17, good form -2..2",
            what="Your trunk leaned forward.",
        ),
        Fault(
            code="hips_back",
            cue="Glide your hips forward",
            severity=1,
            unit="deg",
            warn=20,
            strong=16,
            judge=lambda f: f.top("hips_forward"),
            below=True,
            source="drills.md D16 (rear hip under 165); measured: good form 26-33",
            what="Your hips stayed back.",
        ),
        Fault(
            code="lumbar_arch",
            cue="Tuck under gently",
            severity=2,
            unit="deg",
            warn=8,
            strong=14,
            judge=lambda f: -f.top("trunk_forward"),
            confidence="B",
            certain=False,
            source="drills.md D16, EC: trunk 8 deg back while the hip is stretched",
            what="Your trunk leaned back over the stretched hip.",
        ),
        Fault(
            code="front_knee_far",
            cue="Front shin more upright",
            severity=1,
            unit="ratio",
            warn=0.15,
            strong=0.3,
            judge=lambda f: f.top("front_knee"),
            source="drills.md D16, EC: comfort only",
            what="Your front knee went far past the toes.",
        ),
        Fault(
            code="wobble",
            cue="Widen your feet a little",
            severity=1,
            unit="T/s",
            warn=0.25,
            strong=0.5,
            signal="wobble",
            change=False,
            persist_s=2.0,
            source="drills.md D16, EC 0.15; measured: a real person sinking slowly 0.2",
            what="You wobbled.",
        ),
    ),
    dose=Dose(sets=3, hold_s=5),
    weights="hold",
    cannot_see=(
        "whether the front knee falls in",
        "whether one side of the pelvis is lower",
        "whether the back knee hovers or rests: both are fine",
    ),
    cautions=("If kneeling hurts use a cushion, or do the one-leg stand instead.",),
    sources=("S2", "Granstrom"),
)
