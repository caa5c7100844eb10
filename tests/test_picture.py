"""What is wrong with a picture: each fault by its name, and a near miss of each that is silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes import FakeLandmarker
from stick import abducted, film, hidden, judged, moving, on_one_leg, on_the_side, standing

from formcheck.body.framing import cut_off
from formcheck.body.pose import PICTURE_FAULTS, Pose, Side
from formcheck.catalogue.registry import get_drill
from formcheck.events import Reason
from formcheck.vision.frames import Frame
from formcheck.vision.picture import (
    PictureWatch,
    fault_of,
    is_cut,
    qualities,
    sent_again,
    shift,
    stutters,
)
from formcheck.vision.pipeline import looked_at
from formcheck.vision.track import PoseTrack, write_track

SIZE = (320, 240)
Image = np.ndarray


def room(seed: int = 1, x: int = 0) -> Image:
    """A room with furniture, seen from ``x`` pixels further right, and its sensor's noise."""
    rng = np.random.default_rng(seed)
    wide = np.full((SIZE[1], SIZE[0] + 100, 3), 90 + 40 * (seed % 3), np.uint8)
    for _ in range(25):
        left, top = rng.integers(0, SIZE[0] + 70), rng.integers(0, SIZE[1] - 30)
        grey = int(rng.integers(40, 220))
        cv2.rectangle(wide, (left, top), (left + 35, top + 42), (grey, grey, grey), -1)
    return np.ascontiguousarray(wide[:, x : x + SIZE[0]])


def noisy(image: Image, sigma: float, gain: float = 1.0, seed: int = 0) -> Image:
    noise = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image * gain + noise, 0, 255).astype(np.uint8)


def backlit(share: float, black: int = 20) -> Image:
    image = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    image[: int(share * SIZE[1])] = 250
    image[int(0.6 * SIZE[1]) :] = black
    return noisy(image, 1)


def blurred(sigma: float) -> Image:
    return cv2.GaussianBlur(room(), (0, 0), sigma)


# -- one picture ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "fault"),
    [
        (room(), ""),
        (noisy(room(), 1, 0.2), "too_dark"),
        (noisy(room(), 1, 0.34), ""),
        (np.zeros((SIZE[1], SIZE[0], 3), np.uint8), "too_dark"),
        (noisy(room(), 40), "too_noisy"),
        (noisy(room(), 8), ""),
        (backlit(0.5), "backlit"),
        (backlit(0.15), ""),  # a lamp in the picture
        (backlit(0.5, 60), ""),  # a bright wall
        (blurred(9), "blurred"),
        (blurred(2), ""),
        (np.full((SIZE[1], SIZE[0], 3), 150, np.uint8), "blurred"),  # a hand on the lens
    ],
)
def test_each_fault_and_its_near_miss(image: Image, fault: str) -> None:
    assert fault_of(qualities(image)) == fault


def test_a_noise_is_measured_as_it_is() -> None:
    assert qualities(noisy(room(), 10)).noise == pytest.approx(10, rel=0.15)
    assert qualities(room()).noise < 1


# -- from picture to picture ---------------------------------------------------------------------


def sample(image: Image) -> np.ndarray:
    return cv2.resize(image[..., 1], (40, 30), interpolation=cv2.INTER_AREA).astype(np.float32)


def test_a_cut_is_another_scene_and_not_another_light() -> None:
    before = sample(room(1))
    assert is_cut(before, sample(room(2)))
    assert not is_cut(before, sample(noisy(room(1), 5, 0.5)))  # a lamp went off
    walked_in = room(1)
    walked_in[70:, 70:200] = 30  # somebody large, from one frame to the next
    assert not is_cut(before, sample(walked_in))
    assert not is_cut(before, sample(room(1, 8)))  # a camera that is pushed
    assert not is_cut(np.zeros((30, 40), np.float32), np.zeros((30, 40), np.float32))


