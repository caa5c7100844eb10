"""Pelvic tilt: on the back, knees bent, flatten the low back to the floor (drills.md D06).

No landmark is on the pelvis' front, so a tilt is not an angle a camera can give; the hip point
moves by 1-4 pixels with it. Movement of that size is counted as seen, never measured or scored.
"""

from formcheck.drill import (
    Body, Dose, Drill, Facts, Measure, beside_the_mat, fault, head_lift, measure, of, postures,
    reps, throughout,
)  # fmt: skip


def foot_up(body: Body) -> float:
    """near ankle up in the picture"""
    return body.place(body.near.ankle).imag


tilt = measure("tilt", "T", of.height("near hip", above="shoulders"))
hip_lift = measure("hip_lift", "T", of.height("near hip", above="near ankle"))
foot_lift = measure("foot_lift", "T", foot_up)
knee_place = measure("knee_place", "T", of.shift("near knee", past="near ankle"))
knee_angle = measure("knee_angle", "deg", of.knee_angle("near"))
head = measure("head_lift", "T", of.height("near ear", above="near shoulder"))


def travel(rep: Facts, measured: Measure) -> float:
    return rep.largest(measured) - rep.smallest(measured)


def hips_stayed_down(rep: Facts) -> bool:
    """The feet and shoulders stayed and the hips all but did; a lift by a quarter torso is a
    bridge, knees that move are another exercise."""
    return (
        rep.change(hip_lift) < 0.25
        and travel(rep, foot_lift) < 0.2
        and travel(rep, knee_place) < 0.25
        and travel(rep, knee_angle) < 15
    )


DRILL = Drill(
    name="pelvic_tilt", title="Pelvic tilt", card="D06",
    summary="Lying on your back, flatten your low back to the floor, hold, let go "
    "(position score: the effort itself cannot be seen).",
    setup="Lie on your back, knees bent, feet flat and hip-width apart, arms by your sides.",
    view=beside_the_mat(postures.bent_knees_on_the_back, ("shoulder", "hip", "knee", "ankle"),
        camera="Beside the mat, lens 0.3-0.6 m high, 2 m away, hips in the middle of the picture."),
    # Measured: 14-17 deg of tilt moves it 0.06-0.07, breathing at rest 0.01-0.02.
    counts=reps(tilt, begins=0.03, ends=0.02, whole=0.035, full=0.05, only_if=hips_stayed_down),
    measures=(hip_lift, foot_lift, knee_place, knee_angle, head),
    faults=(
        fault("hips_lift", "Flatten, do not lift", "Your hips came off the floor.",
            throughout(hip_lift, from_rest=True).above(0.10, strong=0.16, for_s=0.5), severity=2,
            source="drills.md D06; measured: a tilt alone reads 0.02, 7 cm of lift 0.16"),
        fault("feet_lift", "Feet heavy", "Your feet came off the floor.",
            throughout(foot_lift, from_rest=True).above(0.10, strong=0.16, for_s=0.5),
            source="drills.md D06"),
        head_lift("Head rests", head, above=0.15, strong=0.25, confidence="B",
            source="drills.md D06"),
    ),
    dose=Dose(sets=1, reps=5, hold_s=5), weights="posture",
    cannot_see=("how far the pelvis tilts",
        "a small tilt: only a movement of about an inch at the hips is counted",
        "whether the low back touches the floor", "whether the knees fall in or out"),
    sources=("S2", "Takaki16"),
)
