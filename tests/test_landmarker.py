"""The landmarker: what it searches, what it believes, how it survives; then the real model."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import media
import numpy as np
import pytest
from fakes import person

from formcheck.body.pose import Joint, Pose
from formcheck.errors import ModelError, UsageError
from formcheck.vision import landmarker as module
from formcheck.vision import looks
from formcheck.vision.clip import VideoFile
from formcheck.vision.detection import Detection, plausible
from formcheck.vision.frames import Frame, Image
from formcheck.vision.graph import Picture
from formcheck.vision.landmarker import Landmarker
from formcheck.vision.people import Wanted
from formcheck.vision.silence import Silence
from formcheck.vision.track import PoseTrack, write_track

ROOT = Path(__file__).parents[1]
SIZE = (640, 480)


def body(dx: float = 0.0, scale: float = 1.0) -> Detection:
    """A standing person, moved to the right and scaled about the middle of the picture."""
    middle = np.array([320.0, 240.0])
    xy = middle + (person(0.0, SIZE).xy - middle) * scale + [dx, 0.0]
    world = np.random.default_rng(0).normal(0, 0.4, (33, 3))
    return Detection(xy, np.full(33, 0.9), world, SIZE)


# ------------------------------------------------------------- a scripted model, no mediapipe

Look = tuple[int, float, bool]  # degrees, confidence, whether it is the tracker


@dataclass
class Scene:
    """What a scripted model sees, and a record of how it was asked."""

    sees: Callable[[int, Look], list[Detection]] = lambda number, look: [body()]
    looks: list[tuple[int, Look]] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    parts: int = 0
    made: int = 0
    open: int = 0
    fails: Callable[[int, Look], bool] = lambda number, look: False

    def searches(self) -> list[tuple[int, Look]]:
        return [entry for entry in self.looks if not entry[1][2]]


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Replaces the graph by one that reads number and turn off the picture."""
    script = Scene()

    class Graph:
        def __init__(self, model: str, confidence: float, *, video: bool) -> None:
            self.confidence, self.video = confidence, video
            script.made += 1
            script.open += 1

        @staticmethod
        def picture(rgb: Image) -> Picture:
            return Picture(rgb, None)

        def bodies(self, picture: Picture, ms: int) -> list[Detection]:
            try:
                number, degrees = media.read_code(picture.rgb)
            except AssertionError:  # a part of the picture, in which this script sees nobody
                script.parts += 1
                return []
            look = (degrees, self.confidence, self.video)
            script.looks.append((number, look))
            if self.video:
                script.stamps.append(ms)
            if script.fails(number, look):
                raise RuntimeError("graph\nbroke")
            upright = script.sees(number, look)
            return [b.turned_back((360 - degrees) % 360) for b in upright]

        def close(self) -> None:
            script.open -= 1

    monkeypatch.setattr(module, "Graph", Graph)
    monkeypatch.setattr(looks, "Graph", Graph)
    return script


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "pretend.task"
    path.write_bytes(b"model")
    return path


def frames(n: int, fps: float = 20.0) -> Iterator[Frame]:
    return (Frame(float(np.float32(i / fps)), media.code(i, SIZE)) for i in range(n))


def follow(model: Path, n: int, fps: float = 20.0, **options: Any) -> tuple[list[Pose], list[str]]:
    with Landmarker(model, **options) as lm:
        return [lm.detect(frame) for frame in frames(n, fps)], lm.log


def test_who_stands_upright_is_found_without_a_search(scene: Scene, model: Path) -> None:
    poses, log = follow(model, 6)
    assert all(pose.seen and pose.people == 1 for pose in poses) and log == []
    assert np.allclose(poses[0].xy, body().xy, atol=1e-4) and poses[0].size == SIZE
    assert scene.searches() == [(0, (0, 0.5, False))]  # the one look who else is there


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_who_is_only_seen_in_a_turned_picture_is_found_there(
    scene: Scene, model: Path, degrees: int
) -> None:
    scene.sees = lambda number, look: [body()] if look[0] == degrees else []
    poses, log = follow(model, 20)
    first = next(i for i, pose in enumerate(poses) if pose.seen)
    assert first <= 3 and all(pose.seen for pose in poses[first:])
    assert log == [f"found at {degrees}°, confidence 0.5, t={first / 20:.2f} s"]
    truth = body()
    assert np.allclose(poses[-1].xy, truth.xy, atol=1e-3)  # upright, whatever was looked at
    assert np.allclose(poses[-1].world, truth.world, atol=1e-3)
    assert poses[-1].size == SIZE


