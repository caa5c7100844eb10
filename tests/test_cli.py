"""The command line: which drill, bad input in one line with the right code, stable output."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fakes import person

from formcheck.body.pose import Pose
from formcheck.catalogue.registry import drill_names
from formcheck.cli import main
from formcheck.cli.common import expand
from formcheck.drill import Dose
from formcheck.errors import InputError, UsageError
from formcheck.run.labels import dose_for, drill_for
from formcheck.vision import landmarker, source
from formcheck.vision.camera import cv2
from formcheck.vision.clip import VideoFile
from formcheck.vision.frames import Frame
from formcheck.vision.models import Model
from formcheck.vision.track import write_track

SIZE = (64, 48)


@dataclass
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    def call(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as stop:
            main([str(a) for a in arguments])
        out, err = capfd.readouterr()
        return Ran(int(stop.value.code or 0), out, err)

    return call


@pytest.fixture
def track(tmp_path: Path) -> Path:
    """Somebody stands for two seconds: a track of any standing drill, with nothing done."""
    path = tmp_path / "single_leg_stance_x.npz"
    meta = {"model": "full", "model_sha256": "0" * 64, "mediapipe": "0.10.33", "fps": 20.0}
    write_track(path, (person(i / 20, (640, 480)) for i in range(40)), meta)
    return path


def video(path: Path, n: int = 10, size: tuple[int, int] = SIZE) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10.0, size)
    for i in range(n):
        writer.write(np.full((size[1], size[0], 3), 50 + i, np.uint8))
    writer.release()
    return path


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that finds nobody, so that no test here waits for the real one."""

    class Blind:
        notes: tuple[str, ...] = ()
        changed_to = None

        def __init__(self, model: Model, **_: object) -> None:
            self.model_name, self.sha256 = model.name, model.sha256

        def __enter__(self) -> Blind:
            return self

        def __exit__(self, *_: object) -> None: ...

        def picture_of(self, frame: Frame) -> None: ...

        def detect(self, frame: Frame, picture: object = None) -> Pose:
            h, w = frame.image.shape[:2]
            return Pose.missing(frame.t, (w, h))

    monkeypatch.setattr(landmarker, "Landmarker", Blind)


def one_line(ran: Ran, code: int, *words: str) -> None:
    assert ran.code == code, ran.err
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1, ran.err
    assert ran.err.startswith("formcheck: error: ")
    for word in words:
        assert word in ran.err


# --- which drill, which dose, which clips ----------------------------------------------------


def label(clip: Path, text: str | dict) -> None:
    beside = clip.with_name(f"{clip.stem}.label.json")
    beside.write_text(text if isinstance(text, str) else json.dumps(text))


def test_the_drill_comes_from_the_option_then_the_label_then_the_name(tmp_path: Path) -> None:
    clip = tmp_path / "hip_bridge__good.mp4"
    assert drill_for(clip, None, None).name == "hip_bridge"
    label(clip, {"drill": "clamshell"})
    assert drill_for(clip, None, None).name == "clamshell"
    assert drill_for(clip, "single_leg_stance", None).name == "single_leg_stance"
    label(clip, {"drill": None})
    assert drill_for(clip, None, None).name == "hip_bridge"


def test_a_clip_that_names_no_drill_is_an_error_that_says_how_to_name_it(tmp_path: Path) -> None:
    for name in ("film.mp4", "hip_bridgework.mp4", "my_clamshell.mp4"):
        with pytest.raises(UsageError, match="--drill") as error:
            drill_for(tmp_path / name, None, None)
        assert "--drill auto" in str(error.value) and "formcheck drills" in str(error.value)


def test_a_broken_label_is_named(tmp_path: Path) -> None:
    clip = tmp_path / "clamshell.mp4"
    for text in ("{", "[1]"):
        label(clip, text)
        with pytest.raises(InputError, match=r"clamshell\.label\.json"):
            drill_for(clip, None, None)


