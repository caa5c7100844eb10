"""Deep stomach tone: on hands and knees, draw the tummy in, back like a table (drills.md D10).

Nothing of the effort shows. What is timed is a quiet table-top.
"""

from __future__ import annotations

from formcheck.drill import Body, Dose, Drill, Fault, HoldRule, Signal, View, postures
from formcheck.geometry import angle


def table_top(b: Body) -> bool:
    """Hips over knees, shoulders over hands: drills.md D10 with 10 deg of room."""
    side = b.near_side
    arm = angle(b.near.hip, b.near.shoulder, b.as_seen(side.joint("wrist")))
    return (
        postures.all_fours(b)
        and 65 <= b.near.hip_angle <= 125
        and 60 <= arm <= 115
        and b.near.knee_angle < 125
        and b.height(b.as_seen(side.other.joint("ankle")), b.trunk.hip) < -0.35
    )


def whole(b: Body) -> complex:
    """Trunk, arms and legs in one place: whatever moves, moves it."""
    ends = (b.as_seen(s.joint(part)) for s in type(b.near_side) for part in ("wrist", "ankle"))
    return b.place(sum(ends) + b.trunk.shoulder + b.trunk.hip)


DRILL = Drill(
    name="deep_stomach_tone",
    title="Deep stomach tone",
    card="D10",
    summary="On hands and knees, draw your tummy in without moving your back "
    "(position score: the effort itself cannot be seen).",
    setup="On hands and knees, hips over knees, hands under shoulders, side to the camera.",
    view=View(
        name="side",
        camera="Beside the mat, lens 0.5-0.6 m high, 2-2.5 m away, whole body in the picture.",
        fits=postures.side_on,
        posture=table_top,
        needs=("shoulder", "hip", "knee"),
    ),
    signal=Signal("stillness", "T", whole, "0 still, less when moving", kind="still"),
    # As stomach_tone; a hold under half of the seed dose (10 s) is an attempt, see drills.md 2.4.
    motion=HoldRule(
        enter=-0.15, end=-0.4, ended_by="moved", wobble_s=0.3, pause_s=0.6, least_s=2.5
    ),
    measures=(
        Signal("trunk", "deg", lambda b: b.trunk.elevation, kind="shift", over_s=20),
        Signal("hip_place", "T", lambda b: b.shift(b.trunk.hip, b.knees), kind="shift", over_s=20),
        Signal("head_drop", "deg", lambda b: 180 - angle(b.near.ear, b.near.shoulder, b.near.hip)),
    ),
    faults=(
        Fault(
            code="back_moves",
            cue="Only the tummy moves",
            severity=2,
            unit="deg",
            warn=6,
            strong=10,
            signal="trunk",
            change=False,
            sign=0,
            persist_s=0.7,
            confidence="B",
            source="drills.md D10",
            what="Your back moved instead of staying level.",
        ),
        Fault(
            code="rocking",
            cue="Hips over knees",
            severity=1,
            unit="T",
            warn=0.12,
            strong=0.2,
            signal="hip_place",
            change=False,
            sign=0,
            persist_s=0.7,
            source="drills.md D10",
            what="Your hips moved away from over the knees.",
        ),
        Fault(
            code="head_drops",
            cue="Look at the floor ahead",
            severity=1,
            unit="deg",
            warn=40,
            strong=55,
            signal="head_drop",
            change=False,
            persist_s=1.5,
            confidence="B",
            source="drills.md D10: ear-shoulder-hip under 140",
            what="Your head hung down.",
        ),
    ),
    dose=Dose(sets=10, hold_s=10),
    weights="posture",
    cannot_see=(
        "whether the muscle works: the time counted is time in a quiet table-top",
        "a low back that sags or rounds",  # 14-16 deg move no landmark by 2 deg (measured)
        "breathing",
    ),
    cautions=("If kneeling hurts, use a cushion; if it still does, do stomach tone instead.",),
    sources=("S2",),
)
