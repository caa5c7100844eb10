"""Hip bridge: on the back, knees bent, lift the hips into line, lower slowly (drills.md D02)."""

from __future__ import annotations

from statistics import median

from formcheck.drill import Body, Dose, Drill, Facts, Fault, RepRule, Signal, View, postures


def body_line(b: Body) -> float:
    return b.body_line(b.near, b.near.knee)


def hips_moved_most(f: Facts) -> bool:
    """The hips rose while feet and shoulders kept their heights: a sit-up or a leg lift is no
    bridge."""
    rise = f.change("hip_rise")
    return rise > 0.05 and abs(f.change("foot_height")) < max(0.15, 0.6 * rise)


def below_line(f: Facts) -> float:
    """Degrees short of the straight line as the camera sees it; see LINE."""
    return LINE - f.top("body_line")


def over_line(f: Facts) -> float:
    """Degrees past the person's own straight lifts so far (those that reached the line)."""
    straight = [e.top("body_line") for e in f.earlier if below_line(e) < 0.5 * LOW]
    return f.top("body_line") - median(straight) if straight else float("nan")


def hold_share(f: Facts) -> float:
    return f.hold_s / f.hold_target_s if f.hold_target_s else float("nan")


#: A straight line reads 184-193 (measured on rendered truth; textbook 180 [Freckleton14]).
LINE = 186.0
LOW = 8.0

DRILL = Drill(
    name="hip_bridge",
    title="Hip bridge",
    card="D02",
    summary="Lying on your back, lift your hips until shoulder, hip and knee are in line.",
    setup="Lie on your back, knees bent, feet flat and hip-width apart, arms by your sides.",
    view=View(
        name="side",
        camera="Beside the mat, lens 0.3-0.6 m high, 2-2.5 m away, whole body in the picture.",
        fits=postures.side_on,
        posture=postures.bent_knees_on_the_back,
        needs=("shoulder", "hip", "knee"),
    ),
    # Rest 115-139, top 171-193 (measured). Levels are changes from the person's own rest.
    signal=Signal("body_line", "deg", body_line, "shoulder-hip-knee, 180 in line, above: past it"),
    motion=RepRule(start=12, end=8, top=25, full=45, top_at=157),
    measures=(
        Signal("hip_rise", "T", lambda b: b.height(b.trunk.hip, b.ankles)),
        Signal("foot_height", "T", lambda b: b.height(b.near.ankle, b.trunk.shoulder)),
        Signal("knee_angle", "deg", lambda b: b.near.knee_angle),
        Signal("head_lift", "T", lambda b: b.across_up(b.near.ear - b.near.shoulder)),
    ),
    confirm=hips_moved_most,
    faults=(
        Fault(
            code="low_hips",
            cue="Press your heels, lift a little higher",
            severity=1,
            unit="deg",
            warn=LOW,
            strong=18,
            judge=below_line,
            source="[Freckleton14]; measured: good 184-193, 20 deg short 173-177",
            what="Your hips stopped short of the line from shoulders to knees.",
        ),
        Fault(
            code="lumbar_arch",
            cue="Ribs down, long straight line",
            severity=2,
            unit="deg",
            warn=6,
            strong=12,
            judge=over_line,
            confidence="B",
            source="[Kang16]; measured: 20 deg of arch reads 4-7 over the person's own good lifts",
            what="Your hips went past the line from shoulders to knees.",
            certain=False,
        ),
        Fault(
            code="short_hold",
            cue="Stay up a little longer",
            severity=1,
            unit="share",
            warn=0.6,
            strong=0.2,
            judge=hold_share,
            below=True,
            source="drills.md 2.4 (under half of the hold is an attempt), EC",
            what="You came down before the hold was over.",
        ),
        Fault(
            code="too_fast",
            cue="Lower slowly, count two",
            severity=1,
            unit="s",
            warn=0.85,
            strong=0.5,
            judge=lambda f: f.quicker_s,
            below=True,
            source="S0 asks for slow lowering; drills.md 3.3: under 1 s",
            what="You went up or came down quickly.",
        ),
        Fault(
            code="hips_sink",
            cue="Keep the lift",
            severity=1,
            unit="deg",
            warn=10,
            strong=18,
            judge=lambda f: f.spread("body_line"),
            source="EC",
            what="Your hips sank while you were holding.",
        ),
        Fault(
            code="feet_far",
            cue="Walk your feet a step closer",
            severity=1,
            unit="deg",
            warn=118,
            strong=130,
            signal="knee_angle",
            change=False,
            phases=("top",),
            persist_s=1.0,
            source="[Lehecka17]; drills.md D02: over 115",
            what="Your feet were far from your hips.",
        ),
        Fault(
            code="feet_near",
            cue="Walk your feet a step away",
            severity=1,
            unit="deg",
            warn=-50,
            strong=-40,
            signal="knee_angle",
            change=False,
            sign=-1,
            phases=("top",),
            persist_s=1.0,
            source="drills.md D02: under 60; real people in good form read 57-65 (measured)",
            what="Your feet were close to your hips.",
        ),
        Fault(
            code="head_lift",
            cue="Rest your head, soft neck",
            severity=1,
            unit="T",
            warn=0.2,
            strong=0.3,
            signal="head_lift",
            persist_s=1.0,
            confidence="B",
            source="EC; drills.md D02",
            what="Your head came off the floor.",
        ),
    ),
    dose=Dose(sets=3, reps=10, hold_s=3),
    weights="strength",
    cannot_see=(
        "whether the knees fall in or out",
        "whether one side of the pelvis is lower",
        "the curve of the low back itself, unless the hips go far past the line",
        "which muscles work",
    ),
    relatives=("single_leg_bridge",),
    sources=("S0", "S4", "Freckleton14", "Kang16", "Lehecka17"),
)
