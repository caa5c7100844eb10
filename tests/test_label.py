"""Labels of raters: what is refused, drafts that survive, and who sees what."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from media import uneven_clip

from formcheck import PoseTrack
from formcheck.agree.compare import compare
from formcheck.agree.ratings import read_ratings
from formcheck.app.label_clips import LabelClips, rater_folder
from formcheck.app.labelling import Film, checked, clean, proposed
from formcheck.bench.labels import read_label
from formcheck.bench.run import clip_path
from formcheck.catalogue.registry import get_drill
from formcheck.cli import main
from formcheck.errors import FormcheckError, InputError, LabelError, UsageError
from formcheck.files import Part
from formcheck.labels import check_spans
from formcheck.run import teaching
from formcheck.vision.clip import VideoFile

TRACKS = Path(__file__).parent / "tracks"
#: Milliseconds of the frames of a telephone that takes them when it can.
FRAMES = [0, 40, 120, 150, 200, *range(300, 10_000, 100)]
FILM = Film("a.mp4", 10.0, 30.0)


def rep(start: float | None, end: float | None, **more: Any) -> dict[str, Any]:
    return {"start_s": start, "end_s": end, "peak_s": None, "hold_end_s": None, **more}


TWO = [rep(1, 3, peak_s=1.5, hold_end_s=2.5, faults={"pelvis_roll": 2}), rep(4, 6, complete=None)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    uneven_clip(tmp_path / "clamshell_1.mp4", FRAMES)
    uneven_clip(tmp_path / "plank-2.mp4", FRAMES)
    return tmp_path


@pytest.fixture(autouse=True)
def scratch(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not all of these tests close what they open."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("scratch")))


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reps", "why"),
    [
        ([rep(3, 2)], "repetition 1 ends at 2 s, before it starts at 3 s"),
        ([rep(1, 4), rep(3, 5)], "repetition 2 starts at 3 s, before the one before ends"),
        ([rep(1, 30)], "repetition 1 ends at 30 s, the clip at 10 s"),
        ([rep(1, None)], "repetition 1 has no end"),
        ([rep(None, 2)], "repetition 1 has no start"),
        ([rep(1, 4, peak_s=0.5)], "its top at 0.5 s comes before its start at 1 s"),
        ([rep(1, 4, peak_s=2, hold_end_s=5)], "its end at 4 s comes before its end of its hold"),
        ([rep(1, 4, hold_end_s=3)], "has the end of a hold and no top"),
        ([rep(1, 4, faults={"hips_sag": 1})], "hips_sag is no fault of this drill"),
    ],
)
def test_marks_that_contradict_themselves(reps: list[Any], why: str) -> None:
    with pytest.raises(UsageError, match=why) as error:
        checked(clean({"reps": reps}), FILM, get_drill("clamshell"))
    assert "\n" not in str(error.value)


def test_a_clip_that_cannot_be_told_has_no_marks() -> None:
    with pytest.raises(UsageError, match="“cannot tell” and has 1 marked"):
        checked(clean({"reps": [rep(1, 2)], "cannot_tell": True}), FILM, get_drill("clamshell"))
    with pytest.raises(UsageError, match="choose it"):
        checked(clean({}), FILM, None)


@pytest.mark.parametrize(
    "said",
    [
        {"reps": [rep(-1, 2)]},
        {"reps": [rep(1, float("nan"))]},
        {"reps": [rep(1, 2, faults={"pelvis_roll": 4})]},
        {"reps": [rep(1, 2, complete="yes")]},
        {"reps": "all"},
        {"side": "top"},
        {"drill": 3},
        {"reps": [7]},
    ],
)
def test_what_is_no_mark(said: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        clean(said)


def test_a_hold_is_not_longer_than_its_movement() -> None:
    check_spans("hold", [(1, 3, 2.2), (None, None, 9)], None)
    with pytest.raises(ValueError, match="held 5 s, and lasts 2 s"):
        check_spans("hold", [(1, 3, 5)], None)


# -- drafts --------------------------------------------------------------------------------------


def test_a_draft_is_kept_at_once_and_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = LabelClips(folder, "Anna")
    opened = clips.opened("1")
    assert opened["times"] == [pytest.approx(ms / 1000, abs=1e-3) for ms in FRAMES]
    assert opened["draft"]["drill"] == "clamshell"
    assert clips.save("1", {**opened["draft"], "reps": TWO}) == {"problem": "", "done": False}

    def killed(part: Part) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Part, "keep", killed)
        with pytest.raises(KeyboardInterrupt):
            clips.save("1", {**opened["draft"], "reps": []})
    again = LabelClips(folder, "Anna")  # the first was never closed
    assert [r["start_s"] for r in again.opened("1")["draft"]["reps"]] == [1, 4]
    assert [c["state"] for c in again.overview()["clips"]] == ["begun", "new"]
    assert not (folder / "labels" / "anna" / "clamshell_1.label.json").exists()


def test_a_label_is_written_read_and_opened_again(folder: Path) -> None:
    clips = LabelClips(folder, "Anna")
    draft = {**clips.opened("1")["draft"], "reps": TWO, "side": "left", "notes": "slow"}
    clips.save("1", draft)
    assert clips.finish("1") == {"written": "clamshell_1.label.json"}
    written = clips.folder / "clamshell_1.label.json"
    label = read_label(written)
    assert (label.count, label.side, len(label.reps)) == ((1, 2), "left", 2)
    assert (label.reps[0].hold_s, label.reps[0].faults[0].code) == (1.0, "pelvis_roll")
    assert label.faults_known
    assert clip_path(label).samefile(folder / "clamshell_1.mp4")
    (clips.folder / "drafts" / "clamshell_1.json").unlink()
    again = LabelClips(folder, "anna").opened("1")["draft"]
    assert again["done"]
    assert (again["reps"], again["notes"]) == (clean(draft)["reps"], "slow")
    clips.save("1", {**draft, "reps": [rep(3, 2)]})
    with pytest.raises(UsageError, match="before it starts"):
        clips.finish("1")
    assert read_label(written) == label


def test_a_timed_drill_becomes_holds(folder: Path) -> None:
    clips = LabelClips(folder, "Anna")
    marks = [rep(1, 4, peak_s=1.5, hold_end_s=3.5, faults={"hips_sag": 3}), rep(5, 7)]
    clips.save("2", {"drill": "plank", "reps": marks})
    clips.finish("2")
    label = read_label(clips.folder / "plank-2.label.json")
    assert [(h.from_s, h.to_s, h.seconds) for h in label.holds] == [(1.5, 3.5, 2), (5, 7, 2)]
    rating = read_ratings(clips.folder, [])["plank-2"]
    assert [dict(h.faults) for h in rating.holds] == [{"hips_sag": 3}, {}]


def test_two_raters_are_blind_and_agree(folder: Path) -> None:
    theirs = {"schema": "formcheck.label/1", "clip": "clamshell_1.mp4", "drill": "squat"}
    (folder / "clamshell_1.label.json").write_text(json.dumps(theirs))  # beside the clip
    anna, ben = LabelClips(folder, "Anna"), LabelClips(folder, "Ben")
    anna.save("1", {"drill": "clamshell", "reps": TWO})
    anna.finish("1")
    assert ben.overview()["clips"][0]["state"] == "new"
    assert ben.opened("1")["draft"] == {**clean({"drill": "clamshell"}), "prefilled": False,
                                        "signal_shown": False, "done": False}  # fmt: skip
    ben.save("1", {"drill": "clamshell", "reps": [rep(1.1, 3), rep(4, 6.2)]})
    ben.finish("1")
    ben.save("2", {"drill": "plank", "cannot_tell": True})
    ben.finish("2")
    wrong: list[LabelError] = []
    found = compare(
        read_ratings(anna.folder, wrong), read_ratings(ben.folder, wrong), ("Anna", "Ben")
    )
    assert wrong == []
    assert (found.clips, found.exact.value, found.only) == (1, 1.0, ((), ("plank-2",)))
    assert found.starts is not None
    assert found.starts.b == (1.1, 4.0)
    assert not read_label(ben.folder / "plank-2.label.json").view_ok


def test_a_label_of_nobody_is_not_touched(folder: Path) -> None:
    clips = LabelClips(folder, "Anna")
    place = clips.folder / "clamshell_1.label.json"
    place.write_text('{"schema": "formcheck.label/1", "clip": "clamshell_1.mp4"}')
    for wish in (clips.opened, clips.finish):
        with pytest.raises(LabelError, match="names no rater"):
            wish("1")
    place.unlink()
    (clips.folder / "drafts" / "clamshell_1.json").write_text("{")
    with pytest.raises(LabelError, match="move it away"):
        clips.opened("1")


# -- what formcheck sees -------------------------------------------------------------------------

RESULT = {
    "reps": [{"start_s": 1.0, "peak_s": 2.0, "end_s": 4.0, "hold_s": 0.5, "complete": True,
              "faults": [{"code": "pelvis_roll", "severity": 2}, {"code": "x", "severity": 0}]}],
    "holds": [],
}  # fmt: skip


def test_a_label_says_what_the_rater_was_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = LabelClips(folder, "Anna")
    ready = {"state": "ready", "measure": "m", "unit": "T", "t": [], "value": [], "result": RESULT}
    monkeypatch.setattr(clips._work, "seen", lambda *about: ready)
    assert "reps" not in clips.seen("1", "clamshell")
    draft = clips.opened("1")["draft"]
    assert (draft["signal_shown"], draft["prefilled"]) == (True, False)
    assert clips.seen("1", "clamshell", marks=True)["reps"] == proposed(RESULT)
    clips.save("1", {"drill": "clamshell", "reps": proposed(RESULT), "prefilled": False})
    clips.finish("1")
    label = json.loads((clips.folder / "clamshell_1.label.json").read_text())
    assert label["prefilled"].startswith("formcheck ")
    assert label["reps"][0]["hold_end_s"] == 2.5
    assert [f["code"] for f in label["reps"][0]["faults"]] == ["pelvis_roll"]


def test_what_a_browser_cannot_play_is_copied_at_its_times(folder: Path) -> None:
    clips = LabelClips(folder, "Anna")
    assert clips.copied("1") is None
    deadline = time.monotonic() + 20
    while (state := clips.copy("1"))["state"] == "working":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert state == {"state": "ready"}
    made = clips.copied("1")
    assert made is not None
    with VideoFile(made, as_it_is=True) as copy:
        assert list(copy.times()) == pytest.approx([ms / 1000 for ms in FRAMES], abs=1e-3)
    clips.close()
    assert not made.exists()


# -- a drill from a clip -------------------------------------------------------------------------


def test_marks_teach_a_drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "hip_bridge__good__side_l1013"
    with PoseTrack(TRACKS / f"{name}.npz") as track:
        poses = list(track)
    monkeypatch.setattr(teaching, "poses_of", lambda clip, model, **more: poses)
    marks = json.loads((TRACKS / f"{name}.label.json").read_text())["reps"]
    uneven_clip(tmp_path / "mine.mp4", list(range(0, 1000 * (int(marks[-1]["end_s"]) + 2), 100)))
    drills = tmp_path / "drills"
    clips = LabelClips(tmp_path, "Anna", drills_folder=drills)
    with pytest.raises(UsageError, match="expected two repetitions"):
        clips.teach("1", "raise_hips", False)
    clips.save("1", {"reps": [{**rep, "faults": {}} for rep in marks]})
    for wrong in ("../raise_hips", "raise_hips.py", "", "Raise", "x" * 61, "plank"):
        with pytest.raises(UsageError):
            clips.teach("1", wrong, False)
    assert clips.lesson("1") == {"state": "none"}
    assert not drills.exists()
    clips.teach("1", "raise_hips", False)
    clips._work._thread.join(60)  # type: ignore[union-attr]
    told = clips.lesson("1")
    assert (told["state"], told["written"]) == ("ready", "raise_hips.py")
    assert f"counts {len(marks)} of {len(marks)} repetitions" in told["said"][0]
    assert "raise_hips" in clips.drills()
    with pytest.raises(UsageError, match="it is there already"):
        clips.teach("1", "raise_hips", False)


# -- where things are ----------------------------------------------------------------------------


def test_no_path_of_the_page_reaches_the_disk(folder: Path) -> None:
    clips = LabelClips(folder, "../../Anna Müller")
    assert clips.folder == folder / "labels" / "anna_müller"
    for key in ("../clamshell_1", "clamshell_1.mp4", "0", "3", "1/../2"):
        with pytest.raises(UsageError, match="no such clip"):
            clips.path(key)
    for name in ("", "..", "///", "a" * 61):
        with pytest.raises(UsageError, match="--rater"):
            rater_folder(name)


def test_folders_that_cannot_be_labelled(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="there is none"):
        LabelClips(folder / "none", "Anna")
    (folder / "empty").mkdir()
    with pytest.raises(InputError, match="found none"):
        LabelClips(folder / "empty", "Anna")
    (folder / "Plank-2.avi").touch()
    with pytest.raises(FormcheckError, match="rename one"):
        LabelClips(folder, "Anna")
    with pytest.raises(SystemExit) as code:
        main(["app", "--label", str(folder)])
    assert code.value.code == 2
    assert "--label FOLDER --rater NAME" in capsys.readouterr().err
