"""Plank on elbows and toes, or on elbows and knees (drills.md D17)."""

from math import nan

from formcheck.drill import (
    Body, Dose, Drill, beside_the_mat, fault, head_drops, holds, measure, of, throughout,
)  # fmt: skip
from formcheck.geometry import angle

#: A straight body reads 174-179 rendered, 166-171 in two real planks (measured; textbook 180),
#: a body that lies on its elbows 189-203.
STRAIGHT = 176.0
LYING = 192.0


def on_knees(body: Body) -> bool:
    """Knees bent, feet up: the plank from the knees (measured 80-84; toes 170-180)."""
    return body.near.knee_angle < 150


def on_hands(body: Body) -> bool:
    """A straight arm down to the floor, both legs long, as the far one is not while the near one
    reaches back on all fours; the hips not far up as in a downward dog (EC)."""
    near = body.near
    return (
        near.elbow_angle >= 150
        and body.trunk.elevation > -20
        and min(near.knee_angle, body.drawn(near.side.other).knee_angle) > 140
        and body.height(near.shoulder, near.wrist) > 0.7
        and abs(body.shift(near.shoulder, near.wrist)) < 0.45
        and body.height(near.hip, near.ankle) > 0.25
    )


def propped(body: Body) -> bool:
    """Face down with the shoulders held up over the elbows or hands, not all fours, not lying
    flat, not on the back with bent knees. On long legs the hips may be far up: a pike of 65 deg
    tilts the trunk to -60 and closes the hip to 87 (measured, 4 bodies)."""
    near = body.near
    long_legs = near.knee_angle > 160
    return (
        (-70 if long_legs else -32) <= body.trunk.elevation <= 32
        and (not on_knees(body) or body.height(near.ankle, near.knee) > 0.15)
        and body.height(near.shoulder, near.elbow) > 0.35
        and abs(body.shift(near.shoulder, near.elbow)) < 0.45
        and angle(near.shoulder, near.hip, near.knee) > (75 if long_legs else 115)
        and (near.elbow_angle < 150 or on_hands(body))
    )


def line(body: Body) -> float:
    """shoulder-hip-ankle, or -knee on the knees; 180 is straight, above it the hips sag"""
    return body.prone_line(body.near, body.near.knee if on_knees(body) else body.near.ankle)


def above_lying(body: Body) -> float:
    """hips up from lying on the elbows, where the body's line reads 192; 16 is straight"""
    return LYING - line(body)


def below_straight(body: Body) -> float:
    """hips below the straight line, which reads 176"""
    return line(body) - STRAIGHT


def above_straight(body: Body) -> float:
    """hips above the straight line, which reads 176"""
    return STRAIGHT - line(body)


def elbow_off(body: Body) -> float:
    """near elbow from under the shoulder, forward or back; nothing on straight arms"""
    near = body.near
    return nan if near.elbow_angle >= 150 else abs(body.shift(near.shoulder, near.elbow))


hips_up = measure("hips_up", "deg", above_lying)
sag = measure("sag", "deg", below_straight)
pike = measure("pike", "deg", above_straight)
elbow_shift = measure("elbow_shift", "T", elbow_off)
neck = measure("neck", "deg", of.bend("near ear", at="near shoulder", b="near hip"))

DRILL = Drill(
    name="plank", title="Plank", card="D17",
    summary="On elbows and toes, or elbows and knees, hold a straight line.",
    setup="Lie face down sideways to the camera, elbows under your shoulders, then lift your hips.",
    view=beside_the_mat(propped, needs=("shoulder", "elbow", "hip", "knee", "ankle")),
    # Card: valid to 10 deg of sag. Measured: held 14-26 and more, lying on the elbows -11..3.
    counts=holds(hips_up, on_above=4.5, off_below=1, off_for_s=0.5, ended_by="hips_down", within=4),
    measures=(sag, pike, elbow_shift, neck),
    faults=(
        # Lowering the hips slowly at the end is no sag (measured: 1.1-1.5 s).
        fault("hips_sag", "Lift your belt buckle", "Your hips sagged below the line.",
            throughout(sag).above(8, strong=11, for_s=2), severity=2,
            source="[Strand14, Brigham14]; drills.md D17, EC 10 / 16; measured: straight -2..6, "
            "8 deg of sag 10; from 14 deg on it reads as lying down, which ends the hold"),
        fault("pike", "Lower your hips into line", "Your hips were above the line.",
            throughout(pike).above(16, strong=28, for_s=1),
            source="drills.md D17, EC 15 / 25; measured: real straight planks read up to 10, "
            "27 deg 42"),
        fault("elbows_forward", "Elbows under shoulders",
            "Your elbows were not under your shoulders.",
            throughout(elbow_shift).above(0.25, strong=0.35, for_s=1.5),
            source="drills.md D17, EC; measured: good form 0.03-0.19"),
        head_drops("Look just ahead of your hands", "Your head dropped or craned.", neck,
            source="drills.md D17: 40; measured: good form 3-14"),
    ),
    dose=Dose(sets=3, hold_s=10), weights="hold",
    variants="On the elbows, on the hands with straight arms and long legs, on elbows and knees. "
        "On hands and knees it does not count, nor does a downward dog. On the hands their "
        "place is not judged.",
    cannot_see=("the curve of the low back itself", "how hard you work"),
    sources=("S3", "Strand14", "Brigham14"),
)