def test_the_prone_turn_is_tried_on_the_very_first_frame(scene: Scene, model: Path) -> None:
    scene.sees = lambda number, look: [body()] if look[0] == 90 else []
    poses, _ = follow(model, 3)
    assert [pose.seen for pose in poses] == [False, True, True]


def test_one_look_is_not_believed(scene: Scene, model: Path) -> None:
    def jumps(number: int, look: Look) -> list[Detection]:
        return [body(dx=150.0 * (number % 2) - 75)] if look[0] == 90 else []

    scene.sees = jumps
    poses, log = follow(model, 40)
    assert not any(pose.seen for pose in poses) and log == []


def test_a_thing_seen_from_one_side_only_is_no_person_at_low_confidence(
    scene: Scene, model: Path
) -> None:
    scene.sees = lambda number, look: [body()] if look[:2] == (0, 0.2) else []
    poses, log = follow(model, 60)
    assert not any(pose.seen for pose in poses) and log == []
    scene.sees = lambda number, look: [body()] if look[1] == 0.2 and look[0] in (0, 180) else []
    poses, log = follow(model, 60)
    assert poses[-1].seen and log[0].startswith("found at 0°, confidence 0.2")


def test_the_low_confidence_ends_with_the_body_it_found(scene: Scene, model: Path) -> None:
    scene.sees = lambda number, look: [body()] if look[1] == 0.2 and number < 40 else []
    poses, _ = follow(model, 80)
    assert poses[39].seen and not poses[40].seen
    # gone for longer than half a second: the tracker must not take the next best thing
    trackers = {number: look for number, look in scene.looks if look[2]}
    assert trackers[45][1] == 0.2 and trackers[55] == (0, 0.5, True)


def test_a_fixed_turn_tracks_there_and_nowhere_else(scene: Scene, model: Path) -> None:
    scene.sees = lambda number, look: [body()] if look[0] == 270 else []
    poses, log = follow(model, 5, rotate=270)
    assert all(pose.seen for pose in poses) and log == []
    assert np.allclose(poses[0].xy, body().xy, atol=1e-3)
    poses, _ = follow(model, 60, rotate="90")
    assert not any(pose.seen for pose in poses)


def test_searching_is_eager_for_three_seconds_and_rare_after(scene: Scene, model: Path) -> None:
    scene.sees = lambda number, look: []
    follow(model, 61)
    eager = len(scene.searches()) + scene.parts
    assert eager == 61  # every frame
    scene.looks.clear()
    scene.parts = 0
    follow(model, 161)
    assert len(scene.searches()) + scene.parts - eager == 20  # four a second for five seconds
    assert len({look for _, look in scene.searches()}) == 8  # all ways, the tracker's own in parts
    assert scene.parts >= 36  # and three by three parts of it, at each turn


def test_half_the_frames_search_as_long(scene: Scene, model: Path) -> None:
    scene.sees = lambda number, look: []
    follow(model, 81, fps=10)
    late = len(scene.searches()) + scene.parts - 31
    assert late == pytest.approx(20, abs=4)  # by time, not by frames


def test_a_short_loss_starts_no_search(scene: Scene, model: Path) -> None:
    scene.sees = lambda number, look: [] if 20 <= number < 29 else [body()]
    poses, log = follow(model, 60)
    assert [pose.seen for pose in poses] == [not 20 <= i < 29 for i in range(60)]
    assert all(look[0] == 0 for _, look in scene.looks) and log == []


def test_who_turned_over_is_found_again_the_other_way(scene: Scene, model: Path) -> None:
    scene.sees = lambda number, look: [body()] if (look[0] == 90) == (number >= 20) else []
    poses, log = follow(model, 60)
    back = next(i for i in range(20, 60) if poses[i].seen)
    assert 29 <= back <= 33 and len(log) == 1


def test_tracking_costs_no_search(scene: Scene, model: Path) -> None:
    follow(model, 400)
    assert len(scene.searches()) == 10  # one look for a second person each two seconds
    assert scene.made == 2


