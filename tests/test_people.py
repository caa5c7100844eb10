"""A folder of people: names and days read, changes against repeated clips, pseudonyms."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path, PurePath
from typing import Any

import pytest

from formcheck.cli import main
from formcheck.report.change import repeatable
from formcheck.report.people import Named, named

DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("Anna/2026-11-02_hip_bridge.json", Named("Anna", DAY, "hip_bridge")),
        ("Anna/2026-11-02.mp4", Named("Anna", DAY, "")),
        ("Anna/hips 2026-11-02 b.mov", Named("Anna", DAY, "b")),
        ("Anna/2026-11-02/hip_bridge_1.npz", Named("Anna", DAY, "hip_bridge_1")),
        ("Anna/2026-11-02/front/plank.json", Named("Anna", DAY, "plank")),
        ("Anna B_2026-11-02.json", Named("Anna B", DAY, "")),
        ("anna-2026-11-02-plank.result.json", Named("anna", DAY, "plank")),
        ("2026-11-02_plank.json", None),
        ("Anna/plank.json", None),
        ("2026-11-02/plank.json", None),
        ("Anna/2026-13-02.json", None),
        ("Anna_12026-11-02.json", None),
    ],
)
def test_person_and_day_of_a_name(path: str, found: Named | None) -> None:
    assert named(PurePath(path)) == found


def test_the_change_that_repeated_clips_explain() -> None:
    """By hand: squares 2 + 18 + 6 about the days' means, 7 clips less 3 days."""
    found = repeatable([[10, 12], [20, 26], [5, 5, 8], [99], [math.nan, 3]])
    assert found is not None
    assert found.sem == pytest.approx(math.sqrt(26 / 4))
    assert found.mdc95 == pytest.approx(7.0669, abs=1e-4)
    assert (found.clips, found.days) == (7, 3)
    assert repeatable([[10, 12], [20, 26], [1]]) is None


def result(form: int, peak: float = 180.0, faults: tuple[str, ...] = ()) -> dict[str, Any]:
    seen = [{"code": code, "severity": 1} for code in faults]
    rep = {"complete": True, "faults": seen, "peak": peak}
    return {
        "schema": "formcheck.result/1", "clip": "Zoë Smith at home.mp4", "drill": "hip_bridge",
        "side": None, "seconds": 9.0, "reps": [rep, {**rep, "faults": []}], "holds": [],
        "form": form, "refused_s": 1.0,
        "provenance": {"parameters": {"measure": {"name": "body_line", "unit": "deg"}}},
    }  # fmt: skip


def put(folder: Path, person: str, day: str, *results: dict[str, Any]) -> None:
    (folder / person).mkdir(parents=True, exist_ok=True)
    for n, document in enumerate(results):
        (folder / person / f"{day}_{n}.json").write_text(json.dumps(document))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "people"
    put(found, "Zoë <Smith>", "2026-10-02", result(60, 150.0, ("low_hips",)), result(62, 152.0))
    put(found, "Zoë <Smith>", "2026-11-02", result(90, 170.0), result(92, 171.0))
    put(found, "Ben", "2026-11-01", result(80), result(81))
    (found / "Zoë <Smith>" / "2026-10-02_0.mp4").touch()  # its result is there
    return found


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as code:
        main(["people", *map(str, arguments)])
    return int(code.value.code or 0)


def test_a_page_a_person_and_one_of_everybody(folder: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    assert run(folder, "--out", pages) == 0
    assert {p.name for p in pages.iterdir()} == {"index.html", "Ben.html", "Zoë_Smith.html"}
    page = (pages / "Zoë_Smith.html").read_text("utf-8")
    assert "<Smith>" not in page
    assert "Zoë &lt;Smith&gt;" in page
    assert "+30; more than repeated clips differ (3)" in page  # 1.96 √2 √(4.5 / 3) = 3.4
    assert "Minimal detectable change 3, from 6 repeated clips on 3 days." in page
    assert "<td>1 of 4</td><td>0 of 4</td>" in page
    assert "4 clips on 2 days, Friday 2 October 2026 to Monday 2 November 2026" in page
    index = (pages / "index.html").read_text("utf-8")
    assert 'href="Zoë_Smith.html"' in index
    assert "2 people" in index


def test_without_repeated_clips_no_change_is_told_from_chance(tmp_path: Path) -> None:
    put(tmp_path / "in", "Ben", "2026-10-02", result(60))
    put(tmp_path / "in", "Ben", "2026-11-02", result(90))
    assert run(tmp_path / "in", "--out", tmp_path / "out") == 0
    page = (tmp_path / "out" / "Ben.html").read_text("utf-8")
    assert "+30; too few repeated clips to tell it from chance (0)" in page


def test_names_stay_out_and_pseudonyms_stay_the_same(folder: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    assert run(folder, "--out", pages, "--pseudonym") == 0
    before = {p.name for p in pages.iterdir()}
    assert len(before) == 3
    put(folder, "Adam", "2026-11-01", result(80))
    assert run(folder, "--out", pages, "--pseudonym") == 0
    after = {p.name for p in pages.iterdir()}
    assert before < after
    assert len(after) == 4
    for page in pages.iterdir():
        said = (page.name + page.read_text("utf-8")).casefold()
        assert not any(name in said for name in ("zoë", "smith", "ben<", "ben.", "adam"))
    keys = json.loads((folder / "pseudonyms.json").read_text("utf-8"))
    assert {f"{key}.html" for key in keys.values()} | {"index.html"} == after


def test_what_cannot_be_used(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = tmp_path / "pages"
    (folder / "Ben" / "2026-11-05.json").write_text('{"schema": "other"}')
    lame = result(50)
    del lame["reps"]
    put(folder, "Ben", "2026-11-06", lame)
    (folder / "notes.json").write_text("{}")
    assert run(folder, "--out", pages) == 3
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 4
    assert sum("score the clip again" in line for line in said) == 2
    assert (pages / "Ben.html").exists()
    assert run(folder, "--out", folder) == 2
    (folder / "pseudonyms.json").write_text('{"Ben": "Ben"}')
    assert run(folder, "--out", pages, "--pseudonym") == 3
    assert run(tmp_path / "none", "--out", pages) == 3
    assert run(pages, "--out", tmp_path / "more") == 3
    assert all(line.startswith("formcheck: ") for line in capsys.readouterr().err.splitlines())
