"""Single-leg bridge and marching bridge: hips up on one foot (drills.md D18)."""

from __future__ import annotations

from formcheck.drill import Body, Dose, Drill, Facts, Fault, RepRule, Sides, Signal, View, postures
from formcheck.geometry import angle

#: As in the hip bridge: a straight line reads 184-193, hips on the floor 115-139 (measured).
LINE, DOWN = 186.0, 135.0


def on_the_back(b: Body) -> bool:
    """Face up, the standing foot below its bent knee; the other leg is free."""
    stands = b.lower("ankle")
    return (
        postures.lying(b)
        and b.nose_height > 0.02
        and stands.knee_angle < 145
        and b.height(stands.knee, stands.ankle) > 0.2
    )


def body_line(b: Body) -> float:
    """Shoulder, hip and knee of the standing leg, as in the hip bridge."""
    stands = b.drawn(b.work.side)
    return b.body_line(stands, stands.knee)


def foot_up(b: Body) -> float:
    """The free ankle above the standing one."""
    return b.height(b.drawn(b.other.side).ankle, b.drawn(b.work.side).ankle)


def bridge(b: Body) -> float:
    """Hips in line and the other foot clear, 1 when both are. It rises with what comes last: a
    single-leg bridge counts every lift of the hips, a march in the bridge every foot."""
    hips = (body_line(b) - DOWN) / (LINE - DOWN)
    return max(min(hips, foot_up(b) / 0.3), 0.0)  # this way round NaN stays


def thighs_apart(b: Body) -> float:
    """The angle between the thighs of a free leg held straight; of a march NaN."""
    free, stands = b.drawn(b.other.side), b.drawn(b.work.side)
    if free.knee_angle < 140:
        return float("nan")
    return angle(free.knee - free.hip, 0j, stands.knee - stands.hip)


def hips_were_up(f: Facts) -> bool:
    """Up on one foot: hips well off the floor, the shoulders lying, the free foot clear."""
    return f.top("body_line") > 157 and f.top("foot_up") > 0.18


DRILL = Drill(
    name="single_leg_bridge",
    title="Single-leg bridge, marching bridge",
    card="D18",
    summary="In the bridge, lift one foot: keep the hips up and level on the other.",
    setup="Lie on your back, knees bent, feet flat. Lift one foot and bridge on the other, or "
    "bridge first and march: one foot up and down, then the other.",
    view=View(
        name="side",
        camera="Beside the mat, lens 0.3-0.6 m high, 2-2.5 m away, whole body in the picture.",
        fits=postures.side_on,
        posture=on_the_back,
        needs=(),
    ),
    signal=Signal("bridge", "ratio", bridge, "hips in line on one foot, 1 when they are"),
    # The hip bridge's levels (start 12 deg of 51, top 157 deg) with the free foot 0.1-0.2 T up.
    motion=RepRule(start=0.25, end=0.15, top=0.45, full=0.9),
    sides=Sides.MOVING,
    measures=(
        Signal("body_line", "deg", body_line),
        Signal("foot_up", "T", foot_up),
        Signal("thighs_apart", "deg", thighs_apart),
    ),
    confirm=hips_were_up,
    faults=(
        Fault(
            code="low_hips",
            cue="Press the heel",
            severity=1,
            unit="deg",
            warn=14,
            strong=24,
            judge=lambda f: LINE - f.top("body_line"),
            source="drills.md D18: 160 / 150 of 180, less the 6 deg by which a line reads high "
            "(measured in the hip bridge)",
            what="Your hips were not fully up.",
        ),
        Fault(
            code="thighs_uneven",
            cue="Knees side by side",
            severity=1,
            unit="deg",
            warn=15,
            strong=24,
            judge=lambda f: f.top("thighs_apart"),
            confidence="B",
            source="drills.md D18, EC 12 / 20, plus 3 deg for a far thigh; for a straight free leg",
            what="Your thighs were not level with each other.",
        ),
        Fault(
            code="too_fast",
            cue="Rest, walk the foot closer",
            severity=1,
            unit="s",
            warn=0.65,
            strong=0.4,
            judge=lambda f: f.fall_s,
            below=True,
            source="drills.md D18, EC: down in under 0.7 s",
            what="You came down quickly.",
        ),
    ),
    dose=Dose(sets=2, reps=8, hold_s=2),
    weights="strength",
    cannot_see=(
        "whether the pelvis drops on the free side: not measurable from the side, nor from the "
        "feet",
        "the curve of the low back",
        "which muscles work",
    ),
    cautions=("Comes after the hip bridge has gone well twice; leave it out if the back hurts.",),
    relatives=("hip_bridge",),
    sources=("S4", "Andrade12", "Freckleton14"),
)
