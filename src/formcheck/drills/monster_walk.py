"""Monster walk: low, band-tight steps to the side (drills.md D19)."""

from __future__ import annotations

from formcheck.drill import Body, Dose, Drill, Facts, Fault, RepRule, Side, Signal, View, postures


def apart(b: Body, part: str) -> float:
    """How far the left joint is from the right across the picture, in T."""
    return abs(b.shift(b.as_seen(Side.LEFT.joint(part)), b.as_seen(Side.RIGHT.joint(part))))


def walked_on(f: Facts) -> bool:
    """The feet stand somewhere else afterwards, and the hips stayed at their height: a leg that
    comes back is an abduction, hips that sink are a squat or a lunge."""
    went = abs(f.last("feet_place") - f.rest("feet_place"))
    return went > 0.15 and abs(f.change("hip_height")) < 0.15


DRILL = Drill(
    name="monster_walk",
    title="Monster walk",
    card="D19",
    summary="A little low, walk sideways in slow steps and keep the band tight.",
    setup="Stand facing the camera with room to one side, feet hip-wide, knees a little bent.",
    view=View(
        name="front",
        camera="In front of you, lens at hip height, 3 m away, 2.5 m of floor in the picture.",
        fits=postures.facing_camera,
        posture=postures.upright,
        needs=("hip", "knee", "ankle"),
        needs_other=("hip", "knee", "ankle"),
    ),
    signal=Signal("width", "T", lambda b: apart(b, "ankle"), "foot to foot"),
    # Measured: feet 0.52-0.59 T apart, a step of 26 cm opens them to 1.0-1.15.
    motion=RepRule(start=0.15, end=0.1, top=0.25, full=0.45),
    measures=(
        Signal("feet_place", "T", lambda b: b.place(b.ankles).real),
        Signal("hip_height", "T", lambda b: b.height(b.trunk.hip, b.ankles)),
        Signal("knee_ratio", "ratio", lambda b: apart(b, "knee") / apart(b, "ankle")),
        Signal("width_share", "ratio", lambda b: apart(b, "ankle") / apart(b, "shoulder")),
        Signal("trunk_lean", "deg", lambda b: b.lean_towards(Side.LEFT)),
    ),
    confirm=walked_on,
    faults=(
        Fault(
            code="trunk_lean",
            cue="Quiet shoulders",
            severity=2,
            unit="deg",
            warn=7,
            strong=12,
            judge=lambda f: abs(f.change("trunk_lean")),
            source="drills.md D19, EC 10 / 16; measured: 16 deg reads 11-12, good form under 3",
            what="Your trunk swayed over the step.",
        ),
        Fault(
            code="knees_in",
            cue="Push the band apart",
            severity=2,
            unit="ratio",
            warn=0.72,
            strong=0.6,
            judge=lambda f: f.top("knee_ratio"),
            below=True,
            source="drills.md D19: knees to ankles apart 0.85 / 0.70; measured: good form reads "
            "0.81-0.87 in the wide step, 8 deg inward 0.73, 16 deg 0.66",
            what="Your knees fell inward.",
        ),
        Fault(
            code="feet_together",
            cue="Keep the band tight",
            severity=1,
            unit="ratio",
            warn=0.5,
            strong=0.3,
            judge=lambda f: f.smallest("width_share"),
            below=True,
            source="drills.md D19: 0.7 of the shoulders; measured: good form comes back to 0.75",
            what="Your feet came close together.",
        ),
    ),
    dose=Dose(sets=2, reps=8),
    weights="strength",
    cannot_see=(
        "the band and its tension",
        "feet that drag",
        "how low you stay: bent knees look straight from the front",
        "steps towards the camera: walk sideways",
    ),
    cautions=("Leave it out if you have fallen in the last year or feel dizzy.",),
    sources=("S4", "Berry15"),
)
