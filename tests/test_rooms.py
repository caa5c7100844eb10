"""Real rooms: who exercises, others painted over, parts of the picture, pictures on their side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import cos, pi
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fakes import person
from stick import TRACKS, Figure, film, judged, load_label, load_track, on_the_front

from formcheck.body.pose import Joint, Pose, turned_pose
from formcheck.catalogue.registry import all_drills, get_drill
from formcheck.errors import UsageError
from formcheck.judge.analyzer import Analyzer
from formcheck.run.opened import Opened
from formcheck.run.task import Task, score_here
from formcheck.run.turned import WhichWayUp
from formcheck.run.whom import whom
from formcheck.sinks.info import RunInfo
from formcheck.vision.clothes import SamePerson, leap, on_foot
from formcheck.vision.detection import Detection
from formcheck.vision.fading import faded
from formcheck.vision.frames import Frame, turn
from formcheck.vision.people import HERE, People, Wanted, mirrored, person_named
from formcheck.vision.pipeline import Seen
from formcheck.vision.track import write_track
from formcheck.vision.windows import around, tiles

SIZE = (640, 480)


def body(x: float, size: float = 0.5, arm: float = 0.0) -> Detection:
    """Somebody whose hips are at ``x`` px; ``arm`` lifts arms and a knee, in torsos."""
    at = person(0.0, SIZE).xy
    hips = at[[Joint.LEFT_HIP, Joint.RIGHT_HIP]].mean(axis=0)
    xy = (at - hips) * size + [x, 240.0]
    one = Detection(xy, np.full(33, 0.9), np.zeros((33, 3)), SIZE)
    for joint in (Joint.LEFT_WRIST, Joint.LEFT_ELBOW, Joint.RIGHT_WRIST, Joint.RIGHT_KNEE):
        xy[joint] += [0.0, -arm * one.torso]
    return one


def kept(
    people: People, looks: int, held: Callable[[int], Detection], other: Callable[[int], Detection]
) -> list[int]:
    """The looks, every half second, at which it changes to the other one."""
    changed, who = [], [held, other]
    for i in range(looks):
        verdict = people.update(0.5 * i, who[0](i), [who[1](i)])
        if verdict.change_to is not None:
            changed.append(i)
            who.reverse()
    return changed


def waving(x: float) -> Callable[[int], Detection]:
    return lambda i: body(x, arm=0.4 * (1 - cos(pi * i / 2)))


def still(x: float, size: float = 0.5) -> Callable[[int], Detection]:
    return lambda i: body(x, size)


# -- who exercises -------------------------------------------------------------------------------


def test_in_a_movement_it_is_the_one_who_moves_also_beside_somebody_nearer() -> None:
    reps = Wanted("reps", moves=True)
    assert kept(People(reps), 12, still(500, 0.7), waving(200))[:1] != []
    assert kept(People(reps), 12, waving(200), still(500, 0.7)) == []


def test_in_a_hold_it_is_the_nearer_one() -> None:
    hold = Wanted("hold")
    assert kept(People(hold), 12, still(500, 0.7), waving(200)) == []
    assert kept(People(hold), 12, waving(200), still(500, 0.7)) == [0]


def test_who_is_not_in_posture_is_left_for_who_is() -> None:
    right_half = Wanted("right", lambda pose: bool(pose.xy[0, 0] > 320))
    assert kept(People(right_half), 8, still(200), still(500)) == [0]
    assert kept(People(right_half), 8, still(500), still(200, 0.9)) == []


def test_one_look_changes_nothing() -> None:
    """Once held, somebody else must be the better one look after look."""
    people = People(Wanted("reps", moves=True))
    for i in range(6):
        people.update(0.5 * i, waving(200)(i), [still(500)(i)])
    verdict = people.update(3.0, body(200), [body(500, 0.9, arm=0.5)])
    assert verdict.change_to is None


def test_who_was_seen_in_one_look_only_is_not_changed_to() -> None:
    """Somebody who passes by, or a thing taken for a person once."""
    wanted = Wanted("right", lambda pose: bool(pose.xy[0, 0] > 320))
    glimpse, alone = [body(500)], list[Detection]()
    for looks, at in (([glimpse] * 3, 3), ([glimpse, glimpse, alone, glimpse], 4)):
        people = People(wanted)
        people.update(0.0, body(200), [])
        found = [people.update(0.5 * i, body(200), seen) for i, seen in enumerate(looks, 1)]
        assert [i for i, verdict in enumerate(found, 1) if verdict.change_to is not None] == [at]
    people = People(wanted)
    people.update(0.0, body(200), [])
    found = [people.update(0.5 * i, body(200), seen)
             for i, seen in enumerate([glimpse, glimpse, *[alone] * 6], 1)]  # fmt: skip
    assert all(verdict.change_to is None for verdict in found)


def test_the_held_one_is_doubted_while_out_of_posture() -> None:
    people = People(Wanted("right", lambda pose: bool(pose.xy[0, 0] > 320)))
    assert not people.doubtful
    people.update(0.0, body(200), [])
    assert people.doubtful
    for i in range(1, 5):
        people.update(0.5 * i, body(500), [])
    assert not people.doubtful


def test_it_begins_with_the_one_it_was_told_of_or_gives_up() -> None:
    near = Wanted("reps", moves=True, near=(500 / 640, 0.5))
    people = People(near)
    assert people.awaiting
    verdict = people.update(0.0, body(200), [body(500)])
    assert verdict.change_to is not None and not people.awaiting
    people = People(near)
    for i in range(6):
        assert people.update(0.5 * i, body(200), []).change_to is None
    assert not people.awaiting


def test_a_mirror_image_is_no_second_person() -> None:
    people = People(Wanted("reps", moves=True))
    for i in range(8):
        one = waving(200)(i)
        glass = one.xy * [-1.0, 1.0] + [700.0, 0.0]
        swapped = np.array(
            [Joint[j.name.replace("LEFT", "@").replace("RIGHT", "LEFT").replace("@", "RIGHT")]
             for j in Joint]
        )  # fmt: skip
        image = replace(one, xy=glass[swapped])
        verdict = people.update(0.5 * i, one, [image])
    assert not verdict.undecided and "mirror" in verdict.why
    for i in range(8, 16):  # two who move out of step
        verdict = people.update(0.5 * i, waving(200)(i), [waving(500)(i + 1)])
    assert not verdict.undecided and "mirror" not in verdict.why
    assert not mirrored(people._held, people._others[0])  # type: ignore[arg-type]


@pytest.mark.parametrize(("beside", "which"), [(500, "left"), (40, "right")])
def test_of_two_who_do_the_drill_one_is_kept_to_and_said(beside: float, which: str) -> None:
    people = People(Wanted("reps", moves=True))
    for i in range(12):
        verdict = people.update(0.5 * i, waving(270)(i), [waving(beside)(i + 1)])
        assert verdict.change_to is None
    assert not verdict.undecided and f"the one on the {which} is judged" in verdict.why


def test_of_two_who_cover_each_other_nobody_is_told_apart() -> None:
    people = People(Wanted("reps", moves=True))
    for i in range(12):
        verdict = people.update(0.5 * i, waving(270)(i), [waving(310)(i + 1)])
    assert verdict.undecided and not verdict.why


@pytest.mark.parametrize(("who", "x"), [("left", 100), ("right", 500), ("2", 300)])
def test_the_person_that_was_named_is_taken(who: str, x: float) -> None:
    people = People(Wanted(who, person=person_named(who)))
    verdict = people.update(0.0, body(300), [body(100), body(500)])
    hips = 300 if verdict.change_to is None else verdict.change_to.hips[0]
    assert hips == pytest.approx(x)


def test_the_one_that_was_pointed_at_is_kept_to() -> None:
    """By any part of the body; beside one who is nearer and moves; and when found again."""
    foot = np.array([300, 240.0 + body(300).torso])
    people = People(Wanted(HERE, None, HERE, near=tuple(foot / SIZE)))
    verdict = people.update(0.0, body(100, 0.7), [body(300)])
    assert verdict.change_to is not None and verdict.change_to.hips[0] == pytest.approx(300)
    for i in range(1, 10):
        nearer = body(100, 0.7, arm=0.4 * (i % 2))
        assert people.update(0.5 * i, body(300), [nearer]).change_to is None
    people.forget()
    assert people.awaiting
    assert people.update(9.0, body(100, 0.7), [body(310)]).change_to is not None


def test_a_person_is_named_by_side_or_number() -> None:
    assert person_named(" Left ") == "left" and person_named("auto") == ""
    for wrong in ("middle", "0", "12"):
        with pytest.raises(UsageError, match="--person: expected left, right or a number"):
            person_named(wrong)


def test_the_drill_says_whom_to_look_for() -> None:
    track = load_track(TRACKS / "hip_bridge__short_hold__side_r1018.npz")
    bridge, stance = whom(get_drill("hip_bridge")), whom(get_drill("single_leg_stance"))
    assert bridge.moves and not stance.moves
    assert bridge.fits is not None and stance.fits is not None
    assert bridge.fits(track[20]) and not stance.fits(track[20])
    assert not bridge.fits(Pose.missing(0.0, SIZE))


# -- others painted over, and parts of the picture -----------------------------------------------


def test_others_are_painted_over_and_the_held_one_is_not() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    held, other = body(200, 0.4), body(480, 0.4)
    out = faded(picture, [other], held)
    changed = (out != picture).any(axis=2)

    def share(one: Detection) -> float:
        spots = one.xy[[Joint.LEFT_HIP, Joint.RIGHT_KNEE, Joint.LEFT_SHOULDER]].astype(int)
        return float(np.mean([changed[y, x] for x, y in spots]))

    assert share(other) == 1.0 and share(held) == 0.0
    assert faded(picture, [], held) is picture
    assert (faded(picture, [body(220, 0.4)], None) != picture).any()


def test_limbs_that_cross_stay_those_of_the_held_one() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    held = body(300, 0.5)
    out = faded(picture, [body(310, 0.5)], held)
    for joint in (Joint.LEFT_KNEE, Joint.RIGHT_ANKLE, Joint.LEFT_SHOULDER):
        x, y = held.xy[joint].astype(int)
        assert (out[y, x] == picture[y, x]).all()


def test_the_parts_cover_the_picture_and_overlap() -> None:
    seen = np.zeros((480, 640), int)
    for part in tiles(SIZE):
        seen[part.top : part.top + part.height, part.left : part.left + part.width] += 1
    assert seen.min() >= 1 and seen[240, 320] >= 1 and seen.max() >= 2


def test_a_body_in_a_part_is_told_in_the_whole_picture() -> None:
    small = body(320, 0.12)
    part = around(small)
    assert part.width < 320 and part.holds(small)
    inside = Detection(small.xy - [part.left, part.top], small.visibility, small.world,
        (part.width, part.height))  # fmt: skip
    np.testing.assert_allclose(part.whole(inside).xy, small.xy)
    assert part.whole(inside).size == SIZE
    assert not part.holds(body(320 + part.width / 2, 0.12))
    assert around(body(320, 3.0)).width == 640


# -- somebody walks through in front -------------------------------------------------------------


def dressed(at: Detection, top: int, legs: int) -> np.ndarray:
    """A grey picture in which a body wears these greys."""
    picture = np.full((480, 640, 3), 120, np.uint8)
    hips = int(at.hips[1])
    box = at.box.astype(int)
    picture[:hips, box[0] - 20 : box[2] + 20] = top
    picture[hips:, box[0] - 20 : box[2] + 20] = legs
    return picture


def walked_through(passer: tuple[int, int], steps: float = 0.5) -> list[bool]:
    """Whether it is still the same person: 2 s at 10 frames a second, then 1 s with the tracker on
    somebody who walks off, ``steps`` torsos a frame, then back."""
    same, here = SamePerson(), body(200)
    told = [same.update(0.1 * i, dressed(here, 60, 200), here) for i in range(20)]
    for i in range(20, 30):
        other = body(200 + (i - 19) * steps * here.torso)
        told.append(same.update(0.1 * i, dressed(other, *passer), other))
    return [*told, same.update(3.0, dressed(here, 60, 200), here)]


def test_who_walks_by_in_other_clothes_is_not_the_same_person() -> None:
    assert walked_through((200, 60)) == [True] * 20 + [False] * 10 + [True]


def test_the_same_clothes_or_a_slow_move_are_the_same_person() -> None:
    assert all(walked_through((60, 200)))  # a fast step
    assert all(walked_through((200, 200)))  # one half of the clothes is like the other's
    assert all(walked_through((200, 60), steps=0.02))  # light or shadow: nobody leapt


def test_who_stays_is_taken_for_the_one_who_is_meant() -> None:
    same, here, there = SamePerson(), body(200), body(400)
    for i in range(20):
        same.update(0.1 * i, dressed(here, 60, 200), here)
    told = [same.update(0.1 * i, dressed(there, 200, 60), there) for i in range(20, 60)]
    assert not any(told[:25]) and all(told[26:])


def test_only_somebody_on_foot_walks_by() -> None:
    lying = body(200)
    flat = replace(lying, xy=(lying.xy - lying.hips)[:, ::-1] + lying.hips)
    assert on_foot(lying) and not on_foot(flat)
    assert leap(lying, body(200 + lying.torso)) == pytest.approx(1.0)


# -- pictures on their side ----------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_pose_turns_as_its_picture_does(degrees: int) -> None:
    picture = np.zeros((480, 640, 3), np.uint8)
    pose = body(200, 0.4).pose(0.0)
    x, y = np.round(pose.xy[Joint.NOSE]).astype(int)
    picture[y, x] = 255
    turned = turned_pose(pose, degrees)
    assert turned.size == turn(picture, degrees).shape[1::-1]
    u, v = np.round(turned.xy[Joint.NOSE]).astype(int)
    assert turn(picture, degrees)[v - 1 : v + 2, u - 1 : u + 2].any()


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_live_picture_is_handed_on_turned(degrees: int) -> None:
    """With its pose; and a click in it finds its place in the picture as it comes."""
    pointed: list[tuple[float, float]] = []
    pose, image = body(200, 0.4).pose(0.5), np.zeros((480, 640, 3), np.uint8)
    image[100, 600] = 255
    clip = Opened(None, RunInfo("camera", SIZE, live=True), None)
    seen = Seen(Frame(0.5, image), pose)
    assert clip._turned(seen) is seen
    clip.turn_by(270)
    clip.turn_by(degrees + 90)
    shown = clip._turned(seen)
    assert isinstance(shown, Seen)
    assert (shown.frame.image == turn(image, degrees)).all()
    assert shown.frame.image.shape[1::-1] == shown.pose.size
    assert (clip._turned(pose).xy == shown.pose.xy).all()  # type: ignore[union-attr]
    assert clip._turned(None) is None
    y, x = np.argwhere(shown.frame.image[..., 0])[0]
    clip.landmarker = SimpleNamespace(point_at=lambda *at: pointed.append(at))  # type: ignore[assignment]
    width, height = shown.pose.size
    clip.point_at((x + 0.5) / width, (y + 0.5) / height)
    assert pointed == [(pytest.approx(600.5 / 640), pytest.approx(100.5 / 480))]


def way_up(name: str, degrees: int) -> tuple[int | None, tuple[int, ...]]:
    """By how much a track that lies turned is said to have to be turned, and perhaps."""
    path = TRACKS / f"{name}.npz"
    return which_way(str(load_label(path)["drill"]), load_track(path)[::2], degrees)


def which_way(name: str, poses: Iterable[Pose], degrees: int) -> tuple[int | None, tuple[int, ...]]:
    drill = get_drill(name)
    watching, analyzer = WhichWayUp(drill, all_drills().values()), Analyzer(drill)
    for pose in poses:
        lying = turned_pose(pose, degrees)
        found = watching.watch(analyzer.update(lying), lying)
        if found:
            return found, watching.doubtful
    return watching.at_the_end(), watching.doubtful


@pytest.mark.parametrize(("degrees", "back"), [(270, 90), (180, 180)])
def test_a_picture_on_its_side_or_head_is_found_out(degrees: int, back: int) -> None:
    assert way_up("standing_hip_abduction__toes_out__front_r1034", degrees) == (back, ())


def test_a_lift_upside_down_is_no_lift() -> None:
    """Belly down looks like belly down on its head; but the arm sinks below the trunk's line."""

    def arm(t: float) -> Figure:
        up = 0.15j * (1 - cos(pi * t / 2))
        return {**on_the_front(), "left_elbow": -1.3 - 0.1j + up, "left_wrist": -1.6 + up}

    poses = film(arm, 12.0)
    assert which_way("prone_arm_raise", poses, 180) == (180, ())
    assert which_way("prone_arm_raise", poses, 0) == (None, ())
    on_its_head = [turned_pose(pose, 180) for pose in poses]
    assert judged(get_drill("prone_arm_raise"), on_its_head).result.complete == 0