def test_what_a_searched_way_brings_after_a_loss_is_checked_again(
    scene: Scene, model: Path
) -> None:
    speck = body(scale=0.05)

    def turned(number: int, look: Look) -> list[Detection]:
        if look[0] != 90 or 20 <= number < 24:
            return []
        return [body() if number < 20 else speck]

    scene.sees = turned
    poses, _ = follow(model, 60)
    assert poses[10].seen and not any(pose.seen for pose in poses[20:])


# ------------------------------------------------------------------------------- plausibility


def changed(
    joint: Joint, xy: tuple[float, float] | None = None, seen: float | None = None
) -> Detection:
    one = body()
    points, visibility = one.xy.copy(), one.visibility.copy()
    if xy is not None:
        points[joint] = xy
    if seen is not None:
        visibility[joint] = seen
    return Detection(points, visibility, one.world, SIZE)


def hidden(*parts: str) -> Detection:
    one = body()
    visibility = one.visibility.copy()
    visibility[[j for j in Joint if j.name.endswith(parts)]] = 0.4
    return Detection(one.xy, visibility, one.world, SIZE)


def test_a_body_is_plausible_at_any_turn() -> None:
    for degrees in (0, 90, 180, 270):
        assert plausible(body().turned_back(degrees))
    assert plausible(hidden("ELBOW", "WRIST"))
    assert plausible(hidden("LEFT_HIP", "LEFT_KNEE", "LEFT_SHOULDER"))


def test_what_is_no_body() -> None:
    stumps = body()
    points = stumps.xy.copy()
    for side in ("LEFT", "RIGHT"):
        for part in ("KNEE", "ANKLE"):
            points[Joint[f"{side}_{part}"]] = points[Joint[f"{side}_HIP"]] + 1
    wrong = {
        "a speck": body(scale=0.1),
        "outside": body(dx=330.0),
        "too little of it": hidden("ELBOW", "WRIST", "LEFT_ANKLE"),
        "no shoulder": hidden("SHOULDER"),
        "no hip": hidden("HIP"),
        "no knee": hidden("KNEE"),
        "a long arm": changed(Joint.LEFT_WRIST, (630.0, 20.0)),
        "a long leg": changed(Joint.RIGHT_KNEE, (20.0, 470.0)),
        "stumps": Detection(points, stumps.visibility, stumps.world, SIZE),
        "nowhere": changed(Joint.NOSE, (np.nan, np.nan)),
    }
    for what, one in wrong.items():
        assert not plausible(one), what


def test_turning_back_moves_the_pixels_of_a_picture_and_the_landmarks_alike() -> None:
    from formcheck.vision.frames import turn

    picture = np.zeros((48, 64, 3), np.uint8)
    picture[10, 20] = 255
    for degrees in (0, 90, 180, 270):
        turned = turn(picture, degrees)
        y, x = np.argwhere(turned[..., 0])[0]
        size = (turned.shape[1], turned.shape[0])
        one = Detection(
            np.tile([float(x), float(y)], (33, 1)), np.ones(33), np.zeros((33, 3)), size
        )
        back = one.turned_back(degrees)
        assert back.xy[0].tolist() == [20.0, 10.0] and back.size == (64, 48)


# ------------------------------------------------------------------------------ several people


def two(dx: float = 250.0, scale: float = 1.0) -> Callable[[int, Look], list[Detection]]:
    def sees(number: int, look: Look) -> list[Detection]:
        return [body(-100.0)] if look[2] else [body(dx - 100.0, scale), body(-100.0)]

    return sees


def test_who_only_stands_there_is_no_hindrance(scene: Scene, model: Path) -> None:
    scene.sees = two()
    poses, log = follow(model, 40)
    assert {pose.people for pose in poses} == {1} and log == []
    assert np.allclose(poses[-1].xy, body(-100.0).xy, atol=1e-3)


def swaying(number: int, dx: float, by: float) -> Detection:
    """A person at ``dx`` px whose limbs swing ``by`` torsos every second look."""
    one = body(dx)
    xy = one.xy.copy()
    if number // 10 % 2:
        for joint in (Joint.LEFT_WRIST, Joint.LEFT_ELBOW, Joint.RIGHT_WRIST, Joint.RIGHT_ANKLE):
            xy[joint] += [0.0, by * one.torso]
    return Detection(xy, one.visibility, one.world, SIZE)


