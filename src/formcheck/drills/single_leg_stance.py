"""Single-leg stance: stand tall on one leg and hold (drills.md D01)."""

from formcheck.drill import (
    Dose, Drill, Facts, Sides, beyond_own_best, each_rep, fault, holds, in_front, measure,
    near_fall, of, postures, since_the_last_s, square_on, throughout, tilting, trunk_lean,
)  # fmt: skip

lift = measure("lift", "T", of.off_the_floor("other ankle", above="working ankle"))
lean = measure("trunk_lean", "deg", of.lean_towards("working"))
shoulder_tilt = measure("shoulder_tilt", "deg", of.shoulder_tilt("working"))
pelvic_drop = measure("pelvic_drop", "deg", of.pelvic_hike("working"))
hip_shift = measure("hip_shift", "T", of.outward("hips", past="working ankle"))
fppa = measure("fppa", "deg", of.fppa("working"))
side_reach = measure("side_reach", "deg", of.long_leg_out("other"))
stance_leg = measure("stance_leg", "T", of.gap("working hip", "working ankle"))
clearance = measure("clearance", "T", of.room_beside("other ankle", "working ankle", 0.3))
arm_speed = measure("arm_speed", "T/s", of.hands_from_shoulders, speed_over_s=1)
feet_aside = measure("feet_aside", "T", of.feet_aside)
sway, tilt = measure("sway", "deg", lean.of, swing_over_s=2), tilting(lean.of)


def free_leg_hangs(hold: Facts) -> bool:
    """No leg swung out to the side (an abduction, a kick) and no hips that bob (a lunge)."""
    swung_out = hold.top(side_reach) > 14 or hold.largest(side_reach) > 20
    return not swung_out and not hold.spread(stance_leg) > 0.35


def drop(hold: Facts) -> float:
    """Drop of the free side, less what a trunk leaning over the stance leg adds (0.3 of it)."""
    return hold.change(pelvic_drop) + 0.3 * hold.change(shoulder_tilt)


DRILL = Drill(
    name="single_leg_stance", title="Single-leg stance", card="D01",
    summary="Stand on one leg, tall and level, and hold.",
    setup="Stand facing the camera, feet shoulder-width, a chair or wall within reach.",
    view=in_front(postures.upright, needs_other=("hip", "ankle")), sides=Sides.MOVING,
    # 0.10 T of true lift reads 0.06 (measured: starts 0.2 s late, ends 0.15 s early at 0.10).
    counts=holds(lift, on_above=0.06, on_for_s=0.3, off_below=0.04, ended_by="foot_down",
        only_if=free_leg_hangs),
    measures=(lean, shoulder_tilt, pelvic_drop, hip_shift, fppa, side_reach, stance_leg, clearance,
        arm_speed, sway, feet_aside, tilt),
    faults=(
        fault("pelvis_drop", "Grow tall, lift the free hip",
            "The hip of your lifted leg may have sunk.",
            beyond_own_best(each_rep(drop, "deg")).above(4.5, strong=7),
            severity=2, confidence="B", certain=False, seen=square_on(feet_aside),
            source="[Hardcastle85]; measured: 16 deg of drop reads 5-6 against the own best hold"),
        trunk_lean("Stack your ribs over your hips", "Your trunk leaned to the side.",
            lean, either_way=True, for_s=1),
        fault("hip_shift", "Bring your hips back over your foot",
            "Your hips moved out past the standing foot.",
            throughout(hip_shift).above(0.20, strong=0.28, for_s=1),
            confidence="B", source="[Luomajoki07], EC"),
        fault("knee_valgus", "Point your knee over your middle toes",
            "The knee of your standing leg fell inward.",
            throughout(fppa, from_rest=True).above(12, strong=18, for_s=0.7),
            severity=2, confidence="B", source="[FPPA-VA], [RessmanQ20]"),
        fault("sway", "Soft gaze, stand quietly", "Your trunk swayed from side to side.",
            throughout(sway).above(9, strong=18, for_s=0.5),
            confidence="B", source="drills.md 2.2 [BESS], EC; measured on rendered sway"),
        fault("arm_flail", "Soft, quiet arms", "Your arms moved a lot.",
            throughout(arm_speed).above(1.5, strong=3, for_s=1), unless="sway",
            source="[LSD]: arms leaving position; arms that balance a sway are part of it"),
        fault("legs_braced", "Let the free leg hang clear",
            "Your free leg leaned on the standing leg.",
            throughout(clearance).below(0.12, strong=0.05, for_s=1.5),
            confidence="B", source="[Springer07]: bracing is not allowed"),
        fault("touch_down", "Reset, hand on the chair is fine",
            "Your foot touched the floor and came up again.",
            since_the_last_s().below(1.5, strong=0.1), severity=0,
            source="[Springer07]: a touch ends the hold; EC; measured: clean holds 2.5 s apart"),
        near_fall(tilt),
    ),
    dose=Dose(sets=3, hold_s=30), weights="hold",
    cannot_see=("a pelvic drop smaller than a large one", "the arch of the foot", "small sway",
        "whether your eyes are open"),
    cautions=("Stand near a chair or wall; stop if you feel unsteady.",),
    sources=("S0", "Springer07", "Hardcastle85", "LSD", "Luomajoki07", "FPPA-VA"),
)
