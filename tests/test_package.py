"""The package as others get it: its names, its version, and a wheel that works by itself."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

import formcheck

ROOT = Path(__file__).resolve().parent.parent


def test_the_public_names_are_these() -> None:
    """Taking one away or renaming it breaks somebody's script: do it knowingly."""
    assert formcheck.__all__ == [
        "Analyzer", "Camera", "CannotJudgeSpan", "ClipResult", "Dose", "Drill", "Fault",
        "FaultSpan", "FormcheckError", "Frame", "Hold", "InputError", "Joint", "Landmarker",
        "Model", "ModelError", "Pose", "PoseTrack", "Reason", "Rep", "SetResult", "Side", "Step",
        "UnknownDrill", "UsageError", "VideoFile", "__version__", "drill_names", "find_model",
        "get_drill", "open_source", "run_set", "score", "score_many", "write_track",
    ]  # fmt: skip


@pytest.mark.parametrize("name", formcheck.__all__)
def test_every_public_name_is_there_and_listed(name: str) -> None:
    assert getattr(formcheck, name) is not None
    assert name in dir(formcheck)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Analyser'"):
        formcheck.Analyser  # noqa: B018 (reading it is the test)


def test_the_version_is_the_installed_one() -> None:
    try:
        installed = version("formcheck")
    except PackageNotFoundError:
        pytest.skip("run from the source, not installed")
    assert formcheck.__version__ == installed


def test_sql_stands_in_the_journal_only() -> None:
    source = ROOT / "src" / "formcheck"
    sql = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE FROM|PRAGMA)\b|\bsqlite3\b")
    users = {
        path.relative_to(source).parts[0]
        for path in source.rglob("*.py")
        if sql.search(path.read_text(encoding="utf-8"))
    }
    assert users == {"journal"}


# --------------------------------------------------------------------------------- the wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_holds_what_it_needs_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
    assert wheel.name == f"formcheck-{formcheck.__version__}-py3-none-any.whl"
    inside = {name.removeprefix("formcheck/") for name in names if name.startswith("formcheck/")}
    assert {
        "py.typed",
        "_models/manifest.json",
        "_models/pose_landmarker_full.task",
        "_models/pose_landmarker_lite.task",
    } <= inside
    source = ROOT / "src" / "formcheck"
    needed = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and path.suffix in (".py", ".toml", ".typed", ".json", ".npz")
    }
    assert needed - inside == set()
    info = f"formcheck-{formcheck.__version__}.dist-info/"
    assert {n for n in names if not n.startswith(("formcheck/", info))} == set()
    assert {f"{info}licenses/LICENSE", f"{info}licenses/NOTICE"} <= set(names)


def test_the_wheel_works_with_the_source_out_of_reach(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        file.extractall(tmp_path / "site")
    program = """
import json, sys
sys.path.insert(0, sys.argv[1])
import formcheck
from formcheck.coach.plans import plan_names
print(json.dumps({
    "home": formcheck.__file__,
    "models": [str(formcheck.find_model(name).path) for name in ("lite", "full")],
    "drills": list(formcheck.drill_names()),
    "plans": list(plan_names()),
}))
"""
    ran = subprocess.run(
        [sys.executable, "-I", "-c", program, str(tmp_path / "site")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    site = tmp_path / "site" / "formcheck"
    assert Path(said["home"]).parent == site
    assert {Path(path).parent for path in said["models"]} == {site / "_models"}
    assert "clamshell" in said["drills"]
    assert said["plans"]


def test_every_mutant_fits_the_source() -> None:
    """`make mutants` takes half an hour; that it could still run is seen in each run."""
    from mutants import MUTANTS, SOURCE

    stale = [m.name for m in MUTANTS if m.old not in (SOURCE / m.file).read_text("utf-8")]
    assert not stale