def test_of_two_who_move_each_in_their_own_way_one_is_kept_to(scene: Scene, model: Path) -> None:
    def sees(number: int, look: Look) -> list[Detection]:
        mine = swaying(number, -100.0, 0.5)
        return [mine] if look[2] else [swaying(number, 150.0, -0.5), mine]

    scene.sees = sees
    poses, _ = follow(model, 80)
    assert {pose.people for pose in poses} == {1}
    assert np.allclose(poses[-1].xy, swaying(79, -100.0, 0.5).xy, atol=1e-3)


def test_who_moves_is_kept_to_and_who_keeps_still_is_not(scene: Scene, model: Path) -> None:
    def sees(number: int, look: Look) -> list[Detection]:
        still, mover = body(-100.0), swaying(number, 150.0, 0.5)
        return [still] if look[2] and scene.made < 3 else [still, mover] if not look[2] else [mover]

    scene.sees = sees
    poses, log = follow(model, 120)
    assert np.allclose(poses[10].xy[0], body(-100.0).xy[0], atol=1e-3)
    assert np.allclose(poses[-1].xy[0], body(150.0).xy[0], atol=1e-3)
    assert {pose.people for pose in poses} == {1} and "changed to another person" in log[0]


def test_the_one_in_the_drill_s_posture_is_kept_to_from_the_first_look_on(
    scene: Scene, model: Path
) -> None:
    def sees(number: int, look: Look) -> list[Detection]:
        both = [body(-100.0), body(150.0)]
        return [both[scene.made > 2]] if look[2] else both

    scene.sees = sees
    wanted = Wanted("right half", lambda pose: bool(pose.xy[0, 0] > 320))
    poses, _ = follow(model, 30, wanted=wanted)
    assert poses[0].xy[0, 0] < 320 < poses[8].xy[0, 0]
    named = Wanted("left", None, "left")
    scene.made = 0
    poses, _ = follow(model, 30, wanted=named)
    assert all(pose.xy[0, 0] < 320 for pose in poses)


def test_how_long_a_look_takes_changes_nothing_and_is_not_waited_for_at_once(
    scene: Scene, model: Path
) -> None:
    both = two()
    tracked_meanwhile = []

    def slowly(number: int, look: Look) -> list[Detection]:
        if not look[2]:  # until the tracker has gone on
            until = time.monotonic() + 5
            while not any(n > number for n, (_, _, video) in scene.looks if video):
                assert time.monotonic() < until
                time.sleep(0.001)
            tracked_meanwhile.append(number)
        return both(number, look)

    scene.sees = both
    quick, _ = follow(model, 60)
    scene.looks.clear()
    scene.sees = slowly
    slow, _ = follow(model, 60)
    assert tracked_meanwhile
    assert [pose.people for pose in slow] == [pose.people for pose in quick]


def test_closing_waits_for_a_look(scene: Scene, model: Path) -> None:
    def slowly(number: int, look: Look) -> list[Detection]:
        if not look[2]:
            time.sleep(0.1)
        return [body()]

    scene.sees = slowly
    follow(model, 8)  # ends just after the first look began
    assert scene.searches()
    assert scene.open == 0


# ----------------------------------------------------------------------------------- mishaps


def test_stamps_are_whole_rising_milliseconds(scene: Scene, model: Path) -> None:
    with Landmarker(model) as lm:
        for t in (0.0, 0.0004, 0.0008, 0.5, 0.75):
            lm.detect(Frame(t, media.code(0, SIZE)))
    assert scene.stamps == [1, 2, 3, 501, 751]
    assert all(type(ms) is int for ms in scene.stamps)


def test_grey_and_empty_frames_never_reach_the_model(scene: Scene, model: Path) -> None:
    image = media.code(0, SIZE)
    with Landmarker(model) as lm:
        for bad in (image[..., 0], image[:0], image.astype(np.float32)):
            pose = lm.detect(Frame(0.1, bad))
            assert not pose.seen and pose.people == 0
        assert scene.looks == []
        assert lm.detect(Frame(0.2, image)).seen


def test_after_a_graph_error_it_goes_on_with_a_new_model(scene: Scene, model: Path) -> None:
    scene.fails = lambda number, look: number in (5, 9) and look[2]
    with Landmarker(model) as lm:
        poses = [lm.detect(frame) for frame in frames(12)]
        assert [i for i, pose in enumerate(poses) if not pose.seen] == [5, 9]
        assert scene.open == 2 and scene.made == 4  # the tracker thrice, the looker once
    assert scene.stamps == sorted(set(scene.stamps))
    assert len(lm.log) == 2 and "graph broke" in lm.log[0]


