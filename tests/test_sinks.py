"""What a set leaves behind: whole or not at all, the right times, a file for each set."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from fakes import FAULT, FakeAnalyzer, FakeLandmarker, frames, person, poses, step

from formcheck.body.pose import Side
from formcheck.errors import UsageError
from formcheck.events import Hold, Rep, SetResult
from formcheck.run.loop import run
from formcheck.sinks import check_output, for_set
from formcheck.sinks.csv import COLUMNS, CsvReps
from formcheck.sinks.info import RunInfo
from formcheck.sinks.jsonl import JsonlEvents, JsonResults
from formcheck.sinks.track import Track
from formcheck.sinks.video import AnnotatedVideo, Recorder, VideoWriter
from formcheck.vision.camera import cv2
from formcheck.vision.track import PoseTrack

INFO = RunInfo(
    "clip.mp4", (64, 48), fps=10.0, drill="clamshell", title="Clamshell",
    provenance={"formcheck": "0.1.0", "model": "fake"},
)  # fmt: skip


def play(sink, info: RunInfo = INFO, n: int = 15) -> SetResult:
    return run(frames(n), FakeAnalyzer(), [sink], FakeLandmarker(), info=info)


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


# --- results and events ----------------------------------------------------------------------


def test_one_result_is_a_document_and_two_are_lines(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    with JsonResults(path) as sink:
        play(sink)
        alone = json.loads(path.read_text())
        play(sink, RunInfo("two.mp4", (64, 48)))
    assert alone["clip"] == "clip.mp4"
    assert alone["counts"] == {"reps": 1, "partial": 0}
    assert alone["provenance"]["model"] == "fake"
    both = [json.loads(line) for line in path.read_text().splitlines()]
    assert [doc["clip"] for doc in both] == ["clip.mp4", "two.mp4"]


def test_a_dropped_set_leaves_no_result_row_or_event(tmp_path: Path) -> None:
    sinks = [
        JsonResults(tmp_path / "r.json"), CsvReps(tmp_path / "r.csv"),
        JsonlEvents(tmp_path / "e.jsonl"), Track(tmp_path / "t.npz"),
        AnnotatedVideo(tmp_path / "v.mp4"),
    ]  # fmt: skip
    analyzer = FakeAnalyzer()
    for sink in sinks:
        sink.start(INFO)
    for pose, frame in zip(poses(15), frames(15), strict=True):
        now = analyzer.update(pose)
        for sink in sinks:
            sink.write(frame, pose, now)
    for sink in sinks:
        sink.close(None)
        sink.__exit__(None, None, None)
    assert names(tmp_path) == ["e.jsonl"]
    assert (tmp_path / "e.jsonl").read_text() == ""


def test_events_of_the_set_before_survive_a_dropped_one(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    with JsonlEvents(path) as sink:
        play(sink)
        before = path.read_text()
        sink.start(INFO)
        sink.write(None, person(0.0), FakeAnalyzer().finish())
        sink.close(None)
        assert path.read_text() == before
        play(sink)
    assert path.read_text() == 2 * before
    events = [json.loads(line) for line in before.splitlines()]
    assert [e["event"] for e in events] == ["rep_done", "set_done"]
    assert events[0]["schema"] == "formcheck.event/1"
    assert events[0]["clip"] == "clip.mp4"


def test_the_standard_output_gets_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with JsonResults("-", lines=True) as sink:
        play(sink)
        play(sink)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0]) == json.loads(lines[1])


def test_the_table_has_a_row_for_each_repetition_and_hold(tmp_path: Path) -> None:
    nan = float("nan")
    result = SetResult(
        "x", None, "auto", 9.0, 90, 90,
        (Rep(1, Side.LEFT, 1.0, 2.0, 2.5, 3.0, 0.5, nan, False, faults=(FAULT,)),),
        (Hold(1, Side.RIGHT, 4.0, 8.0, 4.0, 5.0, "foot_down"),), (),
    )  # fmt: skip
    with CsvReps(tmp_path / "r.csv") as sink:
        sink.start(RunInfo("=1+1.mp4", (1, 1)))
        sink.close(result)
    with (tmp_path / "r.csv").open(newline="") as file:
        rep, hold = csv.DictReader(file)
    assert tuple(rep) == COLUMNS
    assert rep["clip"] == "'=1+1.mp4"  # no formula
    assert (rep["complete"], rep["peak"], rep["score"]) == ("no", "", "")
    assert rep["faults"] == "pelvis_roll:24.000 deg"
    assert (hold["hold_s"], hold["target_s"], hold["complete"]) == ("4.000", "5.000", "no")


# --- places ----------------------------------------------------------------------------------


def test_an_output_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for path in (tmp_path, tmp_path / "none" / "x", file / "x"):
        with pytest.raises(UsageError, match="cannot write"):
            check_output(path, "the result")
    assert check_output(file, "the result") == file
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("sink", [JsonResults, CsvReps, JsonlEvents, Track])
def test_every_file_sink_checks_its_place_when_made(sink, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        sink(tmp_path / "none" / "x")


def test_a_later_set_has_a_file_of_its_own() -> None:
    assert for_set(Path("a/b.mp4"), 1) == Path("a/b.mp4")
    assert for_set(Path("a/b.mp4"), 3) == Path("a/b-3.mp4")


# --- tracks ----------------------------------------------------------------------------------


def test_a_track_replays_the_same_poses(tmp_path: Path) -> None:
    with Track(tmp_path / "t.npz") as sink:
        play(sink)
        play(sink, RunInfo("clip.mp4", (64, 48), set=2))
    assert names(tmp_path) == ["t-2.npz", "t.npz"]
    with PoseTrack(tmp_path / "t.npz") as track:
        again = list(track)
        assert track.meta["model"] == "fake"
        assert "formcheck" not in track.meta
    assert [p.t for p in again] == [p.t for p in poses(15)]


# --- videos ----------------------------------------------------------------------------------

TIMES = (0.5, 0.6, 0.9, 1.0, 2.0)


def write(path: Path, size: tuple[int, int], times: tuple[float, ...] = TIMES, **more) -> None:
    writer = VideoWriter(path, 10.0, **more)
    for t in times:
        writer.write(np.full((size[1], size[0], 3), 90, np.uint8), t)
    writer.close()


@pytest.mark.parametrize("size", [(64, 48), (63, 47), (640, 576)])
def test_video_is_h264_for_browsers_with_every_frame_at_its_time(
    size: tuple[int, int], tmp_path: Path
) -> None:
    write(tmp_path / "v.mp4", size)
    assert names(tmp_path) == ["v.mp4"]
    with av.open(str(tmp_path / "v.mp4")) as file:
        stream = file.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (context.width % 2, context.height % 2) == (0, 0)
        shown = [float(frame.pts * frame.time_base) for frame in file.decode(stream)]
    assert shown == pytest.approx([t - TIMES[0] for t in TIMES], abs=1e-4)
    data = (tmp_path / "v.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # fast start


def test_without_av_it_keeps_time_and_says_what_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    lines: list[str] = []
    write(tmp_path / "v.mp4", (63, 47), warn=lines.append)
    assert len(lines) == 1
    assert "formcheck[video]" in lines[0]
    video = cv2.VideoCapture(str(tmp_path / "v.mp4"))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) == 16  # 1.5 s at 10 a second, and the last
    video.release()


def test_a_video_given_up_half_way_leaves_nothing(tmp_path: Path) -> None:
    with AnnotatedVideo(tmp_path / "v.mp4") as sink:
        sink.start(INFO)
        for i, frame in enumerate(frames(120)):  # enough that the codec hands some out
            sink.write(frame, person(float(i), (64, 48)), step())
        assert [name[0] for name in names(tmp_path)] == ["."]
    assert names(tmp_path) == []


def test_a_picture_that_changes_its_size_does_not_end_the_video(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "v.mp4", 10.0)
    for i, size in enumerate([(48, 64), (24, 32), (49, 65)]):
        writer.write(np.zeros((*size, 3), np.uint8), i / 10)
    writer.close()
    with av.open(str(tmp_path / "v.mp4")) as file:
        assert len(list(file.decode(video=0))) == 3


def test_annotated_video_draws_and_record_does_not(tmp_path: Path) -> None:
    for sink, grown in (
        (AnnotatedVideo(tmp_path / "a.mp4"), True),
        (Recorder(tmp_path / "r.mp4"), False),
    ):
        with sink:
            play(sink)
        with av.open(str(sink._path)) as file:
            assert (file.streams.video[0].height > 48) is grown


def test_a_track_is_drawn_on_plain_ground_and_recorded_as_nothing(tmp_path: Path) -> None:
    with AnnotatedVideo(tmp_path / "a.mp4") as video, Recorder(tmp_path / "r.mp4") as record:
        run(poses(5), FakeAnalyzer(), [video, record], info=INFO)
    assert names(tmp_path) == ["a.mp4"]


def test_only_mp4_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mp4"):
        AnnotatedVideo(tmp_path / "a.avi")


def test_importing_the_sinks_brings_no_window_or_codec() -> None:
    code = (
        "import sys, formcheck.sinks, formcheck.sinks.jsonl, formcheck.sinks.csv, "
        "formcheck.sinks.track, formcheck.sinks.window, formcheck.run.loop; "
        "print(sorted({'cv2', 'av', 'mediapipe', 'rich'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
