"""The loop: every end closes the set, a bad sink is switched off, a later set starts at zero."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from fakes import FakeAnalyzer, FakeFrame, FakeLandmarker, frames, poses

from formcheck.body.pose import Pose
from formcheck.errors import InputError
from formcheck.run.loop import Control, run, run_set
from formcheck.run.provenance import provenance
from formcheck.sinks.info import Meter, RunInfo


class Log:
    """A sink that writes down its calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.written: list[tuple[object, Pose]] = []
        self.results: list[object] = []
        self.finished: list[object] = []

    def start(self, info: RunInfo) -> None:
        self.calls.append("start")

    def write(self, frame, pose, step) -> None:
        self.calls.append("write")
        self.written.append((frame, pose))

    def idle(self, frame) -> None:
        self.calls.append("idle")

    def finish(self, step) -> None:
        self.calls.append("finish")
        self.finished.append(step)

    def close(self, result) -> None:
        self.calls.append("close")
        self.results.append(result)


def test_every_frame_is_written_then_the_set_is_closed_with_its_result() -> None:
    log, analyzer = Log(), FakeAnalyzer()
    result = run(frames(25), analyzer, [log], FakeLandmarker())
    assert log.calls == ["start", *["write"] * 25, "finish", "close"]
    assert log.results == [result]
    assert result.complete == 2
    assert analyzer.finished == 1


def test_a_track_needs_no_landmarker_and_gives_no_frame() -> None:
    log = Log()
    run(poses(5), FakeAnalyzer(), [log])
    assert [frame for frame, _ in log.written] == [None] * 5


def test_a_failing_sink_is_switched_off_with_one_line_and_the_others_go_on() -> None:
    class Full(Log):
        name = "disk"

        def write(self, frame, pose, step) -> None:
            super().write(frame, pose, step)
            raise OSError("no space\nleft")

    full, log, lines = Full(), Log(), []
    ended = run_set(poses(5), FakeAnalyzer(), [full, log], warn=lines.append)
    assert full.calls == ["start", "write"]
    assert log.calls == ["start", *["write"] * 5, "finish", "close"]
    assert lines == ["disk switched off: no space left; the set goes on without it"]
    assert ended.switched_off == ("disk",)


def test_a_sink_without_finish_gets_the_last_events_by_write() -> None:
    class Old:
        def __init__(self) -> None:
            self.steps: list[object] = []

        def start(self, info) -> None: ...

        def write(self, frame, pose, step) -> None:
            self.steps.append(step)

        def close(self, result) -> None: ...

    old = Old()
    run(poses(3), FakeAnalyzer(), [old])
    assert [e.kind for e in old.steps[-1].events] == ["set_done"]


def breaking(items: list, error: BaseException) -> Iterator:
    yield from items
    raise error


def test_ctrl_c_closes_the_set_and_is_passed_on() -> None:
    log, analyzer = Log(), FakeAnalyzer()
    with pytest.raises(KeyboardInterrupt):
        run(breaking(poses(15), KeyboardInterrupt()), analyzer, [log])
    assert analyzer.finished == 1
    assert log.results[0].complete == 1


def test_a_source_that_breaks_off_closes_the_set_and_is_reported() -> None:
    log = Log()
    ended = run_set(breaking(poses(15), InputError("gone")), FakeAnalyzer(), [log])
    assert (ended.how, str(ended.error)) == ("lost", "gone")
    assert log.results == [ended.result]
    assert ended.result.complete == 1


@pytest.mark.parametrize("error", [None, InputError("gone")])
def test_without_one_frame_there_is_no_result(error: InputError | None) -> None:
    log = Log()
    stream = iter(()) if error is None else breaking([], error)
    with pytest.raises(InputError):
        run(stream, FakeAnalyzer(), [log])
    assert log.results == [None]


def test_an_error_of_the_analysis_drops_what_was_written() -> None:
    class Broken(FakeAnalyzer):
        def update(self, pose):
            raise ValueError("clock")

    log = Log()
    with pytest.raises(ValueError, match="clock"):
        run(poses(3), Broken(), [log])
    assert log.results == [None]


def test_nothing_is_judged_or_written_in_a_pause_or_while_the_source_is_silent() -> None:
    control, log, analyzer = Control(), Log(), FakeAnalyzer()

    def stream() -> Iterator:
        for i, pose in enumerate(poses(6)):
            control.paused = i in (2, 3)
            yield pose
        yield None

    run(stream(), analyzer, [log], control=control)
    assert log.calls == ["start", "write", "write", "idle", "idle", "write", "write", "idle",
                         "finish", "close"]  # fmt: skip
    assert len(analyzer.poses) == 4


