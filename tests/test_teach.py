"""A drill taught by a clip: what it counts there and elsewhere, and why it may refuse."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from formcheck import PoseTrack
from formcheck.body import postures
from formcheck.cli import main
from formcheck.errors import UsageError
from formcheck.teach import label_reps, teach
from formcheck.teach.choose import counted, loaded

TRACKS = Path(__file__).parent / "tracks"
GOOD = "hip_bridge__good__side_l1013"
LOW = "hip_bridge__low_hips_graded__side_r1016"


def poses(name: str) -> list[Any]:
    with PoseTrack(TRACKS / f"{name}.npz") as track:
        return list(track)


def label(name: str) -> dict[str, Any]:
    text = (TRACKS / f"{name}.label.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture(scope="module")
def bridge() -> Any:
    return teach("raise_hips", poses(GOOD), label_reps(label(GOOD), GOOD), what=GOOD)


def test_it_counts_the_clip_it_was_shown(bridge) -> None:
    assert bridge.counted == bridge.wanted == len(label(GOOD)["reps"])


def test_it_counts_another_body_from_the_other_side(bridge) -> None:
    other = "hip_bridge__short_hold__side_r1018"
    result = counted(loaded(bridge.text), poses(other))
    assert sum(rep.complete for rep in result.reps) == len(label(other)["reps"])


@pytest.mark.parametrize("other", ["squat__good__front_l1061", "clamshell__good__front_r1002"])
def test_another_exercise_counts_nothing(bridge, other) -> None:
    assert not any(rep.complete for rep in counted(loaded(bridge.text), poses(other)).reps)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "hold"}, "expected a hold with its times"),
        ({"kind": "hold", "holds": [{"from_s": 3, "to_s": 2}]}, "ends at 2 s, before"),
        ({"reps": [{"start_s": 3, "end_s": 2}, {"start_s": 4, "end_s": 6}]}, "ends at 2 s, before"),
        ({"reps": [{"start_s": 1, "end_s": 2}]}, "expected two repetitions"),
    ],
)
def test_a_label_that_cannot_teach_is_refused(change, said) -> None:
    with pytest.raises(UsageError, match=said):
        label_reps({"kind": "reps", "reps": [], "seconds": 20} | change, "a.label.json")


def test_a_still_clip_and_an_empty_one_are_refused() -> None:
    still = poses(GOOD)[:1]
    with pytest.raises(UsageError, match="nobody is seen"):
        teach("still", still, what="a.mp4")


def test_a_fault_clip_of_another_drill_is_refused() -> None:
    with pytest.raises(UsageError, match=r"b\.mp4: expected the same drill"):
        teach("raise_hips", poses(GOOD), label_reps(label(GOOD), GOOD),
              faulty=poses("squat__good__front_l1061"), faulty_what="b.mp4")  # fmt: skip


def test_a_fault_is_written_where_the_clips_differ_and_only_there() -> None:
    reps = label_reps(label(GOOD), GOOD)
    low = teach("raise_hips", poses(GOOD), reps, faulty=poses(LOW), cue="Lift higher")
    assert low.fault is not None
    result = counted(loaded(low.text), poses(LOW))
    assert "Lift higher" in {f.cue for rep in result.reps for f in rep.faults}
    assert not any(rep.faults for rep in counted(loaded(low.text), poses(GOOD)).reps)
    same = teach("raise_hips", poses(GOOD), reps, faulty=poses(GOOD), faulty_what="b.mp4")
    assert same.fault is None
    assert "b.mp4: cannot be told from the good one" in same.said


def test_a_file_name_cannot_become_code() -> None:
    name = 'a"""); import os #.mp4'
    odd = teach("raise_hips", poses(GOOD), label_reps(label(GOOD), GOOD), what=name)
    assert 'a"""' not in odd.text
    assert loaded(odd.text).name == "raise_hips"


def test_the_command_writes_a_drill_and_never_over_one(tmp_path, capfd) -> None:
    asked = ["drills", "--new", "raise_hips", "--folder", str(tmp_path), "--from",
             str(TRACKS / f"{GOOD}.npz"),
             "--label", str(TRACKS / f"{GOOD}.label.json")]  # fmt: skip
    for code in (0, 2):
        with pytest.raises(SystemExit) as stop:
            main(asked)
        assert int(stop.value.code or 0) == code
    out, err = capfd.readouterr()
    n = len(label(GOOD)["reps"])
    assert f"counts {n} of {n} repetitions" in out
    assert err.count("\n") == 1
    assert "is there already" in err
    counts, still = written(tmp_path, "raise_hips")
    counts()
    still()
    file = tmp_path / "raise_hips.py"
    file.write_text(file.read_text().replace("whole=", "whole_at=999, whole="))
    counts, still = written(tmp_path, "raise_hips")
    with pytest.raises(AssertionError):
        counts()
    still()


def written(folder: Path, name: str) -> list[Any]:
    """The tests that were written beside a drill, the drill read anew."""
    found = runpy.run_path(str(folder / "tests" / f"test_{name}.py"))
    return [found[key] for key in found if key.startswith("test_")]


def test_a_hold_is_taught_and_timed_on_another_body() -> None:
    good, other = (
        "single_leg_stance__good__front_r1020",
        "single_leg_stance__touch_down__front_l1025",
    )
    reps = label_reps(label(good), good)
    stand = teach("stand", poses(good), reps, hold=True, what=good)
    assert (stand.counted, stand.holds) == (2, True)
    assert [b - a for a, b in stand.spans] == pytest.approx(
        [h["seconds"] for h in label(good)["holds"]], abs=1.0
    )
    drill = loaded(stand.text)
    assert drill.kind == "hold"
    found, true = counted(drill, poses(other)).holds, label(other)["holds"]
    assert [h.seconds for h in found] == pytest.approx([h["seconds"] for h in true], abs=1.5)
    assert not counted(drill, poses(GOOD)).holds


def test_what_is_shown_from_the_front_counts_from_elsewhere() -> None:
    front, side = "squat__good__front_l1061", "squat__good__front+30_l2019"
    drill = loaded(teach("sit", poses(front), label_reps(label(front), front), what=front).text)
    assert drill.view.fits is postures.from_anywhere
    assert counted(drill, poses(f"askew/{side}")).complete == len(label(f"askew/{side}")["reps"])