def test_the_room_moves_and_not_the_person() -> None:
    def small(image: Image) -> np.ndarray:
        return cv2.resize(image[..., 1], (128, 72), interpolation=cv2.INTER_AREA).astype(np.float32)

    here = small(room(1))
    assert shift(here, small(room(1, 16))) == pytest.approx(16 / SIZE[0], rel=0.2)
    person = room(1)
    person[80:, 130:210] = room(5)[80:, 130:210]
    later = room(1)
    later[80:, 105:185] = room(5)[80:, 130:210]
    assert shift(small(person), small(later)) < 0.005


def changes(every_s: float, fps: float = 20.0, seconds: float = 6.0) -> tuple[list[float], ...]:
    """Of a film that gets a new picture every so many seconds, with what a codec leaves."""
    times = [i / fps for i in range(int(seconds * fps))]
    new = [int(t / every_s + 1e-6) != int((t - 1 / fps) / every_s + 1e-6) for t in times]
    return times, [2.0 if n else 0.05 for n in new]


@pytest.mark.parametrize(
    ("every_s", "fps", "told"),
    [(0.9, 20, True), (1.2, 30, True), (0.5, 20, False), (0.1, 20, False), (1.0, 1, True)],
)
def test_new_pictures_that_come_too_seldom(every_s: float, fps: float, told: bool) -> None:
    assert stutters(*changes(every_s, fps)) is told


def test_movements_and_rests_do_not_stutter() -> None:
    times = [i / 20 for i in range(120)]
    moving = [2.0 * max(0.0, np.sin(2 * np.pi * t / 2)) for t in times]
    assert not stutters(times, moving)
    assert not stutters(times, [0.1] * 120)
    assert not stutters(times[:30], changes(0.9)[1][:30])  # one new picture proves nothing


def test_a_picture_sent_again_through_a_codec() -> None:
    def looks(sigma: float, moved: int = 0) -> tuple[list[np.ndarray], list[Image]]:
        images = [noisy(room(1, moved * (i == 3)), sigma, seed=i) for i in range(7)]
        grey = [sample(image) for image in images]
        return grey, [image[::4, ::4, 1] for image in images]

    assert sent_again(*looks(0.6))
    assert not sent_again(*looks(2.0))  # a sensor's noise: somebody who is very still
    assert not sent_again(*looks(0.6, moved=1))


# -- a stream ------------------------------------------------------------------------------------


def watched(scene: Callable[[float], Image], seconds: float = 4.0, **more: bool) -> list[str]:
    watch = PictureWatch()
    return [watch(Frame(i / 10, scene(i / 10), **more)) for i in range(int(seconds * 10))]


