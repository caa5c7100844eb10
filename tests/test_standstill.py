"""A camera that hangs shows its last picture for ever: that is a gap, and a still person is not."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stick import film, judged, on_one_leg, standing

from formcheck.catalogue.registry import get_drill
from formcheck.vision.camera import Camera, Shot
from formcheck.vision.clip import VideoFile
from formcheck.vision.pipeline import unseen
from formcheck.vision.playback import RealtimeFile
from formcheck.vision.standstill import Standstill

SIZE = (160, 120)


def scene(seed: int) -> np.ndarray:
    """A picture of its own, coarse enough to come through a codec as such."""
    small = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    return cv2.resize(small, SIZE, interpolation=cv2.INTER_NEAREST)


def written(path: Path, seeds: list[int], fps: float = 10.0) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, SIZE)
    for seed in seeds:
        writer.write(scene(seed))
    writer.release()
    return path


def stands(seeds: list[int], fps: float = 10.0) -> list[float]:
    """When pictures of these scenes are said to stand still."""
    still = Standstill()
    return [i / fps for i, seed in enumerate(seeds) if still(i / fps, scene(seed))]


# -- the rule ------------------------------------------------------------------------------------


def test_the_same_picture_stands_still_after_a_second() -> None:
    assert stands([*range(20), *[99] * 40, *range(20)]) == pytest.approx(np.arange(31, 60) / 10)
    assert stands([99] * 11) == []
    assert stands([99] * 13) == pytest.approx([1.1, 1.2])


def test_a_still_person_is_in_the_sensors_noise() -> None:
    """One pixel, one step, in a corner that no sample sees."""
    still, image = Standstill(), scene(1)
    for i in range(900):
        image = image.copy()
        image[3 + i % 5, 5, i % 3] ^= 1
        assert not still(i / 30, image)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.sampled_from([1, 2, 5, 7.5, 10]), st.sampled_from([10.0, 15.0, 30.0, 60.0]))
def test_a_low_rate_in_a_quick_clip_does_not_stand_still(shown: float, fps: float) -> None:
    assert stands([int(i / fps * shown) for i in range(int(12 * fps))], fps) == []


def test_a_rate_below_one_a_second_is_learnt() -> None:
    late = stands([i // 60 for i in range(30 * 30)], 30.0)  # every 2 s
    assert all(t < 2 for t in late)


def test_a_low_rate_hides_no_camera_that_hangs() -> None:
    seeds = [i // 5 for i in range(50)]  # every half a second
    assert stands([*seeds, *[99] * 50])[0] == pytest.approx(6.6)


# -- where frames arrive -------------------------------------------------------------------------

HANGS = [*range(30), *[99] * 250, *range(20)]  # 3 s, 25 s, 2 s


def test_a_clip_of_a_camera_that_hangs_credits_no_hold(tmp_path: Path) -> None:
    stands, holds = (film(lambda t, f=f: f, 0.1)[0] for f in (standing(), on_one_leg(0.3)))

    def held(path: Path, **more: bool) -> tuple[float, list[str]]:
        with VideoFile(path, **more) as video:
            poses = [
                unseen(f) if f.still else replace(stands if f.t < 1 else holds, t=f.t)
                for f in video
            ]
            result = judged(get_drill("single_leg_stance"), poses).result
            lost.extend((s.from_s, s.to_s) for s in result.cannot_judge if s.reason == "frozen")
            return sum(hold.seconds for hold in result.holds), video.warnings

    lost: list[tuple[float, float]] = []
    moving = held(written(tmp_path / "moves.avi", list(range(300))))
    assert moving == (pytest.approx(29, abs=1), [])
    assert lost == []
    seconds, said = held(written(tmp_path / "hangs.avi", HANGS))
    assert 2 < seconds < 6
    assert lost == [(pytest.approx(4.0, abs=0.11), pytest.approx(28.0, abs=0.11))]
    assert said == [
        "hangs.avi: the camera stands still from 3.0 s to 27.9 s; nothing is judged there"
    ]
    assert held(tmp_path / "hangs.avi", as_it_is=True) == (pytest.approx(29, abs=1), [])


def test_a_recorded_screen_of_a_low_rate_keeps_all_its_frames(tmp_path: Path) -> None:
    path = written(tmp_path / "screen.avi", [i // 15 for i in range(300)], fps=30)
    with VideoFile(path) as video:
        assert len(list(video)) == 300
        assert video.warnings == []
    with RealtimeFile(path, speed=5) as played:
        assert list(played)[-1].t > 9
        assert played.warnings == []


class Device:
    """A webcam of scripted scenes at 20 a second, in quick motion."""

    finite = True

    def __init__(self, seeds: list[int]) -> None:
        self._shots = [Shot(77 + i / 20, scene(seed), 0.0) for i, seed in enumerate(seeds)]
        self.asked = threading.Event()

    def read(self) -> Shot | None:
        time.sleep(0.004)  # as a camera waits for the light
        return self._shots.pop(0) if self._shots else None

    def release(self) -> None: ...


def test_a_camera_that_hangs_says_so_of_its_frames() -> None:
    device = Device([*range(20), *[99] * 80, *range(20)])
    with Camera("fake", open_device=lambda: device) as camera:
        seen = [(frame.t, frame.still) for frame in camera]
    for t, still in seen:  # 1 s after it began, until it moves again
        assert still == (2.02 < t < 4.98), t
    assert sum(still for _, still in seen) > 10
    assert len(camera.warnings) == 1  # it was neither opened again nor given up
    assert "the camera stands still from 1.0 s to 5.0 s" in camera.warnings[0]


def test_a_frame_that_waits_is_no_silence() -> None:
    """A machine that stood still for longer than a camera may is late, the camera is not."""
    device = Device([])
    device._shots = [Shot(i / 20, scene(1), 0.0) for i in range(2)]
    with Camera("fake", open_device=lambda: device) as camera:
        grabber = camera._grabber
        assert grabber is not None
        grabber._thread.join(60)
        grabber.heard = -math.inf
        camera._watch(0.0)
        assert not camera.waiting
        assert [frame.t for frame in camera] == [0.0, pytest.approx(0.05)]


def test_a_camera_whose_person_is_still_gives_every_moment() -> None:
    seen = []
    shots = []
    for i in range(60):
        image = scene(1)
        image[7, 9, 1] = i
        shots.append(Shot(i / 20, image, 0.0))
    device = Device([])
    device._shots = shots
    with Camera("fake", open_device=lambda: device) as camera:
        seen = [frame.t for frame in camera]
    assert max(np.diff(seen)) < 0.5
    assert seen[-1] == pytest.approx(2.95)
    assert camera.warnings == []
