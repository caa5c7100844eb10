"""Set-up: the right single instruction for each thing that can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import exp

import numpy as np
import pytest
from fakes import person
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.body.pose import PICTURE_FAULTS, Joint, Pose, Side
from formcheck.catalogue.registry import get_drill
from formcheck.coach.setup_check import Problem, SetupGuide
from formcheck.events import Reason
from formcheck.wording import REASONS

STANCE = get_drill("single_leg_stance")
CLAM = get_drill("clamshell")


def moved(pose: Pose, change: Callable[[np.ndarray], np.ndarray]) -> Pose:
    return replace(pose, xy=change(pose.xy.copy()))


def scaled(by: float, x: float = 0.5, y: float = 0.5) -> Callable[[np.ndarray], np.ndarray]:
    about = np.array([640 * x, 480 * y])
    return lambda xy: (xy - about) * by + about


def turned(degrees: float) -> Callable[[np.ndarray], np.ndarray]:
    a = np.radians(degrees)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    about = np.array([320, 240])
    return lambda xy: (xy - about) @ turn.T + about


def side_on(xy: np.ndarray) -> np.ndarray:
    xy[:, 0] = 320 + (xy[:, 0] - 320) * 0.1
    return xy


def clam(knee_drop: float = 0.4, top: str = "LEFT") -> Pose:
    """Lying on one side, chest to the camera, head at image left, the ``top`` side up."""
    places = {
        "NOSE": (120, 300), "EAR": (115, 290), "SHOULDER": (180, 300), "ELBOW": (200, 320),
        "WRIST": (190, 310), "HIP": (330, 310), "KNEE": (370, 310 + knee_drop * 150),
        "ANKLE": (450, 325), "HEEL": (455, 325), "FOOT_INDEX": (470, 330),
    }  # fmt: skip
    spread = {"SHOULDER": 34, "HIP": 20, "KNEE": 14, "ANKLE": 6}
    xy = np.zeros((33, 2))
    for joint in Joint:
        part = joint.name.removeprefix("LEFT_").removeprefix("RIGHT_")
        x, y = places.get(part, (120, 300))
        half = spread.get(part, 4)
        # image y is down: the top side has the smaller one
        xy[joint] = x, y - half if joint.name.startswith(top) else y + half
    return Pose(0.0, xy, np.full(33, 0.95), np.zeros((33, 3)), (640, 480))


def lying_from_the_feet() -> Pose:
    """The trunk foreshortened to less than the shoulders' width, the knees nearer than the hips."""
    pose = person(0.0)
    xy = pose.xy.copy()
    xy[:, 1] = 240 + (xy[:, 1] - 240) * 0.6
    for joint in (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER):
        xy[joint, 0] = 320 + (xy[joint, 0] - 320) * 2
    return replace(pose, xy=xy)


def after(pose: Pose, drill=STANCE, seconds: float = 2.5, side=None):
    """(the guide, what it said) after a pose was held for some seconds."""
    guide = SetupGuide(drill, side)
    said = []
    for i in range(round(seconds * 20) + 1):
        line = guide.update(replace(pose, t=i / 20))
        if line:
            said.append(line)
    return guide, said


def code(guide: SetupGuide) -> str | None:
    return guide.problem.code if guide.problem else None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda xy: xy, None),
        (scaled(1.5), "too_close"),
        (scaled(1.2, y=0.1), "feet_cut"),
        (scaled(1.2, y=0.92), "head_cut"),
        (scaled(0.3), "too_far"),
        (turned(9), "camera_tilted"),
        (turned(-9), "camera_tilted"),
        (turned(4), None),
        (side_on, "wrong_view"),
    ],
)
def test_each_bad_placement_has_its_own_instruction(change, expected: str | None) -> None:
    guide, said = after(moved(person(0.0), change))
    assert code(guide) == expected
    assert guide.ready(2.5) is (expected is None)
    assert len(said) == (expected is not None)


@pytest.mark.parametrize("fault", [f for f in PICTURE_FAULTS if f != "picture_changed"])
def test_a_fault_of_the_picture_is_why_nobody_is_seen(fault: str) -> None:
    guide, said = after(Pose.missing(0.0, (640, 480), picture=fault))
    assert code(guide) == fault
    assert said == [REASONS[Reason(fault)].spoken]
    # Whoever is seen all the same is asked, and kept waiting by everything else before that.
    guide, _ = after(replace(person(0.0), picture=fault), seconds=20)
    assert code(guide) == fault
    assert guide.ready(20)
    guide, _ = after(replace(moved(person(0.0), scaled(1.5)), picture=fault))
    assert code(guide) == "too_close"


