"""Hamstring stretch: one heel on a chair, lean in gently (drills.md D14)."""

from formcheck.drill import (
    Body, Dose, Drill, Side, Sides, at_top, beside_you, bouncing, change, fault, holds, measure, of,
    wobble,
)  # fmt: skip


def raised(body: Body) -> Side:
    """The leg on the chair is the one with the higher ankle."""
    return body.lower("ankle").side.other


def heel_on_the_chair(body: Body) -> bool:
    """Standing, one long leg up in front; a bent leg or a low foot is something else. Seen from
    askew a long leg looks short, but then its foot is higher than any that hangs from its knee."""
    up, down = body.drawn(raised(body)), body.drawn(raised(body).other)
    length, height = body.gap(up.hip, up.ankle), body.height(up.ankle, down.ankle)
    # Measured from 25 degrees askew: length 1.04-1.3, height 0.9-1.3 with a knee of 130-180 deg.
    long = length > 1.15 or (length > 0.9 and height > 0.85 and up.knee_angle > 130)
    return (
        body.trunk.elevation >= 25
        and height > 0.4
        and long
        and body.height(down.hip, down.ankle) > 1.1
        and up.knee_angle > 95
    )


def towards_foot(body: Body) -> float:
    """trunk from upright; towards the raised foot is positive"""
    up = body.drawn(raised(body))
    return body.trunk.lean if up.ankle.real > up.hip.real else -body.trunk.lean


def lean_and_bend(body: Body) -> float:
    """lean of the trunk plus bend of the standing knee, as either stretches"""
    return towards_foot(body) + 180 - body.drawn(raised(body).other).knee_angle


def raised_knee_bend(body: Body) -> float:
    """bend of the raised knee; 0 is straight"""
    return 180 - body.drawn(raised(body)).knee_angle


stretch = measure("stretch", "deg", lean_and_bend)
knee_bend = measure("knee_bend", "deg", raised_knee_bend)
trunk_lean = measure("trunk_lean", "deg", towards_foot)
bounce = measure("bounce", "deg", towards_foot, swing_over_s=1.0)
hip_speed = measure("sway", "T/s", of.place("hips"), speed_over_s=1.0)

DRILL = Drill(
    name="hamstring_stretch", title="Hamstring stretch on a chair", card="D14",
    summary="One heel on a chair, leg long, let the standing knee bend and lean in gently.",
    setup="Stand sideways to the camera, near heel on a chair that stands against a wall.",
    view=beside_you(heel_on_the_chair,
        camera="Beside you on the raised leg's side, lens at hip height, 2.2-3 m away."),
    sides=Sides.POSTURE, side_of=raised,
    # Card: the standing knee bends by 18 deg. Measured: rest -1..8, a gentle lean 19-26.
    counts=holds(stretch, on_above=14, off_below=9, ended_by="came_up", within=4.5),
    measures=(knee_bend, trunk_lean, bounce, hip_speed),
    faults=(
        fault("knee_bend", "Straight raised leg, ease off if it pulls",
            "The knee of the raised leg bent.",
            change(knee_bend).above(12, strong=25),
            source="drills.md D14, EC; measured from the person's own start: good form up to 6, "
            "12 / 24 / 36 deg of bend read 10 / 15 / 24"),
        fault("back_round", "Chest proud", "Your trunk collapsed forward.",
            at_top(trunk_lean).above(34, strong=48),
            source="drills.md D14, EC 45; measured: good form 16-22; a bend above the pelvis reads "
            "half"),
        bouncing("Still and easy", "You bounced in the stretch.", bounce, above=6, strong=12,
            source="drills.md D14, EC: over 6 deg, 0.7 a second, for 2 s"),
        wobble("Hold the wall", "You swayed.", hip_speed, code="unsteady", severity=2,
            above=0.12, strong=0.25, for_s=1.5,
            source="drills.md D14, EC 0.1; measured: still hips travel 0.01-0.05"),
    ),
    dose=Dose(sets=3, hold_s=10), weights="stretch",
    cannot_see=("tension of the nerve", "length of the hamstrings", "rounding of the low back"),
    cautions=(
        "With acute sciatica this stretch may pull on the nerve and feel worse: leave it out if "
        "you have pain, tingling or shooting below the buttock, now or in the last six weeks.",
        "Any tingling, shooting or leg pain while stretching: stop and leave it out.",
        "How deep you go earns nothing: stay where it is easy."),
    sources=("S2",),
)
