"""Hip bridge: on the back, knees bent, lift the hips into line, lower slowly (drills.md D02)."""

from statistics import median

from formcheck.drill import (
    Dose, Drill, Facts, beside_the_mat, each_rep, fault, head_lift, measure, of,
    postures, reps, short_hold, throughout, too_fast, unsteadiness,
)  # fmt: skip

LINE = 186.0  # a straight line reads 184-193 (measured on rendered truth; textbook 180)
LOW = 8.0

body_line = measure("body_line", "deg", of.body_line("near"))
hip_rise = measure("hip_rise", "T", of.height("hips", above="ankles"))
foot_height = measure("foot_height", "T", of.height("near ankle", above="shoulders"))
knee_angle = measure("knee_angle", "deg", of.knee_angle("near"))
head = measure("head_lift", "T", of.lifted("near ear", off="near shoulder"))


def hips_moved_most(rep: Facts) -> bool:
    """The hips rose while feet and shoulders kept their heights; a sit-up or leg lift is none."""
    rise = rep.change(hip_rise)
    return rise > 0.05 and abs(rep.change(foot_height)) < max(0.15, 0.6 * rise)


def below_line(rep: Facts) -> float:
    """Degrees short of the straight line, which reads 186 on camera."""
    return LINE - rep.top(body_line)


def over_line(rep: Facts) -> float:
    """Degrees past the person's own straight lifts so far (those that reached the line)."""
    straight = [e.top(body_line) for e in rep.earlier if below_line(e) < 0.5 * LOW]
    return rep.top(body_line) - median(straight) if straight else float("nan")


DRILL = Drill(
    name="hip_bridge", title="Hip bridge", card="D02",
    summary="Lying on your back, lift your hips until shoulder, hip and knee are in line.",
    setup="Lie on your back, knees bent, feet flat and hip-width apart, arms by your sides.",
    view=beside_the_mat(postures.bent_knees_on_the_back),
    # Rest 115-139, top 171-193 (measured). Levels are changes from the person's own rest.
    counts=reps(body_line, begins=12, ends=8, whole=25, whole_at=157, full=45,
            only_if=hips_moved_most),
    measures=(hip_rise, foot_height, knee_angle, head),
    faults=(
        fault("low_hips", "Press your heels, lift a little higher",
            "Your hips stopped short of the line from shoulders to knees.",
            each_rep(below_line, "deg").above(LOW, strong=18),
            source="[Freckleton14]; measured: good 184-193, 20 deg short 173-177"),
        fault("lumbar_arch", "Ribs down, long straight line",
            "Your hips went past the line from shoulders to knees.",
            each_rep(over_line, "deg").above(6, strong=12),
            severity=2, confidence="B", certain=False,
            source="[Kang16]; measured: 20 deg of arch reads 4-7 over the person's own good lifts"),
        short_hold("Stay up a little longer", "You came down before the hold was over.",
            under=0.6, strong=0.2,
            source="drills.md 2.4 (under half of the hold is an attempt), EC"),
        too_fast("Lower slowly, count two",
            source="S0 asks for slow lowering; drills.md 3.3: under 1 s"),
        fault("hips_sink", "Keep the lift", "Your hips sank while you were holding.",
            unsteadiness(body_line).above(10, strong=18), source="EC"),
        fault("feet_far", "Walk your feet a step closer", "Your feet were far from your hips.",
            throughout(knee_angle, during="top").above(118, strong=130, for_s=1),
            source="[Lehecka17]; drills.md D02: over 115"),
        fault("feet_near", "Walk your feet a step away", "Your feet were close to your hips.",
            throughout(knee_angle, during="top").below(50, strong=40, for_s=1),
            source="drills.md D02: under 60; real people in good form read 57-65 (measured)"),
        head_lift("Rest your head, soft neck", head, above=0.2, strong=0.3, confidence="B",
            source="EC; drills.md D02"),
    ),
    dose=Dose(sets=3, reps=10, hold_s=3), weights="strength",
    variants="Arms crossed on the chest, feet on a step of about 16 cm.",
    cannot_see=("whether the knees fall in or out", "whether one side of the pelvis is lower",
            "the curve of the low back itself, unless the hips go far past the line",
            "which muscles work"),
    relatives=("single_leg_bridge",), sources=("S0", "S4", "Freckleton14", "Kang16", "Lehecka17"),
)
