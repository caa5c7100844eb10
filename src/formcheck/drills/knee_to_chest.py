"""Knee to chest: on the back, draw one knee towards the chest and hold it (drills.md D08)."""

from math import nan

from formcheck.drill import (
    Body, Dose, Drill, Facts, Side, Sides, beside_the_mat, bouncing, each_rep, fault,
    head_lift, measure, of, postures, reps,
)  # fmt: skip

working_bend, bend_of_the_other = of.hip_bend("working"), of.hip_bend("other")
#: A hand this near to a knee holds it, T: 0.03-0.17 while it is held, 0.7-0.9 at rest (measured).
HOLDS_IT = 0.33


def drawn_bend(body: Body) -> float:
    """bend of the working hip, or of the other one where both knees are drawn and that further:
    from 30 deg askew the model shares one leg's way between both (measured); 0 is straight"""
    own, other = working_bend(body), bend_of_the_other(body)
    return other if own > 60 and other > own else own


# A resting leg reads 35-56 (measured, two bodies from 30 deg askew).
bend = measure("bend", "deg", drawn_bend)
other_bend = measure("other_bend", "deg", bend_of_the_other)
knee_angle = measure("knee_angle", "deg", of.knee_angle("working"))
foot = measure("foot", "T", of.height("working ankle", above="hips"))
other_foot = measure("other_foot", "T", of.height("drawn other ankle", above="hips"))
head = measure("head", "T", of.height("near ear", above="hips"))
trunk = measure("trunk", "deg", of.incline("hips", to="shoulders"))
bounce = measure("bounce", "deg", of.hip_bend("working"), swing_over_s=1.0)


def arms_away(body: Body) -> float:
    """how far an arm reaches up or past the head, of the one that reaches further"""
    arms = (body.drawn(side).wrist - body.trunk.shoulder for side in Side)
    return max(max(arm.imag / body.torso, body.along_trunk(arm)) for arm in arms)


def hand_from_the_knee(body: Body) -> float:
    """distance of the nearer hand from the working knee"""
    knee = body.drawn(body.work.side).knee
    return min(body.gap(body.drawn(side).wrist, knee) for side in Side)


arms = measure("arms_away", "T", arms_away)
hand = measure("hand", "T", hand_from_the_knee)


def bent_leg_from_the_floor(rep: Facts) -> bool:
    """A bent knee came up from a foot on the floor, alone or with the other one; toe dips from a
    table-top, straight leg raises and a dead bug, its arms in the air, are other exercises."""
    both = rep.change(other_foot) > 0.15
    shared = both and min(rep.change(bend), rep.change(other_bend)) > 30
    return (
        rep.top(knee_angle) < 120
        and not rep.rest(other_foot) > 0.4
        and rep.rest(foot) < 0.3
        and (rep.change(foot) > 0.15 or shared)
        and (both or not rep.change(bend) < rep.change(other_bend))
        and abs(rep.change(trunk)) < 15
        and not (rep.rest(arms) > 0.6 and rep.top(hand) > HOLDS_IT)
    )


def held_to_the_chest(rep: Facts) -> bool:
    """The knee is in the hands and its foot came up from the floor. From 30 deg askew the model
    draws such a knee half-way down the shin, so that the hip reads 55-82, and the foot right: it
    rises by 0.3-0.5 T (measured, two bodies of eleven)."""
    return rep.top(hand) < HOLDS_IT and rep.top(foot) - rep.first(foot) > 0.2


def other_foot_rose(rep: Facts) -> float:
    """How far the other foot came up, while its knee was not drawn to the chest as well."""
    return nan if rep.change(other_bend) > 30 else rep.change(other_foot)


DRILL = Drill(
    name="knee_to_chest", title="Knee to chest", card="D08",
    summary="Lying on your back, draw one knee towards your chest and stay there, breathing.",
    setup="Lie on your back, knees bent, feet flat; the working leg nearest the camera.",
    # The far hip and knee are often hidden.
    view=beside_the_mat(postures.on_the_back, needs=("shoulder", "ankle")), sides=Sides.MOVING,
    # drills.md D08: begins at HIPANG 105, held under 80, full mark 70, from a rest of 115-135.
    # A full draw reads 112-147 from beside the mat, 87-110 from 30 deg askew (measured, 5 bodies).
    counts=reps(bend, begins=15, ends=10, whole=30, whole_at=85, full=60,
        or_if=held_to_the_chest, only_if=bent_leg_from_the_floor),
    measures=(other_bend, knee_angle, foot, other_foot, head, trunk, bounce, arms,
        hand),
    faults=(
        fault("other_foot_lifts", "Let the other foot rest",
            "The other foot came off the floor.",
            each_rep(other_foot_rose, "T").above(0.2, strong=0.3), confidence="B",
            source="drills.md D08: 0.12; measured: the resting foot reads up to 0.05 higher, 0.17 "
            "from 30 deg askew"),
        head_lift("Head stays down", head, above=0.15, strong=0.25,
            saw="Your head and shoulders came off the floor.", source="drills.md D08"),
        # A slow last bit of the way swings the knee for 2 s, too (measured).
        bouncing("Ease in and hold", "The knee bounced instead of resting there.", bounce,
            above=10, strong=20, during="top",
            source="drills.md D08: over 8 deg at 0.7 Hz for 2 s"),
    ),
    dose=Dose(sets=1, reps=5, hold_s=5), weights="stretch",
    variants="One knee, the other, both in turn, both together. A straight leg, a toe that dips "
        "from a table-top and a dead bug do not count.",
    cannot_see=("how hard you pull", "whether the pelvis curls",
        "the far leg while the near one hides it"),
    cautions=("Comfort sets the range: there is no depth to reach.",
        "If it brings on leg pain, leave it out and do stomach tone or the pelvic tilt."),
    sources=("S2", "S3", "CDC-ROM"),
)
