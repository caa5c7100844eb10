"""The bench's machinery: replays, kept landmarks, the run, the document, bars, pages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from fakes import person
from typer.testing import CliRunner

from formcheck.bench import answers, replays, run
from formcheck.bench.bars import (
    MEASURES,
    TARGETS,
    compare_documents,
    failures,
    measured,
    parse_bars,
)
from formcheck.bench.command import bench
from formcheck.bench.document import document
from formcheck.bench.labels import find_labels
from formcheck.bench.plots import curve_svg
from formcheck.bench.run import ClipRun, Outcome, Plan, Wrong, run_bench
from formcheck.bench.speed import Turn, Turns, choose_clip
from formcheck.bench.tables import BY_HAND, comparison_text, markdown, misses_text, summary_text
from formcheck.body.pose import Joint, Pose, Side
from formcheck.errors import FormcheckError, InputError, ModelError, UsageError
from formcheck.events import FaultSpan, Hold, Rep, SetResult
from formcheck.vision import kept as cache
from formcheck.vision.track import write_track

SIZE = (640, 480)


def poses(n: int = 40, fps: float = 20.0) -> list[Pose]:
    return [person(i / fps, SIZE) for i in range(n)]


def result(
    *spans: tuple[float, float],
    side: Side | None = Side.LEFT,
    faults: tuple[str, ...] = (),
    seconds: float = 20.0,
) -> SetResult:
    found = tuple(FaultSpan(c, spans[0][0], spans[0][1], 9.0, "deg", 1, "cue") for c in faults)
    reps = tuple(
        Rep(i + 1, side, a, a, b, b, 0.5, 30.0, True, faults=found if i == 0 else ())
        for i, (a, b) in enumerate(spans)
    )
    return SetResult("clamshell", side, "auto", seconds, 400, 400, reps, (), ())


# ------------------------------------------------------------------------------------- replays


def test_mirrored_twice_is_the_same_and_once_swaps_sides() -> None:
    before = [replace(p, visibility=np.linspace(0, 1, 33)) for p in poses(2)]
    once = replays.mirror(before)
    left, right = Joint.LEFT_KNEE, Joint.RIGHT_KNEE
    assert once[0].xy[left, 0] == pytest.approx(640 - before[0].xy[right, 0])
    assert once[0].xy[left, 1] == before[0].xy[right, 1]
    assert once[0].visibility[left] == before[0].visibility[right]
    twice = replays.mirror(once)
    np.testing.assert_allclose(twice[0].xy, before[0].xy)
    np.testing.assert_allclose(twice[0].visibility, before[0].visibility)


def test_mirroring_turns_the_world_too() -> None:
    world = np.arange(99.0).reshape(33, 3)
    (turned,) = replays.mirror([replace(person(0.0, SIZE), world=world)])
    assert turned.world[Joint.LEFT_HIP].tolist() == (world[Joint.RIGHT_HIP] * [-1, 1, 1]).tolist()


def test_a_slower_camera_takes_the_nearest_frames_at_their_own_times() -> None:
    taken = [p.t for p in replays.decimate(poses(21), 10)]
    assert taken == pytest.approx([i / 10 for i in range(11)])
    odd = [p.t for p in replays.decimate(poses(21), 15)]  # ticks lie between frames
    assert len(odd) == 16
    assert max(np.abs(np.array(odd) - np.arange(16) / 15)) <= 0.0251


def test_dropped_frames_are_a_tenth_the_same_each_time_and_never_the_first() -> None:
    all_of_them = poses(1000)
    kept = replays.drop(all_of_them, 0.1, 7)
    assert 860 < len(kept) < 940
    assert [p.t for p in kept] == [p.t for p in replays.drop(all_of_them, 0.1, 7)]
    assert [p.t for p in kept] != [p.t for p in replays.drop(all_of_them, 0.1, 8)]
    assert all(replays.drop(all_of_them, 0.9, s)[0].t == 0.0 for s in range(20))


def test_noise_is_measured_and_raised_to_the_level() -> None:
    still = poses(400)
    assert replays.noise_level(still) == 0.0
    noisy = replays.jitter(still, replays.REAL_NOISE, 3)
    assert replays.noise_level(noisy) == pytest.approx(replays.REAL_NOISE, rel=0.1)


def test_slow_movement_is_no_noise_and_a_noisy_track_stays() -> None:
    moving = [replace(p, xy=p.xy + 40 * np.sin(p.t)) for p in poses(400)]
    assert replays.noise_level(moving) < 1e-3
    noisy = replays.jitter(poses(400), 0.02, 3)
    again = replays.jitter(noisy, replays.REAL_NOISE, 4)
    np.testing.assert_array_equal(noisy[5].xy, again[5].xy)


def test_nobody_is_found_in_a_blackout() -> None:
    gone = replays.blackout(poses(60), 0.5, 2.5)
    assert [p.t for p in gone if not p.seen] == pytest.approx([0.05 * i for i in range(10, 50)])
    assert [p.t for p in gone] == [p.t for p in poses(60)]


def test_blackouts_lie_in_the_middle_repetition_and_after_it() -> None:
    assert replays.blackout_times(result((1, 3), (5, 7), (9, 11))) == (6.0, 8.0)
    assert replays.blackout_times(result((1, 3))) == (2.0, 4.0)
    assert replays.blackout_times(result()) == (10.0, pytest.approx(20 / 3))


def test_a_replay_that_answers_the_same_changes_nothing() -> None:
    base = result((1, 3), (5, 7), faults=("x",))
    same = replays.compare("c", "d", "noisy", base, base)
    assert same.same_count
    assert same.same_faults
    assert same.same_side
    assert same.invented == 0


def test_a_lost_repetition_changes_the_count_and_invents_none() -> None:
    score = replays.compare("c", "d", "noisy", result((1, 3), (5, 7)), result((1, 3)))
    assert (score.same_count, score.invented, score.count) == (False, 0, (2, 1))
    assert score.lost == 1


def test_what_a_blackout_hides_is_not_lost() -> None:
    base = result((1, 3), (5, 7), (9, 11))  # black from 5 to 7 s
    kept = replays.compare("c", "d", "blackout_in_rep", base, result((1, 3), (9, 11)))
    assert (kept.lost, kept.invented) == (0, 0)
    more = replays.compare("c", "d", "blackout_in_rep", base, result((1, 3)))
    assert more.lost == 1


@pytest.mark.parametrize("spans", [((1, 3), (5, 7), (9, 11)), ((1, 3), (9, 11))])
def test_a_repetition_where_none_was_is_invented(spans: tuple[tuple[float, float], ...]) -> None:
    score = replays.compare("c", "d", "blackout", result((1, 3), (5, 7)), result(*spans))
    assert score.invented == 1


def test_one_repetition_cut_in_two_is_one_invented() -> None:
    score = replays.compare("c", "d", "blackout", result((1, 7)), result((1, 3), (5, 7)))
    assert score.invented == 1


def test_other_faults_on_the_same_repetitions_are_a_change() -> None:
    score = replays.compare("c", "d", "n", result((1, 3), faults=("x",)), result((1, 3)))
    assert score.same_count
    assert not score.same_faults


def test_the_mirrored_side_must_be_the_other_one() -> None:
    left, right = result((1, 3)), result((1, 3), side=Side.RIGHT)
    assert replays.compare("c", "d", "mirrored", left, right).same_side
    assert not replays.compare("c", "d", "mirrored", left, left).same_side
    assert not replays.compare("c", "d", "noisy", left, right).same_side


def test_the_largest_change_of_a_hold_is_kept() -> None:
    def held(*seconds: float) -> SetResult:
        holds = tuple(
            Hold(i, None, 10.0 * i, 10.0 * i + s, s, None, "down") for i, s in enumerate(seconds)
        )
        return replace(result(), holds=holds)

    assert replays.compare("c", "d", "n", held(5, 6), held(5.2, 5.5)).hold_change_s == 0.5
    assert replays.compare("c", "d", "n", held(5, 6), held(5)).hold_change_s is None


# ---------------------------------------------------------------------------- kept landmarks


def test_landmarks_are_kept_under_all_that_could_change_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"frames")
    first = cache.track_path(tmp_path, clip, "model")
    assert cache.track_path(tmp_path, clip, "model") == first
    names = {first, cache.track_path(tmp_path, clip, "other model")}
    moved = tmp_path / "b.mp4"
    moved.write_bytes(b"frames")
    assert cache.track_path(tmp_path, moved, "model") == first  # the bytes count, not the name
    moved.write_bytes(b"others")
    names.add(cache.track_path(tmp_path, moved, "model"))
    monkeypatch.setattr(cache, "mediapipe_version", lambda: "9.9")
    names.add(cache.track_path(tmp_path, clip, "model"))
    monkeypatch.setattr(cache, "code_version", lambda: "newer")
    names.add(cache.track_path(tmp_path, clip, "model"))
    assert len(names) == 5


def test_only_what_code_does_makes_landmarks_stale() -> None:
    plain = "def f(x):\n    return x + 1\n"
    told = '"""Says."""\n\n\ndef f(x):\n    """Adds."""\n    # one\n    return x + 1\n'
    assert cache._meaning(plain) == cache._meaning(told)
    assert cache._meaning(plain) != cache._meaning(plain.replace("1", "2"))


# ----------------------------------------------------------------------------------- the run


def write_label(folder: Path, stem: str, **changes: object) -> None:
    data = {
        "schema": "formcheck.label/1", "clip": f"{stem}.npz", "drill": "clamshell",
        "kind": "reps", "source": "synthetic", "view": "front", "view_ok": True, "side": "left",
        "dose": {"hold_s": 1.5}, "holds": [],
        "reps": [{"start_s": 1.0, "peak_s": 2.0, "end_s": 3.0, "hold_s": 0.5, "complete": True,
                  "faults": [{"code": "pelvis_roll", "magnitude": 24.0, "unit": "deg",
                              "visible": "clear"}]}],
    }  # fmt: skip
    (folder / f"{stem}.label.json").write_text(json.dumps(data | changes), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for stem in ("one", "two"):
        write_label(tmp_path, stem)
        write_track(tmp_path / f"{stem}.npz", poses(80), {"fps": 20, "model": "full"})
    return tmp_path


@pytest.fixture(autouse=True)
def _installed_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "entry_points", lambda group: ())


class Script:
    """Answers in place of an analyzer, and remembers what was asked."""

    def __init__(self, **answers: SetResult) -> None:
        self.answers, self.asked = answers, []

    def __call__(self, track, drill, side=None, dose=None, trace=None):  # type: ignore[no-untyped-def]
        self.asked.append((drill, side, dose))
        if trace is not None:
            for pose in track:
                trace[0].append(pose.t)
                trace[1].append({"opening": pose.t})
        answer = self.answers.get(drill, result())
        if isinstance(answer, Exception):
            raise answer
        return answer


def quick(tmp_path: Path, **changes: object) -> Plan:
    plan = Plan(cache=tmp_path / "cache" / "poses", wrong=False, replays=False)
    return replace(plan, **changes)  # type: ignore[arg-type]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    answers = Script(clamshell=result((1, 3), faults=("pelvis_roll",)))
    monkeypatch.setattr(run, "analyse", answers)
    return answers


def test_each_label_is_answered_with_its_dose(folder: Path, tmp_path: Path, script: Script) -> None:
    outcome = run_bench(list(find_labels([folder])), quick(tmp_path))
    assert [s.clip for s in outcome.scores] == ["one.npz", "two.npz"]
    assert outcome.scores[0].seen[0].claimed
    assert outcome.scores[0].model == "full"
    drill, side, dose = script.asked[0]
    assert (drill, side, dose.hold_s) == ("clamshell", None, 1.5)


def test_the_side_is_told_only_when_asked_to(folder: Path, tmp_path: Path, script: Script) -> None:
    run_bench(list(find_labels([folder])), quick(tmp_path, side="given"))
    assert script.asked[0][1] is Side.LEFT


def test_replays_are_told_the_mirrored_side(folder: Path, tmp_path: Path, script: Script) -> None:
    plan = quick(tmp_path, side="given", replays=True)
    outcome = run_bench(list(find_labels([folder]))[:1], plan)
    assert [r.replay for r in outcome.runs[0].replays] == list(replays.REPLAYS)
    assert [side for _, side, _ in script.asked] == [Side.LEFT, Side.RIGHT, *[Side.LEFT] * 6]


def test_other_drills_are_tried_on_each_clip(folder: Path, tmp_path: Path, script: Script) -> None:
    script.answers["hip_bridge"] = result((1, 3), (4, 6))
    write_label(folder, "two", drill=None, source="real", reps=[], count=0,
                not_drills=["hip_bridge"])  # fmt: skip
    outcome = run_bench(list(find_labels([folder])), quick(tmp_path, wrong=True))
    one, two = outcome.runs
    found = {w.analyzer: w.reps for w in one.wrong}
    assert found["hip_bridge"] == 2
    assert "clamshell" not in found
    assert len(found) >= 3
    # of a real clip only what its label excludes is known to be wrong
    assert [(w.analyzer, w.declared) for w in two.wrong] == [("hip_bridge", True)]
    assert two.score is None


def test_an_analyzer_that_breaks_is_reported_and_stops_nothing(
    folder: Path, tmp_path: Path, script: Script
) -> None:
    script.answers["clamshell"] = ZeroDivisionError("oh")  # type: ignore[assignment]
    outcome = run_bench(list(find_labels([folder])), quick(tmp_path))
    assert outcome.scores == []
    assert outcome.runs[1].errors == ("two.npz, clamshell: ZeroDivisionError: oh",)
    assert measured(document(outcome, {}))["errors"] == 2


def test_the_signals_around_a_miss_are_kept_when_asked_for(
    folder: Path, tmp_path: Path, script: Script
) -> None:
    script.answers["clamshell"] = result((1, 3))
    outcome = run_bench(list(find_labels([folder]))[:1], quick(tmp_path, signals=True))
    ((miss, around),) = outcome.runs[0].misses
    assert (miss.what, miss.code) == ("fault", "pelvis_roll")
    rest, low, high = around["opening"]
    assert rest == pytest.approx(0.475)
    assert (low, high) == pytest.approx((1.0, 2.95))


def test_a_folder_of_tracks_goes_before_the_clip(
    folder: Path, tmp_path: Path, script: Script
) -> None:
    write_label(folder, "one", clip="one.mp4")
    (folder / "one.mp4").write_bytes(b"never decoded")
    plan = quick(tmp_path, tracks=folder)
    outcome = run_bench(list(find_labels([folder])), plan)
    assert len(outcome.scores) == 2
    assert outcome.landmarked == 0


def test_landmarks_are_made_once_and_need_no_model_again(
    folder: Path, tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "one.npz").unlink()
    write_label(folder, "one", clip="one.mp4")
    (folder / "one.mp4").write_bytes(b"frames")
    made: list[Path] = []

    def landmark(task: tuple[Path, Path, str]) -> None:
        made.append(task[0])
        write_track(task[1], poses(), {})

    monkeypatch.setattr(run, "_landmark", landmark)
    monkeypatch.setattr(run, "find_model_sha256", lambda name: "abc")
    labels = list(find_labels([folder]))
    assert run_bench(labels, quick(tmp_path)).landmarked == 1

    def gone(name: str) -> str:
        raise ModelError("no model")

    monkeypatch.setattr(run, "find_model_sha256", gone)
    assert run_bench(labels, quick(tmp_path)).landmarked == 0
    assert made == [folder / "one.mp4"]
    monkeypatch.setattr(run, "find_model_sha256", lambda name: "abc")
    assert run_bench(labels, quick(tmp_path, source="video")).landmarked == 1
    monkeypatch.setattr(run, "find_model_sha256", gone)
    with pytest.raises(ModelError):  # another model was never here
        run_bench(labels, quick(tmp_path, model="heavy"))


def test_a_clip_that_is_not_there_is_named_and_left_out(
    folder: Path, tmp_path: Path, script: Script
) -> None:
    (folder / "one.npz").unlink()
    (folder / "two.npz").write_bytes(b"no track")
    outcome = run_bench(list(find_labels([folder])), quick(tmp_path))
    assert outcome.scores == []
    assert "one.npz" in outcome.skipped[0]
    assert "two.npz" in outcome.skipped[1]


def test_nothing_to_measure_is_one_line(folder: Path, tmp_path: Path) -> None:
    write_label(folder, "one", drill="juggling")
    with pytest.raises(InputError, match="nothing to measure"):
        run_bench(list(find_labels([folder]))[:1], quick(tmp_path))


def test_processes_and_the_real_analyzer_answer_in_the_labels_order(tmp_path: Path) -> None:
    for stem in ("b", "a"):
        write_label(tmp_path, stem)
        nobody = [Pose.missing(p.t, SIZE) for p in poses(60)]
        write_track(tmp_path / f"{stem}.npz", nobody, {"fps": 20})
    done: list[tuple[str, int, int]] = []
    outcome = run_bench(
        list(find_labels([tmp_path])),
        quick(tmp_path, jobs=2),
        lambda what, n, of: done.append((what, n, of)),
    )
    assert [s.clip for s in outcome.scores] == ["a.npz", "b.npz"]
    assert outcome.scores[0].count is not None
    assert outcome.scores[0].count.error == -1
    assert done[-1] == ("analysis", 2, 2)


def test_the_same_code_answers_the_same_question_once(
    folder: Path, tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(**changes: object) -> int:
        before = len(script.asked)
        outcome = run_bench(list(find_labels([folder])), quick(tmp_path, **changes))
        assert [s.clip for s in outcome.scores] == ["one.npz", "two.npz"]
        return len(script.asked) - before

    assert asked() == 2
    assert asked() == 0
    assert asked(side="given") == 2  # another question
    write_track(folder / "two.npz", poses(60), {"fps": 20})
    assert asked() == 1  # another track
    write_label(folder, "one", dose={"hold_s": 3.0})
    assert asked() == 1  # another label
    monkeypatch.setattr(answers, "package_hash", lambda: "edited")
    assert asked() == 2  # another formcheck


def test_an_answer_that_broke_is_asked_for_again(
    folder: Path, tmp_path: Path, script: Script
) -> None:
    labels = list(find_labels([folder]))[:1]
    good, script.answers["clamshell"] = script.answers["clamshell"], ZeroDivisionError("oh")  # type: ignore[assignment]
    assert run_bench(labels, quick(tmp_path)).scores == []
    script.answers["clamshell"] = good
    assert len(run_bench(labels, quick(tmp_path)).scores) == 1


def test_only_the_last_versions_of_the_code_keep_their_answers(
    folder: Path, tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = list(find_labels([folder]))
    for i in range(answers.KEPT + 2):
        monkeypatch.setattr(answers, "package_hash", lambda i=i: f"v{i}")
        run_bench(labels, quick(tmp_path))
        os.utime(tmp_path / "cache" / "answers" / f"v{i}", (i, i))
    left = sorted(p.name for p in (tmp_path / "cache" / "answers").iterdir())
    assert left == ["v2", "v3", "v4"]


# ------------------------------------------------------------------------------------- speed


def test_both_loops_have_their_turns_and_their_own_time() -> None:
    now = [0.0]

    def bare(frames: int) -> int:
        now[0] += 1.0 * frames
        return frames if len(turns.done) < 2 else 0  # its clip is over

    turns = Turns(poses(11), bare, chunk=3, clock=lambda: (now[0], now[0] / 2))  # type: ignore[arg-type]
    seen = 0
    for _ in turns:
        now[0] += 1.25  # what the reader does with a frame
        seen += 1
    assert seen == 11
    assert turns.done == [Turn(1.0, 1.25, 0.5, 0.625)] * 2  # no half turn, no half chunk


def test_speed_is_measured_on_a_good_view_of_a_known_drill_about_25_s_long(tmp_path: Path) -> None:
    def ends(at: float) -> dict[str, object]:
        return {"reps": [{"start_s": 1.0, "end_s": at, "complete": True, "faults": []}]}

    for stem, changes in {
        "short": ends(5.0),
        "fit": ends(24.0),
        "long": ends(60.0),
        "bad": ends(25.0) | {"view_ok": False},
        "other": ends(25.0) | {"drill": "juggling"},
        "track": ends(25.0) | {"clip": "track.npz"},
        "gone": ends(25.0),
    }.items():
        write_label(tmp_path, stem, **{"clip": f"{stem}.mp4", **changes})
        if stem != "gone":
            (tmp_path / f"{stem}.mp4").write_bytes(b"frames")
    chosen = choose_clip(find_labels([tmp_path]))
    assert chosen is not None
    assert chosen.stem == "fit"


# ------------------------------------------------------------------------- document and bars


@pytest.fixture
def data(folder: Path, tmp_path: Path, script: Script) -> dict:  # type: ignore[type-arg]
    plan = quick(tmp_path, wrong=True, replays=True, signals=True)
    script.answers["hip_bridge"] = result((1, 3))
    return document(run_bench(list(find_labels([folder])), plan), {"command": "formcheck bench"})


def test_a_signal_that_was_not_seen_before_a_miss_is_null(
    folder: Path, tmp_path: Path, script: Script
) -> None:
    reps = [{"start_s": 0.0, "end_s": 2.0, "complete": True, "faults": []}]
    write_label(folder, "one", reps=reps)
    script.answers["clamshell"] = result()
    labels = list(find_labels([folder]))[:1]
    made = document(run_bench(labels, quick(tmp_path, signals=True)), {})
    assert made["misses"][1]["signals"]["opening"] == pytest.approx([None, 0.0, 1.95])
    assert "opening ? | 0..1.95" in misses_text(json.loads(json.dumps(made, allow_nan=False)))


def test_the_document_is_json(data: dict) -> None:  # type: ignore[type-arg]
    assert json.loads(json.dumps(data, allow_nan=False))["schema"] == "formcheck.bench/1"


def test_every_measure_can_be_read_and_every_target_is_one(data: dict) -> None:  # type: ignore[type-arg]
    values = measured(data)
    unknown = {k for k, v in values.items() if v is None}
    speed = {"analysis_ms", "analysis_share", "speed_ratio"}
    no_cases = {"hold_error", "hold_error_p95", "fault_recall_worst", "false_alarms"}
    assert unknown == speed | no_cases | {"bad_view_refused"}
    assert values["count_exact"] == 1
    assert values["fault_recall"] == 1
    assert values["mirrored"] == 1
    assert values["invented"] == 0
    assert set(TARGETS) <= set(MEASURES)


def test_wrong_exercise_leaves_relatives_out_and_counts_pairs() -> None:
    def wrong(analyzer: str, reps: int, relative: bool = False, declared: bool = False) -> Wrong:
        return Wrong("c", "clamshell", analyzer, reps, 0, 0.0, declared, relative)

    pairs = (wrong("a", 3), wrong("b", 0), wrong("c", 5, relative=True), wrong("d", 1, False, True))
    runs = (ClipRun(_Label, 10, wrong=pairs),)  # type: ignore[arg-type]
    sums = document(Outcome(runs, (), 0), {})["wrong_exercise"]
    assert (sums["pairs"], sums["pairs_with_reps"], sums["reps"]) == (3, 2, 4)
    assert sums["share_with_reps"] == pytest.approx(2 / 3)
    assert (sums["declared_pairs"], sums["declared_with_reps"]) == (1, 1)


class _Label:
    source = "synthetic"


def test_data_sets_are_reported_apart_by_their_folder(
    folder: Path, tmp_path: Path, script: Script
) -> None:
    held = tmp_path / "held_out"
    held.mkdir()
    write_label(held, "three")
    write_track(held / "three.npz", poses(40), {"fps": 20})
    made = document(run_bench(list(find_labels([folder])), quick(tmp_path)), {})
    assert {k: v["clips"] for k, v in made["by_folder"].items()} == {
        folder.name: 2,
        "held_out": 1,
    }
    assert "| folder held_out | 1 |" in markdown(made)


def test_bars_fail_from_the_wrong_side_only(data: dict) -> None:  # type: ignore[type-arg]
    assert failures(data, parse_bars(["count_exact=1.0,invented=0"])) == []
    assert failures(data, {"start_error": 0.0}) == []
    low = failures(data, {"clamshell.fault_recall": 1.01, "wrong_exercise": 0.0})
    assert [line.split(":")[0] for line in low] == ["clamshell.fault_recall", "wrong_exercise"]


def test_what_was_not_measured_does_not_meet_its_bar(data: dict) -> None:  # type: ignore[type-arg]
    assert "not measured" in failures(data, {"speed_ratio": 0.5})[0]
    assert "not measured" in failures(data, {"squat.count_exact": 0.5})[0]


@pytest.mark.parametrize("text", ["nonsense=1", "count_exact=many", "count_exact"])
def test_a_bar_that_makes_no_sense_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        parse_bars([text])


def test_a_comparison_names_what_was_fixed_and_broken(
    folder: Path, tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = list(find_labels([folder]))
    good = document(run_bench(labels, quick(tmp_path)), {})
    script.answers["clamshell"] = result((1, 3), (5, 7))
    bad = document(run_bench(labels[:1], quick(tmp_path / "2")), {})
    worse = compare_documents(good, bad)
    assert [m["what"] for m in worse["broken"]] == ["count", "extra_rep", "fault"]
    assert worse["fixed"] == []
    assert worse["only_old"] == ["two.npz"]
    assert worse["measures"]["fault_recall"]["better"] is False
    assert worse["measures"]["start_error"]["better"] is None
    assert [m["what"] for m in compare_documents(bad, good)["fixed"]] == [
        "count",
        "extra_rep",
        "fault",
    ]
    script.answers["clamshell"] = result((1, 3), (5, 7), (9, 11))
    third = document(run_bench(labels[:1], quick(tmp_path / "3")), {})
    changed = compare_documents(bad, third)["changed"]
    assert [(m["what"], m["was"], m["answer"]) for m in changed] == [
        ("count", "2", "3"),
        ("extra_rep", "1", "2"),
    ]
    assert "BROKEN" in comparison_text(worse)


def test_a_baseline_must_be_a_bench_document(data: dict) -> None:  # type: ignore[type-arg]
    with pytest.raises(InputError, match="expected a bench document"):
        compare_documents({"schema": "formcheck.result/1"}, data)


# ------------------------------------------------------------------------------------- pages


def test_pages_tell_what_the_document_knows(data: dict) -> None:  # type: ignore[type-arg]
    text = summary_text(data)
    assert re.search(r"clamshell +2 +100 %", text)
    page = markdown(data, {"clamshell.pelvis_roll": "curves/clamshell.pelvis_roll.svg"})
    assert "curves/clamshell.pelvis_roll.svg" in page
    assert page.count("| **no** |") >= 1  # the wrong exercise
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert all(row.endswith("|") for row in rows)
    assert "wrong exercise: hip_bridge answered 1 reps" in misses_text(data)


def test_a_curve_is_drawn_as_well_formed_svg() -> None:
    curve = {
        "drill": "d", "code": "a&b", "unit": "deg", "note": "n", "a": -10.0, "b": 0.5,
        "at50": 20.0, "at90": 24.4,
        "cases": [{"magnitude": m, "flagged": m > 20, "visible": v}
                  for m, v in ((0, "none"), (8, "not_visible"), (16, "borderline"), (32, "clear"))],
    }  # fmt: skip
    root = ET.fromstring(curve_svg(curve))
    dots = root.findall("{http://www.w3.org/2000/svg}circle")
    assert sorted(d.get("class") for d in dots) == ["clear", "none", "ring", "ring"]
    line = root.find("{http://www.w3.org/2000/svg}polyline")
    assert line is not None
    assert len(line.get("points", "").split()) == 121
    heights = {d.get("class"): float(d.get("cy", "0")) for d in dots}
    assert heights["clear"] < heights["none"]  # flagged above not flagged


def test_a_curve_without_a_fit_is_drawn_without_a_line() -> None:
    curve = {
        "drill": "d", "code": "c", "unit": "deg", "note": "none of 1 flagged", "a": None,
        "b": None, "at50": None, "at90": None,
        "cases": [{"magnitude": 5.0, "flagged": False, "visible": "clear"}],
    }  # fmt: skip
    root = ET.fromstring(curve_svg(curve))
    assert root.find("{http://www.w3.org/2000/svg}polyline") is None


# ----------------------------------------------------------------------------------- command


@pytest.fixture
def app(script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setattr(cache, "default_folder", lambda: tmp_path / "cache")
    made = typer.Typer()
    made.command()(bench)
    return made


def call(app: typer.Typer, *words: object):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(app, [str(w) for w in words])


def test_json_alone_is_on_stdout(app: typer.Typer, folder: Path) -> None:
    done = call(app, folder, "--quick", "--jobs", 1, "--json", "-")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["overall"]["counts"]["exact"] == 1.0


def test_a_bar_that_is_not_met_is_exit_1_and_one_that_is_0(app: typer.Typer, folder: Path) -> None:
    words = (folder, "--quick", "--jobs", 1, "--fail-under")
    assert call(app, *words, "count_exact=1").exit_code == 0
    failed = call(app, *words, "reps_matched=1.1")
    assert failed.exit_code == 1
    assert "reps_matched: 100.0%" in failed.stderr


def test_files_are_written_and_compared(app: typer.Typer, folder: Path, tmp_path: Path) -> None:
    words = (folder, "--quick", "--jobs", 1)
    first = tmp_path / "base.json"
    assert call(app, *words, "--json", first).exit_code == 0
    page = tmp_path / "benchmarks.md"
    done = call(app, *words, "--compare", first, "--markdown", page)
    assert done.exit_code == 0
    assert "count_exact" in done.stdout
    figures = re.findall(r"!\[.*?\]\((.*?)\)", page.read_text(encoding="utf-8"))
    assert figures == ["benchmarks_curves/clamshell.pelvis_roll.svg"]
    assert (tmp_path / figures[0]).exists()


def test_what_was_measured_by_other_means_stays_on_the_page(
    app: typer.Typer, folder: Path, tmp_path: Path
) -> None:
    page = tmp_path / "benchmarks.md"
    words = (folder, "--quick", "--jobs", 1, "--markdown", page)
    page.write_text(f"gone\n{BY_HAND}\n\n## Live\n\nsoak\n", encoding="utf-8")
    for _ in range(2):
        assert call(app, *words).exit_code == 0
        written = page.read_text(encoding="utf-8")
        assert "gone" not in written
        assert written.endswith(f"\n\n{BY_HAND}\n\n## Live\n\nsoak\n")
        assert written.count("## Live") == 1


@pytest.mark.parametrize(
    ("words", "code", "say"),
    [
        (["--from", "camera"], 2, "--from"),
        (["--side", "both"], 2, "--side"),
        (["--skip", "lunch"], 2, "--skip"),
        (["--drill", "clamshel"], 2, "clamshell"),
        (["--tracks", "nowhere"], 3, "--tracks"),
        (["--compare", "nowhere.json"], 3, "--json"),
        (["--json", "no/such/folder.json"], 2, "folder"),
        (["--fail-under", "speed=9"], 2, "measure"),
    ],
)
def test_mistakes_are_told_before_anything_runs(
    app: typer.Typer, folder: Path, script: Script, words: list[str], code: int, say: str
) -> None:
    done = call(app, folder, *words)
    assert isinstance(done.exception, FormcheckError)
    assert done.exception.exit_code == code
    assert say in str(done.exception)
    assert "\n" not in str(done.exception)
    assert script.asked == []


def test_the_options_are_known_without_anything_heavy() -> None:
    heavy = "{'cv2', 'mediapipe', 'matplotlib', 'numpy'} & set(sys.modules)"
    asked = f"import sys, formcheck.bench.command; print({heavy})"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