@pytest.mark.parametrize(
    ("dose", "hold"),
    [
        ({"hold_s": 2}, 2.0),
        ({"hold_s": None}, None),
        ({"hold_s": -1}, None),
        (None, None),
        (3, None),
    ],
)
def test_a_hold_is_judged_against_the_labels_dose(
    dose: object, hold: float | None, tmp_path: Path
) -> None:
    clip = tmp_path / "clamshell.mp4"
    label(clip, {"dose": dose})
    assert dose_for(clip, Dose()).hold_s == hold
    assert dose_for(clip, Dose(hold_s=7.0)) == Dose(hold_s=7.0)


def test_a_folder_stands_for_its_clips_and_not_for_their_tracks(tmp_path: Path) -> None:
    for name in ("b.mp4", "a.MOV", "b.npz", "c.npz", "b.label.json", "notes.txt"):
        (tmp_path / name).touch()
    assert [p.name for p in expand([tmp_path])] == ["a.MOV", "b.mp4", "c.npz"]


# --- output ----------------------------------------------------------------------------------


def test_json_on_stdout_is_the_document_alone_and_the_same_twice(run, track: Path) -> None:
    first, second = (run("score", track, "--json", "-") for _ in range(2))
    assert (first.code, first.err) == (0, "")
    document = json.loads(first.out)
    assert document["clip"] == track.name
    assert document["drill"] == "single_leg_stance"
    assert document["schema"] == "formcheck.result/1"
    assert document["provenance"]["model"] == "full"
    assert str(track.parent) not in first.out
    assert second.out == first.out


def test_json_in_a_file_is_what_stdout_would_get(run, track: Path, tmp_path: Path) -> None:
    ran = run("score", track, "--json", tmp_path / "r.json")
    assert "Single-leg stance" in ran.out
    assert (tmp_path / "r.json").read_text() == run("score", track, "--json", "-").out


def test_several_clips_give_one_document_a_line(run, track: Path) -> None:
    ran = run("score", track, track, "--json", "-")
    assert [json.loads(line)["clip"] for line in ran.out.splitlines()] == [track.name] * 2


def test_every_output_at_once(run, tmp_path: Path, blind: None) -> None:
    clip = video(tmp_path / "clamshell.mp4")
    outs = {
        "--json": "r.json", "--csv": "r.csv", "--events": "e.jsonl", "--video": "v.mp4",
        "--poses": "p.npz",
    }  # fmt: skip
    out = tmp_path / "out"
    out.mkdir()
    ran = run("score", clip, *(x for k, v in outs.items() for x in (k, out / v)))
    assert (ran.code, ran.err) == (0, "")
    assert sorted(p.name for p in out.iterdir()) == sorted(outs.values())
    again = run("score", out / "p.npz", "--drill", "clamshell", "--json", "-").out
    whole = json.loads((out / "r.json").read_text())
    assert json.loads(again) == whole | {"clip": "p.npz"}


def test_many_clips_write_into_a_folder(run, tmp_path: Path, blind: None) -> None:
    clips = [video(tmp_path / f"clamshell_{i}.mp4") for i in range(2)]
    ran = run("score", *clips, "--video", tmp_path / "v", "--poses", tmp_path / "p")
    assert ran.code == 0
    assert sorted(p.name for p in (tmp_path / "v").iterdir()) == [
        "clamshell_0.mp4",
        "clamshell_1.mp4",
    ]
    assert len(list((tmp_path / "p").iterdir())) == 2
    one_line(run("score", *clips, "--video", tmp_path / "v.mp4"), 2, "folder")


def test_start_and_end_cut_the_clip(run, track: Path) -> None:
    ran = run("score", track, "--start", 0.5, "--end", 1.0, "--json", "-")
    assert json.loads(ran.out)["frames"] == 10


