"""Streams: times, order, what is survived with a warning and what ends in one clear line."""

from __future__ import annotations

import json
import math
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import cv2
import media
import numpy as np
import pytest

from formcheck.body.pose import Pose
from formcheck.errors import InputError, UsageError
from formcheck.vision.camera import Camera, Shot, _Grabber
from formcheck.vision.clip import VideoFile
from formcheck.vision.frames import to_rgb, turn
from formcheck.vision.playback import RealtimeFile
from formcheck.vision.source import open_source
from formcheck.vision.track import PoseTrack, TrackWriter, quantise, write_track


def times(stream: VideoFile) -> list[float]:
    with stream:
        return [frame.t for frame in stream]


def one_line(error: pytest.ExceptionInfo[BaseException]) -> str:
    text = str(error.value)
    assert "\n" not in text and "Traceback" not in text
    return text


# ---------------------------------------------------------------------------------- recorded


def test_every_frame_in_order_with_its_time(tmp_path: Path) -> None:
    with VideoFile(media.clip(tmp_path / "a.mp4", 10, 20)) as video:
        frames = list(video)
        assert [media.number(f.image) for f in frames] == list(range(10))
        assert [f.t for f in frames] == pytest.approx([i / 20 for i in range(10)], abs=1e-6)
        assert all(math.isnan(f.captured) and f.dropped == 0 for f in frames)
        assert (video.name, video.size, video.fps) == ("a.mp4", (64, 48), 20)
        assert (video.frames_expected, video.duration_s, video.live) == (10, 0.5, False)
        assert video.warnings == []


def test_times_are_what_a_track_can_hold(tmp_path: Path) -> None:
    for t in times(VideoFile(media.clip(tmp_path / "a.mp4", 8, 30))):
        assert t == float(np.float32(t))


def test_a_variable_rate_keeps_the_containers_times(tmp_path: Path) -> None:
    pytest.importorskip("av")
    ms = [0, 33, 70, 200, 210, 500, 501, 900]
    got = times(VideoFile(media.uneven_clip(tmp_path / "v.mp4", ms)))
    assert got == pytest.approx([x / 1000 for x in ms], abs=1e-4)


def test_time_starts_at_the_first_frame_of_the_clip(tmp_path: Path) -> None:
    pytest.importorskip("av")
    path = media.uneven_clip(tmp_path / "v.mkv", [1000, 1040, 1100])
    assert times(VideoFile(path)) == pytest.approx([0, 0.04, 0.1], abs=1e-3)


def test_a_window_keeps_the_clips_clock(tmp_path: Path) -> None:
    path = media.clip(tmp_path / "a.mp4", 20, 20)
    with VideoFile(path, start_s=0.2, end_s=0.4) as video:
        frames = list(video)
    assert [f.t for f in frames] == pytest.approx([0.2, 0.25, 0.3, 0.35])
    assert [media.number(f.image) for f in frames] == [4, 5, 6, 7]
    assert video.warnings == []  # what was not asked for is not missing