def test_a_model_that_breaks_at_once_again_is_given_up(scene: Scene, model: Path) -> None:
    scene.fails = lambda number, look: number >= 5
    with pytest.raises(ModelError, match="every frame") as error:
        follow(model, 12)
    assert "\n" not in str(error.value)
    assert scene.open == 0  # closed on the way out


def test_a_search_that_breaks_costs_nothing_but_itself(scene: Scene, model: Path) -> None:
    scene.fails = lambda number, look: not look[2]
    poses, log = follow(model, 130)
    assert all(pose.seen for pose in poses)
    assert log and scene.open == 0


def test_every_graph_is_closed_once(scene: Scene, model: Path) -> None:
    scene.sees = lambda number, look: []
    with Landmarker(model) as lm:
        for frame in frames(30):
            lm.detect(frame)
        assert scene.open == 3  # tracker, search, search at low confidence
        lm.close()
        assert scene.open == 0
    assert scene.open == 0
    with pytest.raises(ValueError, match="closed"):
        lm.detect(next(frames(1)))


def test_a_tracker_that_cannot_be_made_leaves_no_graph_and_no_thread(
    monkeypatch: pytest.MonkeyPatch, scene: Scene, model: Path
) -> None:
    made = module.Graph

    def no_tracker(path: str, confidence: float, *, video: bool) -> Any:
        if video:
            raise ModelError("broken")
        return made(path, confidence, video=video)

    monkeypatch.setattr(module, "Graph", no_tracker)
    with pytest.raises(ModelError, match="broken"):
        Landmarker(model)
    assert scene.open == 0
    assert not [t for t in threading.enumerate() if t.name.startswith("look")]


def test_stderr_is_back_only_when_the_last_of_several_threads_is_through(
    capfd: pytest.CaptureFixture[str],
) -> None:
    quiet = Silence()
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with quiet:
            inside.set()
            leave.wait(5)

    other = threading.Thread(target=stay)
    other.start()
    assert inside.wait(5)
    with quiet:
        os.write(2, b"both ")
    os.write(2, b"one ")
    leave.set()
    other.join()
    os.write(2, b"none")
    with quiet:
        os.write(2, b"again")
    assert capfd.readouterr().err == "none"


def test_options_are_checked_before_the_model_sees_them(scene: Scene, model: Path) -> None:
    for confidence in (-1.0, 1.01, float("nan")):
        with pytest.raises(UsageError, match="confidence"):
            Landmarker(model, confidence)
    for rotate in (45, "left", None, True):
        with pytest.raises(UsageError, match="rotate"):
            Landmarker(model, rotate=rotate)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="no such model"):
        Landmarker(model.with_name("none.task"))
    assert scene.made == 0


def test_it_names_its_model(scene: Scene, model: Path) -> None:
    @dataclass
    class Model:
        name: str
        path: Path
        sha256: str

    with Landmarker(Model("full", model, "abc")) as lm:
        assert (lm.model_name, lm.sha256) == ("full", "abc")
    with Landmarker(str(model)) as lm:
        assert lm.model_name == "pretend" and len(lm.sha256) == 64


# ------------------------------------------------------------------------------ the real model


@pytest.fixture(scope="module")
def lite() -> Path:
    path = ROOT / "models" / "pose_landmarker_lite.task"
    if not path.is_file():
        pytest.skip("needs models/")
    return path


@pytest.fixture(scope="module")
def lying() -> list[Frame]:
    clips = sorted((ROOT / "sample_videos").glob("hip_bridge__good__*.mp4"))
    if not clips:
        pytest.skip("needs sample_videos/")
    with VideoFile(min(clips, key=lambda clip: clip.stat().st_size)) as video:
        return list(islice(video, 24))


def detect(model: Path, clip: list[Frame], **options: Any) -> list[Pose]:
    with Landmarker(model, **options) as lm:
        return [lm.detect(frame) for frame in clip]


