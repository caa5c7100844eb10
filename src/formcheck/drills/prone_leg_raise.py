"""Prone leg raise: on the front, float one straight leg a little off the floor (drills.md D12)."""

from __future__ import annotations

from formcheck.drill import Body, Dose, Drill, Facts, Fault, RepRule, Sides, Signal, View, postures
from formcheck.geometry import bearing


def raised(b: Body) -> float:
    """EXT: the line from the hips to the working ankle above the horizontal."""
    return bearing(b.trunk.hip, b.work.ankle)


def long_leg_alone(f: Facts) -> bool:
    """Both feet lay down, one long leg rose more than the other (a far leg is drawn half along
    with the near one, measured), and the trunk did not rise with it."""
    return (
        f.rest("raise") < 25
        and not f.rest("other_raise") > 25
        and not f.top("other_raise") > 25
        and f.change("raise") > f.change("other_raise")
        and f.top("knee_angle") > 115
        and abs(f.change("trunk")) < 12
    )


def knee_bend(f: Facts) -> float:
    return f.rest("knee_angle") - f.top("knee_angle")


def height_of_a_long_leg(f: Facts) -> float:
    """A knee that bends brings the ankle up by itself."""
    return f.change("raise") if knee_bend(f) < 12 else float("nan")


DRILL = Drill(
    name="prone_leg_raise",
    title="Prone leg raise",
    card="D12",
    summary="Lying on your front, float one straight leg just off the floor and lower it slowly.",
    setup="Lie on your front, legs long, forehead on your hands, working leg towards the camera.",
    view=View(
        name="side",
        camera="Beside the mat, lens 0.3-0.6 m high, 2-2.5 m away, whole body in the picture.",
        fits=postures.side_on,
        posture=postures.face_down,
        needs=("shoulder", "ankle"),  # the far hip and knee are seldom seen
    ),
    signal=Signal("raise", "deg", raised, "hips to ankle above the floor"),
    # drills.md D12, as changes from rest. Measured: good form 11-13, a real person 20.
    motion=RepRule(start=5, end=3, top=8, full=12),
    sides=Sides.MOVING,
    measures=(
        Signal("other_raise", "deg", lambda b: bearing(b.trunk.hip, b.other.ankle)),
        Signal("knee_angle", "deg", lambda b: b.work.knee_angle),
        Signal("hip_rise", "T", lambda b: b.height(b.work.hip, b.trunk.shoulder)),
        Signal("chest_rise", "T", lambda b: b.height(b.trunk.shoulder, b.trunk.hip)),
        Signal("trunk", "deg", lambda b: b.trunk.elevation),
    ),
    confirm=long_leg_alone,
    faults=(
        Fault(
            code="too_high",
            cue="Low and long",
            severity=2,
            unit="deg",
            warn=20,
            strong=26,
            judge=height_of_a_long_leg,
            source="[Oh07], drills.md D12: hip extension itself ends at 10-18; measured: good form "
            "reads 9-18.2, so 2 deg more",
            what="The leg went higher than the hip alone can take it.",
        ),
        Fault(
            code="knee_bend",
            cue="Long leg",
            severity=1,
            unit="deg",
            warn=20,
            strong=30,
            judge=knee_bend,
            source="drills.md D12: 158 and 150; measured: 10 deg reads 17, 30 reads 30",
            what="The knee bent.",
        ),
        Fault(
            code="pelvis_lift",
            cue="Hips heavy",
            severity=2,
            unit="T",
            warn=0.05,
            strong=0.10,
            judge=lambda f: f.change("hip_rise"),
            confidence="B",
            source="drills.md D12; measured: good form under 0.03, 20 deg of turning 0.054",
            what="Your hip came off the floor with the leg.",
            certain=False,
        ),
        Fault(
            code="chest_lift",
            cue="Chest rests",
            severity=1,
            unit="T",
            warn=0.10,
            strong=0.16,
            signal="chest_rise",
            persist_s=0.7,
            source="EC; drills.md D09 and D12",
            what="Your chest came off the floor.",
        ),
    ),
    dose=Dose(sets=1, reps=3, hold_s=5),
    weights="small_lift",
    cannot_see=(
        "a pelvis that turns by less than a lot",
        "the curve of the low back itself",
        "which muscles work",
    ),
    cautions=("If lying face down is not comfortable, do the pelvic tilt instead.",),
    sources=("S2", "Oh07", "PHE", "Murphy06", "Bruno14"),
)