class _Overshoots:
    """A capture that seeks to seven seconds behind the place it was told."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def set(self, what: int, value: float) -> bool:
        return bool(self._real.set(what, value + 7000))


@pytest.mark.parametrize("lands", [True, False])
def test_a_late_start_is_sought_and_exact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lands: bool
) -> None:
    path = media.clip(tmp_path / "a.mp4", 300, 20)
    monkeypatch.setattr(VideoFile, "SEEK_FROM_S", 7.0)
    with VideoFile(path, start_s=8.05, end_s=8.2) as video:
        if not lands:
            video._capture = _Overshoots(video._capture)  # type: ignore[assignment]
        frames = list(video)
    assert [f.t for f in frames] == pytest.approx([8.05, 8.1, 8.15])
    assert [media.number(f.image) for f in frames] == [1, 2, 3]
    assert (video._read < 150) == lands  # whether all that lies before was decoded


def test_a_start_behind_the_end_of_the_clip_is_said(tmp_path: Path) -> None:
    with (
        VideoFile(media.clip(tmp_path / "a.mp4", 5), start_s=9) as video,
        pytest.raises(InputError) as error,
    ):
        list(video)
    assert "--start" in one_line(error)


@pytest.mark.parametrize(("start", "end"), [(1.0, 0.5), (-1.0, None), (2.0, 2.0)])
def test_a_window_must_be_one(tmp_path: Path, start: float, end: float | None) -> None:
    with pytest.raises(UsageError):
        VideoFile(media.clip(tmp_path / "a.mp4", 3), start, end)


def test_the_rotation_mark_of_a_phone_is_obeyed(tmp_path: Path) -> None:
    with VideoFile(media.mark_rotated(media.clip(tmp_path / "r.mp4", 3))) as video:
        image = next(iter(video)).image
    assert video.size == (48, 64) and image.shape == (64, 48, 3)
    assert image[5, -5, 0] > image[5, 5, 0] + 30  # the bright corner went to the right


def test_rotate_turns_the_picture_clockwise(tmp_path: Path) -> None:
    with VideoFile(media.clip(tmp_path / "a.mp4", 3), rotate=90) as video:
        image = next(iter(video)).image
    assert video.size == (48, 64)
    assert image[5, -5, 0] > image[5, 5, 0] + 30
    with pytest.raises(UsageError, match="rotate"):
        VideoFile(tmp_path / "a.mp4", rotate=45)


def test_a_cut_off_clip_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = media.clip(tmp_path / "whole.avi", 60, 20).read_bytes()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole[: len(whole) // 2])
    with VideoFile(cut) as video:
        read = len(list(video))
    assert 15 < read < 45
    assert len(video.warnings) == 1 and f"{read} of 60" in video.warnings[0]


def test_frames_whose_time_does_not_rise_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = VideoFile(media.clip(tmp_path / "a.mp4", 6, 20))
    after = video._next
    monkeypatch.setattr(
        video, "_next", lambda start: (shot := after(start)) and (min(shot[0], 0.15), shot[1])
    )
    assert times(video) == pytest.approx([0, 0.05, 0.1, 0.15])
    assert "2 frames" in video.warnings[0]


def test_one_frame_and_tiny_clips_are_clips(tmp_path: Path) -> None:
    assert times(VideoFile(media.clip(tmp_path / "one.mp4", 1))) == [0.0]
    assert len(times(VideoFile(media.clip(tmp_path / "s.mp4", 3, 20, (16, 16))))) == 3


def _no_index(path: Path) -> None:
    media.clip(path, 30)
    path.write_bytes(path.read_bytes()[:600])


def _no_picture(path: Path) -> None:
    media.clip(path, 5)
    data = bytearray(path.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    path.write_bytes(data)


BAD = {
    "missing": (lambda path: None, "no such file"),
    "folder": (lambda path: path.mkdir(), "folder"),
    "empty": (lambda path: path.touch(), "empty"),
    "text": (lambda path: path.write_text("reps: 3\n" * 50), "this is a text"),
    "noise": (lambda path: path.write_bytes(os.urandom(5000)), "no picture track"),
    "sound": (media.sound, "sound only"),
    "cut": (_no_index, "cut off"),
    "undecodable": (_no_picture, "not one frame"),
    "pipe": (lambda path: os.mkfifo(path), "not a regular file"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_clip_ends_in_one_line(tmp_path: Path, kind: str) -> None:
    make, says = BAD[kind]
    path = tmp_path / "clip.mp4"
    make(path)  # type: ignore[no-untyped-call]
    with pytest.raises(InputError, match=says) as error:
        VideoFile(path)
    assert one_line(error).startswith(str(path)) and error.value.exit_code == 3


def test_a_long_text_is_not_played_as_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Bridges, three sets.\n" * 600)
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    assert capture.isOpened()  # that is what FFmpeg makes of it
    capture.release()
    with pytest.raises(InputError, match="this is a text"):
        VideoFile(path)


def test_grey_and_deep_pictures_become_bgr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd:
        """A capture whose frames are grey, empty, 16 bit and with a fourth channel."""

        def __init__(self) -> None:
            self.odd = [
                np.full((48, 64), 9, np.uint8),
                np.zeros((0, 0, 3), np.uint8),
                np.full((48, 64, 3), 9 << 8, np.uint16),
                np.full((48, 64, 4), 9, np.uint8),
            ]
            self.at = -1

        def grab(self) -> bool:
            self.at += 1
            return self.at < len(self.odd)

        def retrieve(self) -> tuple[bool, np.ndarray]:
            return True, self.odd[self.at]

        def get(self, _: int) -> float:
            return 1000 + self.at * 50.0  # nor does their clock start at 0

        def release(self) -> None: ...

    path = media.clip(tmp_path / "a.mp4", 2)
    monkeypatch.setattr(VideoFile, "_open", lambda self: Odd())
    with VideoFile(path) as video:
        frames = list(video)
    assert [f.t for f in frames] == pytest.approx([0, 0.1, 0.15])
    for frame in frames:
        assert frame.image.shape == (48, 64, 3) and frame.image.dtype == np.uint8
        assert (frame.image == 9).all()


def test_rgb_swaps_the_colours_and_refuses_what_kills_the_model() -> None:
    image = np.zeros((4, 6, 3), np.uint8)
    image[..., 0] = 200  # blue
    rgb = to_rgb(image)
    assert rgb is not None and rgb.flags.c_contiguous
    assert (rgb[..., 2] == 200).all() and (rgb[..., 0] == 0).all()
    for bad in (
        image[..., 0],
        image[:, :0],
        image.astype(np.float32),
        np.zeros((4, 6, 4), np.uint8),
        None,
    ):
        assert to_rgb(bad) is None


def test_turns_are_clockwise() -> None:
    image = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert turn(image, 90).tolist() == [[3, 0], [4, 1], [5, 2]]
    assert turn(image, 180).tolist() == [[5, 4, 3], [2, 1, 0]]
    assert turn(image, 270).tolist() == [[2, 5], [1, 4], [0, 3]]
    assert turn(image, 0) is image


# -------------------------------------------------------------------------------------- live


class Script:
    """A camera by script: hands out its first frame at once, the others when it may, then ends,
    hangs or raises."""

    finite = False

    def __init__(self, stamps: list[float], then: str = "end", held: bool = False) -> None:
        self.stamps, self.then, self.first = list(stamps), then, True
        self.go, self.done = threading.Event(), threading.Event()
        self.hanging, self.released = threading.Event(), threading.Event()
        if not held:
            self.go.set()

    def read(self) -> Shot | None:
        if not self.first:
            self.go.wait()
        self.first = False
        if self.stamps:
            stamp = self.stamps.pop(0)
            return Shot(stamp, media.picture(round(stamp * 10)), stamp)
        self.done.set()
        if self.then == "hang":
            self.hanging.wait()
        if self.then == "raise":
            raise OSError("unplugged")
        return None

    def release(self) -> None:
        self.released.set()


def camera(*devices: Script | None, monkeypatch: pytest.MonkeyPatch, **limits: float) -> Camera:
    """A camera that opens one device after the other; None and the end of the list fail."""
    monkeypatch.setattr(Camera, "BACK_OFF_S", (0.01, 0.02))
    left = list(devices)

    def open_device() -> Script:
        device = left.pop(0) if left else None
        if device is None:
            raise InputError("it does not open")
        return device

    kind = {"open_s": 5.0, "stall_s": 0.1, "give_up_s": 0.3} | limits
    return Camera("fake", open_device=open_device, **kind)  # type: ignore[arg-type]


def test_the_slot_holds_the_newest_frame_and_counts_the_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = Script([5.0, 5.1, 5.2, 5.3], "hang", held=True)
    with camera(device, monkeypatch=monkeypatch, stall_s=30) as live:
        first = live.read()
        device.go.set()
        assert device.done.wait(5)  # nobody read: two of three frames are gone
        last = live.read()
        assert first is not None and last is not None
        assert (first.t, first.dropped) == (0.0, 0)  # counts from the first frame, not the boot
        assert last.t == pytest.approx(0.3) and last.dropped == live.dropped == 2
        assert live.read(0.01) is None and not live.ended
        assert live.live and live.size == (64, 48)
        device.hanging.set()


@pytest.mark.parametrize("then", ["end", "hang", "raise"])
def test_a_source_that_stops_is_reopened_and_the_gap_told(
    monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    first, second = Script([1.0], then), Script([9.0], "hang")
    with camera(first, None, None, second, monkeypatch=monkeypatch, give_up_s=30) as live:
        a, b = live.read(), live.read()
        assert a is not None and b is not None
        assert (a.t, a.gap_s) == (0, 0) and (b.t, b.gap_s) == (8, 8)
        assert len(live.warnings) == 1 and "8.0 s" in live.warnings[0]
        assert not live.waiting
        first.hanging.set()
        second.hanging.set()


def test_a_source_that_stays_away_ends_the_stream_with_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with camera(Script([1.0]), Script([1.5]), monkeypatch=monkeypatch) as live:
        assert [frame.t for frame in live] == [0, 0.5]
        assert live.ended and live.read() is None
        assert "did not come back" in live.warnings[-1] and "at 0.5 s" in live.warnings[-1]


def test_the_last_frame_of_a_source_is_not_lost() -> None:
    device = Script([1.0])
    grabber = _Grabber(lambda: device)
    assert device.released.wait(5)
    grabber.stop(5)
    assert not grabber.over  # ended, but its frame was not taken yet
    assert grabber.take(0) is not None and grabber.over


def test_polling_stays_awake_while_the_source_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    with camera(Script([1.0]), monkeypatch=monkeypatch) as live:
        got = list(live.poll(0.02))
    assert got[0] is not None and got.count(None) >= 3


def test_a_stamp_that_does_not_rise_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = Script([3.0]), Script([2.0]), Script([3.0]), Script([4.0])
    with camera(*devices, monkeypatch=monkeypatch) as live:
        assert [frame.t for frame in live] == [0, 1]


def test_no_camera_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="plugged in") as error:
        camera(monkeypatch=monkeypatch)
    assert "it does not open" in one_line(error)
    with pytest.raises(InputError, match="no picture"):
        camera(Script([]), monkeypatch=monkeypatch)


def test_a_camera_that_hangs_at_the_start_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    device = Script([], "hang")
    monkeypatch.setattr(threading.Thread, "join", lambda self, timeout=None: None)
    with pytest.raises(InputError, match="no picture"):
        camera(device, monkeypatch=monkeypatch, open_s=0.05)
    device.hanging.set()


def test_close_returns_the_device_and_survives_a_hanging_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends = Script([1.0])
    with camera(ends, monkeypatch=monkeypatch) as live:
        live.read()
    assert ends.released.wait(5)
    hangs = Script([1.0], "hang")
    with camera(hangs, monkeypatch=monkeypatch) as live:
        live.read()
    assert live.ended and not hangs.released.is_set()  # left behind, and we are here
    live.close()
    hangs.hanging.set()
    assert hangs.released.wait(5)


def test_a_played_file_keeps_its_own_times(tmp_path: Path) -> None:
    path = media.clip(tmp_path / "a.mp4", 20, 20)
    with RealtimeFile(path, speed=5) as live:
        frames = list(live)
    assert live.live and live.ended and live.warnings == []
    assert frames[0].t == 0 and len(frames) + live.dropped == 20
    for frame in frames:  # whatever was dropped, the time belongs to the picture
        assert round(frame.t * 20) == media.number(frame.image)
        assert math.isfinite(frame.captured)


def test_a_played_file_drops_what_nobody_takes_and_shifts_nothing(tmp_path: Path) -> None:
    path = media.clip(tmp_path / "a.mp4", 20, 20)
    with RealtimeFile(path, speed=10) as live:
        frames = []
        for frame in live:
            frames.append(frame)
            threading.Event().wait(0.03)  # six frames' time at this speed
    assert live.dropped > 5 and len(frames) + live.dropped == 20
    assert all(round(f.t * 20) == media.number(f.image) for f in frames)
    assert frames[-1].t == pytest.approx(0.95)


def test_a_played_window_starts_at_once_and_keeps_the_clips_clock(tmp_path: Path) -> None:
    path = media.clip(tmp_path / "a.mp4", 20, 20)
    with RealtimeFile(path, 0.5, 0.8, speed=5) as live:
        got = [frame.t for frame in live]
    assert got[0] == 0.5 and got[-1] == pytest.approx(0.75)


def test_a_played_file_that_dies_is_reported_and_ends(tmp_path: Path) -> None:
    path = media.clip(tmp_path / "a.mp4", 20, 20)
    with RealtimeFile(path, speed=5, outage=(0.5, math.inf), stall_s=0.1, give_up_s=0.2) as live:
        got = [frame.t for frame in live]
    assert got[-1] == pytest.approx(0.45)
    assert "did not come back" in live.warnings[-1]


def test_a_played_file_comes_back_after_its_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Camera, "BACK_OFF_S", (0.02, 0.02))
    path = media.clip(tmp_path / "a.mp4", 60, 20)
    with RealtimeFile(path, speed=2, outage=(0.5, 1.5)) as live:
        frames = list(live)
    gaps = [f.gap_s for f in frames if f.gap_s > 0]
    assert len(gaps) == 1 and gaps[0] >= 1.0
    assert len(live.warnings) == 1
    assert all(round(f.t * 20) % 20 == media.number(f.image) for f in frames)
    assert frames[-1].t > 2.5


# ------------------------------------------------------------------------------------ tracks


def poses(n: int = 4) -> list[Pose]:
    rng = np.random.default_rng(1)
    made = [
        Pose(
            i / 30,
            rng.uniform(0, 640, (33, 2)),
            rng.uniform(0, 1, 33),
            rng.normal(0, 0.4, (33, 3)),
            (640, 480),
            2 if i == 3 else 1,
        )
        for i in range(n)
    ]
    made[1] = Pose.missing(1 / 30, (640, 480))
    return made


def same(a: Pose, b: Pose) -> bool:
    return (a.t, a.size, a.people) == (b.t, b.size, b.people) and all(
        np.array_equal(getattr(a, k), getattr(b, k), equal_nan=True)
        for k in ("xy", "visibility", "world")
    )


def test_a_track_replays_quantised_poses_bit_by_bit(tmp_path: Path) -> None:
    kept = [quantise(pose) for pose in poses()]
    write_track(tmp_path / "a.npz", kept, {"fps": 30, "model": "full"})
    with PoseTrack(tmp_path / "a.npz") as track:
        back = list(track)
    assert all(same(a, b) for a, b in zip(kept, back, strict=True))
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]  # nothing half-done stays behind
    assert not back[1].seen and back[0].seen
    assert (track.size, track.fps, track.frames_expected) == ((640, 480), 30, 4)
    assert track.meta["model"] == "full" and track.meta["frames"] == 4


def test_quantising_is_what_writing_does_and_is_stable() -> None:
    pose = poses()[0]
    once = quantise(pose)
    assert same(once, quantise(once)) and not same(pose, once)
    assert np.abs(once.xy - pose.xy).max() < 1e-4


def test_the_track_has_the_documented_arrays(tmp_path: Path) -> None:
    write_track(tmp_path / "a.npz", poses())
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        kinds = {key: (file[key].dtype.name, file[key].shape) for key in file.files}
        meta = json.loads(str(file["meta"]))
    assert kinds.pop("meta")[1] == ()
    assert kinds == {
        "t": ("float32", (4,)),
        "xy": ("float32", (4, 33, 2)),
        "visibility": ("float16", (4, 33)),
        "world": ("float16", (4, 33, 3)),
        "people": ("int8", (4,)),
        "picture": ("int8", (4,)),
    }
    assert (meta["width"], meta["height"], meta["frames"]) == (640, 480, 4)


def test_the_same_poses_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        write_track(tmp_path / name, poses())
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_track_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(b"before")
    with TrackWriter(path) as writer:
        writer.write(poses()[0])
        assert path.read_bytes() == b"before"  # nothing is touched until the end

        def full(*args: object, **kinds: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch, pytest.raises(UsageError, match="No space"):
            patch.setattr(np, "savez_compressed", full)
            writer.close()
    assert path.read_bytes() == b"before" and [p.name for p in tmp_path.iterdir()] == ["a.npz"]


def test_what_was_done_before_an_interruption_is_kept(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), TrackWriter(tmp_path / "a.npz") as writer:
        writer.write(poses()[0])
        raise KeyboardInterrupt
    assert len(list(PoseTrack(tmp_path / "a.npz"))) == 1


def test_a_track_without_poses_is_no_file(tmp_path: Path) -> None:
    write_track(tmp_path / "a.npz", [])
    assert not (tmp_path / "a.npz").exists()


def test_a_writer_refuses_at_once_what_it_could_not_write(tmp_path: Path) -> None:
    (tmp_path / "dir.npz").mkdir()
    for path in (tmp_path / "none" / "a.npz", tmp_path / "dir.npz"):
        with pytest.raises(UsageError, match="cannot write"):
            TrackWriter(path)
    with TrackWriter(tmp_path / "a.npz") as writer, pytest.raises(ValueError, match="rise"):
        writer.write(poses()[0])
        writer.write(poses()[0])


def test_a_track_without_people_has_one_where_somebody_is_seen(tmp_path: Path) -> None:
    xy = np.full((2, 33, 2), 7, np.float32)
    xy[1] = np.nan
    track = PoseTrack(media.track(tmp_path / "a.npz", 2, xy=xy))
    assert [pose.people for pose in track] == [1, 0]


def test_a_tracks_window(tmp_path: Path) -> None:
    track = PoseTrack(media.track(tmp_path / "a.npz", 10), 0.1, 0.25)
    assert [pose.t for pose in track] == pytest.approx([0.1, 0.15, 0.2])
    assert track.frames_expected == 3


n33 = np.zeros((5, 33), np.float16)
WRONG = {
    "no xy": ({"xy": None}, "xy is missing"),
    "no t": ({"t": None}, "no times"),
    "no frames": ({"t": np.zeros(0, np.float32)}, "no times"),
    "short": ({"visibility": n33[:4]}, "shape"),
    "flat": ({"xy": n33}, "shape"),
    "whole numbers": ({"world": np.zeros((5, 33, 3), int)}, "floats"),
    "same times": ({"t": np.zeros(5, np.float32)}, "rise"),
    "no number": ({"t": np.array([0, 1, np.nan, 3, 4], np.float32)}, "rise"),
    "objects": ({"xy": np.array([None] * 5, object)}, "broken"),
    "no meta": ({"meta": None}, "meta"),
    "no size": ({"meta": "{}"}, "meta"),
    "bad size": ({"meta": '{"width": 0, "height": 48}'}, "no valid width"),
    "no json": ({"meta": "hello"}, "meta"),
    "people": ({"people": np.ones(4, np.int8)}, "people"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_track_says_what_is_wrong(tmp_path: Path, kind: str) -> None:
    changes, says = WRONG[kind]
    path = media.track(tmp_path / "a.npz", **changes)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=says) as error:
        PoseTrack(path)
    assert "formcheck extract" in one_line(error)


class _Bomb:
    """Anything that would run when unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("ran",)


