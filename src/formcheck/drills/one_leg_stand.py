"""One-leg stand: the standing stretch of the front of the thigh (drills.md D15)."""

from __future__ import annotations

from formcheck.drill import (
    Body,
    Dose,
    Drill,
    Facts,
    Fault,
    HoldRule,
    Sides,
    Signal,
    View,
    near_fall,
    postures,
    tilting,
)


def knee_bend(b: Body) -> float:
    """Flexion of the stretched knee; the far leg is used as drawn (see Body.drawn)."""
    return 180 - b.drawn(b.work.side).knee_angle


def knee_points_down(f: Facts) -> bool:
    """The heel is behind, at the buttock: a knee lifted in front is a march."""
    return f.top("thigh_forward") < 55


def stance_bend(b: Body) -> float:
    return 180 - b.drawn(b.other.side).knee_angle


def arched(f: Facts) -> float:
    """The thigh is pulled back while the trunk tips forward."""
    return -f.top("thigh_forward") if f.top("trunk_forward") > 8 else 0.0


DRILL = Drill(
    name="one_leg_stand",
    title="One-leg stand (front-of-thigh stretch)",
    card="D15",
    summary="Standing on one leg with a hand on the wall, hold the other foot behind you.",
    setup="Stand sideways to the camera, the stretching leg near it, the far hand on a wall.",
    view=View(
        name="side",
        camera="Beside you, lens at hip height, 2.2-3 m away, head and feet in the picture.",
        fits=postures.side_on,
        posture=postures.standing,
        needs=(),
    ),
    signal=Signal("knee_bend", "deg", knee_bend, "bend of the stretched knee, 0 straight"),
    # Card: hold from 100 deg; measured: 118-124 deg of true bend reads 117-125, one body 92.
    motion=HoldRule(enter=85, end=65, ended_by="foot_down", end_s=0.4, within=15),
    sides=Sides.MOVING,
    measures=(
        Signal("thigh_forward", "deg", lambda b: b.thigh_forward(b.drawn(b.work.side))),
        Signal("trunk_forward", "deg", lambda b: b.trunk_forward),
        Signal("stance_bend", "deg", stance_bend),
        tilting(lambda b: b.trunk_forward),
    ),
    confirm=knee_points_down,
    faults=(
        Fault(
            code="knee_forward",
            cue="Knee points to the floor",
            severity=1,
            unit="deg",
            warn=11,
            strong=20,
            judge=lambda f: f.top("thigh_forward"),
            source="drills.md D15, EC 15 / 25; measured: 12 / 24 / 32 deg read 5 / 17 / 26, good "
            "form under 1",
            what="Your knee drifted forward.",
        ),
        Fault(
            code="back_arch",
            cue="Tuck your tail, stand tall",
            severity=2,
            unit="deg",
            warn=20,
            strong=30,
            judge=arched,
            confidence="B",
            source="drills.md D15, EC: thigh 20 deg back with 8 deg of trunk lean",
            what="Your thigh was pulled back and your trunk tipped forward.",
        ),
        Fault(
            code="trunk_forward",
            cue="Stand tall",
            severity=1,
            unit="deg",
            warn=9,
            strong=15,
            judge=lambda f: abs(f.change("trunk_forward")),
            source="drills.md D15, EC 12 / 20; measured: good form under 2.5; a bend above the "
            "pelvis reads half (deep_lunge)",
            what="Your trunk bent.",
        ),
        Fault(
            code="stance_knee_bend",
            cue="Soft but long standing leg",
            severity=1,
            unit="deg",
            warn=20,
            strong=32,
            judge=lambda f: f.top("stance_bend"),
            source="drills.md D15: 18 deg; measured: good form reads 3-15",
            what="Your standing knee bent.",
        ),
        near_fall(),
    ),
    dose=Dose(sets=3, hold_s=10),
    weights="stretch",
    cannot_see=("knees that drift apart", "how strongly you pull"),
    cautions=("Keep a hand on the wall.",),
    sources=("S2", "CDC-ROM"),
)
