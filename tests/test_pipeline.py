"""Stages in threads: the serial answer in the serial order, little ahead, and a clean end."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeAnalyzer, FakeFrame, FakeLandmarker, frames, poses

from formcheck.errors import InputError, ModelError
from formcheck.run.loop import Control, run_set
from formcheck.sinks.info import RunInfo
from formcheck.vision.clip import VideoFile
from formcheck.vision.pipeline import ROOM, looked_at
from formcheck.vision.threads import Belt, await_all

SAMPLES = Path(__file__).parent.parent / "sample_videos"


def workers() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name in ("read", "detect", "sink")]


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    until = time.monotonic() + 2
    while workers() and time.monotonic() < until:
        time.sleep(0.01)
    assert workers() == []


def test_a_real_clip_gives_the_very_same_result_as_the_serial_loop() -> None:
    from formcheck.catalogue.registry import get_drill
    from formcheck.judge.analyzer import Analyzer
    from formcheck.vision.landmarker import Landmarker
    from formcheck.vision.models import find_model

    def answer(pipelined: bool) -> str:
        seen: list[object] = []

        class Keep:
            def start(self, info) -> None: ...
            def write(self, frame, pose, step) -> None:
                seen.append([pose.t, pose.xy.tolist(), pose.visibility.tolist()])

            def close(self, result) -> None: ...

        analyzer = Analyzer(get_drill("clamshell"))
        clip = SAMPLES / "clamshell__good__front_r1002.mp4"
        with (
            VideoFile(clip, end_s=2.0) as video,
            Landmarker(find_model("lite")) as landmarker,
        ):
            if pipelined:
                with looked_at(video, landmarker) as stream:
                    ended = run_set(stream, analyzer, [Keep()])
            else:
                ended = run_set(video, analyzer, [Keep()], landmarker)
        return json.dumps([ended.result.to_dict("x", {}), seen])

    assert answer(True) == answer(False)


def test_frames_come_in_order_with_their_own_poses() -> None:
    with looked_at(frames(50), FakeLandmarker()) as seen:
        items = list(seen)
    assert [item.frame.t for item in items] == [frame.t for frame in frames(50)]
    assert all(abs(item.pose.t - item.frame.t) < 1e-6 for item in items)


def test_a_track_comes_through_as_it_is() -> None:
    track = poses(5)
    with looked_at(iter(track), None) as seen:
        assert list(seen) == track


def test_reading_stops_a_few_frames_ahead_of_a_caller_that_waits() -> None:
    read = []
    held = threading.Event()

    def stream() -> Iterator[FakeFrame]:
        for frame in frames(100):
            read.append(frame)
            yield frame

    with looked_at(stream(), FakeLandmarker()) as seen:
        next(seen)
        held.wait(0.2)
        # two full belts, one frame in each stage's hands, and the one the caller has
        assert len(read) <= 2 * ROOM + 3


def test_live_takes_no_frame_before_the_last_pose_was_taken() -> None:
    read = []

    def stream() -> Iterator[FakeFrame]:
        for frame in frames(100):
            read.append(frame)
            yield frame

    with looked_at(stream(), FakeLandmarker(), live=True) as seen:
        for n in range(1, 6):
            next(seen)
            threading.Event().wait(0.02)
            assert len(read) <= n + 1


def test_a_silent_camera_is_passed_on() -> None:
    with looked_at(iter([None, *frames(1), None]), FakeLandmarker(), live=True) as seen:
        assert [item is None for item in seen] == [True, False, True]


@pytest.mark.parametrize("live", [False, True])
def test_an_error_of_the_source_comes_after_all_that_came_before_it(live: bool) -> None:
    def stream() -> Iterator[FakeFrame]:
        yield from frames(15)
        raise InputError("gone")

    with looked_at(stream(), FakeLandmarker(), live=live) as seen:
        ended = run_set(seen, FakeAnalyzer())
    assert (ended.how, str(ended.error), ended.result.complete) == ("lost", "gone", 1)


def test_an_error_of_the_model_reaches_the_caller() -> None:
    class Broken(FakeLandmarker):
        def detect(self, frame, picture=None):
            if frame.t > 0.25:
                raise ModelError("broken")
            return super().detect(frame)

    got = []
    with pytest.raises(ModelError, match="broken"), looked_at(frames(9), Broken()) as seen:
        got.extend(seen)
    assert len(got) == 3


def test_ctrl_c_while_leaving_does_not_close_the_model_under_its_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, waited_for = threading.Event(), threading.Event()

    class Slow(FakeLandmarker):
        inside = False

        def detect(self, frame, picture=None):
            if frame.t == 0:
                return super().detect(frame)
            self.inside = True
            begun.set()
            assert waited_for.wait(20)
            threading.Event().wait(0.1)  # from its call to its waiting is a matter of microseconds
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait(0.1)
            self.inside = False
            return super().detect(frame)

    def wait(stages: list[threading.Event]) -> None:
        waited_for.set()
        await_all(stages)

    monkeypatch.setattr("formcheck.vision.pipeline.await_all", wait)
    slow = Slow()
    with pytest.raises(KeyboardInterrupt), looked_at(frames(9), slow) as seen:
        next(seen)
        assert begun.wait(20)  # else it is told to end before it has a second frame
    assert not slow.inside


def test_leaving_early_ends_the_threads_before_the_model_may_be_closed() -> None:
    class Slow(FakeLandmarker):
        inside = False

        def detect(self, frame, picture=None):
            self.inside = True
            threading.Event().wait(0.05)
            self.inside = False
            return super().detect(frame)

    slow = Slow()
    with looked_at(frames(1000), slow) as seen:
        next(seen)
    assert not slow.inside
    assert workers() == []


def test_a_belt_that_was_dropped_takes_nothing_and_wakes_its_writer() -> None:
    belt: Belt[int] = Belt(1)
    assert belt.put(1)
    said = []
    writer = threading.Thread(target=lambda: said.append(belt.put(2)))
    writer.start()
    belt.drop()
    writer.join(5)
    assert said == [False]
    assert list(belt) == []


# ------------------------------------------------------------------------------- slow sinks


class Slow:
    """A sink with a thread of its own that waits for ``go`` in every write."""

    name, slow = "video", True

    def __init__(self, go: threading.Event) -> None:
        self.go = go
        self.times: list[float] = []
        self.events = 0
        self.thread = ""
        self.calls: list[str] = []

    def start(self, info) -> None:
        self.calls.append("start")

    def write(self, frame, pose, step) -> None:
        self.go.wait(10)
        self.thread = threading.current_thread().name
        self.times.append(pose.t)
        self.events += len(step.events)

    def finish(self, step) -> None:
        self.calls.append("finish")

    def close(self, result) -> None:
        self.calls.append("close" if result else "drop")


def ready() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def test_a_slow_sink_writes_every_frame_in_a_thread_before_the_set_is_closed() -> None:
    sink = Slow(ready())
    run_set(poses(50), FakeAnalyzer(), [sink])
    assert sink.times == [pose.t for pose in poses(50)]
    assert sink.calls == ["start", "finish", "close"]
    assert sink.thread == "sink"


def test_live_a_slow_sink_leaves_out_frames_but_no_event_and_never_holds_the_loop() -> None:
    go = threading.Event()
    sink, lines = Slow(go), []

    def stream() -> Iterator[object]:
        yield from poses(60)
        go.set()  # only now: a loop that waited for the sink would never get here

    info = RunInfo("x", (1, 1), live=True)
    ended = run_set(stream(), FakeAnalyzer(), [sink], info=info, warn=lines.append)
    assert ended.result.complete == 5
    assert sink.events == 5
    assert len(sink.times) < 20
    assert lines == [
        f"video: {60 - len(sink.times)} frames were left out, the machine could not keep up"
    ]


def test_live_a_stuck_sink_is_switched_off() -> None:
    go = threading.Event()
    sink, lines = Slow(go), []
    ended = run_set(
        poses(700, fps=1.0),  # an event each
        FakeAnalyzer(),
        [sink],
        info=RunInfo("x", (1, 1), live=True),
        warn=lines.append,
    )
    go.set()
    for thread in threading.enumerate():
        if thread.name == "sink":
            thread.join(5)
    assert ended.switched_off == ("video",)
    assert lines == ["video switched off: it does not keep up; the set goes on without it"]


def test_a_slow_sink_that_fails_is_switched_off_with_one_line() -> None:
    class Full(Slow):
        def write(self, frame, pose, step) -> None:
            super().write(frame, pose, step)
            raise OSError("disk full")

    for n in (1, 50):  # found out at the end, and on the way
        sink, lines = Full(ready()), []
        ended = run_set(poses(n), FakeAnalyzer(), [sink], warn=lines.append)
        assert len(sink.times) == 1
        assert sink.calls == ["start"]
        assert ended.switched_off == ("video",)
        assert lines == ["video switched off: disk full; the set goes on without it"]


def test_a_set_that_is_dropped_does_not_wait_for_what_a_slow_sink_has_not_written() -> None:
    control, go = Control(), threading.Event()

    class Now(Slow):
        def write(self, frame, pose, step) -> None:
            super().write(frame, pose, step)
            self.go.wait(10)

    sink = Now(go)

    def stream() -> Iterator[object]:
        for i, pose in enumerate(poses(6)):
            if i == 5:
                control.end = "restart"
                go.set()
            yield pose

    run_set(stream(), FakeAnalyzer(), [sink], control=control)
    assert sink.calls[-1] == "drop"