def stopping(control: Control, how: str, after: int, n: int = 40) -> Iterator[Pose]:
    for i, pose in enumerate(poses(n)):
        if i == after:
            control.end = how
        yield pose


@pytest.mark.parametrize(
    ("how", "after", "kept"),
    [("quit", 15, True), ("switch", 15, True), ("switch", 5, False), ("restart", 15, False)],
)
def test_what_the_person_asks_for_decides_whether_the_set_is_kept(
    how: str, after: int, kept: bool
) -> None:
    control, log = Control(), Log()
    ended = run_set(stopping(control, how, after), FakeAnalyzer(), [log], control=control)
    assert (ended.how, ended.kept) == (how, kept)
    assert (log.results[0] is not None) is kept


def test_a_later_set_goes_on_with_the_stream_and_counts_from_zero_in_float32() -> None:
    control, log = Control(), Log()
    stream = stopping(control, "restart", 15)
    run_set(stream, FakeAnalyzer(), [log], control=control)
    control.end = None
    later = FakeAnalyzer()
    run_set(stream, later, [log], control=control, rebase=True)
    times = [pose.t for pose in later.poses]
    assert times[0] == 0.0
    assert len(times) == 24
    assert all(t == float(np.float32(t)) for t in times)


def test_a_word_after_a_step_ends_the_set_and_takes_no_further_frame() -> None:
    log, stream, seen = Log(), iter(poses(40)), []

    def until(step, pose, frame) -> str | None:
        seen.append((step.t, pose.t))
        return "over" if len(seen) == 5 else None

    next(stream)
    ended = run_set(stream, FakeAnalyzer(), [log], rebase=True, until=until)
    assert (ended.how, ended.kept) == ("over", True)
    assert log.calls == ["start", *["write"] * 5, "finish", "close"]
    assert seen[0] == pytest.approx((0.0, 0.1))  # the set's own time, and the stream's
    assert next(stream).t == pytest.approx(0.6)


def test_a_word_in_a_pause_ends_the_set_too() -> None:
    log = Log()
    ended = run_set([*poses(3), None, *poses(5)[3:]], FakeAnalyzer(), [log], idle=lambda: "over")
    assert ended.how == "over"
    assert log.calls == ["start", "write", "write", "write", "idle", "finish", "close"]


def test_frames_of_a_later_set_carry_its_times() -> None:
    log = Log()
    stream = frames(10)
    next(stream)

    def real() -> Iterator:
        from formcheck.vision.frames import Frame

        for frame in stream:
            yield Frame(frame.t, frame.image)

    run_set(real(), FakeAnalyzer(), [log], FakeLandmarker(), rebase=True)
    assert all(frame.t == pose.t for frame, pose in log.written)
    assert log.written[0][1].t == 0.0


def test_a_clock_that_goes_back_is_refused() -> None:
    from formcheck.catalogue.registry import get_drill
    from formcheck.judge.analyzer import Analyzer

    with pytest.raises(ValueError, match="rising"):
        run(list(reversed(poses(3))), Analyzer(get_drill("clamshell")))


def test_the_meter_tells_rate_and_age() -> None:
    now = [0.0]
    meter = Meter(clock=lambda: now[0])
    assert math.isnan(meter.fps)
    assert math.isnan(meter.delay_s)
    for i in range(5):
        frame = FakeFrame(i / 10, np.zeros((2, 2, 3), np.uint8))
        frame.captured, frame.dropped = i / 10, 1
        now[0] = i / 10 + 0.05
        meter.shown(frame)
    assert meter.fps == pytest.approx(10)
    assert meter.delay_s == pytest.approx(0.05)
    assert meter.dropped == 5


def test_provenance_of_a_track_is_that_of_the_clip_it_came_from() -> None:
    made = provenance(FakeLandmarker())
    assert made["model"] == "fake"
    assert made["mediapipe"]
    assert provenance(None, {**made, "clip": "x.mp4"}) == made


# --- Ctrl-C while the set is being ended ------------------------------------------------------


class Slow(Log):
    """A sink in a thread of its own, each of whose writes waits until it is let go."""

    name, slow = "slow", True

    def __init__(self, let_go: threading.Event) -> None:
        super().__init__()
        self.let_go = let_go

    def write(self, frame, pose, step) -> None:
        self.let_go.wait(20)
        super().write(frame, pose, step)


def pressing(*moments: Callable[[], None]) -> threading.Thread:
    """Press Ctrl-C again and again, each time a moment after the last; first do what stands
    before it."""

    def work() -> None:
        for before in moments:
            time.sleep(0.3)
            before()
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def nothing() -> None: ...


