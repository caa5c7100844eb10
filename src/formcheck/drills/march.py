"""March on the spot: the warm-up, and the knee lift for hip mobility (drills.md D21)."""

from __future__ import annotations

from formcheck.drill import (
    Body,
    Dose,
    Drill,
    Facts,
    Fault,
    RepRule,
    Side,
    Sides,
    Signal,
    View,
    postures,
)


def knee_lift(b: Body) -> float:
    """The knee above the other one, 0 while it is the lower: a squat moves both and reads 0."""
    higher = b.height(b.drawn(b.work.side).knee, b.drawn(b.other.side).knee)
    return max(higher, 0.0)  # this way round NaN stays


def stepped_on_the_spot(f: Facts) -> bool:
    """A bent knee, up and down again in a stride's time, the hips staying up: a stance is held,
    a lunge sinks, an abduction lifts a long leg."""
    return (
        f.end_s - f.start_s < 4
        and abs(f.change("hip_height")) < 0.2
        and f.rest("hip_height") > 1.15
        and f.top("knee_bend") > 25
    )


def low_for_long(f: Facts) -> float:
    """The highest of the last ten lifts of this leg."""
    lifts = [e.rise for e in (*f.earlier[-9:], f)]
    return max(lifts) if len(lifts) == 10 else float("nan")


def sideways(f: Facts) -> float:
    return abs(f.change("side_lean"))


def five_sways(f: Facts) -> float:
    """The smallest sway of the last five steps of this leg: only what goes on counts."""
    sways = [sideways(e) for e in (*f.earlier[-4:], f)]
    return min(sways) if len(sways) == 5 else float("nan")


def from_the_front(f: Facts) -> bool:
    return f.rest("shoulder_width") >= 0.48


def from_the_side(f: Facts) -> bool:
    return f.rest("shoulder_width") <= 0.42


DRILL = Drill(
    name="march",
    title="March on the spot",
    card="D21",
    summary="March on the spot, lifting each knee as high as is comfortable.",
    setup="Stand tall with room around you, a chair within reach.",
    view=View(
        name="front",
        camera="In front of you or beside you, lens at hip height, 2.2-3 m away, feet seen.",
        fits=lambda b: postures.facing_camera(b) or postures.side_on(b),
        posture=postures.standing,
        needs=(),
    ),
    signal=Signal("knee_lift", "T", knee_lift, "this knee above the other"),
    # Card: 0.30 / 0.45 / 0.20 of the thigh, which is about 0.8 T long: EC, no clip yet.
    motion=RepRule(start=0.16, end=0.1, top=0.3, full=0.4, min_s=0.3, refractory_s=0.1),
    sides=Sides.MOVING,
    measures=(
        Signal("hip_height", "T", lambda b: b.height(b.trunk.hip, b.lower("ankle").ankle)),
        Signal("knee_bend", "deg", lambda b: 180 - b.drawn(b.work.side).knee_angle),
        Signal("lean_back", "deg", lambda b: -b.trunk_forward),
        Signal("side_lean", "deg", lambda b: b.lean_towards(Side.LEFT)),
        Signal("shoulder_width", "T", lambda b: abs(b.shoulder_separation)),
    ),
    confirm=stepped_on_the_spot,
    faults=(
        Fault(
            code="lean_back",
            cue="Tall and easy",
            severity=1,
            unit="deg",
            warn=10,
            strong=18,
            judge=lambda f: f.top("lean_back"),
            can_see=from_the_side,
            source="drills.md D21, EC",
            what="You leaned back.",
        ),
        Fault(
            code="side_sway",
            cue="Quiet shoulders",
            severity=1,
            unit="deg",
            warn=8,
            strong=14,
            judge=five_sways,
            can_see=from_the_front,
            source="drills.md D21, EC: 12 deg over five steps; a lean reads 0.7 (monster_walk)",
            what="Your shoulders swayed from side to side.",
        ),
        Fault(
            code="low_knees",
            cue="Knees a little higher if comfy",
            severity=1,
            unit="T",
            warn=0.22,
            strong=0.16,
            judge=low_for_long,
            below=True,
            source="drills.md D21: under 0.25 of the thigh for ten steps, EC",
            what="Your knees stayed low.",
        ),
    ),
    dose=Dose(sets=1),
    weights="minutes",
    cannot_see=("whether the pelvis drops while marching", "leg swings and hip circles"),
    cautions=("Tired or unsteady: hold a chair.",),
    sources=("S0", "S4", "2MST"),
)
