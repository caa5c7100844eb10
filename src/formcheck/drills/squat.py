"""Squat, hips wide: sit back and down between the feet, and stand up (drills.md D20)."""

from __future__ import annotations

from formcheck.drill import (
    Body,
    Dose,
    Drill,
    Facts,
    Fault,
    Reason,
    RepRule,
    Side,
    Signal,
    View,
    postures,
)


def front_or_side(b: Body) -> bool:
    return postures.facing_camera(b) or postures.side_on(b)


def depth(b: Body) -> float:
    """Hips above the lower ankle, negative: it rises as the hips sink, whatever the view."""
    return -b.height(b.trunk.hip, b.lower("ankle").ankle)


def on_the_feet(b: Body) -> bool:
    """Standing, or sitting down between the feet with the trunk tipped forward."""
    return b.trunk.elevation >= 10 and depth(b) < -0.3


def apart(b: Body, part: str) -> complex:
    """From the right joint to the left, in T, as drawn."""
    return (b.as_seen(Side.LEFT.joint(part)) - b.as_seen(Side.RIGHT.joint(part))) / b.torso


def sank_between_the_feet(f: Facts) -> bool:
    """From standing, both feet staying and both knees bending alike (from the front bent knees
    look straight): a lunge, a step or a lifted foot is another exercise."""
    stood = f.rest("depth") < -1.15 and f.rest("trunk_tilt") < 30
    feet_stayed = abs(f.change("stride")) < 0.3 and abs(f.change("knee_level")) < 0.3
    both_bent = from_the_front(f) or f.change("least_bend") > 20
    return stood and feet_stayed and both_bent and f.change("depth") > 0.15


def from_the_front(f: Facts) -> bool:
    return f.rest("shoulder_width") >= 0.48


def from_the_side(f: Facts) -> bool:
    return f.rest("shoulder_width") <= 0.42


def toes_outward(b: Body) -> float:
    """How far the toes point outward of the heels, mean of both feet."""
    return sum(b.shift(x.toe, x.heel) * b.outward(x.side) for x in (b.left, b.right)) / 2


DRILL = Drill(
    name="squat",
    title="Squat, hips wide",
    card="D20",
    summary="Feet hip-wide or wider, sit back and down as far as is comfortable, and stand up.",
    setup="Stand with your feet shoulder-wide, toes slightly out, and look straight ahead.",
    view=View(
        name="side",
        camera="Beside you to check depth and trunk, or in front of you to check the knees: one "
        "view a set. Lens at hip height, 2.2-3 m away, head and feet in the picture.",
        fits=front_or_side,
        posture=on_the_feet,
        needs=("hip", "knee", "ankle"),
    ),
    signal=Signal("depth", "T", depth, "how far the hips have sunk towards the feet"),
    # The card's levels, by the geometry of the legs: 60 deg of knee flexion sinks the hips by
    # 0.25 T, 80 by 0.43. Measured: 90 deg reads 0.41-0.58 in either view, real people 0.5-0.8.
    motion=RepRule(start=0.1, end=0.07, top=0.22, full=0.43),
    measures=(
        Signal("shoulder_width", "T", lambda b: abs(b.shoulder_separation)),
        Signal("stride", "T", lambda b: abs(apart(b, "ankle"))),
        Signal("knee_level", "T", lambda b: apart(b, "knee").imag),
        Signal("least_bend", "deg", lambda b: 180 - max(b.drawn(s).knee_angle for s in Side)),
        Signal("knee_ratio", "ratio", lambda b: apart(b, "knee").real / apart(b, "ankle").real),
        Signal("stance", "ratio", lambda b: apart(b, "ankle").real / apart(b, "shoulder").real),
        Signal("toes_out", "T", toes_outward),
        Signal("trunk_tilt", "deg", lambda b: 90 - b.trunk.elevation),
        Signal("heel_lift", "T", lambda b: b.height(b.near.heel, b.near.toe)),
        Signal(
            "side_shift", "ratio", lambda b: b.shift(b.trunk.hip, b.ankles) / abs(apart(b, "ankle"))
        ),
    ),
    confirm=sank_between_the_feet,
    faults=(
        Fault(
            code="knees_in",
            cue="Spread the floor, knees over toes",
            severity=2,
            unit="ratio",
            warn=0.9,
            strong=0.65,
            judge=lambda f: f.top("knee_ratio"),
            below=True,
            can_see=from_the_front,
            source="[SquatETH]; knees to ankles apart at the bottom, drills.md D20 0.85 / 0.70; "
            "measured: good form 1.36-1.46, 8 deg inward 1.16, 16 deg 0.79, 19 deg 0.67",
            what="Your knees fell inward of your feet.",
        ),
        Fault(
            code="stance_narrow",
            cue="Feet a little wider",
            severity=1,
            unit="ratio",
            warn=0.62,
            strong=0.4,
            judge=lambda f: f.rest("stance"),
            below=True,
            can_see=from_the_front,
            source="[SquatETH]: shoulder-wide; measured: hip-wide feet read 0.80-0.84 of the "
            "shoulders",
            what="Your feet stood close together.",
        ),
        Fault(
            code="toes_out",
            cue="Toes slightly out, no more",
            severity=1,
            unit="T",
            warn=0.26,
            strong=0.36,
            judge=lambda f: f.rest("toes_out"),
            confidence="B",
            can_see=from_the_front,
            source="[SquatETH]; drills.md D20: over 35 deg, for a foot of 0.45 T; measured: 8 deg "
            "reads 0.05-0.10",
            what="Your feet were turned far out.",
        ),
        Fault(
            code="trunk_forward",
            cue="Chest up, sit back",
            severity=2,
            unit="deg",
            warn=50,
            strong=62,
            judge=lambda f: f.top("trunk_tilt"),
            can_see=from_the_side,
            source="drills.md D20, EC 45 / 60; measured: good form 35-38, 12 / 24 deg more 49 / 60",
            what="Your trunk fell forward at the bottom.",
        ),
        Fault(
            code="heels_lift",
            cue="Heels heavy",
            severity=1,
            unit="T",
            warn=0.13,
            strong=0.2,
            judge=lambda f: f.change("heel_lift"),
            confidence="B",
            can_see=from_the_side,
            source="[SquatETH], drills.md D20 0.06; measured: flat heels read up to 0.08",
            what="Your heels came off the floor.",
        ),
        Fault(
            code="side_shift",
            cue="Share the weight",
            severity=1,
            unit="ratio",
            warn=0.15,
            strong=0.25,
            judge=lambda f: abs(f.change("side_shift")),
            can_see=from_the_front,
            unseen=Reason.WRONG_VIEW,
            source="drills.md D20, EC: 0.12 / 0.20 of the shoulder width",
            what="Your hips moved over one foot.",
        ),
    ),
    dose=Dose(sets=2, reps=8),
    weights="strength",
    cannot_see=(
        "whether you clench the buttocks",
        "knees and feet from the side",
        "depth of the trunk's lean and heels from the front",
    ),
    sources=("S1", "SquatETH", "FPPA-VA", "Yue26", "Cosoli26"),
)
