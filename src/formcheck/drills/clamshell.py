"""Clamshell: on the side, knees bent, open the top knee without rolling (drills.md D03)."""

from formcheck.drill import (
    Body, Dose, Drill, Facts, Side, Sides, beyond_own_best, change, each_rep, fault, in_front,
    lens_above, measure, of, postures, range_of, reps, too_fast,
)  # fmt: skip

knee_gap = measure("knee_gap", "T", of.gap("working knee", "other knee"))
foot_gap = measure("foot_gap", "T", of.gap("working ankle", "other ankle"))
hip_spread = measure("hip_spread", "%T", of.spread("hips"))
shoulder_spread = measure("shoulder_spread", "%T", of.spread("shoulders"))
knee_drop = measure("knee_drop", "T", of.height("hips", above="knees"))
knee_angle = measure("knee_angle", "deg", of.knee_angle("working"))


def top_side(body: Body) -> Side:
    """The side that lies on top is the higher one in the picture."""
    return Side.LEFT if body.height(body.left.hip, body.right.hip) > 0 else Side.RIGHT


def knee_opened(rep: Facts) -> bool:
    """The knee opened bent, or around feet that stayed together; a straight-leg lift parts them.
    Bent: 148 and less in 151 of 152 clamshells, 163 and more in abduction turned to lie (measured,
    20 and 15 bodies). And the knees lay: a lens above the mat sees them 0.23-0.84 T under the hips,
    and those of who is on the back 0.3-0.7 over them (measured, 30 and 10 tracks)."""
    bent = min(rep.rest(knee_angle), rep.top(knee_angle)) < 155
    on_the_mat = not rep.rest(knee_drop) < -0.15
    return on_the_mat and (bent or abs(rep.change(foot_gap)) < rep.change(knee_gap))


def roll(rep: Facts) -> float:
    """How much wider a lens looking down sees hips and shoulders: the trunk rolls back."""
    return rep.change(hip_spread) + rep.change(shoulder_spread)


def legs_slid(rep: Facts) -> float:
    """How much straighter the working knee is at rest than before the first repetition."""
    return rep.rest(knee_angle) - (rep.earlier[0] if rep.earlier else rep).rest(knee_angle)


DRILL = Drill(
    name="clamshell", title="Clamshell", card="D03",
    summary="Lying on your side, open the top knee like a shell and keep your hips stacked.",
    setup="Lie on your side facing the camera, knees bent, heels in line with your bottom.",
    view=in_front(postures.on_the_side, needs_other=("hip", "knee"),
        fits=postures.stacked_to_camera,
        camera="In front of you, lens 1.4-1.6 m high (a laptop on a table) looking down, "
        "2 m away."),
    sides=Sides.POSTURE, side_of=top_side,
    counts=reps(knee_gap, begins=0.055, ends=0.035, whole=0.13, full=0.3, only_if=knee_opened),
    measures=(foot_gap, hip_spread, shoulder_spread, knee_drop, knee_angle),
    faults=(
        # Opening alone reads 0-11, alike from repetition to repetition; 20 deg of roll adds 6-18.
        # A best above 8 is not believed: then all may have rolled. Knees that point at a high lens
        # appear below the hips: 0.35-0.61 with the lens at 1.4-1.6 m, 0.15-0.24 at 0.6 m; 0.67-0.84
        # from 25 deg towards the feet, where 3 of 6 bodies in good form were flagged (measured).
        fault("pelvis_roll", "Hips stacked, belly button forwards",
            "Your top hip rolled back as the knee opened.",
            beyond_own_best(each_rep(roll, "%T"), believed_to=8, complete_only=True)
            .above(5.5, strong=12), severity=2, confidence="B",
            seen=lens_above(knee_drop, 0.30, at_most=0.64),
            source="[Willcox13]; measured: spread across the trunk, lens at 1.4-1.6 m"),
        fault("feet_apart", "Glue your heels together", "Your feet came apart.",
            change(foot_gap).above(0.115, strong=0.25),
            source="S0; measured: 14 cm apart reads 0.24 T"),
        fault("small_range", "Open a little further, hips still", "The knee opened only a little.",
            range_of(knee_gap).below(0.13, strong=0.08), confidence="B",
            source="EC; measured: rest 0.15-0.31, good form opens 0.16-0.5"),
        too_fast("Like opening a heavy door", "You opened or closed quickly.",
            source="[TotalControl]: two seconds each way; flagged under 1 s"),
        fault("legs_straighten", "Knees a bit further forward",
            "Your legs slid straighter than they began.",
            each_rep(legs_slid, "deg").above(30, strong=45), confidence="B",
            source="EC; drills.md D03: from the front 2D knee angles differ by body, not changes"),
    ),
    dose=Dose(sets=3, reps=15, hold_s=1), weights="strength",
    variants="With a band; with the feet apart, which is named. Not a lift of a straight leg.",
    cannot_see=("a small roll of the pelvis", "tension of the belly"),
    sources=("S0", "Boren11", "Willcox13", "TotalControl"),
)