@pytest.mark.parametrize("at", range(3))
def test_ctrl_c_between_two_sinks_leaves_all_with_the_same_frames(at: int) -> None:
    sinks = [Log(), Log(), Log()]
    write = sinks[at].write

    def presses(*args: object) -> None:
        signal.raise_signal(signal.SIGINT)
        write(*args)

    sinks[at].write = presses  # type: ignore
    ended = run_set(frames(6), FakeAnalyzer(), sinks, FakeLandmarker())
    assert ended.how == "interrupted"
    assert [len(sink.written) for sink in sinks] == [1, 1, 1]
    assert all(sink.results == [ended.result] for sink in sinks)


def test_ctrl_c_while_a_slow_sink_drains_ends_every_sink_once_and_in_order() -> None:
    let_go, order = threading.Event(), []
    sinks = [Log(), Slow(let_go), Log()]
    for name, sink in zip("abc", sinks, strict=True):
        sink.close = lambda result, name=name: order.append((name, result))  # type: ignore
    thread = pressing(nothing)
    threading.Timer(0.8, let_go.set).start()
    ended = run_set(frames(6), FakeAnalyzer(), sinks, FakeLandmarker())
    thread.join()
    assert ended.how == "interrupted"
    assert order == [(name, ended.result) for name in "abc"]
    assert len(sinks[1].written) == 6  # it was waited for
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_shortens_the_waiting_and_loses_nothing_but_frames() -> None:
    let_go, lines = threading.Event(), []
    slow, diary = Slow(let_go), Log()
    began = time.monotonic()
    thread = pressing(nothing, let_go.set)
    slow.write = lambda *_: (let_go.wait(20), time.sleep(0.1), slow.written.append(_))  # type: ignore
    ended = run_set(frames(9), FakeAnalyzer(), [slow, diary], FakeLandmarker(), warn=lines.append)
    thread.join()
    assert time.monotonic() - began < 5
    assert ended.how == "interrupted"
    assert len(slow.written) < 5
    assert slow.results == diary.results == [ended.result]
    assert len(lines) == 1 and "Ctrl-C" in lines[0]


def test_a_sink_that_hangs_is_left_behind_and_the_diary_gets_its_end(monkeypatch) -> None:
    from formcheck.run import workers

    monkeypatch.setattr(workers._Worker, "LEAVE_S", 0.2)
    let_go, lines = threading.Event(), []
    slow, diary = Slow(let_go), Log()
    thread = pressing(nothing, nothing)
    # More frames than its belt takes: the loop itself waits for it when Ctrl-C comes.
    ended = run_set(frames(30), FakeAnalyzer(), [slow, diary], FakeLandmarker(), warn=lines.append)
    thread.join()
    let_go.set()
    assert ended.how == "interrupted"
    assert ended.switched_off == ("slow",)
    assert diary.results == [ended.result]
    assert "close" not in slow.calls
    assert len(lines) == 1 and "come to an end" in lines[0]


@pytest.mark.parametrize("vital", [False, True])
def test_a_second_ctrl_c_breaks_off_an_end_that_hangs_unless_it_is_vital(vital: bool) -> None:
    pressed = threading.Event()

    class Hangs(Log):
        def close(self, result) -> None:
            pressed.wait(60)
            super().close(result)

    hangs, diary = Hangs(), Log()
    hangs.vital = vital
    thread = pressing(nothing, nothing)
    if vital:  # nothing but its own end ends it
        threading.Thread(target=lambda: (thread.join(), pressed.set()), daemon=True).start()
    ended = run_set(frames(3), FakeAnalyzer(), [hangs, diary], FakeLandmarker())
    thread.join()
    assert diary.results == [ended.result]
    assert hangs.results == ([ended.result] if vital else [])
    assert bool(ended.switched_off) is not vital


@pytest.mark.parametrize("at", ["start", "close"])
def test_whatever_a_sink_raises_the_others_get_their_end(at: str) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    sinks = [Log(), Log(), Log()]
    setattr(sinks[1], at, stop)
    if at == "start":
        with pytest.raises(KeyboardInterrupt):
            run_set(frames(3), FakeAnalyzer(), sinks, FakeLandmarker())
        assert sinks[0].results == sinks[2].results == [None]
    else:
        ended = run_set(frames(3), FakeAnalyzer(), sinks, FakeLandmarker())
        assert ended.how == "interrupted"
        assert sinks[0].results == sinks[2].results == [ended.result]
