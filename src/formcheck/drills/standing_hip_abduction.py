"""Standing hip abduction: lift a straight leg out to the side (drills.md D04)."""

from formcheck.drill import (
    Body, Dose, Drill, Facts, Sides, beyond_own_best, change, decrease, each_rep, fault, in_front,
    measure, near_fall, of, postures, ratio, reps, square_on, tilting, too_fast, trunk_lean,
)  # fmt: skip


def toes_outward(body: Body) -> float:
    """How far the toe points outward of the ankle, as a share of the standing shin."""
    foot = body.shift(body.work.toe, body.work.ankle) * body.outward(body.work.side)
    return ratio(foot, body.gap(body.other.knee, body.other.ankle))


def shank_length(body: Body) -> float:
    """The moving shank's length against the standing one; a bent knee shortens it from ahead."""
    moving, stands = body.work, body.other
    return ratio(body.gap(moving.knee, moving.ankle), body.gap(stands.knee, stands.ankle))


abduction = measure("abduction", "deg", of.abduction("working"))
lean = measure("trunk_lean", "deg", of.lean_towards("other"))
shoulder_tilt = measure("shoulder_tilt", "deg", of.shoulder_tilt("other"))
hike = measure("hike", "deg", of.pelvic_hike("working"))
shank = measure("shank", "ratio", shank_length)
toe_turn = measure("toe_turn", "ratio", toes_outward)
foot_lift = measure("foot_lift", "T", of.height("working ankle", above="other ankle"))
stance_leg = measure("stance_leg", "T", of.gap("other hip", "other ankle"))
stance_place = measure("stance_place", "T", of.place("other ankle"))
foot_place = measure("foot_place", "T", of.place("working ankle"))
feet_aside = measure("feet_aside", "T", of.feet_aside)
tilt = tilting(of.lean_towards("other"))


def leg_went_out_and_back(rep: Facts) -> bool:
    """One foot went out and back beside a long standing leg: no step, lunge, kick or knee lift."""
    went = abs(rep.change(foot_place))
    stayed_out = abs(rep.last(foot_place) - rep.rest(foot_place))
    stood = abs(rep.change(stance_place)) < 0.2 and -rep.change(stance_leg) < 0.15
    foot_led = -0.2 < rep.rest(foot_lift) < 0.8 and rep.top(foot_lift) > -0.1
    return went > 0.15 and stayed_out < went / 2 and stood and foot_led and rep.rest(stance_leg) > 1


def net_hike(rep: Facts) -> float:
    """Rise of the moving side's hip, less half of a shoulder tilt; good form has 2-6 deg."""
    return rep.change(hike) - 0.5 * max(0.0, rep.change(shoulder_tilt))


DRILL = Drill(
    name="standing_hip_abduction", title="Standing hip abduction", card="D04",
    summary="Standing tall, lift one straight leg out to the side and lower it slowly.",
    setup="Stand facing the camera, feet together, a chair beside the standing leg.",
    view=in_front(postures.upright, needs_other=("hip", "ankle")), sides=Sides.MOVING,
    # Measured: good form 25-32, from 25 deg askew 14-31 (drills.md D04: begins at 10, whole at 22).
    counts=reps(abduction, begins=8, ends=5, whole=12, full=25, only_if=leg_went_out_and_back),
    measures=(lean, shoulder_tilt, hike, shank, toe_turn, foot_lift, stance_leg,
        stance_place, foot_place, feet_aside, tilt),
    faults=(
        trunk_lean("Stay tall, smaller lift", "Your trunk leaned away from the moving leg.", lean),
        fault("pelvis_hike", "Keep your belt level", "The hip of the moving leg went up with it.",
            beyond_own_best(each_rep(net_hike, "deg")).above(4, strong=8),
            severity=2, confidence="B", certain=False, seen=square_on(feet_aside),
            source="[HipAbd30]; measured: 13 deg of hike reads 5 over the own most level lift"),
        fault("pelvis_drop", "Push the floor away", "The hip of the moving leg sank.",
            decrease(hike).above(8, strong=12), severity=2, confidence="B", certain=False,
            source="drills.md D04 as D01", seen=square_on(feet_aside)),
        fault("toes_out", "Toes face the front", "Your toes turned out.",
            change(toe_turn).above(0.42, strong=0.6), confidence="B", source="S0; measured"),
        fault("knee_bend", "Long leg", "The moving knee bent.",
            decrease(shank).above(0.12, strong=0.30), seen=square_on(feet_aside),
            source="S0; measured: 30 deg shorten it by 0.09-0.29, good form by 0.11 (12 bodies)"),
        too_fast("Float it up, float it down", "The leg went up or down quickly.",
            source="S0: slow lowering; drills.md D04"),
        near_fall(tilt),
    ),
    dose=Dose(sets=3, reps=12, hold_s=1), weights="strength",
    # A leg 15-40 deg in front moves nothing that a front camera can tell from good form (measured).
    cannot_see=("whether the leg drifts forward", "turning of the hip itself"),
    cautions=("Hold a chair if you need it.",), sources=("S0", "HipAbd30", "Seaby24", "LSD"),
)
