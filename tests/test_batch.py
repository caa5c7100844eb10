"""Many clips: every one once, whatever dies on the way, and the same answer in any order."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future
from dataclasses import replace
from pathlib import Path

import media
import pytest
from fakes import FakeLandmarker, person

from formcheck.cli import main
from formcheck.cli.common import find_clips
from formcheck.cli.many import names
from formcheck.errors import InputError, UsageError
from formcheck.run.pool import spread
from formcheck.run.store import Store
from formcheck.run.task import STRIDE_S, Failed, Scored, Task, about, differs, score_task
from formcheck.vision.clip import VideoFile
from formcheck.vision.track import write_track


def track(path: Path, n: int = 40) -> Path:
    write_track(path, (person(i / 20, (640, 480)) for i in range(n)), {"fps": 20.0})
    return path


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for i in range(6):
        track(folder / f"single_leg_stance_{i}.npz", 20 + i)
    return folder


def task(clip: Path, **changes: object) -> Task:
    values = {"clip": str(clip), "name": clip.name, "drill": "single_leg_stance"}
    return Task(**(values | changes))  # type: ignore[arg-type]


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(a) for a in arguments])
    return int(stop.value.code or 0)


class Here:
    """A pool in this process; tasks whose clip is named ``crash…`` take it down."""

    def __init__(self, window: int = 4) -> None:
        self.window = window
        self.renewed = 0
        self.seen: list[str] = []
        self.most = 0
        self.flying: list[tuple[Task, Future]] = []

    def submit(self, task: Task) -> Future:
        future: Future = Future()
        self.flying.append((task, future))
        self.most = max(self.most, len(self.flying))
        if len(self.flying) == self.window or "last" in task.name:
            self._work()
        return future

    def _work(self) -> None:
        flying, self.flying = self.flying, []
        broken = any("crash" in task.name for task, _ in flying)
        for task, future in flying:
            if broken:
                future.set_exception(BrokenExecutor("gone"))
            else:
                self.seen.append(task.name)
                future.set_result(Scored({"clip": task.name}, ()))

    def renew(self) -> None:
        self.renewed += 1

    def alone(self, task: Task) -> Scored:
        if "crash" in task.name:
            raise BrokenExecutor("gone")
        self.seen.append(task.name)
        return Scored({"clip": task.name}, ())

    def lost(self) -> bool:
        return False


def named(*clips: str) -> list[Task]:
    return [Task(clip, clip, "clamshell") for clip in clips]


def test_a_crash_fails_its_own_clip_and_no_other() -> None:
    pool = Here()
    answers = dict(spread(named("a", "crash", "b", "c", "d", "e", "f", "last"), pool))
    failed = [t.name for t, answer in answers.items() if isinstance(answer, Failed)]
    assert failed == ["crash"]
    assert sorted(pool.seen) == ["a", "b", "c", "d", "e", "f", "last"]
    assert pool.renewed == 1


def test_tasks_are_made_only_as_fast_as_they_are_done() -> None:
    made = 0

    def tasks() -> Iterator[Task]:
        nonlocal made
        for t in named(*"abcdefghijk", "last"):
            made += 1
            yield t

    for _ in spread(tasks(), Here(window=3)):
        assert made <= 3
        break


def test_a_worker_that_was_refused_ends_the_run() -> None:
    class Other(Here):
        def submit(self, task: Task) -> Future:
            future: Future = Future()
            future.set_result(Failed("this worker was refused: its model is a", refused=True))
            return future

    with pytest.raises(UsageError, match="refused"):
        list(spread(named("a"), Other()))


def test_a_worker_with_another_model_refuses_the_task(clips: Path) -> None:
    clip = next(clips.iterdir())
    ours = about(None)
    other = tuple({**dict(ours), "formcheck": "0.0.0 (x)"}.items())
    assert isinstance(score_task(task(clip, made_by=ours)), Scored)
    answer = score_task(task(clip, made_by=other))
    assert isinstance(answer, Failed)
    assert answer.refused
    assert "its formcheck is" in answer.why
    assert differs((("model", "a"),), (("model", "b"),)) == "its model is a, here it is b"
    assert differs((), (("model", "b"),)) == "its model is missing, here it is b"


def test_a_drill_that_is_to_be_recognised_needs_no_name(clips: Path, tmp_path: Path) -> None:
    nameless = clips / "x.npz"
    (clips / "single_leg_stance_0.npz").rename(nameless)
    out = tmp_path / "out"
    assert run("score", nameless, "--out", out, "--jobs", 1, "--strict") == 3
    assert run("score", nameless, "--drill", "auto", "--out", out, "--jobs", 1, "--strict") == 0
    assert json.loads((out / "results.jsonl").read_text())["clip"] == "x.npz"


def test_a_broken_clip_is_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "x.npz"
    bad.write_bytes(b"no")
    answer = score_task(task(bad))
    assert isinstance(answer, Failed)
    assert "\n" not in answer.why
    assert not answer.refused


# ------------------------------------------------------------------------------------- store


def test_the_key_follows_content_and_parameters_and_not_the_place(
    clips: Path, tmp_path: Path
) -> None:
    one = task(clips / "single_leg_stance_0.npz")
    moved = tmp_path / "moved.npz"
    moved.write_bytes(Path(one.clip).read_bytes())
    assert replace(one, clip=str(moved), cache="elsewhere").key == one.key
    keys = {
        one.key,
        task(clips / "single_leg_stance_1.npz", name=one.name).key,
        replace(one, drill="clamshell").key,
        replace(one, start_s=1.0).key,
        replace(one, stride="auto").key,
        replace(one, dose=replace(one.dose, hold_s=3.0)).key,
        replace(one, made_by=(("formcheck", "other"),)).key,
    }
    assert len(keys) == 7


def test_a_line_that_was_cut_off_is_forgotten_and_the_others_are_kept(tmp_path: Path) -> None:
    first, second = Task("a", "a", "x"), Task("b", "b", "x")
    with Store(tmp_path) as store:
        store.add(first, "1", Scored({"clip": "a"}, (("a", "x"),)))
        store.add(second, "2", Scored({"clip": "b"}, ()))
    done = tmp_path / "done.jsonl"
    done.write_bytes(done.read_bytes()[:-5])
    with Store(tmp_path) as store:
        assert store.has(first, "1")
        assert not store.has(second, "2")
        assert not store.has(first, "other")
        store.add(second, "3", Scored({"clip": "b", "again": True}, ()))
        store.write(["b", "a"])
    lines = (tmp_path / "results.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [{"clip": "b", "again": True}, {"clip": "a"}]


def test_two_runs_may_not_write_into_one_folder(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    with Store(tmp_path), pytest.raises(UsageError, match="another run"):
        Store(tmp_path)
    Store(tmp_path).__exit__()


# ------------------------------------------------------------------------------- the command


def test_a_folder_is_scored_into_a_folder_and_again_costs_nothing(
    clips: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bad = clips / "single_leg_stance_bad.npz"
    bad.write_bytes(b"no")
    out = tmp_path / "out"
    assert run("score", clips, "--out", out, "--jobs", 2) == 0
    said = capfd.readouterr().err
    assert "1 failed" in said and "single_leg_stance_bad.npz" in said
    first = (out / "results.jsonl").read_bytes()
    documents = [json.loads(line) for line in first.splitlines()]
    assert [d["clip"] for d in documents] == [f"single_leg_stance_{i}.npz" for i in range(6)]
    assert [d["frames"] for d in documents] == [20 + i for i in range(6)]
    assert next(csv.reader((out / "reps.csv").open()))[0] == "clip"
    assert find_clips([str(out / "failed.txt")]) == [str(bad)]
    done = (out / "done.jsonl").read_bytes()
    track(bad)
    assert run("score", clips, "--out", out, "--jobs", 1, "--strict") == 0
    assert "6 done before" in capfd.readouterr().err
    assert (out / "done.jsonl").read_bytes().startswith(done)
    assert len((out / "results.jsonl").read_bytes().splitlines()) == 7
    assert (out / "results.jsonl").read_bytes().startswith(first)
    assert not (out / "failed.txt").exists()


def test_strict_makes_a_bad_clip_count_and_all_bad_is_an_input_error(
    clips: Path, tmp_path: Path
) -> None:
    bad = clips / "single_leg_stance_9.npz"
    bad.write_bytes(b"no")
    good = clips / "single_leg_stance_1.npz"
    assert run("score", bad, good, "--out", tmp_path / "o", "--jobs", 1, "--strict") == 1
    assert run("score", bad, "--out", tmp_path / "o", "--jobs", 1) == 3


def test_a_killed_run_goes_on_and_gives_what_an_undisturbed_one_gives(
    clips: Path, tmp_path: Path
) -> None:
    for i in range(6, 40):
        track(clips / f"single_leg_stance_{i}.npz", 20 + i)
    out, calm = tmp_path / "out", tmp_path / "calm"
    command = [sys.executable, "-m", "formcheck", "score", str(clips), "--jobs", "2", "--out"]
    process = subprocess.Popen([*command, str(out)], stderr=subprocess.DEVNULL)
    done = out / "done.jsonl"
    until = time.monotonic() + 60
    while not (done.exists() and done.stat().st_size) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait()
    subprocess.run([*command, str(out)], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([*command, str(calm)], check=True, stderr=subprocess.DEVNULL)
    for name in ("results.jsonl", "reps.csv"):
        assert (out / name).read_bytes() == (calm / name).read_bytes()
    clips_done = [json.loads(line)["clip"] for line in done.read_bytes().splitlines()]
    assert len(clips_done) == len(set(clips_done)) == 40


def test_the_workers_of_a_killed_run_end_too(clips: Path, tmp_path: Path) -> None:
    if not Path("/proc").is_dir():
        pytest.skip("reads /proc")
    process = subprocess.Popen(
        [sys.executable, "-m", "formcheck", "score", str(clips), "--jobs", "2",
         "--out", str(tmp_path / "out")],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def children() -> list[int]:
        tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
        return [int(pid) for path in tasks for pid in path.read_text().split()]

    found: list[int] = []
    while process.poll() is None and len(found) < 3:  # two workers and Python's own tracker
        found = children()
        time.sleep(0.005)
    process.kill()
    process.wait()
    until = time.monotonic() + 20
    while any(_alive(pid) for pid in found) and time.monotonic() < until:
        time.sleep(0.05)
    assert found
    assert not any(_alive(pid) for pid in found)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    "arguments",
    [["--jobs", "2"], ["--cluster", "tcp://x:1"], ["--out", "o", "--json", "-"],
     ["--stride", "some"]],
)  # fmt: skip
def test_options_that_do_not_fit_together_are_usage_errors(
    clips: Path, arguments: list[str]
) -> None:
    assert run("score", clips, *arguments) == 2


def test_clips_are_found_by_pattern_list_and_url(clips: Path, tmp_path: Path) -> None:
    one, two = clips / "single_leg_stance_1.npz", clips / "single_leg_stance_2.npz"
    assert find_clips([str(clips / "*_[12].npz")]) == [str(one), str(two)]
    (tmp_path / "list.txt").write_text("# mine\n\nclips/single_leg_stance_2.npz\ns3://b/c.mp4\n")
    assert find_clips([str(tmp_path / "list.txt")]) == [str(two), "s3://b/c.mp4"]
    with pytest.raises(InputError):
        find_clips([str(clips / "*.mov")])


def test_clips_of_one_name_are_called_by_their_paths() -> None:
    assert names(["a/x.mp4", "b/x.mp4", "b/y.mp4"]) == ["a/x.mp4", "b/x.mp4", "y.mp4"]


class NoModel(FakeLandmarker):
    """In the place of the landmarker: somebody stands in every frame."""

    def __init__(self, *_: object, **__: object) -> None: ...
    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None: ...


def test_landmarks_are_kept_and_the_second_run_needs_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from formcheck.vision import landmarker

    sample = Path(__file__).parent.parent / "sample_videos" / "clamshell__good__front_r1002.mp4"
    clip = task(sample, drill="clamshell", model="lite", cache=str(tmp_path / "kept"))
    short = replace(clip, start_s=0.0, end_s=1.0)
    assert isinstance(score_task(short), Scored)
    assert not list(tmp_path.rglob("*.npz"))  # a part of a clip is not the clip

    monkeypatch.setattr(landmarker, "Landmarker", NoModel)
    first = score_task(clip)
    monkeypatch.delattr(landmarker, "Landmarker")
    second = score_task(clip)
    assert isinstance(first, Scored)
    assert first == second


def test_a_clip_behind_a_url_scores_like_the_file(clips: Path) -> None:
    pytest.importorskip("fsspec")
    clip = clips / "single_leg_stance_3.npz"
    there = replace(task(clip), clip=f"file://{clip}")
    assert score_task(there) == score_task(task(clip))
    assert len(there.key) == 32
    missing = score_task(replace(there, clip=f"file://{clip}x"))
    assert isinstance(missing, Failed)
    assert os.linesep not in missing.why


@pytest.mark.parametrize(("fps", "taken"), [(10, 20), (20, 20), (25, 19), (30, 20)])
def test_a_stride_leaves_about_ten_frames_a_second_at_their_own_times(
    tmp_path: Path, fps: int, taken: int
) -> None:
    clip = media.clip(tmp_path / "a.mp4", 2 * fps, fps)
    with VideoFile(clip) as every, VideoFile(clip, every_s=STRIDE_S) as some:
        times = {frame.t: media.number(frame.image) for frame in every}
        left = {frame.t: media.number(frame.image) for frame in some}
        assert some.warnings == []
    assert abs(len(left) - taken) <= 2
    assert 0.0 in left
    assert left.items() <= times.items()


def test_stride_auto_looks_at_half_of_twenty_frames_a_second(tmp_path: Path, monkeypatch) -> None:
    from formcheck.vision import landmarker

    monkeypatch.setattr(landmarker, "Landmarker", NoModel)
    clip = media.clip(tmp_path / "clamshell.mp4", 40, 20)
    done = score_task(task(clip, drill="clamshell", model="lite", stride="auto"))
    assert isinstance(done, Scored)
    assert done.document["frames"] == 20
    assert run("score", clip, "--stride", "auto", "--json", tmp_path / "r.json") == 0
    assert json.loads((tmp_path / "r.json").read_text())["frames"] == 20
