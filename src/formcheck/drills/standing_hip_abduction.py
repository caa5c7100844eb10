"""Standing hip abduction: lift a straight leg out to the side (drills.md D04)."""

from __future__ import annotations

from formcheck.drill import (
    Body,
    Dose,
    Drill,
    Facts,
    Fault,
    RepRule,
    Sides,
    Signal,
    View,
    near_fall,
    postures,
    tilting,
)


def leg_went_out_and_back(f: Facts) -> bool:
    """A straight leg, a standing foot that stayed, and a foot that came back: a side-step or a
    knee lift is another exercise."""
    went = abs(f.change("foot_place"))
    stayed_out = abs(f.last("foot_place") - f.rest("foot_place"))
    return (
        f.top("knee_angle") > 120 and abs(f.change("stance_place")) < 0.2 and stayed_out < went / 2
    )


def hike(f: Facts) -> float:
    """Rise of the moving side's hip beyond the person's own most level lift.

    Good form alone reads 2-6 deg depending on the body, and half of a shoulder tilt (measured), so
    without an earlier repetition there is nothing to compare with.
    """
    most_level = min([net_hike(e) for e in f.earlier], default=float("nan"))
    return net_hike(f) - most_level


def net_hike(f: Facts) -> float:
    return f.change("hike") - 0.5 * max(0.0, f.change("shoulder_tilt"))


def drop(f: Facts) -> float:
    return -f.change("hike")


def toe_turn(b: Body) -> float:
    """How far the toe points outward of the ankle, as a share of the standing shin."""
    foot = b.shift(b.work.toe, b.work.ankle) * b.outward(b.work.side)
    return foot / b.gap(b.other.knee, b.other.ankle)


def shank(b: Body) -> float:
    """The moving shank's length in the picture, against the standing one."""
    return b.gap(b.work.knee, b.work.ankle) / b.gap(b.other.knee, b.other.ankle)


DRILL = Drill(
    name="standing_hip_abduction",
    title="Standing hip abduction",
    card="D04",
    summary="Standing tall, lift one straight leg out to the side and lower it slowly.",
    setup="Stand facing the camera, feet together, a chair beside the standing leg.",
    view=View(
        name="front",
        camera="In front of you, lens at hip height, 2.2-3 m away, head and feet in the picture.",
        fits=postures.facing_camera,
        posture=postures.upright,
        needs=("shoulder", "hip", "knee", "ankle"),
        needs_other=("hip", "ankle"),
    ),
    signal=Signal(
        "abduction", "deg", lambda b: b.abduction(b.work.side), "leg out from the pelvis"
    ),
    motion=RepRule(start=8, end=5, top=14, full=25),
    sides=Sides.MOVING,
    measures=(
        Signal("trunk_lean", "deg", lambda b: b.lean_towards(b.other.side)),
        Signal("shoulder_tilt", "deg", lambda b: b.shoulder_tilt(b.other.side)),
        Signal("hike", "deg", lambda b: b.hike(b.work.side)),
        Signal("knee_angle", "deg", lambda b: b.work.knee_angle),
        Signal("shank", "ratio", shank),
        Signal("toe_turn", "ratio", toe_turn),
        Signal("stance_place", "T", lambda b: b.place(b.other.ankle)),
        Signal("foot_place", "T", lambda b: b.place(b.work.ankle)),
        tilting(lambda b: b.lean_towards(b.other.side)),
    ),
    confirm=leg_went_out_and_back,
    faults=(
        Fault(
            code="trunk_lean",
            cue="Stay tall, smaller lift",
            severity=2,
            unit="deg",
            warn=6.5,
            strong=12,
            signal="trunk_lean",
            persist_s=0.5,
            source="[LSD], EC; measured: 8 deg reads 5, 12 reads 9.5, 16 reads 12",
            what="Your trunk leaned away from the moving leg.",
        ),
        Fault(
            code="pelvis_hike",
            cue="Keep your belt level",
            severity=2,
            unit="deg",
            warn=4,
            strong=8,
            judge=hike,
            confidence="B",
            certain=False,
            source="[HipAbd30]; measured: 13 deg of hike reads 5 over the own most level lift",
            what="The hip of the moving leg went up with it.",
        ),
        Fault(
            code="pelvis_drop",
            cue="Push the floor away",
            severity=2,
            unit="deg",
            warn=8,
            strong=12,
            judge=drop,
            confidence="B",
            certain=False,
            source="drills.md D04 as D01",
            what="The hip of the moving leg sank.",
        ),
        Fault(
            code="toes_out",
            cue="Toes face the front",
            severity=1,
            unit="ratio",
            warn=0.42,
            strong=0.6,
            judge=lambda f: f.change("toe_turn"),
            confidence="B",
            source="S0; measured",
            what="Your toes turned out.",
        ),
        Fault(
            code="knee_bend",
            cue="Long leg",
            severity=1,
            unit="ratio",
            warn=0.10,
            strong=0.30,
            judge=lambda f: -f.change("shank"),
            source="S0; measured: from the front a bent knee shortens the shank in the picture, "
            "30 deg by 0.09-0.29, good form by no more than 0.08; the 2D knee angle hardly moves",
            what="The moving knee bent.",
        ),
        Fault(
            code="too_fast",
            cue="Float it up, float it down",
            severity=1,
            unit="s",
            warn=0.85,
            strong=0.5,
            judge=lambda f: f.quicker_s,
            below=True,
            source="S0: slow lowering; drills.md D04",
            what="The leg went up or down quickly.",
        ),
        near_fall(),
    ),
    dose=Dose(sets=3, reps=12, hold_s=1),
    weights="strength",
    # A leg 15-40 deg in front moves nothing that a front camera can tell from good form (measured).
    cannot_see=("whether the leg drifts forward", "turning of the hip itself"),
    cautions=("Hold a chair if you need it.",),
    sources=("S0", "HipAbd30", "Seaby24", "LSD"),
)
