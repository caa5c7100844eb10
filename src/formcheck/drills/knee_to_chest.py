"""Knee to chest: on the back, draw one knee towards the chest and hold it (drills.md D08)."""

from __future__ import annotations

from formcheck.drill import Body, Dose, Drill, Facts, Fault, RepRule, Sides, Signal, View, postures


def bend(b: Body) -> float:
    """Hip flexion: 180 less HIPANG."""
    return 180 - b.work.hip_angle


def one_bent_leg(f: Facts) -> bool:
    """One bent knee came up from a foot on the floor, while the other foot stayed low: toe dips
    from a table-top and straight leg raises are other exercises."""
    return (
        f.top("knee_angle") < 120
        and f.top("other_foot") < 0.4
        and f.rest("foot") < 0.3
        and f.change("foot") > 0.15
        and f.change("bend") > f.change("other_bend")
        and abs(f.change("trunk")) < 15
    )


DRILL = Drill(
    name="knee_to_chest",
    title="Knee to chest",
    card="D08",
    summary="Lying on your back, draw one knee towards your chest and stay there, breathing.",
    setup="Lie on your back, knees bent, feet flat; the working leg nearest the camera.",
    view=View(
        name="side",
        camera="Beside the mat, lens 0.3-0.6 m high, 2-2.5 m away, whole body in the picture.",
        fits=postures.side_on,
        posture=postures.on_the_back,
        needs=("shoulder", "ankle"),  # the far hip and knee are often hidden
    ),
    signal=Signal("bend", "deg", bend, "hip bend, 180 less shoulder-hip-knee"),
    # drills.md D08: begins at HIPANG 105, held under 80, full mark 70, from a rest of 115-135.
    motion=RepRule(start=15, end=10, top=30, full=60, top_at=95),
    sides=Sides.MOVING,
    measures=(
        Signal("other_bend", "deg", lambda b: 180 - b.other.hip_angle),
        Signal("knee_angle", "deg", lambda b: b.work.knee_angle),
        Signal("foot", "T", lambda b: b.height(b.work.ankle, b.trunk.hip)),
        Signal(
            "other_foot",
            "T",
            lambda b: b.height(b.as_seen(b.other.side.joint("ankle")), b.trunk.hip),
        ),
        Signal("head", "T", lambda b: b.height(b.near.ear, b.trunk.hip)),
        Signal("trunk", "deg", lambda b: b.trunk.elevation),
        Signal("bounce", "deg", bend, kind="swing", over_s=1.0),
    ),
    confirm=one_bent_leg,
    faults=(
        Fault(
            code="other_foot_lifts",
            cue="Let the other foot rest",
            severity=1,
            unit="T",
            warn=0.15,
            strong=0.25,
            judge=lambda f: f.change("other_foot"),
            confidence="B",
            source="drills.md D08; measured: the resting foot reads up to 0.05 higher",
            what="The other foot came off the floor.",
        ),
        Fault(
            code="head_lift",
            cue="Head stays down",
            severity=1,
            unit="T",
            warn=0.15,
            strong=0.25,
            signal="head",
            persist_s=1.0,
            source="drills.md D08",
            what="Your head and shoulders came off the floor.",
        ),
        Fault(
            code="bouncing",
            cue="Ease in and hold",
            severity=2,
            unit="deg",
            warn=10,
            strong=20,
            signal="bounce",
            change=False,
            phases=("top",),
            persist_s=2.5,  # a slow last bit of the way swings the knee for 2 s, too (measured)
            source="drills.md D08: over 8 deg at 0.7 Hz for 2 s",
            what="The knee bounced instead of resting there.",
        ),
    ),
    dose=Dose(sets=1, reps=5, hold_s=5),
    weights="stretch",
    cannot_see=(
        "how hard you pull",
        "whether the pelvis curls",
        "the far leg while the near one hides it",
    ),
    cautions=(
        "Comfort sets the range: there is no depth to reach.",
        "If it brings on leg pain, leave it out and do stomach tone or the pelvic tilt.",
    ),
    sources=("S2", "S3", "CDC-ROM"),
)
