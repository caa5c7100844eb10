"""Back stabiliser: on hands and knees, reach an arm or a leg long and level (drills.md D11)."""

from __future__ import annotations

from formcheck.drill import Body, Dose, Drill, Facts, Fault, RepRule, Sides, Signal, View, postures
from formcheck.geometry import angle

#: At rest the thigh hangs at 95-107 deg and the arm at 77-84 (measured): level with each other.
LEG_LAG = 20.0


def on_hands_and_knee(b: Body) -> bool:
    """Trunk level, at least one knee on the floor below the hips, its shin lying."""
    down = b.lower("knee")
    return (
        abs(b.trunk.elevation) <= 35
        and postures.side_on(b)
        and b.height(b.trunk.hip, down.knee) > 0.45
        and b.height(down.knee, down.ankle) < 0.45
    )


def arm(b: Body) -> float:
    """The near arm from the trunk: 180 in line with it."""
    return angle(b.near.hip, b.near.shoulder, b.near.wrist)


def leg(b: Body) -> float:
    """The near thigh from the trunk: 180 in line with it, above: higher than the trunk."""
    return b.prone_line(b.near, b.near.knee)


def reach(b: Body) -> float:
    return max(arm(b), leg(b) - LEG_LAG)


def leg_reached(f: Facts) -> bool:
    return f.change("leg") > 50


def arm_reached(f: Facts) -> bool:
    return f.change("arm") > 30


def reached_long(f: Facts) -> bool:
    """A straight arm or leg: a kick with a bent knee is another exercise."""
    straight_leg = leg_reached(f) and f.top("knee") > 130
    return straight_leg or (arm_reached(f) and f.top("arm") > 125)


def short(f: Facts) -> float:
    """Degrees short of the card's least reach, of what was lifted."""
    return 150 - f.top("leg") if leg_reached(f) else 145 - f.top("arm")


def over_own_best(f: Facts, name: str, most: float) -> float:
    """Beyond the person's own stillest repetition; before there is one, beyond good form."""
    stillest = min([e.change(name) for e in f.earlier], default=most)
    return f.change(name) - min(stillest, most)


DRILL = Drill(
    name="back_stabiliser",
    title="Back stabiliser",
    card="D11",
    summary="On hands and knees, reach one arm or one leg long, hold, and keep the back still.",
    setup="Hands under shoulders, knees under hips, the moving arm or leg near the camera. "
    "Arm first; the leg later, both together last.",
    view=View(
        name="side",
        camera="Beside the mat, lens 0.4-0.6 m high, 2-2.5 m away, moving limb nearest.",
        fits=postures.side_on,
        posture=on_hands_and_knee,
        needs=("shoulder", "hip", "knee"),
    ),
    signal=Signal("reach", "deg", reach, "near arm or leg, 180 in line with the trunk"),
    # Measured: rest 77-86, an arm reads 165-170, a leg 163-172 less the lag.
    motion=RepRule(start=18, end=12, top=38, full=65),
    sides=Sides.POSTURE,
    side_of=lambda b: b.near_side,
    measures=(
        Signal("arm", "deg", arm),
        Signal("leg", "deg", leg),
        Signal("knee", "deg", lambda b: b.near.knee_angle),
        Signal("trunk", "deg", lambda b: b.trunk.elevation),
        Signal(
            "hip_turn",
            "T",
            lambda b: b.height(b.near.hip, b.drawn(b.far.side).hip),
        ),
        Signal(
            "weight",
            "T",
            lambda b: b.shift(b.trunk.hip, b.lower("knee").knee),
        ),
        Signal("wobble", "T/s", lambda b: b.place(b.trunk.hip), kind="speed", over_s=1.0),
    ),
    confirm=reached_long,
    faults=(
        Fault(
            code="leg_high",
            cue="Reach long, not high",
            severity=2,
            unit="deg",
            warn=200,
            strong=210,
            judge=lambda f: f.top("leg") if leg_reached(f) else float("nan"),
            source="drills.md D11: 190 / 198; measured: a level leg reads 183-192",
            what="Your leg went higher than your trunk.",
        ),
        Fault(
            code="back_sag",
            cue="Back like a table",
            severity=2,
            unit="deg",
            warn=2.4,
            strong=6,
            judge=lambda f: over_own_best(f, "trunk", 2.0),
            certain=False,
            source="drills.md D11, EC 7 / 12 of trunk tilt; measured: 8 / 16 / 24 deg of sag tilt "
            "the shoulder-hip line by 2 / 3.4 / 4.8, good form by 0.1-2",
            what="Your trunk tilted or sagged as you reached.",
        ),
        Fault(
            code="pelvis_rotation",
            cue="Both hip bones face the floor",
            severity=2,
            unit="T",
            warn=0.1,
            strong=0.16,
            judge=lambda f: over_own_best(f, "hip_turn", 0.21),
            confidence="B",
            certain=False,
            source="drills.md D11: 15 / 22 deg of hips 0.36 T apart; measured: a level leg lift "
            "alone reads 0.14-0.20, so the own most level one is the reference",
            what="Your pelvis turned as you reached.",
        ),
        Fault(
            code="weight_shift",
            cue="Hips stay over your knees",
            severity=1,
            unit="T",
            warn=0.18,
            strong=0.3,
            judge=lambda f: abs(f.change("weight")),
            source="drills.md D11, EC 0.15; measured: good form to 0.1",
            what="Your weight moved away from your knees.",
        ),
        Fault(
            code="small_range",
            cue="Reach a little further",
            severity=1,
            unit="deg",
            warn=3,
            strong=20,
            judge=short,
            source="drills.md D11, EC: arm under 145, leg under 150",
            what="Your arm or leg stayed low.",
        ),
        Fault(
            code="wobble",
            cue="Slow breath, steady",
            severity=1,
            unit="T/s",
            warn=0.16,
            strong=0.3,
            signal="wobble",
            change=False,
            phases=("top",),
            persist_s=1.5,
            confidence="B",
            source="[Heredia21]; drills.md D11, EC 0.12; measured: still hips travel 0.02-0.08",
            what="You wobbled while reaching.",
        ),
    ),
    dose=Dose(sets=1, reps=10, hold_s=10),
    weights="hold",
    cannot_see=(
        "a pelvis that turns a little",
        "the curve of the low back between shoulders and hips",
        "the limbs on the far side: turn round for those",
    ),
    cautions=("If kneeling hurts use a cushion, else leave it out.",),
    sources=("S2", "Heredia21", "Heredia24", "Tele21"),
)
