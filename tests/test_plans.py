"""Plans are checked key by key, and the built-in ones carry the prescribed doses."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.coach.plans import check_drills, find_plan, parse_plan, plan_names
from formcheck.errors import InputError, UsageError

DRILL = '[[drill]]\nname = "clamshell"\nsets = 3\nreps = 15\n'

#: drills.md 1.1, seeds S0, S2, S3: (sets, reps, hold, both sides).
SEED = {
    "single_leg_stance": (3, None, 30, True),
    "hip_bridge": (3, 10, 3, False),
    "clamshell": (3, 15, 1, True),
    "standing_hip_abduction": (3, 12, 1, True),
    "stomach_tone": (1, 3, 5, False),
    "pelvic_tilt": (1, 5, 5, False),
    "knee_rolls": (1, 3, 10, True),
    "knee_to_chest": (1, 5, 5, True),
    "buttock_tone": (1, 5, 8, True),
    "deep_stomach_tone": (1, 10, 10, False),
    "back_stabiliser": (1, 10, 10, True),
    "prone_leg_raise": (1, 3, 5, True),
    "prone_arm_raise": (1, 10, 5, True),
    "hamstring_stretch": (1, 3, 10, True),
    "one_leg_stand": (1, 3, 10, True),
    "deep_lunge": (1, 3, 5, True),
    "plank": (3, None, 10, False),
}


def test_builtin_plans_prescribe_the_seed_doses() -> None:
    seen = set()
    for name in ("balance-and-hips", "back-exercises", "start-small"):
        plan = find_plan(name)
        assert plan.builtin
        assert plan.start_share == 0.5
        assert plan.at_first <= 2
        for entry in plan.drills:
            dose = entry.dose
            assert (dose.sets, dose.reps, dose.hold_s, entry.both_sides) == SEED[entry.name]
            seen.add(entry.name)
    assert seen == set(SEED)


def test_start_small_is_a_walk_and_one_drill() -> None:
    plan = find_plan("start-small")
    assert plan.walk_min > 0
    assert plan.at_first == 1
    assert plan.drills[0].name == "plank"
    assert plan.drills[0].variants == ("knees", "full")


def test_an_own_plan_wins_over_a_builtin_one(tmp_path: Path) -> None:
    (tmp_path / "start-small.toml").write_text(DRILL)
    (tmp_path / "mine.toml").write_text(DRILL)
    assert find_plan("start-small", tmp_path).drills[0].name == "clamshell"
    assert not find_plan("mine", tmp_path).builtin
    assert plan_names(tmp_path) == ["back-exercises", "balance-and-hips", "mine", "start-small"]


def test_an_unknown_plan_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean start-small"):
        find_plan("start-smal")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = ", "not valid TOML"),
        ("", "drill: a plan needs"),
        ("drill = []", "drill: a plan needs"),
        ("drill = [3]", "drill 1: expected a table"),
        ('title = 3\n[[drill]]\nname = "a"\nreps = 1', "title: expected text, got 3"),
        ("warmup_min = 5\n" + DRILL, "warmup_min: unknown key; did you mean warm_up_min"),
        ("warm_up_min = -1\n" + DRILL, "warm_up_min: expected a number from 0 to 60, got -1"),
        ("at_first = 1.5\n" + DRILL, "at_first: expected a whole number"),
        ("start_share = true\n" + DRILL, "start_share: expected a number"),
        ("[[drill]]\nreps = 3", "drill 1: name: expected text, got None"),
        ('[[drill]]\nname = "a"', r"drill 1 \(a\): reps: expected reps, hold_s or both"),
        (DRILL + "rep = 3", r"drill 1 \(clamshell\): rep: unknown key; did you mean reps"),
        ('[[drill]]\nname = "a"\nreps = "ten"', "reps: expected a whole number from 1 to 200"),
        ('[[drill]]\nname = "a"\nreps = 0', "reps: expected a whole number from 1 to 200, got 0"),
        ('[[drill]]\nname = "a"\nhold_s = inf', "hold_s: expected a number from 0.5 to 600"),
        ('[[drill]]\nname = "a"\nhold_s = nan', "hold_s: expected a number from 0.5 to 600"),
        (DRILL + 'sides = "left"', "sides: expected 'both' or 'one', got 'left'"),
        (DRILL + "variants = [1]", "variants: expected a list of names"),
        (DRILL + "hold_s = 5\nbuild_hold_s = 4", "build_hold_s: expected at least hold_s, got 4"),
        (DRILL + DRILL, "clamshell stands in the plan twice"),
    ],
)  # fmt: skip
def test_a_wrong_plan_is_one_line_that_names_the_key(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        parse_plan("mine", text, "mine.toml")
    assert str(caught.value).startswith("mine.toml: ")
    assert "\n" not in str(caught.value)


def test_a_plan_with_an_unknown_drill_is_refused_when_used() -> None:
    plan = parse_plan("mine", DRILL.replace("clamshell", "clamshel"), "mine.toml")
    with pytest.raises(InputError, match=r"drill 1: name: .*did you mean clamshell"):
        check_drills(plan, ["clamshell", "plank"])
    check_drills(find_plan("start-small"), ["plank", "hip_bridge"])