def test_a_cut_is_nothing_to_put_right() -> None:
    assert code(after(replace(person(0.0), picture="picture_changed"))[0]) is None


def test_nobody_and_two_people() -> None:
    guide, said = after(Pose.missing(0.0, (640, 480)))
    assert code(guide) == "no_person"
    assert said == ["I cannot see you. Come into the picture, head to feet"]
    guide, said = after(replace(person(0.0), people=2))
    assert code(guide) == "two_people"


@pytest.mark.parametrize(("drop", "expected"), [(0.4, None), (0.1, "camera_too_low")])
def test_a_clamshell_needs_a_camera_that_looks_down(drop: float, expected: str | None) -> None:
    guide, said = after(clam(drop), CLAM)
    assert code(guide) == expected
    if expected:
        assert said == ["Raise the camera to table height, looking down"]


def test_a_low_camera_is_asked_about_twice_and_keeps_nobody_waiting() -> None:
    guide, said, ready = SetupGuide(CLAM), [], []
    for i in range(400):
        t = i / 20
        line = guide.update(replace(clam(0.1), t=t))
        said += [(t, line)] if line else []
        ready += [t] if guide.ready(t) else []
    assert [round(t) for t, _ in said[:2]] == [1, 9]
    assert ready[0] == pytest.approx(said[1][0] + 2.05, abs=0.051)
    far = SetupGuide(STANCE)
    for i in range(400):
        far.update(moved(person(i / 20), scaled(0.3)))
        assert not far.ready(i / 20)


def test_a_camera_may_be_low_where_it_does_not_matter() -> None:
    guide, _ = after(person(0.0))
    assert code(guide) is None


def test_the_wanted_side_of_a_clamshell() -> None:
    assert code(after(clam(top="LEFT"), CLAM, side=Side.LEFT)[0]) is None
    guide, said = after(clam(top="LEFT"), CLAM, side=Side.RIGHT)
    assert code(guide) == "wrong_side"
    assert said == ["Lie on your other side"]


def test_standing_where_one_should_lie_gets_the_drills_own_words() -> None:
    guide, said = after(person(0.0), CLAM)
    assert code(guide) == "not_in_start_position"
    assert said == [CLAM.setup]


def test_a_hidden_joint_is_named() -> None:
    pose = person(0.0)
    pose.visibility[[Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE]] = 0.2
    guide, said = after(pose)
    assert code(guide) == "joints_hidden"
    assert "ankle" in said[0]


# -- steadiness ---------------------------------------------------------------------------------


def test_ready_needs_two_whole_seconds() -> None:
    guide = SetupGuide(STANCE)
    times = [i / 20 for i in range(100)]
    ready = []
    for t in times:
        pose = person(t) if not 1.0 <= t < 1.1 else Pose.missing(t, (640, 480))
        guide.update(pose)
        if guide.ready(t):
            ready.append(t)
    assert ready[0] == pytest.approx(3.1, abs=0.051)


