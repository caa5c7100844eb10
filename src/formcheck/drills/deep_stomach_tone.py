"""Deep stomach tone: on hands and knees, draw the tummy in, back like a table (drills.md D10).

Nothing of the effort shows. What is timed is a quiet table-top.
"""

from formcheck.drill import (
    Body, Dose, Drill, Side, beside_the_mat, fault, head_drops, holds, measure, of, postures,
    throughout,
)  # fmt: skip
from formcheck.geometry import angle


def table_top(body: Body) -> bool:
    """Hips over knees, shoulders over hands; drills.md D10 with 10 deg of room."""
    side = body.near_side
    arm = angle(body.near.hip, body.near.shoulder, body.drawn(side).wrist)
    return (
        postures.all_fours(body)
        and 65 <= body.near.hip_angle <= 125
        and 60 <= arm <= 115
        and body.near.knee_angle < 125
        and body.height(body.drawn(side.other).ankle, body.trunk.hip) < -0.35
    )


def whole_body(body: Body) -> complex:
    """trunk, arms and legs in one place, so that whatever moves moves it"""
    ends = (body.as_seen(side.joint(part)) for side in Side for part in ("wrist", "ankle"))
    return body.place(sum(ends) + body.trunk.shoulder + body.trunk.hip)


stillness = measure("stillness", "T", whole_body, still_over_s=1.0)
trunk = measure("trunk", "deg", of.incline("hips", to="shoulders"), shift_over_s=20)
hip_place = measure("hip_place", "T", of.shift("hips", past="knees"), shift_over_s=20)
neck = measure("head_drop", "deg", of.bend("near ear", at="near shoulder", b="near hip"))

DRILL = Drill(
    name="deep_stomach_tone", title="Deep stomach tone", card="D10",
    summary="On hands and knees, draw your tummy in without moving your back "
    "(position score: the effort itself cannot be seen).",
    setup="On hands and knees, hips over knees, hands under shoulders, side to the camera.",
    view=beside_the_mat(table_top,
        camera="Beside the mat, lens 0.5-0.6 m high, 2-2.5 m away, whole body in the picture.",
        judges=postures.square_on_the_front),
    # As stomach_tone; a hold under half of the seed dose (10 s) is an attempt, see drills.md 2.4.
    counts=holds(stillness, on_above=-0.15, off_below=-0.4, ended_by="moved",
        wobble_s=0.3, pause_s=0.6, least_s=2.5),
    measures=(trunk, hip_place, neck),
    faults=(
        fault("back_moves", "Only the tummy moves", "Your back moved instead of staying level.",
            throughout(trunk).either_way(6, strong=10, for_s=0.7), severity=2, confidence="B",
            source="drills.md D10"),
        fault("rocking", "Hips over knees", "Your hips moved away from over the knees.",
            throughout(hip_place).either_way(0.12, strong=0.2, for_s=0.7),
            source="drills.md D10"),
        head_drops("Look at the floor ahead", "Your head hung down.", neck,
            source="drills.md D10: ear-shoulder-hip under 140"),
    ),
    dose=Dose(sets=10, hold_s=10), weights="posture",
    cannot_see=("whether the muscle works: the time counted is time in a quiet table-top",
        "a low back that sags or rounds",  # 14-16 deg move no landmark by 2 deg (measured)
        "breathing"),
    cautions=("If kneeling hurts, use a cushion; if it still does, do stomach tone instead.",),
    sources=("S2",),
)