def test_a_stream_is_watched() -> None:
    def dark_from_2_s(t: float) -> Image:
        return noisy(room(), 1, 1.0 if t < 2 else 0.2)

    told = watched(dark_from_2_s, 4)
    assert set(told[:24]) == {""}  # one dark look could be a passing shadow
    assert set(told[26:]) == {"too_dark"}
    cut = watched(lambda t: noisy(room(1 if t < 2 else 2), 2, seed=int(t * 10)))
    assert [i for i, fault in enumerate(cut) if fault] == [20]
    assert cut[20] == "picture_changed"
    swings = watched(lambda t: room(1, 40 + int(40 * np.sin(2 * t))), 5)
    assert swings[-1] == "camera_moving"
    assert set(watched(lambda t: room(1, 40 + int(3 * np.sin(2 * t))), 5)) == {""}
    assert set(watched(lambda t: room(), 2, still=True)) == {"frozen"}
    assert set(watched(lambda t: room() // 20, 2, still=True)) == {"too_dark"}  # a covered lens


def test_what_is_no_picture_is_nothing() -> None:
    assert PictureWatch()(Frame(0.0, np.zeros((0, 0, 3), np.uint8))) == ""
    assert PictureWatch()(Frame(0.0, np.zeros((9, 9), np.uint8))) == ""
    assert PictureWatch()(Frame(0.0, np.zeros((9, 9, 3), np.uint8))) == "too_dark"


def test_the_pose_says_it_and_a_track_keeps_it(tmp_path: Path) -> None:
    stream = [Frame(i / 10, noisy(room(), 1, 0.2), still=i > 15) for i in range(20)]
    fault = ["too_dark" if i < 10 else "frozen" for i in range(20)].__getitem__
    with looked_at(stream, FakeLandmarker(), watch=lambda f: fault(round(f.t * 10))) as seen:
        poses = [item.pose for item in seen]  # type: ignore[union-attr]
    assert [pose.picture for pose in poses] == ["too_dark"] * 10 + ["frozen"] * 10
    assert [pose.seen for pose in poses] == [True] * 10 + [False] * 10
    write_track(tmp_path / "a.npz", poses)
    assert [p.picture for p in PoseTrack(tmp_path / "a.npz")] == [p.picture for p in poses]


# -- what the judge makes of it ------------------------------------------------------------------

STANCE = get_drill("single_leg_stance")


def reasons(poses: list[Pose]) -> list[str]:
    spans = judged(STANCE, poses).result.cannot_judge
    return [str(span.reason) for span in spans if span.to_s - span.from_s > 0.3]


def faulty(poses: list[Pose], fault: str, from_s: float = 0.0, to_s: float = 99.0) -> list[Pose]:
    return [replace(p, picture=fault) if from_s <= p.t < to_s else p for p in poses]


def held() -> list[Pose]:
    return film(lambda t: standing() if t < 1 else on_one_leg(0.3), 8, 20)


def test_every_fault_of_a_picture_is_a_reason() -> None:
    assert {Reason(fault).value for fault in PICTURE_FAULTS} == set(PICTURE_FAULTS)


@pytest.mark.parametrize("fault", ["too_dark", "too_noisy", "blurred", "backlit"])
def test_a_poor_picture_is_the_reason_only_where_nobody_is_seen(fault: str) -> None:
    nobody = [Pose.missing(p.t, p.size) for p in held()]
    assert reasons(nobody) == ["no_person"]
    assert reasons(faulty(nobody, fault)) == [fault]
    assert reasons(faulty(held(), fault)) == reasons(held()) == []


@pytest.mark.parametrize("fault", ["stuttering", "frozen"])
def test_nothing_is_judged_in_pictures_that_are_none_of_now(fault: str) -> None:
    result = judged(STANCE, faulty(held(), fault, 4, 7)).result
    (span,) = [s for s in result.cannot_judge if s.reason.value == fault]
    assert span.from_s == pytest.approx(4, abs=0.1)
    assert span.to_s == pytest.approx(7, abs=0.4)


CLAM, ABDUCTION = get_drill("clamshell"), get_drill("standing_hip_abduction")


def clams() -> list[Pose]:
    """Three repetitions, at the top at 3, 7 and 11 s."""
    way = moving([(t, t + 1, t + 1.4, t + 2.4) for t in (2.0, 6.0, 10.0)])
    return film(lambda t: on_the_side(0.5 * way(t)), 14, 20)


def counted(poses: list[Pose]) -> tuple[int, int, set[str]]:
    result = judged(CLAM, poses).result
    return result.complete, result.partial, {str(span.reason) for span in result.cannot_judge}


def cut_at(t: float, poses: list[Pose]) -> list[Pose]:
    """From ``t`` on the picture shows the same from further away, half a person further left."""
    first = next(i for i, p in enumerate(poses) if p.t >= t)
    after = [replace(p, xy=p.xy * 0.7 + (40, 60)) for p in poses[first:]]
    return [*poses[:first], replace(after[0], picture="picture_changed"), *after[1:]]


def test_a_cut_in_a_repetition_counts_no_half_of_it() -> None:
    assert counted(clams()) == (3, 0, set())
    done, _, why = counted(cut_at(6.9, clams()))
    assert done == 2
    assert why == {"picture_changed"}
    # Between two repetitions it costs none.
    assert counted(cut_at(5.2, clams())) == (3, 0, {"picture_changed"})


def test_a_cut_ends_a_hold() -> None:
    (whole,) = judged(STANCE, held()).result.holds
    two = judged(STANCE, cut_at(5, held())).result.holds
    assert [h.seconds for h in two] == pytest.approx([4 - (8 - whole.to_s), 2.5], abs=0.6)
    assert max(h.to_s - h.from_s for h in two) < whole.seconds - 1


def test_after_a_cut_it_is_said_until_somebody_is_in_position() -> None:
    poses = cut_at(6.9, clams())
    gone = [Pose.missing(p.t, p.size) if 6.9 < p.t < 9 and not p.picture else p for p in poses]
    (span,) = judged(CLAM, gone).result.cannot_judge
    assert (str(span.reason), span.from_s) == ("picture_changed", pytest.approx(6.9, abs=0.1))
    assert span.to_s > 9


def test_a_moving_camera_is_why_a_movement_was_none() -> None:
    both = moving([(1.5, 2.5, 3.5, 4.5)])
    star = film(lambda t: abducted(28 * both(t), Side.RIGHT, abducted(28 * both(t))), 6, 20)

    def why(poses: list[Pose]) -> list[str]:
        return [str(s.reason) for s in judged(ABDUCTION, poses).result.cannot_judge]

    assert why(star) == ["wrong_exercise"]
    assert why(faulty(star, "camera_moving")) == ["camera_moving"]
    assert counted(faulty(clams(), "camera_moving")) == (3, 0, set())


def moved(poses: list[Pose], x: float, y: float, by: float = 1.0) -> list[Pose]:
    return [replace(p, xy=(p.xy - (640, 360)) * by + (640 + x, 360 + y)) for p in poses]


def hidden_legs(poses: list[Pose]) -> list[Pose]:
    parts = [f"{side}_{part}" for side in Side for part in ("knee", "ankle", "heel", "foot_index")]
    return [hidden(p, *parts) for p in poses]


def test_too_near_is_told_of_what_lies_beyond_the_edge() -> None:
    low = hidden_legs(moved(held(), 0, 330))
    assert cut_off(low[0]) == "feet"
    assert reasons(low) == ["too_near"]
    assert reasons(hidden_legs(held())) == ["joints_hidden"]
    gone = [p if p.t < 4 else Pose.missing(p.t, p.size) for p in low]
    assert set(reasons(gone)) == {"too_near"}
    # Found at last, with the feet out of a picture that is good enough to count in.
    clam = moved(clams(), 0, 0, 2.0)
    late = [p if p.t > 1.5 else Pose.missing(p.t, p.size) for p in moved(clam, 0, 300)]
    assert cut_off(late[-1]) in ("feet", "both")
    assert counted(late) == (3, 0, {"too_near"})
    # Somebody who walks out of the picture was not too near.
    walks = [p if p.t < 4 else moved([p], -900 * (p.t - 4), 0)[0] for p in held()]
    left = [p if p.t < 5 else Pose.missing(p.t, p.size) for p in walks]
    assert "too_near" not in reasons(left)


def test_too_far_is_told_of_a_small_body_that_is_hardly_seen() -> None:
    assert reasons(hidden_legs(moved(held(), 0, 0, 0.4))) == ["too_far"]
    assert reasons(hidden_legs(moved(held(), 0, 0, 0.6))) == ["joints_hidden"]
    assert reasons(moved(held(), 0, 0, 0.4)) == []


def test_a_tilted_camera_is_why_a_posture_does_not_fit() -> None:
    def turned(degrees: float) -> list[Pose]:
        turn = np.exp(1j * np.radians(degrees))

        def xy(p: Pose) -> np.ndarray:
            points = ((p.xy[:, 0] - 640) + 1j * (p.xy[:, 1] - 360)) * turn
            return np.stack([points.real + 640, points.imag + 360], axis=1)

        return [replace(p, xy=xy(p)) for p in film(lambda t: standing(), 4)]

    lying = get_drill("hip_bridge")

    def why(poses: list[Pose]) -> set[str]:
        return {str(s.reason) for s in judged(lying, poses).result.cannot_judge}

    assert why(turned(0)) == why(turned(9)) == {"not_in_start_position"}
    assert why(turned(20)) == why(turned(-20)) == {"tilted"}