def test_the_knees_tell_which_way_round_somebody_lies_on_the_side() -> None:
    """They lie lower than the hips; turned the other way round, nobody does a clamshell."""
    assert way_up("clamshell__too_fast__front_l1009", 90) == (None, (270,))


def test_what_may_be_another_drill_lying_is_only_told() -> None:
    """Squats from the front look like clamshells of somebody who lies; the picture is upright."""
    assert way_up("squat__good__front_l1061", 90) == (None, (270,))


def test_an_upright_picture_is_left_alone() -> None:
    assert way_up("standing_hip_abduction__toes_out__front_r1034", 0) == (None, ())
    assert way_up("hip_bridge__short_hold__side_r1018", 0) == (None, ())


def test_live_is_told_whom_to_look_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from formcheck.cli import main
    from formcheck.cli.front import Terminal

    asked: list[Wanted | None] = []

    def stop(leader: object, front: Terminal) -> None:
        asked.append(front._options.wanted)
        raise UsageError("enough")

    monkeypatch.setattr("formcheck.lead.sets.lead", stop)
    for who in ("auto", "left", "middle"):
        with pytest.raises(SystemExit):
            main(["live", "squat", "--source", str(TRACKS), "--no-window", "--mute",
                  "--model", "lite", "--person", who])  # fmt: skip
    assert [wanted and (wanted.person, wanted.moves) for wanted in asked] == [
        ("", True),
        ("left", False),
    ]


@pytest.mark.parametrize(
    ("size", "drill", "said"),
    [((640, 288), "hip_bridge", 1), ((640, 480), "hip_bridge", 0), ((640, 288), "squat", 0)],
)
def test_an_unusual_shape_is_pointed_out_where_nothing_was_done(
    tmp_path: Path, size: tuple[int, int], drill: str, said: int
) -> None:
    path = tmp_path / "squat.npz"
    write_track(
        path, [replace(p, size=size) for p in load_track(TRACKS / "squat__good__front_l1061.npz")]
    )
    scored = score_here(Task(str(path), path.name, drill, rotate="0"), path)
    assert sum("640 x 288 is an unusual shape" in line for line in scored.warnings) == said