def test_extract_writes_a_track_that_scores_like_its_clip(run, tmp_path: Path, blind: None) -> None:
    clip = video(tmp_path / "clamshell.mp4")
    assert run("extract", clip, "--out", tmp_path / "t.npz").code == 0
    assert run("extract", clip, "--out", tmp_path / "tracks").code == 0
    assert (tmp_path / "tracks" / "clamshell.npz").exists()
    direct = run("score", clip, "--json", "-").out
    by_track = run("score", tmp_path / "t.npz", "--drill", "clamshell", "--json", "-").out
    assert by_track == direct.replace("clamshell.mp4", "t.npz")


def test_drills_are_listed_and_shown(run) -> None:
    listed = run("drills")
    assert listed.code == 0
    assert all(name in listed.out for name in drill_names())
    card = run("drills", "clamshell").out
    assert "Hips stacked" in card
    assert "Camera:" in card
    data = json.loads(run("drills", "clamshell", "--json").out)
    assert data["name"] == "clamshell"
    assert data["faults"][0]["source"]
    assert [d["name"] for d in json.loads(run("drills", "--json").out)] == list(drill_names())


# --- bad input -------------------------------------------------------------------------------


def test_input_that_cannot_be_read_is_one_line_and_code_3(run, tmp_path: Path) -> None:
    def made(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    folder = tmp_path / "clamshell_empty"
    folder.mkdir()
    with zipfile.ZipFile(tmp_path / "clamshell_zip.npz", "w") as archive:
        archive.writestr("t.npy", b"junk")
    np.savez(tmp_path / "clamshell_other.npz", t=np.arange(3.0), xy=np.zeros((3, 17, 2)))
    good = video(tmp_path / "whole.mp4", 40).read_bytes()
    for path in (
        tmp_path / "clamshell_missing.mp4",
        folder,
        made("clamshell_zero.mp4", b""),
        made("clamshell_text.mp4", b"not a film\n" * 50),
        made("clamshell_cut.mp4", good[: len(good) // 2]),
        made("clamshell_zero.npz", b""),
        made("clamshell_text.npz", b"junk"),
        tmp_path / "clamshell_zip.npz",
        tmp_path / "clamshell_other.npz",
    ):
        one_line(run("score", path, "--json", "-"), 3)


def test_a_clip_of_one_frame_and_a_tiny_one_have_a_result(run, tmp_path: Path, blind: None) -> None:
    for clip in (
        video(tmp_path / "clamshell_1.mp4", 1),
        video(tmp_path / "clamshell_2.mp4", 5, (16, 16)),
    ):
        ran = run("score", clip, "--json", "-")
        assert (ran.code, ran.err) == (0, "")
        document = json.loads(ran.out)
        assert document["reps"] == []
        assert document["score"] is None
        if document["seconds"] > 0:
            assert document["cannot_judge"][0]["reason"] == "too_dark"


def test_a_cut_off_clip_is_judged_as_far_as_it_goes_with_a_warning(
    run, tmp_path: Path, blind: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = video(tmp_path / "clamshell.mp4")
    real = VideoFile._account

    def short(self, read: int, *rest: object) -> None:
        self.frames_expected = 40
        real(self, read, *rest)

    monkeypatch.setattr(VideoFile, "_account", short)
    ran = run("score", clip, "--json", "-")
    assert ran.code == 0
    assert json.loads(ran.out)["frames"] == 10
    assert "10 of 40" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("labelled", [False, True])
def test_a_side_for_a_drill_without_sides_is_ignored_in_one_line(run, labelled: bool) -> None:
    [path] = (Path(__file__).parent / "tracks").glob("hip_bridge__good__side_l1013.npz")
    named = [] if labelled else ["--drill", "hip_bridge"]
    ran = run("score", path, *named, "--side", "right", "--json", "-")
    plain = run("score", path, *named, "--json", "-")
    assert json.loads(ran.out)["counts"] == json.loads(plain.out)["counts"]
    assert json.loads(ran.out)["counts"]["reps"] > 2
    assert ran.err.splitlines() == [
        "formcheck: --side: Hip bridge has no sides; going on without --side right"
    ]
    assert plain.err == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--drill", "clamshel"], ["clamshell"]),
        (["--side", "up"], ["left"]),
        (["--hold", "0"], ["--hold"]),
        (["--reps", "-3"], ["--reps"]),
        (["--reps", "many"], ["--reps"]),
        (["--nope"], ["--nope"]),
        (["--start", "5", "--end", "3"], ["start"]),
        (["--json", "-", "--events", "-"], ["standard output"]),
        (["--video", "v.avi"], [".mp4"]),
        (["--json", "no/such/folder/r.json"], ["r.json"]),
        (["--csv", "no/such/folder/r.csv"], ["r.csv"]),
        (["--events", "no/such/folder/e.jsonl"], ["e.jsonl"]),
        (["--poses", "no/such/folder/p.npz"], ["p.npz"]),
        (["--video", "no/such/folder/v.mp4"], ["v.mp4"]),
    ],
)
def test_usage_is_one_line_and_code_2(
    run, track: Path, arguments: Sequence[str], words: Sequence[str]
) -> None:
    one_line(run("score", track, *arguments), 2, *words)


def test_unwritable_output_is_found_before_the_work(
    run, track: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object, **__: object) -> None:
        raise AssertionError("the clip was opened")

    monkeypatch.setattr(source, "open_source", read)
    one_line(run("score", track, "--json", track.parent / "none" / "r.json"), 2)


def test_an_output_never_replaces_an_input_or_another_output(
    run, track: Path, tmp_path: Path
) -> None:
    before = track.read_bytes()
    one_line(run("score", track, "--poses", track), 2, "input")
    same = tmp_path / "same"
    one_line(run("score", track, "--json", same, "--csv", same), 2, "twice")
    assert track.read_bytes() == before
    assert not same.exists()


def test_one_bad_clip_does_not_stop_the_others(run, track: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing.npz"
    ran = run("score", missing, track, "--json", "-")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 1
    assert "1 of 2" in ran.err
    assert "Traceback" not in ran.err
    assert run("score", missing, track, "--json", "-", "--strict").code == 1
    assert run("score", missing, missing, "--json", "-").code == 3


def test_a_result_that_is_lost_on_the_way_is_not_called_done(
    run, track: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from formcheck.sinks import jsonl

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jsonl, "replace_text", full)
    ran = run("score", track, "--json", tmp_path / "r.json")
    assert ran.code == 1
    assert "No space left" in ran.err


def test_debug_adds_the_traceback_wherever_it_stands(run, tmp_path: Path) -> None:
    missing = tmp_path / "clamshell.mp4"
    for arguments in (["--debug", "score", missing], ["score", missing, "--debug"]):
        ran = run(*arguments)
        assert ran.code == 3
        assert "Traceback" in ran.err
        assert "no such file" in ran.err


def test_an_unforeseen_error_is_one_line_too(
    run, track: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr("formcheck.vision.track.PoseTrack", broken)
    one_line(run("score", track), 1, "--debug")


def test_ctrl_c_is_code_130(run, track: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("formcheck.vision.track.PoseTrack", stop)
    ran = run("score", track)
    assert ran.code == 130
    assert len(ran.err.splitlines()) == 1


def test_version_and_no_command(run) -> None:
    from formcheck import __version__

    assert run("--version").out == f"formcheck {__version__}\n"
    assert "score" in run("--help").out


@pytest.mark.parametrize("arguments", [["--help"], ["score", "--help"], ["drills"]])
def test_light_commands_load_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from formcheck.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "heavy = {'cv2', 'mediapipe', 'matplotlib', 'av'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "[]"


# --- words -----------------------------------------------------------------------------------


def test_words_promise_nothing_and_hold_no_degrees(run, track: Path) -> None:
    said = run("score", track).out
    assert "Single-leg stance" in said
    for never in ("deg", "°", "normal", "risk", "injur", "diagnos"):
        assert never not in said.lower()
