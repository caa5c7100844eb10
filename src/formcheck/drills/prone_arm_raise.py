"""Prone arm raise: on the front, float one long arm off the floor (drills.md D13)."""

from __future__ import annotations

from math import inf, isfinite

from formcheck.drill import (
    Body,
    Dose,
    Drill,
    Facts,
    Fault,
    Limb,
    RepRule,
    Side,
    Sides,
    Signal,
    View,
    postures,
)
from formcheck.geometry import bearing


def towards_the_head(b: Body) -> Side:
    """Belly down, the side near the camera follows from where the head is. With the face behind
    the arms the model often takes belly for back and left for right (measured), so nothing here
    trusts its sides; and the far arm is hidden half of the time: only the near one is counted."""
    return Side.LEFT if b.trunk.axis.real < 0 else Side.RIGHT


def reaches_overhead(b: Body) -> bool:
    """Lying flat, legs long and down, the arms reaching past the head."""
    wrist = b.as_seen(b.near_side.joint("wrist"))
    return (
        postures.lying(b)
        and postures.side_on(b)
        and b.near.knee_angle > 140
        and abs(b.height(b.near.hip, b.near.knee)) < 0.3
        and b.along_trunk(wrist - b.trunk.shoulder) > 0.45
    )


def arm(b: Body) -> Limb:
    """The arm that is seen to reach higher: the far one rests, or is drawn along with the near."""
    return max(
        (b.left, b.right),
        key=lambda a: x if isfinite(x := bearing(a.shoulder, a.elbow)) else -inf,
    )


def higher_foot(b: Body) -> float:
    return max(b.height(b.as_seen(side.joint("ankle")), b.trunk.hip) for side in Side)


def arm_alone(f: Facts) -> bool:
    """The arm rose from the floor and the legs stayed down."""
    return (
        f.largest("foot_rise") - f.rest("foot_rise") < 0.15
        and f.top("elbow_bend") < 90
        and f.change("hand_rise") > 0.08
    )


DRILL = Drill(
    name="prone_arm_raise",
    title="Prone arm raise",
    card="D13",
    summary="Lying on your front, float one long arm off the floor and lower it slowly.",
    setup="Lie on your front, arms long past your head, working arm towards the camera.",
    view=View(
        name="side",
        camera="Beside the mat, lens 0.3-0.6 m high, 2-2.5 m away, from hands to feet in view.",
        fits=postures.side_on,
        posture=reaches_overhead,
        needs=(),
    ),
    # The upper arm: the hand is drawn half as calmly, and goes up when the elbow bends.
    signal=Signal(
        "raise", "deg", lambda b: bearing(arm(b).shoulder, arm(b).elbow), "arm above the floor"
    ),
    # drills.md D13: 6, 10, 4 as changes from rest. Measured: good form 13-25.
    motion=RepRule(start=5, end=3, top=7, full=12),
    sides=Sides.POSTURE,
    side_of=towards_the_head,
    measures=(
        Signal("hand_rise", "T", lambda b: b.height(arm(b).wrist, b.trunk.hip)),
        Signal("elbow_bend", "deg", lambda b: 180 - arm(b).elbow_angle),
        Signal("shoulder_rise", "T", lambda b: b.height(b.trunk.shoulder, b.trunk.hip)),
        Signal("head_rise", "T", lambda b: b.height(b.near.ear, b.near.shoulder)),
        Signal("hip_rise", "T", lambda b: b.height(b.trunk.hip, b.ankles)),
        Signal("foot_rise", "T", higher_foot),
    ),
    confirm=arm_alone,
    faults=(
        Fault(
            code="trunk_lift",
            cue="Only the arm floats",
            severity=2,
            unit="T",
            warn=0.10,
            strong=0.15,
            signal="shoulder_rise",
            persist_s=0.7,
            source="drills.md D13; measured: 16 deg of lift reads 0.17",
            what="Your chest came up with the arm.",
        ),
        Fault(
            code="elbow_bend",
            cue="Reach long",
            severity=1,
            unit="deg",
            warn=35,
            strong=50,
            signal="elbow_bend",
            change=False,
            persist_s=0.7,
            phases=("top",),
            source="drills.md D13: over 30; measured: 20 reads 32, 35 reads 49",
            what="The elbow bent.",
        ),
        Fault(
            code="head_lift",
            cue="Forehead rests",
            severity=1,
            unit="T",
            warn=0.12,
            strong=0.2,
            signal="head_rise",
            persist_s=1.0,
            source="drills.md D13",
            what="Your head came off the floor.",
        ),
        Fault(
            code="hip_lift",
            cue="Hips heavy",
            severity=1,
            unit="T",
            warn=0.08,
            strong=0.14,
            signal="hip_rise",
            persist_s=0.7,
            confidence="B",
            source="drills.md D13",
            what="Your hips came off the floor.",
        ),
    ),
    dose=Dose(sets=1, reps=10, hold_s=5),
    weights="small_lift",
    cannot_see=("the far arm: turn round for the other side", "turning of the trunk"),
    cautions=("If lying face down is not comfortable, do the pelvic tilt instead.",),
    sources=("S2",),
)
