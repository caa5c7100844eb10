"""Clips to results from Python: the same answers as the command line, typed, one bad clip alone."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import media
import pytest
from test_batch import NoModel

import formcheck
from formcheck.cli import main
from formcheck.vision import landmarker

ROOT = Path(__file__).resolve().parent.parent
TRACKS = ROOT / "tests" / "tracks"
ROLLED = TRACKS / "clamshell__pelvis_roll_graded__front_l1007.npz"
STOOD = TRACKS / "single_leg_stance__touch_down__front_l1025.npz"


def said(capfd: pytest.CaptureFixture[str], *arguments: object) -> dict[str, object]:
    with pytest.raises(SystemExit):
        main(["score", *map(str, arguments), "--json", "-"])
    return json.loads(capfd.readouterr().out)


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the place of the pose model: somebody stands in every frame."""
    monkeypatch.setattr(landmarker, "Landmarker", NoModel)


# ------------------------------------------------------------------------------- one clip


@pytest.mark.parametrize("clip", [ROLLED, STOOD], ids=["counted", "timed"])
@pytest.mark.parametrize("named", [True, False])
def test_a_result_is_the_json_of_the_command_line(
    clip: Path, named: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    drill = clip.name.split("__")[0] if named else "auto"
    result = formcheck.score(clip, *([drill] if named else []))
    document = result.to_dict()
    assert document == said(capfd, clip, "--drill", drill)
    again = formcheck.ClipResult(json.loads(json.dumps(document)))
    assert again == result
    assert [rep.to_dict() for rep in again.reps] == document["reps"]
    assert [hold.to_dict() for hold in again.holds] == document["holds"]
    assert [fault.to_dict() for fault in again.faults] == document["faults"]
    assert [span.to_dict() for span in again.cannot_judge] == document["cannot_judge"]
    assert result.score == document["score"]
    assert (result.complete, result.partial) == tuple(document["counts"].values())


def test_options_are_those_of_the_command_line(capfd: pytest.CaptureFixture[str]) -> None:
    mine = formcheck.score(ROLLED, "clamshell", side="left", reps=9, hold=3, start=2, end=9)
    options = ["--drill", "clamshell", "--side", "left", "--reps", 9, "--hold", 3]
    options += ["--start", 2, "--end", 9]
    assert mine.to_dict() == said(capfd, ROLLED, *options)
    assert mine.to_dict() != formcheck.score(ROLLED, "clamshell").to_dict()
    assert mine.side is formcheck.Side.LEFT


def test_a_label_says_what_was_asked_for(tmp_path: Path) -> None:
    clip = tmp_path / "clamshell.npz"
    clip.write_bytes(ROLLED.read_bytes())
    clip.with_suffix(".label.json").write_text('{"dose": {"hold_s": 2}}')
    dose = formcheck.score(clip, "clamshell").to_dict()["provenance"]["parameters"]["dose"]
    assert dose == {"hold_s": 2.0}


def test_a_clip_is_scored_with_the_model_and_tells_how_far_it_is(
    tmp_path: Path, blind: None
) -> None:
    clip = media.clip(tmp_path / "a.mp4", 30, 20)
    told: list[tuple[float, float | None]] = []
    result = formcheck.score(
        str(clip), "clamshell", model="lite", progress=lambda *now: told.append(now)
    )
    assert result.to_dict()["provenance"]["model"] == "lite"
    assert [t for t, _ in told] == pytest.approx([i / 20 for i in range(30)])
    assert {total for _, total in told} == {1.5}
    assert len(told) == result.to_dict()["frames"]


def test_a_progress_that_raises_is_left_out_and_said() -> None:
    def broken(done: float, total: float | None) -> None:
        raise ZeroDivisionError("my own")

    result = formcheck.score(ROLLED, "clamshell", progress=broken)
    assert result == formcheck.score(ROLLED, "clamshell")
    (line,) = result.warnings
    assert "progress switched off: my own" in line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"drill": "clamshel"}, "did you mean 'clamshell'?"),
        ({"side": "up"}, "side: expected left, right or None, got 'up'"),
        ({"reps": 0}, "reps: expected more than 0, got 0"),
        ({"hold": math.nan}, "hold: expected more than 0"),
        ({"stride": "some"}, "stride: expected all or auto"),
    ],
)
def test_wrong_arguments_are_errors_before_any_work(options: dict[str, object], words: str) -> None:
    for call in (formcheck.score, formcheck.score_many):
        with pytest.raises(formcheck.UsageError, match=re.escape(words)):
            call("missing.npz", **options)  # type: ignore[operator]


def test_a_clip_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(formcheck.InputError, match="no such file"):
        formcheck.score(tmp_path / "a.npz", "clamshell")


def test_what_is_no_result_is_refused() -> None:
    with pytest.raises(formcheck.UsageError, match=r"expected a result of schema formcheck.result"):
        formcheck.ClipResult({"schema": "formcheck.label/1"})


