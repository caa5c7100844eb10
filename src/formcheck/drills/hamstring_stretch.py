"""Hamstring stretch: one heel on a chair, lean in gently (drills.md D14)."""

from __future__ import annotations

from formcheck.drill import Body, Dose, Drill, Fault, HoldRule, Side, Sides, Signal, View, postures


def raised(b: Body) -> Side:
    """The leg on the chair is the one with the higher ankle."""
    return b.lower("ankle").side.other


def heel_on_the_chair(b: Body) -> bool:
    """Standing, one long leg up in front: a bent leg or a low foot is something else."""
    up, down = b.drawn(raised(b)), b.drawn(raised(b).other)
    return (
        b.trunk.elevation >= 25
        and b.height(up.ankle, down.ankle) > 0.4
        and b.gap(up.hip, up.ankle) > 1.15
        and b.height(down.hip, down.ankle) > 1.1
        and up.knee_angle > 95
    )


def towards_foot(b: Body) -> float:
    """The trunk from upright, towards the raised foot positive."""
    up = b.drawn(raised(b))
    return b.trunk.lean if up.ankle.real > up.hip.real else -b.trunk.lean


def stretch(b: Body) -> float:
    """Leaning in with the trunk, or sinking in by bending the standing knee: either stretches."""
    return towards_foot(b) + 180 - b.drawn(raised(b).other).knee_angle


DRILL = Drill(
    name="hamstring_stretch",
    title="Hamstring stretch on a chair",
    card="D14",
    summary="One heel on a chair, leg long, let the standing knee bend and lean in gently.",
    setup="Stand sideways to the camera, near heel on a chair that stands against a wall.",
    view=View(
        name="side",
        camera="Beside you on the raised leg's side, lens at hip height, 2.2-3 m away.",
        fits=postures.side_on,
        posture=heel_on_the_chair,
        needs=(),
    ),
    signal=Signal("stretch", "deg", stretch, "lean of the trunk plus bend of the standing knee"),
    # Card: the standing knee bends by 18 deg. Measured: rest -1..8, a gentle lean 19-26.
    motion=HoldRule(enter=14, end=9, ended_by="came_up", within=4.5),
    sides=Sides.POSTURE,
    side_of=raised,
    measures=(
        Signal("knee_bend", "deg", lambda b: 180 - b.drawn(raised(b)).knee_angle),
        Signal("trunk_lean", "deg", towards_foot),
        Signal("bounce", "deg", towards_foot, kind="swing", over_s=1.0),
        Signal("sway", "T/s", lambda b: b.place(b.trunk.hip), kind="speed", over_s=1.0),
    ),
    faults=(
        Fault(
            code="knee_bend",
            cue="Straight raised leg, ease off if it pulls",
            severity=1,
            unit="deg",
            warn=12,
            strong=25,
            judge=lambda f: f.change("knee_bend"),
            source="drills.md D14, EC; measured from the person's own start: good form up to 6, "
            "12 / 24 / 36 deg of bend read 10 / 15 / 24",
            what="The knee of the raised leg bent.",
        ),
        Fault(
            code="back_round",
            cue="Chest proud",
            severity=1,
            unit="deg",
            warn=34,
            strong=48,
            judge=lambda f: f.top("trunk_lean"),
            source="drills.md D14, EC 45; measured: good form 16-22; a bend above the pelvis reads "
            "half",
            what="Your trunk collapsed forward.",
        ),
        Fault(
            code="bouncing",
            cue="Still and easy",
            severity=2,
            unit="deg",
            warn=6,
            strong=12,
            signal="bounce",
            change=False,
            persist_s=2.5,
            source="drills.md D14, EC: over 6 deg, 0.7 a second, for 2 s",
            what="You bounced in the stretch.",
        ),
        Fault(
            code="unsteady",
            cue="Hold the wall",
            severity=2,
            unit="T/s",
            warn=0.12,
            strong=0.25,
            signal="sway",
            change=False,
            persist_s=1.5,
            source="drills.md D14, EC 0.1; measured: still hips travel 0.01-0.05",
            what="You swayed.",
        ),
    ),
    dose=Dose(sets=3, hold_s=10),
    weights="stretch",
    cannot_see=("tension of the nerve", "length of the hamstrings", "rounding of the low back"),
    cautions=(
        "With acute sciatica this stretch may pull on the nerve and feel worse: leave it out if "
        "you have pain, tingling or shooting below the buttock, now or in the last six weeks.",
        "Any tingling, shooting or leg pain while stretching: stop and leave it out.",
        "How deep you go earns nothing: stay where it is easy.",
    ),
    sources=("S2",),
)
