"""One-leg stand: the standing stretch of the front of the thigh (drills.md D15)."""

from formcheck.drill import (
    Body, Dose, Drill, Facts, Sides, at_top, beside_you, change, each_rep, fault, holds, measure,
    near_fall, of, postures, tilting,
)  # fmt: skip

knee_bend = measure("knee_bend", "deg", of.knee_bend("drawn working"))
thigh_forward = measure("thigh_forward", "deg", of.thigh_forward("working"))
trunk_forward = measure("trunk_forward", "deg", of.trunk_forward)
stance_bend = measure("stance_bend", "deg", of.knee_bend("drawn other"))
tilt = tilting(of.trunk_forward)


def to_one_side(body: Body) -> bool:
    """From the side, or askew of it while the standing foot still points aside: up to 40 degrees it
    reads 0.32-0.50 T, from the front 0.01-0.12 (measured, 8 bodies)."""
    foot = body.lower("ankle")
    aside = abs(body.shift(foot.toe, foot.heel)) > 0.22
    return postures.side_on(body) or (postures.roughly_side_on(body) and aside)


def knee_points_down(hold: Facts) -> bool:
    """The heel is behind, at the buttock; a knee lifted in front is a march."""
    return hold.top(thigh_forward) < 55


def arched(hold: Facts) -> float:
    """How far the thigh is pulled back while the trunk tips forward by more than 8 degrees."""
    return -hold.top(thigh_forward) if hold.top(trunk_forward) > 8 else 0.0


DRILL = Drill(
    name="one_leg_stand", title="One-leg stand (front-of-thigh stretch)", card="D15",
    summary="Standing on one leg with a hand on the wall, hold the other foot behind you.",
    setup="Stand sideways to the camera, the stretching leg near it, the far hand on a wall.",
    view=beside_you(postures.standing, fits=to_one_side, judges=postures.side_on),
    sides=Sides.MOVING,
    # Card: hold from 100 deg; measured: 118-124 deg of true bend reads 117-125, one body 92.
    counts=holds(knee_bend, on_above=85, off_below=65, off_for_s=0.4, ended_by="foot_down",
        within=15, only_if=knee_points_down),
    measures=(thigh_forward, trunk_forward, stance_bend, tilt),
    faults=(
        fault("knee_forward", "Knee points to the floor", "Your knee drifted forward.",
            at_top(thigh_forward).above(11, strong=20),
            source="drills.md D15, EC 15 / 25; measured: 12 / 24 / 32 deg read 5 / 17 / 26, good "
            "form under 1"),
        fault("back_arch", "Tuck your tail, stand tall",
            "Your thigh was pulled back and your trunk tipped forward.",
            each_rep(arched, "deg").above(20, strong=30), severity=2, confidence="B",
            source="drills.md D15, EC: thigh 20 deg back with 8 deg of trunk lean"),
        fault("trunk_forward", "Stand tall", "Your trunk bent.",
            change(trunk_forward).either_way(9, strong=15),
            source="drills.md D15, EC 12 / 20; measured: good form under 2.5; a bend above the "
            "pelvis reads half (deep_lunge)"),
        fault("stance_knee_bend", "Soft but long standing leg", "Your standing knee bent.",
            at_top(stance_bend).above(20, strong=32),
            source="drills.md D15: 18 deg; measured: good form reads 3-15"),
        near_fall(tilt),
    ),
    dose=Dose(sets=3, hold_s=10), weights="stretch",
    cannot_see=("knees that drift apart", "how strongly you pull"),
    cautions=("Keep a hand on the wall.",),
    sources=("S2", "CDC-ROM"),
)
