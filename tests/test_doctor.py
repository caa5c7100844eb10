"""The doctor: says what is wrong and how to fix it; changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from formcheck import doctor
from formcheck.doctor import MEDIAPIPE, OPENCV, Check, main, run_checks

GOOD = {
    "mediapipe": MEDIAPIPE,
    "opencv-python": OPENCV,
    "opencv-contrib-python": OPENCV,
    "av": "18.0",
}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch):
    def use(**changes: str | None) -> None:
        have: Mapping[str, str | None] = GOOD | {
            name.replace("_", "-"): version for name, version in changes.items()
        }

        def version(name: str) -> str:
            if not have.get(name):
                raise PackageNotFoundError(name)
            return str(have[name])

        monkeypatch.setattr(doctor.importlib.metadata, "version", version)

    return use


def test_the_versions_are_those_of_the_project() -> None:
    text = (Path(__file__).parent.parent / "pyproject.toml").read_text()
    pins = dict(re.findall(r'"(mediapipe|opencv-python|opencv-contrib-python)==([\d.]+)"', text))
    assert pins == {
        "mediapipe": MEDIAPIPE,
        "opencv-python": OPENCV,
        "opencv-contrib-python": OPENCV,
    }
    constraints = (Path(__file__).parent.parent / "constraints.txt").read_text().split()
    assert all(f"{name}=={version}" in constraints for name, version in pins.items())


def test_this_machine_is_ready_and_looking_leaves_no_trace() -> None:
    from formcheck.folders import cache_dir, data_dir

    checks = run_checks()
    assert [c for c in checks if c.must and not c.ok] == []
    assert not data_dir().exists()
    assert not cache_dir().exists()
    assert all("\n" not in c.detail + c.todo for c in checks)


def test_every_check_that_can_fail_says_what_to_do() -> None:
    assert all(c.todo for c in run_checks() if not c.ok)


def test_a_newer_mediapipe_is_wrong_and_said_to_report_home(installed) -> None:
    installed(mediapipe="0.10.35")
    engine, privacy = doctor._mediapipe(), doctor._network()
    assert not engine.ok
    assert engine.must
    assert f"pip install mediapipe=={MEDIAPIPE}" in engine.todo
    assert not privacy.ok
    assert privacy.must
    installed()
    assert doctor._mediapipe().ok
    assert doctor._network().ok


@pytest.mark.parametrize(
    "changes",
    [
        {"opencv_python": "4.13.0.90"},
        {"opencv_contrib_python": "4.13.0.90"},
        {"opencv_python": None},
        {"opencv_contrib_python": None},
        {"opencv_python": "4.13.0.90", "opencv_contrib_python": "4.13.0.90"},
        {"opencv_python_headless": OPENCV},
    ],
)
def test_two_opencvs_that_differ_are_wrong_with_the_fix(installed, changes) -> None:
    installed(**changes)
    check = doctor._opencv()
    assert not check.ok
    assert check.must
    assert f"opencv-python=={OPENCV} opencv-contrib-python=={OPENCV}" in check.todo


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        (ModuleNotFoundError("No module named 'cv2'"), "--force-reinstall"),
        (ImportError("libGL.so.1: cannot open shared object file"), "apt install libgl1"),
    ],
)
def test_a_cv2_that_does_not_load_is_wrong_with_the_fix(
    installed, monkeypatch: pytest.MonkeyPatch, error: ImportError, fix: str
) -> None:
    def fail(name: str) -> None:
        raise error

    installed()
    monkeypatch.setattr(doctor.importlib, "import_module", fail)
    check = doctor._opencv()
    assert not check.ok
    assert fix in check.todo


def test_a_model_that_was_never_fetched_is_no_fault_but_a_damaged_one_is() -> None:
    from formcheck.vision.models import locate

    check = doctor._model("heavy")
    assert (check.ok, check.must) == (False, False)
    locate("heavy").parent.mkdir(parents=True)
    locate("heavy").write_bytes(b"half of it")
    check = doctor._model("heavy")
    assert (check.ok, check.must) == (False, True)
    assert "formcheck models get heavy" in check.detail


def test_settings_that_cannot_be_read_are_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s.toml").write_text("mirrror = true\n")
    monkeypatch.setenv("FORMCHECK_CONFIG", str(tmp_path / "s.toml"))
    check = doctor._settings()
    assert not check.ok
    assert "mirrror" in check.detail


def test_a_data_folder_that_cannot_be_made_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "file").chmod(0o777)
    assert not doctor._writable("data folder", tmp_path / "file" / "under").ok
    assert doctor._writable("data folder", tmp_path / "to" / "make").ok
    assert not (tmp_path / "to").exists()
    monkeypatch.setattr("os.access", lambda *_: False)  # as an unprivileged user would be told
    assert not doctor._writable("data folder", tmp_path / "to" / "make").ok


def test_no_display_is_said_and_is_no_must(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    check = doctor._display()
    assert (check.ok, check.must) == (False, False)
    assert "--no-window" in check.todo


def test_no_camera_is_opened_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from formcheck.errors import InputError
    from formcheck.vision import camera as cameras

    opened: list[object] = []

    def camera(source: object, **_: object) -> None:
        opened.append(source)
        raise InputError("camera 7: expected a camera, none answers")

    monkeypatch.setattr(cameras, "Camera", camera)
    assert doctor._camera(None).ok
    assert opened == []
    check = doctor._camera("7")
    assert opened == [7]
    assert (check.ok, check.must) == (False, True)


@pytest.mark.parametrize(
    ("must", "code", "word"), [(True, 1, "to fix: thing"), (False, 0, "ready")]
)
def test_only_what_must_be_makes_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], must, code, word
) -> None:
    check = Check("thing", False, "is gone", "put it back", must)
    monkeypatch.setattr(doctor, "run_checks", lambda camera: [check])
    assert main() == code
    out = capsys.readouterr().out
    assert word in out
    assert "-> put it back" in out


def test_what_the_camera_sees_ends_in_a_sentence() -> None:
    from fakes import person

    from formcheck.body.pose import Pose
    from formcheck.catalogue.registry import get_drill

    def lines(one: Pose, drill: str | None = None) -> list[str]:
        seen = [None, *(replace(one, t=i / 10) for i in range(90))]
        return doctor.set_up(iter(seen), get_drill(drill) if drill else None)

    stands = person(0.0)
    assert lines(stands)[-1] == "All is well: you can begin."
    assert lines(stands, "single_leg_stance")[-1].startswith("All is well: you can begin the ")
    assert not [row for row in lines(stands) if "start position" in row]
    told = lines(stands, "hip_bridge")
    assert "WRONG   The camera is in the right place" in told
    assert told[-1] == "Turn your side to the camera."
    dark = lines(Pose.missing(0.0, (640, 480), picture="too_dark"))
    assert "WRONG   Enough light" in dark
    assert dark[-1] == "It is too dark. Please turn on a light."
    assert doctor.set_up(iter([None]))[-1] == "The camera sent no picture."
