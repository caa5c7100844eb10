"""Stomach tone: on the front, draw the navel in and keep breathing (drills.md D05).

Nothing of it shows. What is timed is lying flat and still; a clear shift of the body ends it.
"""

from formcheck.drill import (
    Body, Dose, Drill, beside_the_mat, fault, holds, measure, movement, of, postures, throughout,
)  # fmt: skip
from formcheck.geometry import bearing


def flat(body: Body) -> bool:
    """Face down, legs long in line with the trunk (12 deg, drills.md D05; from askew the whole
    floor slopes in the picture), no arm stretched out past the head (elbows read 166-174 then and
    hands are 0.7 T and more past the shoulders, else 8-103, measured)."""
    leg, arm = body.near, body.drawn(body.near_side)
    floor = -body.trunk.elevation
    hand = body.along_trunk(arm.wrist - body.trunk.shoulder)
    return (
        postures.face_down(body)
        and abs(bearing(leg.hip, leg.ankle) - floor) <= 12
        and abs(bearing(leg.knee, leg.ankle) - floor) <= 15
        and (hand < 0.6 + 1.2 * postures.askew(body) or arm.elbow_angle < 130)
    )


def whole_body(body: Body) -> complex:
    """trunk, arm and leg in one place, so that whatever moves moves it"""
    near = body.drawn(body.near_side)
    return body.place(near.wrist + near.ankle + body.trunk.shoulder + body.trunk.hip)


stillness = measure("stillness", "T", whole_body, still_over_s=1.0)
hips = measure("hips", "T", of.height("hips", above="ankles"), shift_over_s=20)
chest = measure("chest", "T", of.height("shoulders", above="hips"), shift_over_s=20)

DRILL = Drill(
    name="stomach_tone", title="Stomach tone", card="D05",
    summary="Lying on your front, draw your navel in gently and keep breathing "
    "(position score: the effort itself cannot be seen).",
    setup="Lie on your front, legs long, arms relaxed, head turned to one side.",
    view=beside_the_mat(flat, needs=("shoulder", "hip", "knee", "ankle")),
    # drills.md D05: still under 0.05 T/s, moving over 0.10; a hold under half of 5 s is none (2.4).
    counts=holds(stillness, on_above=-0.12, off_below=-0.4, ended_by="moved",
        wobble_s=0.3, pause_s=0.6, least_s=2.5),
    measures=(hips, chest),
    faults=(
        fault("hips_lift", "Let your hips stay heavy", "Your hips came up.",
            throughout(hips).above(0.06, strong=0.12, for_s=0.7), severity=2,
            source="drills.md D05"),
        fault("chest_lifts", "Rest your chest", "Your chest came up.",
            throughout(chest).above(0.08, strong=0.14, for_s=0.7), source="drills.md D05"),
        fault("moving", "Nice and still", "You moved about.",
            movement(stillness).above(0.10, strong=0.2, for_s=1),
            source="drills.md D05: over 0.10 T/s for a second"),
    ),
    dose=Dose(sets=3, hold_s=5), weights="posture",
    cannot_see=("whether the stomach is drawn in: the time counted is time lying still",
        "breathing"),
    cautions=("If lying face down is not comfortable, do deep stomach tone or the pelvic tilt.",),
    sources=("S2",),
)
