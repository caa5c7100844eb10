"""Agreement of raters: each figure against a published example, and the command as it is used."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from formcheck.agree.compare import compare
from formcheck.agree.page import lines, render
from formcheck.agree.ratings import Part, Rating, read_ratings
from formcheck.agree.stats import bland_altman, bootstrap, icc, kappa, share
from formcheck.cli import main

TRACKS = Path(__file__).parent / "tracks"

# Where the examples come from, and what of them could be looked up again (27 Nov 2026): the data
# of WRIGHT and MINI stand as here in qwraps2's pefr (CRAN), of JUDGES the ICC(2,1) of 0.290 in the
# data of intraclass (CRAN), TABLE with both kappas in statsmodels' tests as SAS prints them. The
# papers themselves could not be read here. Programs that share no code with ours were run on the
# same data beside it: pingouin 0.7.0 gives the judges' ICC the interval [0.02, 0.76]; pyCompare
# gives the bias the same interval, and the limits intervals within 0.8 l/min of these (it adds
# 1/n and z^2/2(n - 1) where the paper takes 3/n). The table of [Viera & Garrett 2005] is as it was
# noted before. LSAT and GPA were not looked up; that r comes out as published speaks for them.

#: Peak expiratory flow by two meters, first readings [Bland & Altman 1986, table 1].
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
#: Two raters, three grades: simple kappa 0.4842, weighted 0.4701 (SAS).
TABLE = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]
#: Fifteen law schools: LSAT and GPA, r = 0.776 [Efron 1979; Efron & Tibshirani 1993, table 3.1].
LSAT = [576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594]
GPA = [339, 330, 281, 303, 344, 307, 300, 343, 336, 313, 312, 274, 276, 288, 296]
#: Six targets, four judges [Shrout & Fleiss 1979, table 2].
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_limits_of_agreement_as_published() -> None:
    found = bland_altman(WRIGHT, MINI, width=2)  # the paper takes two standard deviations
    assert found is not None
    assert (found.n, found.bias.value) == (17, pytest.approx(-2.1, abs=0.05))
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert (found.bias.low, found.bias.high) == pytest.approx((-22.0, 17.8), abs=0.15)
    assert (found.lower.value, found.upper.value) == pytest.approx((-79.7, 75.5), abs=0.15)
    assert (found.lower.low, found.lower.high) == pytest.approx((-114.3, -45.1), abs=0.3)
    assert (found.upper.low, found.upper.high) == pytest.approx((40.9, 110.1), abs=0.3)
    assert bland_altman([1, 2], [1, 2]) is None


def test_icc_as_published() -> None:
    found = icc(JUDGES)
    assert found.value == pytest.approx(0.29, abs=0.005)
    assert (found.low, found.high) == pytest.approx((0.02, 0.76), abs=0.005)
    assert icc([[1, 1], [2, 2], [3, 3]]).value == 1
    assert math.isnan(icc([[1, 1], [2, 2]]).value)


def test_kappa_as_published() -> None:
    pairs = [(i, j) for i in range(3) for j in range(3) for _ in range(TABLE[i][j])]
    one, two = zip(*pairs, strict=True)
    assert kappa(one, two) == pytest.approx(0.4842, abs=5e-5)
    assert kappa(one, two, weighted=True) == pytest.approx(0.4701, abs=5e-5)
    # Of 100: 15 both, 5 and 10 only one, 70 neither: (0.85 - 0.65) / (1 - 0.65) [Cohen 1960], 0.57
    # in [Viera & Garrett 2005].
    a = [1] * 20 + [0] * 80
    b = [1] * 15 + [0] * 5 + [1] * 10 + [0] * 70
    assert kappa(a, b) == pytest.approx(0.57, abs=0.005)
    assert math.isnan(kappa([0, 0], [0, 0]))
    # By hand: weights 1, 2/3, 1/3, 0; observed 10/12, by chance 7/12.
    assert kappa([0, 1, 2, 3], [0, 1, 3, 2], weighted=True) == pytest.approx(
        (10 / 12 - 7 / 12) / (1 - 7 / 12)
    )


def test_a_share_has_wilsons_interval_as_published() -> None:
    found = share(81, 263)  # [Newcombe 1998, table I]
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert math.isnan(share(0, 0).value)


def test_people_are_drawn_whole() -> None:
    people = [p for p in "abcd" for _ in range(25)]
    values = [float(p == "a") for p in people]

    def mean(cases: list[int]) -> float:
        return sum(values[i] for i in cases) / len(cases)

    # Four people, not a hundred cases: the interval is wide.
    found = bootstrap(people, mean)
    assert (found.value, found.low) == (0.25, 0.0) and found.high >= 0.5
    assert bootstrap(people, mean) == found
    assert math.isnan(bootstrap(["a", "b"], lambda cases: 1.0).low)


def test_the_percentile_interval_is_that_of_scipy() -> None:
    def correlation(cases: list[int]) -> float:
        return float(np.corrcoef([LSAT[i] for i in cases], [GPA[i] for i in cases])[0, 1])

    found = bootstrap([str(n) for n in range(15)], correlation, times=4000)
    assert found.value == pytest.approx(0.776, abs=5e-4)
    theirs = stats.bootstrap(
        (LSAT, GPA), lambda a, b: np.corrcoef(a, b)[0, 1], paired=True, vectorized=False,
        n_resamples=4000, method="percentile", rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.02)


# -- the command ---------------------------------------------------------------------------------


def label(folder: Path, clip: str, starts: list[float], **more: object) -> Path:
    folder.mkdir(exist_ok=True)
    faults = more.pop("faults", {})
    reps = [
        {"start_s": s, "end_s": s + 3, "complete": True,
         "faults": [{"code": "pelvis_roll", "severity": faults[n]}] if n in faults else []}
        for n, s in enumerate(starts)
    ]  # fmt: skip
    data = {"schema": "formcheck.label/1", "clip": f"{clip}.mp4", "drill": "clamshell",
            "kind": "reps", "seconds": 30.0, "reps": reps, "holds": [], **more}  # fmt: skip
    path = folder / f"{clip}.label.json"
    path.write_text(json.dumps(data))
    return path


def agreed(*arguments: object) -> int:
    try:
        main(["agree", *map(str, arguments)])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_two_raters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = tmp_path / "anna", tmp_path / "ben"
    for n in range(4):
        label(a, f"c{n}", [1, 6, 11], faults={0: 2, 1: 1}, person=f"p{n}")
        label(b, f"c{n}", [1.2, 6.2] + [11.2] * (n > 0), faults={0: 1}, person=f"p{n}")
    label(a, "dark", [], view_ok=False)
    label(b, "dark", [2])
    label(a, "mine", [1])
    page, figures = tmp_path / "page.html", tmp_path / "figures.json"
    assert agreed(a, b, "--out", page, "--json", figures) == 0
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and "only anna rated 1" in said.err and "mine" in said.err
    found = json.loads(figures.read_text())
    assert found["refused"] == {"both": 0, "only_a": 1, "only_b": 0, "neither": 4}
    assert (found["exact"]["value"], found["within_one"]["value"]) == (0.75, 1.0)
    assert found["starts"]["limits"]["bias"]["value"] == pytest.approx(-0.2)
    assert found["unpaired"] == [1, 0]
    [fault] = found["faults"]
    assert (fault["n"], fault["a"], fault["b"], fault["both"]) == (11, 8, 4, 4)
    assert 0 < fault["kappa"]["value"] < 1 and fault["kappa"]["low"] is not None
    html = page.read_text()
    assert "Bland &amp; Altman" in html and "ICC(2,1)" in html and "<circle" in html
    assert "http" not in html.replace("http-equiv", "")


def test_raters_against_formcheck(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    with pytest.raises(SystemExit):
        main(["score", *map(str, sorted(TRACKS.glob("*good__front*.npz"))), "--json", str(results)])
        raise SystemExit(0)
    found = compare(read_ratings(TRACKS, []), read_ratings(results, []), ("labels", "formcheck"))
    assert found.clips >= 4
    assert found.exact.value == 1
    assert found.starts is not None and found.starts.limits is not None
    assert abs(found.starts.limits.bias.value) < 0.5
    assert found.holds is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reps": [{"start_s": 5, "end_s": 4}]}, "repetition 1 ends at 4 s, before it starts"),
        (
            {"reps": [{"start_s": 1, "end_s": 4}, {"start_s": 3, "end_s": 5}]},
            "before the one before",
        ),
        ({"holds": [{"from_s": 1, "to_s": 9, "seconds": 60}]}, "hold 1 is held 60 s"),
        ({"holds": [{"from_s": 1, "to_s": 90, "seconds": 60}]}, "the clip at 30 s"),
    ],
)
def test_a_label_that_contradicts_itself_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], words: str
) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    for folder in (a, b):
        label(folder, "whole", [1, 6])
        label(folder, "odd", [1])
    label(a, "odd", [], **change)
    assert agreed(a, b) == 3
    said = capsys.readouterr()
    assert words in said.err and "odd.label.json" in said.err
    assert said.out.startswith("1 clips")


def test_raters_of_different_clips(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    label(tmp_path / "a", "one", [1])
    label(tmp_path / "b", "two", [1])
    assert agreed(tmp_path / "a", tmp_path / "b") == 3
    assert "no clip in common" in capsys.readouterr().err
    before = (tmp_path / "a" / "one.label.json").read_text()
    own = tmp_path / "a" / "one.label.json"
    assert agreed(tmp_path / "a", tmp_path / "b", "--json", own) == 2
    assert own.read_text() == before
    assert agreed(tmp_path / "a", tmp_path / "none") == 3


def test_raters_who_never_differ_get_no_plot_of_it() -> None:
    parts = tuple(Part(2.0 * n, 2.0 * n + 1.5, None, {}) for n in range(4))
    clips = {c: Rating(c, "squat", c, False, 4, parts, ()) for c in "abc"}
    found = compare(clips, clips, ("Anna <1>", "Ben"))
    page = render(found)
    assert "<figure>" not in page
    assert "Anna &lt;1&gt;" in page
    assert "3 clips</p>" in page  # nobody said whose they are
    assert lines(found)[0] == "3 clips rated by both (Anna <1> and Ben)."
