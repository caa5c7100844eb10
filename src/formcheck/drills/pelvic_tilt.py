"""Pelvic tilt: on the back, knees bent, flatten the low back to the floor (drills.md D06).

No landmark is on the pelvis' front, so a tilt is not an angle a camera can give; the hip point
moves by 1-4 pixels with it. Movement of that size is counted as seen, never measured or scored.
"""

from __future__ import annotations

from formcheck.drill import Dose, Drill, Facts, Fault, RepRule, Signal, View, postures


def hips_stayed_down(f: Facts) -> bool:
    """The feet and shoulders stayed and the hips all but did: a lift by a quarter torso is a
    bridge, knees that move are another exercise."""
    return (
        f.change("hip_lift") < 0.25
        and f.largest("foot_lift") - f.smallest("foot_lift") < 0.2
        and f.largest("knee_place") - f.smallest("knee_place") < 0.25
        and f.largest("knee_angle") - f.smallest("knee_angle") < 15
    )


DRILL = Drill(
    name="pelvic_tilt",
    title="Pelvic tilt",
    card="D06",
    summary="Lying on your back, flatten your low back to the floor, hold, let go "
    "(position score: the effort itself cannot be seen).",
    setup="Lie on your back, knees bent, feet flat and hip-width apart, arms by your sides.",
    view=View(
        name="side",
        camera="Beside the mat, lens 0.3-0.6 m high, 2 m away, hips in the middle of the picture.",
        fits=postures.side_on,
        posture=postures.bent_knees_on_the_back,
        needs=("shoulder", "hip", "knee", "ankle"),
    ),
    signal=Signal(
        "tilt", "T", lambda b: b.height(b.near.hip, b.trunk.shoulder), "hip above shoulders"
    ),
    # Measured: 14-17 deg of tilt moves it 0.06-0.07, breathing at rest 0.01-0.02.
    motion=RepRule(start=0.03, end=0.02, top=0.035, full=0.05),
    measures=(
        Signal("hip_lift", "T", lambda b: b.height(b.near.hip, b.near.ankle)),
        Signal("foot_lift", "T", lambda b: b.place(b.near.ankle).imag),
        Signal("knee_place", "T", lambda b: b.shift(b.near.knee, b.near.ankle)),
        Signal("knee_angle", "deg", lambda b: b.near.knee_angle),
        Signal("head_lift", "T", lambda b: b.height(b.near.ear, b.near.shoulder)),
    ),
    confirm=hips_stayed_down,
    faults=(
        Fault(
            code="hips_lift",
            cue="Flatten, do not lift",
            severity=2,
            unit="T",
            warn=0.10,
            strong=0.16,
            signal="hip_lift",
            persist_s=0.5,
            source="drills.md D06; measured: a tilt alone reads 0.02, 7 cm of lift 0.16",
            what="Your hips came off the floor.",
        ),
        Fault(
            code="feet_lift",
            cue="Feet heavy",
            severity=1,
            unit="T",
            warn=0.10,
            strong=0.16,
            signal="foot_lift",
            persist_s=0.5,
            source="drills.md D06",
            what="Your feet came off the floor.",
        ),
        Fault(
            code="head_lift",
            cue="Head rests",
            severity=1,
            unit="T",
            warn=0.15,
            strong=0.25,
            signal="head_lift",
            persist_s=1.0,
            confidence="B",
            source="drills.md D06",
            what="Your head came off the floor.",
        ),
    ),
    dose=Dose(sets=1, reps=5, hold_s=5),
    weights="posture",
    cannot_see=(
        "how far the pelvis tilts",
        "a small tilt: only a movement of about an inch at the hips is counted",
        "whether the low back touches the floor",
        "whether the knees fall in or out",
    ),
    sources=("S2", "Takaki16"),
)