def test_a_clip_is_followed_the_same_way_each_time_and_replays_from_its_track(
    lite: Path, lying: list[Frame], tmp_path: Path
) -> None:
    first, second = detect(lite, lying), detect(lite, lying)
    assert all(pose.seen and pose.people == 1 for pose in first)
    write_track(tmp_path / "a.npz", first)
    for a, b, c in zip(first, second, PoseTrack(tmp_path / "a.npz"), strict=True):
        for other in (b, c):
            assert a.t == other.t and a.people == other.people
            assert np.array_equal(a.xy, other.xy) and np.array_equal(a.world, other.world)
            assert np.array_equal(a.visibility, other.visibility)


@pytest.mark.parametrize("degrees", [90, 270])
def test_landmarks_of_a_turned_look_fall_on_the_same_pixels(
    lite: Path, lying: list[Frame], degrees: int
) -> None:
    upright, turned = detect(lite, lying[:10]), detect(lite, lying[:10], rotate=degrees)
    trunk = [Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP]
    for a, b in zip(upright, turned, strict=True):
        assert np.abs(a.xy[trunk] - b.xy[trunk]).max() < 15  # px of 640
        assert np.abs(a.world[trunk] - b.world[trunk]).max() < 0.1  # m


def test_two_people_in_one_picture_and_one_is_kept_to(lite: Path, lying: list[Frame]) -> None:
    pairs = [Frame(f.t, np.vstack([f.image, f.image[:, ::-1]])) for f in lying]
    alone, beside = detect(lite, lying), detect(lite, pairs)
    assert beside[-1].people == 1
    place = beside[-1].xy[Joint.LEFT_HIP][1] // 480 * 480
    trunk = [Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP]
    if place == 0:  # the one who is not mirrored
        assert np.abs(beside[-1].xy[trunk] - alone[-1].xy[trunk]).max() < 25
    assert all(pose.xy[Joint.LEFT_HIP][1] // 480 * 480 == place for pose in beside)


def test_nobody_in_the_picture_is_nobody(lite: Path) -> None:
    import cv2

    rng = np.random.default_rng(3)
    noise = rng.integers(0, 255, (480, 640, 3), np.uint8)
    room = cv2.GaussianBlur(noise, (0, 0), 20)
    cv2.rectangle(room, (60, 120), (160, 420), (40, 60, 120), -1)
    cv2.rectangle(room, (300, 300), (520, 400), (200, 190, 180), -1)
    for image in (noise, room):
        poses = detect(lite, [Frame(i / 10, image) for i in range(12)])
        assert not any(pose.seen for pose in poses)


def test_a_tiny_picture_is_no_accident(lite: Path) -> None:
    poses = detect(lite, [Frame(i / 10, media.picture(i, (16, 16))) for i in range(3)])
    assert not any(pose.seen for pose in poses) and poses[0].size == (16, 16)


def test_a_file_that_is_no_model_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.task"
    path.write_bytes(b"no model at all" * 10)
    with pytest.raises(ModelError, match="does not load") as error:
        Landmarker(path)
    assert "\n" not in str(error.value) and error.value.exit_code == 3


def test_nothing_is_printed_and_stderr_works_again(lite: Path) -> None:
    code = (
        "import sys, os, numpy as np\n"
        "import formcheck.vision.landmarker as m\n"
        "assert 'mediapipe' not in sys.modules\n"
        "from formcheck.vision.camera import Frame\n"
        "with m.Landmarker(sys.argv[1]) as lm:\n"
        "    lm.detect(Frame(0.0, np.zeros((480, 640, 3), np.uint8)))\n"
        "os.write(2, b'after')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(lite)], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "after")


#: Every other picture is freed, between those that stay: how many MB go back to the system? (Small
#: blocks between them may come from holes that were there before, and then nothing stays.)
HOLES = """
import ctypes, os
from formcheck.vision.silence import give_back

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
pictures = [libc.malloc(100_000) for _ in range(800)]
for picture in pictures:
    ctypes.memset(ctypes.c_void_p(picture), 1, 100_000)
for picture in pictures[::2]:
    libc.free(picture)

def resident():
    with open("/proc/self/statm") as said:
        return int(said.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

before = resident()
give_back()
print(before - resident())
"""


def test_memory_between_blocks_that_stay_goes_back_to_the_system() -> None:
    if not hasattr(ctypes.CDLL(None) if sys.platform != "win32" else None, "malloc_trim"):
        pytest.skip("the C library is not glibc")
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True)
    assert done.stderr == ""
    assert float(done.stdout) > 20
