"""Stomach tone: on the front, draw the navel in and keep breathing (drills.md D05).

Nothing of it shows. What is timed is lying flat and still; a clear shift of the body ends it.
"""

from __future__ import annotations

from formcheck.drill import Body, Dose, Drill, Fault, HoldRule, Signal, View, postures
from formcheck.geometry import bearing


def flat(b: Body) -> bool:
    """Face down, legs long on the floor (12 deg, drills.md D05), hands no farther than the head
    (measured: 0.25-0.45 T past the shoulders, 0.7 and more with the arms stretched out)."""
    leg = b.near
    hand = b.along_trunk(b.as_seen(b.near_side.joint("wrist")) - b.trunk.shoulder)
    return (
        postures.face_down(b)
        and abs(bearing(leg.hip, leg.ankle)) <= 12
        and abs(bearing(leg.knee, leg.ankle)) <= 15
        and hand < 0.6
    )


def whole(b: Body) -> complex:
    """Trunk, arm and leg in one place: whatever moves, moves it."""
    side = b.near_side
    hand, foot = b.as_seen(side.joint("wrist")), b.as_seen(side.joint("ankle"))
    return b.place(hand + foot + b.trunk.shoulder + b.trunk.hip)


DRILL = Drill(
    name="stomach_tone",
    title="Stomach tone",
    card="D05",
    summary="Lying on your front, draw your navel in gently and keep breathing "
    "(position score: the effort itself cannot be seen).",
    setup="Lie on your front, legs long, arms relaxed, head turned to one side.",
    view=View(
        name="side",
        camera="Beside the mat, lens 0.3-0.6 m high, 2-2.5 m away, whole body in the picture.",
        fits=postures.side_on,
        posture=flat,
        needs=("shoulder", "hip", "knee", "ankle"),
    ),
    signal=Signal("stillness", "T", whole, "0 still, less when moving", kind="still"),
    # drills.md D05: still under 0.05 T/s, moving over 0.10; a hold under half of 5 s is none (2.4).
    motion=HoldRule(
        enter=-0.12, end=-0.4, ended_by="moved", wobble_s=0.3, pause_s=0.6, least_s=2.5
    ),
    measures=(
        Signal("hips", "T", lambda b: b.height(b.trunk.hip, b.ankles), kind="shift", over_s=20),
        Signal(
            "chest", "T", lambda b: b.height(b.trunk.shoulder, b.trunk.hip), kind="shift", over_s=20
        ),
    ),
    faults=(
        Fault(
            code="hips_lift",
            cue="Let your hips stay heavy",
            severity=2,
            unit="T",
            warn=0.06,
            strong=0.12,
            signal="hips",
            change=False,
            persist_s=0.7,
            source="drills.md D05",
            what="Your hips came up.",
        ),
        Fault(
            code="chest_lifts",
            cue="Rest your chest",
            severity=1,
            unit="T",
            warn=0.08,
            strong=0.14,
            signal="chest",
            change=False,
            persist_s=0.7,
            source="drills.md D05",
            what="Your chest came up.",
        ),
        Fault(
            code="moving",
            cue="Nice and still",
            severity=1,
            unit="T",
            warn=0.10,
            strong=0.2,
            signal="stillness",
            change=False,
            sign=-1,
            persist_s=1.0,
            source="drills.md D05: over 0.10 T/s for a second",
            what="You moved about.",
        ),
    ),
    dose=Dose(sets=3, hold_s=5),
    weights="posture",
    cannot_see=(
        "whether the stomach is drawn in: the time counted is time lying still",
        "breathing",
    ),
    cautions=("If lying face down is not comfortable, do deep stomach tone or the pelvic tilt.",),
    sources=("S2",),
)
