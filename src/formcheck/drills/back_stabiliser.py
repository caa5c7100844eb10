"""Back stabiliser: on hands and knees, reach an arm or a leg long and level (drills.md D11)."""

from math import nan

from formcheck.drill import (
    Body, Dose, Drill, Facts, Side, Sides, beside_the_mat, beyond_own_best, change, each_rep, fault,
    from_the_side, measure, of, postures, reps, wobble,
)  # fmt: skip

#: At rest the thigh hangs at 95-107 deg and the arm at 77-84 (measured): level with each other.
LEG_LAG = 20.0
ARM = of.joint_angle("near hip", at="near shoulder", b="near wrist")
LEG = of.prone_line("near")


def on_hands_and_knee(body: Body) -> bool:
    """Trunk level, at least one knee on the floor below the hips, its shin lying."""
    down = body.lower("knee")
    return (
        abs(body.trunk.elevation) <= 35
        and postures.side_on(body)
        and body.height(body.trunk.hip, down.knee) > 0.45
        and body.height(down.knee, down.ankle) < 0.45
    )


def near_side(body: Body) -> Side:
    """The limbs nearest the camera work."""
    return body.near_side


def arm_or_leg(body: Body) -> float:
    """near arm or leg, whichever reaches further; 180 is in line with the trunk"""
    return max(ARM(body), LEG(body) - LEG_LAG)


def one_knee_ahead(body: Body) -> float:
    """how far one knee lies ahead of the other in the picture; 0 from beside the mat"""
    return abs(body.shift(body.near.knee, body.drawn(body.near_side.other).knee))


reach = measure("reach", "deg", arm_or_leg)
arm = measure("arm", "deg", ARM, "near arm from the trunk; 180 is in line with it")
leg = measure("leg", "deg", LEG, "near thigh from the trunk; 180 is in line, above it is higher")
knee = measure("knee", "deg", of.knee_angle("near"))
trunk = measure("trunk", "deg", of.incline("hips", to="shoulders"))
hip_turn = measure("hip_turn", "T", of.height("near hip", above="drawn far hip"))
over_near_knee = measure("over_near_knee", "T", of.shift("hips", past="drawn near knee"))
over_far_knee = measure("over_far_knee", "T", of.shift("hips", past="drawn far knee"))
knee_ahead = measure("knee_ahead", "T", one_knee_ahead)
hip_speed = measure("wobble", "T/s", of.place("hips"), speed_over_s=1)


def leg_reached(rep: Facts) -> bool:
    return rep.change(leg) > 50


def reached_long(rep: Facts) -> bool:
    """A straight arm or leg reached out; a kick with a bent knee is another exercise."""
    straight_leg = leg_reached(rep) and rep.top(knee) > 130
    return straight_leg or (rep.change(arm) > 30 and rep.top(arm) > 125)


def height_of_the_leg(rep: Facts) -> float:
    """The near thigh from the trunk at the top, where a leg was reached."""
    return rep.top(leg) if leg_reached(rep) else nan


def short(rep: Facts) -> float:
    """Degrees short of 150 for a leg, of 145 for an arm."""
    return 150 - rep.top(leg) if leg_reached(rep) else 145 - rep.top(arm)


def hips_moved(rep: Facts) -> float:
    """How far the hips moved over the knee that stayed; the knee of a leg that reaches moves by
    0.8 and more. From askew the knees lie 0.2 apart, so it is always one and the same."""
    return min(abs(rep.change(over_near_knee)), abs(rep.change(over_far_knee)))


DRILL = Drill(
    name="back_stabiliser", title="Back stabiliser", card="D11",
    summary="On hands and knees, reach one arm or one leg long, hold, and keep the back still.",
    setup="Hands under shoulders, knees under hips, the moving arm or leg near the camera. "
    "Arm first; the leg later, both together last.",
    view=beside_the_mat(on_hands_and_knee,
        camera="Beside the mat, lens 0.4-0.6 m high, 2-2.5 m away, moving limb nearest."),
    sides=Sides.POSTURE, side_of=near_side,
    # Measured: rest 77-86, an arm reads 165-170, a leg 163-172 less the lag.
    counts=reps(reach, begins=18, ends=12, whole=38, full=65, only_if=reached_long),
    measures=(arm, leg, knee, trunk, hip_turn, over_near_knee, over_far_knee,
        knee_ahead, hip_speed),
    faults=(
        fault("leg_high", "Reach long, not high", "Your leg went higher than your trunk.",
            each_rep(height_of_the_leg, "deg").above(202, strong=210), severity=2,
            source="drills.md D11: 190 / 198; measured: a level leg reads 183-192, to 199 from 30 "
            "deg askew (13 tracks)"),
        fault("back_sag", "Back like a table", "Your trunk tilted or sagged as you reached.",
            beyond_own_best(change(trunk), believed_to=2.0).above(2.4, strong=6),
            severity=2, certain=False,
            source="drills.md D11, EC 7 / 12 of trunk tilt; measured: 8 / 16 / 24 deg of sag tilt "
            "the shoulder-hip line by 2 / 3.4 / 4.8, good form by 0.1-2"),
        fault("pelvis_rotation", "Both hip bones face the floor",
            "Your pelvis turned as you reached.",
            beyond_own_best(change(hip_turn), believed_to=0.21).above(0.1, strong=0.16),
            severity=2, confidence="B", certain=False,
            source="drills.md D11: 15 / 22 deg of hips 0.36 T apart; measured: a level leg lift "
            "alone reads 0.14-0.20, so the own most level one is the reference"),
        fault("weight_shift", "Hips stay over your knees",
            "Your weight moved away from your knees.",
            each_rep(hips_moved, "T").above(0.18, strong=0.3),
            seen=from_the_side(knee_ahead, 0.33),
            source="drills.md D11, EC 0.15; measured: good form to 0.13, also from 30 deg askew "
            "(16 tracks); to 0.26 where the far knee is drawn 0.36-0.44 ahead (3 tracks)"),
        fault("small_range", "Reach a little further", "Your arm or leg stayed low.",
            each_rep(short, "deg").above(3, strong=20),
            source="drills.md D11, EC: arm under 145, leg under 150"),
        wobble("Slow breath, steady", "You wobbled while reaching.", hip_speed,
            above=0.16, strong=0.3, for_s=1.5, during="top", confidence="B",
            source="[Heredia21]; drills.md D11, EC 0.12; measured: still hips travel 0.02-0.08"),
    ),
    dose=Dose(sets=1, reps=10, hold_s=10), weights="hold",
    variants="Opposite arm and leg together, one after the other, the leg only or the arm only. "
        "Only the limbs near the camera are counted: a far arm or leg that reaches alone is "
        "not, so turn round for the other side.",
    cannot_see=("a pelvis that turns a little",
        "the curve of the low back between shoulders and hips",
        "the limbs on the far side: turn round for those"),
    cautions=("If kneeling hurts use a cushion, else leave it out.",),
    sources=("S2", "Heredia21", "Heredia24", "Tele21"),
)