@pytest.mark.parametrize("fps", [10, 15, 30, 60])
def test_the_length_of_the_torso_follows_by_time_not_by_frames(
    fps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is 63 % of the way after TORSO_FOLLOWS_S, at every frame rate."""
    seen: dict[float, float] = {}

    def look(pose, body, *_more):
        seen[round(pose.t, 6)] = body.torso

    monkeypatch.setattr("formcheck.coach.setup_check.problem", look)
    guide = SetupGuide(STANCE)
    for i in range(3 * fps):
        t = i / fps
        guide.update(person(t) if t < 1 else moved(person(t), scaled(0.5)))
    before, after = seen[0.0], seen[max(seen)]
    assert after == pytest.approx(before / 2, rel=0.01)
    for t in (1.2, 1.4, 1.6):
        way = (before - seen[t]) / (before - before / 2)
        # The change is seen with the first frame of its own, which is up to a frame late.
        least, most = (1 - exp(-x / SetupGuide.TORSO_FOLLOWS_S) for x in (t - 1, t - 1 + 1 / fps))
        assert least - 0.02 < way < most + 0.02


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(["well", "nobody", "far"]), min_size=2, max_size=6))
def test_what_is_said_does_not_depend_on_the_frame_rate(seconds: list[str]) -> None:
    scenes = {"well": lambda t: person(t), "nobody": lambda t: Pose.missing(t, (640, 480)),
              "far": lambda t: moved(person(t), scaled(0.3))}  # fmt: skip

    def told(fps: int) -> tuple[list[str], float]:
        guide, said, ready = SetupGuide(STANCE), [], 0
        for i in range(2 * fps * len(seconds)):
            t = i / fps
            line = guide.update(scenes[seconds[int(t / 2)]](t))
            said += [line] if line else []
            ready += guide.ready(t)
        return said, ready / fps

    first, *others = (told(fps) for fps in (60, 30, 15, 10))
    for other in others:
        assert other[0] == first[0]
        assert other[1] == pytest.approx(first[1], abs=0.11 * len(seconds))


def test_an_uneven_rate_does_not_weigh_what_is_seen() -> None:
    """0.3 s of nobody in each second are no majority, though they have most of the frames."""
    guide = SetupGuide(STANCE)
    far = moved(person(0.0), scaled(0.3))
    within = [i / 60 for i in range(18)] + [0.3 + i / 10 for i in range(7)]
    for t in (second + part for second in range(12) for part in within):
        guide.update(Pose.missing(t, (640, 480)) if t > 3 and t % 1 < 0.3 else replace(far, t=t))
    assert code(guide) == "too_far"


def test_a_flicker_is_not_spoken_of() -> None:
    guide = SetupGuide(STANCE)
    said = [
        guide.update(person(i / 20) if i % 5 else Pose.missing(i / 20, (640, 480)))
        for i in range(60)
    ]
    assert not any(said)


def test_the_same_instruction_waits_8_seconds_and_another_5() -> None:
    _, said = after(Pose.missing(0.0, (640, 480)), seconds=8.5)
    assert len(said) == 1
    _, said = after(Pose.missing(0.0, (640, 480)), seconds=8.8)
    assert len(said) == 2
    guide = SetupGuide(STANCE)
    times = []
    for i in range(200):
        t = i / 20
        pose = Pose.missing(t, (640, 480)) if t < 1.5 else moved(person(t), scaled(0.3))
        if guide.update(pose):
            times.append(t)
    assert times[1] - times[0] == pytest.approx(5.0, abs=0.051)


@pytest.mark.parametrize(("nobody_of_10", "problems"), [(5, ["too_far"]), (7, ["no_person"])])
def test_an_instruction_stands_until_another_has_clearly_won(
    nobody_of_10: int, problems: list[str]
) -> None:
    """Seen from the feet a body comes and goes: that is one instruction, not two in turn."""
    guide = SetupGuide(STANCE)
    far = moved(person(0.0), scaled(0.3))
    found = []
    for i in range(400):
        flickers = i > 60 and i % 10 < nobody_of_10
        pose = Pose.missing(i / 20, (640, 480)) if flickers else replace(far, t=i / 20)
        guide.update(pose)
        if i > 200:
            found.append(code(guide))
    assert list(dict.fromkeys(found)) == problems


def test_a_body_seen_from_its_feet_is_told_so_before_all_that_follows_from_it() -> None:
    small = moved(lying_from_the_feet(), scaled(0.3))
    for drill, words in ((get_drill("hip_bridge"), "at your side"), (CLAM, "in front of you")):
        guide, said = after(small, drill)
        assert code(guide) == "wrong_view"
        assert said == [f"Put the camera {words}, not at your feet"]
    assert code(after(small, get_drill("knee_rolls"))[0]) == "too_far"


def test_a_crooked_picture_of_somebody_not_in_place_yet_is_not_the_cameras() -> None:
    guide, _ = after(moved(person(0.0), turned(9)), get_drill("knee_rolls"))
    assert code(guide) == "not_in_start_position"


def test_instructions_are_short_enough_to_follow() -> None:
    said = [Problem("x", CLAM.setup).say]
    for pose in (moved(person(0.0), c) for c in (scaled(1.5), scaled(0.3), turned(9), side_on)):
        said += after(pose)[1]
    assert all(len(line.split()) <= 16 for line in said)
