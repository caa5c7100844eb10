"""Plank on elbows and toes, or on elbows and knees (drills.md D17)."""

from __future__ import annotations

from formcheck.drill import Body, Dose, Drill, Fault, HoldRule, Signal, View, postures
from formcheck.geometry import angle


def on_knees(b: Body) -> bool:
    """Knees bent, feet up: the plank from the knees (measured 80-84; toes 170-180)."""
    return b.near.knee_angle < 150


def propped(b: Body) -> bool:
    """Face down with the shoulders held up over the elbows, not all fours, not lying
    flat, not on the back with bent knees."""
    return (
        abs(b.trunk.elevation) <= 32
        and (not on_knees(b) or b.height(b.near.ankle, b.near.knee) > 0.15)
        and b.height(b.near.shoulder, b.near.elbow) > 0.35
        and abs(b.shift(b.near.shoulder, b.near.elbow)) < 0.45
        and angle(b.near.shoulder, b.near.hip, b.near.knee) > 115
        and b.near.elbow_angle < 150
    )


def line(b: Body) -> float:
    """BODY: shoulder-hip-ankle, or -knee on the knees; 180 straight, above: the hips sag."""
    return b.prone_line(b.near, b.near.knee if on_knees(b) else b.near.ankle)


#: A straight body reads 174-179 rendered, 166-171 in two real planks (measured; textbook 180),
#: a body that lies on its elbows 189-203.
STRAIGHT = 176.0
LYING = 192.0

DRILL = Drill(
    name="plank",
    title="Plank",
    card="D17",
    summary="On elbows and toes, or elbows and knees, hold a straight line.",
    setup="Lie face down sideways to the camera, elbows under your shoulders, then lift your hips.",
    view=View(
        name="side",
        camera="Beside the mat, lens 0.3-0.6 m high, 2-2.5 m away, whole body in the picture.",
        fits=postures.side_on,
        posture=propped,
        needs=("shoulder", "elbow", "hip", "knee", "ankle"),
    ),
    signal=Signal("hips_up", "deg", lambda b: LYING - line(b), "hips up from lying on the elbows"),
    # Card: valid to 10 deg of sag. Measured: held 14-26 and more, lying on the elbows -11..3.
    motion=HoldRule(enter=4.5, end=1, ended_by="hips_down", end_s=0.5, within=4),
    measures=(
        Signal("sag", "deg", lambda b: line(b) - STRAIGHT),
        Signal("pike", "deg", lambda b: STRAIGHT - line(b)),
        Signal("elbow_shift", "T", lambda b: abs(b.shift(b.near.shoulder, b.near.elbow))),
        Signal("neck", "deg", lambda b: 180 - angle(b.near.ear, b.near.shoulder, b.near.hip)),
    ),
    faults=(
        Fault(
            code="hips_sag",
            cue="Lift your belt buckle",
            severity=2,
            unit="deg",
            warn=8,
            strong=11,
            signal="sag",
            change=False,
            persist_s=2.0,  # lowering the hips slowly at the end is no sag (measured: 1.1-1.5 s)
            source="[Strand14, Brigham14]; drills.md D17, EC 10 / 16; measured: straight -2..6, "
            "8 deg of sag 10; from 14 deg on it reads as lying down, which ends the hold",
            what="Your hips sagged below the line.",
        ),
        Fault(
            code="pike",
            cue="Lower your hips into line",
            severity=1,
            unit="deg",
            warn=16,
            strong=28,
            signal="pike",
            change=False,
            persist_s=1.0,
            source="drills.md D17, EC 15 / 25; measured: real straight planks read up to 10, "
            "27 deg 42",
            what="Your hips were above the line.",
        ),
        Fault(
            code="elbows_forward",
            cue="Elbows under shoulders",
            severity=1,
            unit="T",
            warn=0.25,
            strong=0.35,
            signal="elbow_shift",
            change=False,
            persist_s=1.5,
            source="drills.md D17, EC; measured: good form 0.03-0.19",
            what="Your elbows were not under your shoulders.",
        ),
        Fault(
            code="head_drops",
            cue="Look just ahead of your hands",
            severity=1,
            unit="deg",
            warn=40,
            strong=55,
            signal="neck",
            change=False,
            persist_s=1.5,
            confidence="B",
            source="drills.md D17: 40; measured: good form 3-14",
            what="Your head dropped or craned.",
        ),
    ),
    dose=Dose(sets=3, hold_s=10),
    weights="hold",
    cannot_see=("the curve of the low back itself", "how hard you work"),
    sources=("S3", "Strand14", "Brigham14"),
)
