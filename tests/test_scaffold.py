"""``drills --new`` and the page that explains it: both make a drill that is found and judged."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from formcheck.catalogue import registry
from formcheck.catalogue.registry import all_drills, get_drill, load_drill_file
from formcheck.cli import main
from formcheck.cli.scaffold import new_drill
from formcheck.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "add-a-drill.md").read_text(encoding="utf-8")


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([str(a) for a in arguments])
        return int(stop.value.code or 0), *capfd.readouterr()

    return call


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's drills folder, as the settings name it."""
    settings = tmp_path / "settings.toml"
    settings.write_text(f"drills_folder = '{tmp_path / 'own'}'\n", encoding="utf-8")
    monkeypatch.setenv("FORMCHECK_CONFIG", str(settings))
    return tmp_path / "own"


@pytest.fixture
def fresh() -> Iterator[Callable[[], None]]:
    """Makes the built-in drills and entry points be looked up anew; done once more afterwards."""
    yield registry._built_in.cache_clear
    registry._built_in.cache_clear()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def page_drill(folder: Path) -> Path:
    """The page's drill: its Python blocks, but for the script, in one file."""
    folder.mkdir(exist_ok=True)
    file = folder / "arm_raise.py"
    text = [b for b in blocks("python") if not b.startswith("# make_clip.py")]
    file.write_text("\n".join(text), encoding="utf-8")
    return file


def pytest_in(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull,
         f"--rootdir={folder}", str(folder / "tests")],
        capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip


# -- drills --new ------------------------------------------------------------------------------


def test_a_new_drill_is_written_found_and_passes_its_own_test(run, own: Path) -> None:
    code, out, err = run("drills", "--new", "shoulder_lift2")
    assert (code, err) == (0, "")
    file, test = map(Path, out.split())
    assert file == own / "shoulder_lift2.py"
    assert test == own / "tests" / "test_shoulder_lift2.py"
    assert "shoulder_lift2" in run("drills")[1]
    assert "Shoulder lift2 (shoulder_lift2)" in run("drills", "shoulder_lift2")[1]
    done = pytest_in(own)
    assert done.returncode == 0, done.stdout
    assert "NAME" not in file.read_text() and "TITLE" not in file.read_text()


def test_the_test_that_is_written_fails_where_the_drill_is_wrong(tmp_path: Path) -> None:
    file, _ = new_drill("arm_raise", tmp_path)
    text = file.read_text()
    file.write_text(text.replace("above(8", "above(2").replace("whole=60", "whole=25"))
    assert file.read_text() != text
    done = pytest_in(tmp_path)
    assert "test_a_small_movement_is_not_a_whole_repetition" in done.stdout
    assert "test_the_trunk_lean_is_found_and_a_near_miss_is_not[4-False]" in done.stdout
    assert "2 failed, 3 passed" in done.stdout


@pytest.mark.parametrize("name", ["", "2raise", "arm-raise", "Arm", "class", "../x", "a b", "é"])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a name"):
        new_drill(name, tmp_path / "own")
    assert list(tmp_path.iterdir()) == []


def test_a_built_in_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="plank"):
        new_drill("plank", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", ["arm_raise.py", "tests/test_arm_raise.py"])
def test_nothing_is_overwritten_and_nothing_written_by_half(there: str, tmp_path: Path) -> None:
    old = tmp_path / there
    old.parent.mkdir(exist_ok=True)
    old.write_text("mine")
    with pytest.raises(UsageError, match="it is there already"):
        new_drill("arm_raise", tmp_path)
    assert old.read_text() == "mine"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [old]


def test_another_folder_is_said_not_to_be_searched(run, own: Path, tmp_path: Path) -> None:
    code, _, err = run("drills", "--new", "arm_raise", "--folder", tmp_path / "else")
    assert code == 0
    assert "drills_folder" in err
    assert (tmp_path / "else" / "arm_raise.py").is_file()
    assert "arm_raise" not in all_drills(own)


@pytest.mark.parametrize(
    "arguments", [("plank", "--new", "x1"), ("--folder", "."), ("plank", "--folder", ".")]
)
def test_options_that_do_not_go_together_are_refused(run, arguments, own: Path) -> None:
    code, out, err = run("drills", *arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


# -- found and checked the same way ------------------------------------------------------------


def test_a_file_in_the_folder_is_checked_and_named(run, own: Path) -> None:
    file, _ = new_drill("arm_raise", own)
    text = file.read_text()
    file.write_text(text.replace("Grow tall, only", "one two three four five six"))
    code, _, err = run("drills")
    assert code == 2
    assert "arm_raise.py" in err and "at most 8 words" in err
    assert len(err.splitlines()) == 1


class _Point:
    """An installed package's entry point."""

    name, value = "arm_raise", "my_drills:DRILL"

    def __init__(self, gives: object) -> None:
        self._gives = gives

    def load(self) -> object:
        if isinstance(self._gives, Exception):
            raise self._gives
        return self._gives


def test_a_drill_of_an_installed_package_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: Callable[[], None]
) -> None:
    drill = load_drill_file(new_drill("arm_raise", tmp_path)[0])
    monkeypatch.setattr(registry, "entry_points", lambda group: [_Point(drill)])
    fresh()
    assert get_drill("arm_raise") is drill


@pytest.mark.parametrize("gives", ["not a drill", ModuleNotFoundError("no my_drills")])
def test_a_package_without_a_drill_is_named(
    gives: object, monkeypatch: pytest.MonkeyPatch, fresh: Callable[[], None]
) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [_Point(gives)])
    fresh()
    with pytest.raises(UsageError, match="arm_raise"):
        all_drills()


# -- the page ----------------------------------------------------------------------------------


def test_the_pages_drill_passes_the_test_that_new_writes(tmp_path: Path) -> None:
    file, _ = new_drill("arm_raise", tmp_path)
    file.unlink()
    page_drill(tmp_path)
    done = pytest_in(tmp_path)
    assert done.returncode == 0, done.stdout


def test_the_page_goes_all_the_way_to_the_bench(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: Callable[[], None]
) -> None:
    new_drill("arm_raise", tmp_path)
    page_drill(tmp_path)
    (script,) = (b for b in blocks("python") if b.startswith("# make_clip.py"))
    (tmp_path / "make_clip.py").write_text(script, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(tmp_path / "tests"))
    runpy.run_path("make_clip.py")

    # What ``pip install -e .`` leaves behind for the page's pyproject.
    (project,) = blocks("toml")
    (value,) = re.findall(r'^arm_raise = "(.+)"$', project, re.MULTILINE)
    installed = tmp_path / "my_drills-0.1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: my-drills\nVersion: 0.1\n")
    (installed / "entry_points.txt").write_text(f"[formcheck.drills]\narm_raise = {value}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    fresh()

    code, out, err = run("score", "clips/arm_raise_good.npz")
    assert code == 0, err
    assert re.search(r"\b3\b", out)
    commands = [line for b in blocks("sh") for line in b.splitlines()]
    (bench,) = (line for line in commands if line.startswith("formcheck bench"))
    code, out, err = run(*bench.split()[1:], "--quick", "--jobs", "1")
    assert code == 0, err
    assert "arm_raise" in out
    for name in ("arm_raise", "test_arm_raise"):
        monkeypatch.delitem(sys.modules, name, raising=False)