def test_broken_files_are_no_tracks_and_nothing_in_them_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = media.track(tmp_path / "whole.npz", 50).read_bytes()
    np.save(tmp_path / "single.npy", np.zeros(3))
    contents = {
        "cut": whole[: len(whole) // 2],
        "text": b"hello, I am no zip file",
        "pickle": pickle.dumps(_Bomb()),
        "single": (tmp_path / "single.npy").read_bytes(),
        "flipped": whole[:200] + bytes(x ^ 255 for x in whole[200:400]) + whole[400:],
    }
    for name, data in contents.items():
        (path := tmp_path / f"{name}.npz").write_bytes(data)
        with pytest.raises(InputError) as error:
            PoseTrack(path)
        one_line(error)
    assert not (tmp_path / "ran").exists()


# --------------------------------------------------------------------------------- choosing


def test_open_source_knows_what_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(media.clip(tmp_path / "a.mp4", 3))
    with open_source(path) as stream:
        assert type(stream) is VideoFile
    with open_source(path, realtime=True) as stream:
        assert type(stream) is RealtimeFile
    with open_source(str(media.track(tmp_path / "a.npz"))) as stream:
        assert type(stream) is PoseTrack
    asked = []
    monkeypatch.setattr(Camera, "__init__", lambda self, source, *a, **k: asked.append(source))
    for text in ("0", "/dev/video2", "rtsp://127.0.0.1/x"):
        open_source(text)
    assert asked == [0, "/dev/video2", "rtsp://127.0.0.1/x"]


def test_no_camera_is_silent_on_stderr() -> None:
    code = (
        "from formcheck.vision.camera import Camera\n"
        "try: Camera(63, open_s=5)\n"
        "except Exception as e: print(type(e).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("InputError\n", "")


def test_pixels_that_are_not_square_are_set_right(tmp_path: Path) -> None:
    """The display width of an mp4 stands at the end of its track's header, as 16.16 numbers."""
    path = tmp_path / "anamorphic.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (320, 240))
    for _ in range(3):
        writer.write(np.full((240, 320, 3), 90, np.uint8))
    writer.release()
    with VideoFile(path) as video:
        assert video.size == (320, 240)
    data = bytearray(path.read_bytes())
    box = data.index(b"tkhd") - 4
    end = box + int.from_bytes(data[box : box + 4], "big")
    for wide, high, size in ((426.67, 240, (426, 240)), (320, 480, (320, 480))):
        for at, pixels in ((end - 8, wide), (end - 4, high)):
            data[at : at + 4] = round(pixels * 65536).to_bytes(4, "big")
        path.write_bytes(data)
        with VideoFile(path) as video:
            assert video.size == size
            assert {frame.image.shape[1::-1] for frame in video} == {size}
        with VideoFile(path, rotate=90) as video:
            assert video.size == size[::-1]