# ------------------------------------------------------------------------------ many clips


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_of_many_clips_come_with_their_clips_and_a_bad_one_fails_alone(
    jobs: int, tmp_path: Path
) -> None:
    bad, labelled = tmp_path / "bad.npz", tmp_path / "labelled.npz"
    bad.write_bytes(b"no")
    labelled.write_bytes(b"no")
    labelled.with_suffix(".label.json").write_text("no")
    clips = [labelled, ROLLED, bad, str(STOOD)]
    told: list[tuple[float, float | None]] = []
    found = dict(
        formcheck.score_many(clips, "clamshell", jobs=jobs, progress=lambda *n: told.append(n))
    )
    assert set(found) == set(clips)
    assert found[ROLLED] == formcheck.score(ROLLED, "clamshell")
    assert found[str(STOOD)] == formcheck.score(STOOD, "clamshell")
    for clip in (bad, labelled):
        error = found[clip]
        assert isinstance(error, formcheck.FormcheckError)
        assert clip.stem in str(error) and "\n" not in str(error)
    assert told == [(i, 4) for i in range(1, 5)]


def test_results_stream_and_clips_are_taken_as_they_are_judged() -> None:
    taken: list[Path] = []

    def clips() -> Iterator[Path]:
        for _ in range(3):
            taken.append(ROLLED)
            yield ROLLED

    told: list[tuple[float, float | None]] = []
    results = formcheck.score_many(clips(), "clamshell", progress=lambda *n: told.append(n))
    assert taken == []
    assert next(results)[0] == ROLLED
    assert len(taken) == 1
    assert told == [(1, None)]


def test_no_jobs_are_a_usage_error() -> None:
    with pytest.raises(formcheck.UsageError, match="jobs: expected 1 or more, got 0"):
        formcheck.score_many([], jobs=0)


# -------------------------------------------------------------------------------- showing


class Frame:
    """What pandas and polars make of columns; neither is a dependency, so these stand in."""

    def __init__(self, columns: dict[str, list[object]]) -> None:
        self.columns = columns


@pytest.mark.parametrize(
    ("there", "used"), [(("pandas", "polars"), "pandas"), (("polars",), "polars")]
)
def test_a_frame_has_a_row_for_every_repetition_and_hold(
    there: tuple[str, ...], used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pandas", "polars"):
        module = ModuleType(name)
        module.DataFrame = type(name, (Frame,), {})  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, module if name in there else None)
    result = formcheck.score(ROLLED, "clamshell")
    frame = result.to_frame()
    assert type(frame).__name__ == used
    columns = frame.columns
    assert {len(values) for values in columns.values()} == {len(result.reps)}
    assert columns["clip"] == [ROLLED.name] * len(result.reps)
    assert columns["start_s"] == [rep.start_s for rep in result.reps]
    assert columns["faults"].count("pelvis_roll") == 2
    assert columns["side"] == ["left"] * len(result.reps)
    held = formcheck.score(STOOD, "single_leg_stance", hold=3).to_frame().columns
    assert held["type"] == ["hold"] * 3
    assert held["complete"] == [True, True, False]
    assert held["target_s"] == [3.0] * 3


def test_a_frame_without_pandas_or_polars_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("pandas", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(formcheck.UsageError, match="pip install pandas"):
        formcheck.score(ROLLED, "clamshell").to_frame()


def test_a_result_reads_well() -> None:
    rolled = repr(formcheck.score(ROLLED, "clamshell")).splitlines()
    assert rolled[0].startswith(f"{ROLLED.name}: clamshell, left side, 5 reps, form ")
    assert rolled[1].strip() == "pelvis_roll, 2 of 5: Hips stacked, belly button forwards"
    stood = repr(formcheck.score(STOOD, "single_leg_stance"))
    assert "single_leg_stance, left side, held 8.6 s, " in stood
    wrong = repr(formcheck.score(STOOD, "hip_bridge"))
    assert "hip_bridge, 0 reps" in wrong
    assert "not judged" in wrong and "you were not in the start position" in wrong


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[object] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_a_notebook_shows_a_table_in_which_every_word_is_escaped() -> None:
    document = formcheck.score(ROLLED, "clamshell").to_dict()
    document["clip"] = "<script>alert(1)</script>.mp4"
    document["reps"][0]["faults"] = [dict(document["faults"][0], code="<img src=x>")]
    page = Tags(formcheck.ClipResult(document)._repr_html_())
    assert set(page.tags) == {
        "div", "p", "b", "br", "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert page.attributes == []
    assert page.tags.count("tr") == 1 + len(document["reps"])
    assert "<img src=x>" in page.text
    assert page.text[0].startswith("<script>alert(1)</script>.mp4: clamshell")


# ------------------------------------------------------------------------------ the readme


def test_the_example_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], blind: None
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert len(example.split("\n\n")) == 2 and len(example.splitlines()) <= 6
    media.clip(tmp_path / "clip.mp4", 20, 20)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(example, names)
    assert isinstance(names["result"], formcheck.ClipResult)
    assert names["result"].clip == "clip.mp4"
    assert names["result"].to_dict()["frames"] == 20
    assert capsys.readouterr().out == ""  # somebody who stands still does no clamshell
