"""Clamshell: on the side, knees bent, open the top knee without rolling (drills.md D03)."""

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
    Sides,
    Signal,
    View,
    postures,
)


def top_side(b: Body) -> Side | None:
    """The side that lies on top is the higher one in the picture."""
    return Side.LEFT if b.height(b.left.hip, b.right.hip) > 0 else Side.RIGHT


def knee_opened(f: Facts) -> bool:
    """The knee opened around feet that stayed near each other: a straight-leg lift parts them."""
    return abs(f.change("foot_gap")) < f.change("knee_gap")


def spread(f: Facts) -> float:
    """How much wider hips and shoulders are stacked than at rest, in % of the torso: a trunk that
    rolls back under a lens looking down shows more of itself."""
    return f.change("hip_spread") + f.change("shoulder_spread")


def roll(f: Facts) -> float:
    """Spread beyond the person's own flattest whole repetition.

    Opening alone reads 0-11 depending on the body, nearly the same from repetition to repetition;
    20 deg of roll adds 6-18 (measured). A reference above 8 is not believed: then every
    repetition may have rolled.
    """
    flattest = min([spread(e) for e in f.earlier if e.complete], default=USUAL)
    return spread(f) - min(flattest, USUAL)


def looks_down(f: Facts) -> bool:
    """The lens is well above the body: knees that point at it appear below the hips. Measured at
    rest: 0.35-0.61 with the lens at 1.4-1.6 m, 0.15-0.24 at 0.6 m."""
    return f.rest("knee_drop") >= 0.30


#: What opening without roll usually reads at most, % of the torso (measured).
USUAL = 8.0

DRILL = Drill(
    name="clamshell",
    title="Clamshell",
    card="D03",
    summary="Lying on your side, open the top knee like a shell and keep your hips stacked.",
    setup="Lie on your side facing the camera, knees bent, heels in line with your bottom.",
    view=View(
        name="front",
        camera="In front of you, lens 1.4-1.6 m high (a laptop on a table) looking down, 2 m away.",
        fits=postures.stacked_to_camera,
        posture=postures.on_the_side,
        needs=("shoulder", "hip", "knee", "ankle"),
        needs_other=("hip", "knee"),
    ),
    signal=Signal("knee_gap", "T", lambda b: b.gap(b.work.knee, b.other.knee), "knee to knee"),
    # Measured: rest 0.15-0.31, good form opens 0.25-0.5 above it.
    motion=RepRule(start=0.055, end=0.035, top=0.16, full=0.3),
    measures=(
        Signal("foot_gap", "T", lambda b: b.gap(b.work.ankle, b.other.ankle)),
        Signal("hip_spread", "%T", lambda b: -100 * b.hip_separation),
        Signal("shoulder_spread", "%T", lambda b: -100 * b.shoulder_separation),
        Signal("knee_drop", "T", lambda b: b.height(b.trunk.hip, b.knees)),
        Signal("knee_angle", "deg", lambda b: b.work.knee_angle),
    ),
    sides=Sides.POSTURE,
    side_of=top_side,
    confirm=knee_opened,
    faults=(
        Fault(
            code="pelvis_roll",
            cue="Hips stacked, belly button forwards",
            severity=2,
            unit="%T",
            warn=5.5,
            strong=12,
            judge=roll,
            confidence="B",
            can_see=looks_down,
            unseen=Reason.CAMERA_TOO_LOW,
            source="[Willcox13]; measured: spread across the trunk, lens at 1.4-1.6 m",
            what="Your top hip rolled back as the knee opened.",
        ),
        Fault(
            code="feet_apart",
            cue="Glue your heels together",
            severity=1,
            unit="T",
            warn=0.115,
            strong=0.25,
            judge=lambda f: f.change("foot_gap"),
            source="S0; measured: 14 cm apart reads 0.24 T",
            what="Your feet came apart.",
        ),
        Fault(
            code="small_range",
            cue="Open a little further, hips still",
            severity=1,
            unit="T",
            warn=0.16,
            strong=0.08,
            judge=lambda f: f.rise,
            below=True,
            confidence="B",
            source="EC; measured: good form opens 0.25-0.5",
            what="The knee opened only a little.",
        ),
        Fault(
            code="too_fast",
            cue="Like opening a heavy door",
            severity=1,
            unit="s",
            warn=0.85,
            strong=0.5,
            judge=lambda f: f.quicker_s,
            below=True,
            source="[TotalControl]: two seconds each way; flagged under 1 s",
            what="You opened or closed quickly.",
        ),
        Fault(
            code="legs_straighten",
            cue="Knees a bit further forward",
            severity=1,
            unit="deg",
            warn=30,
            strong=45,
            judge=lambda f: (
                f.rest("knee_angle") - (f.earlier[0] if f.earlier else f).rest("knee_angle")
            ),
            confidence="B",
            source="drills.md D03, EC: 2D knee angles differ by body from the front, so the change "
            "since the first repetition is judged",
            what="Your legs slid straighter than they began.",
        ),
    ),
    dose=Dose(sets=3, reps=15, hold_s=1),
    weights="strength",
    cannot_see=("a small roll of the pelvis", "tension of the belly"),
    sources=("S0", "Boren11", "Willcox13", "TotalControl"),
)
