"""Tables for statistics: every frame, every movement, OpenSim's files; and their codebook."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from formcheck.body.pose import JOINTS, Joint, Pose
from formcheck.cli import main
from formcheck.sinks.codebook import MOVEMENTS, SIGNALS, codebook
from formcheck.sinks.numbers import movements
from formcheck.sinks.opensim import Angles, Markers

ROOT = Path(__file__).resolve().parent.parent
TRACKS = ROOT / "tests" / "tracks"
CLAM = TRACKS / "clamshell__feet_apart__front_r1008.npz"
STANCE = TRACKS / "single_leg_stance__touch_down__front_l1025.npz"


def score(*arguments: object) -> int:
    try:
        main(["score", *map(str, arguments)])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def rows(path: Path, **how: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, **how))  # type: ignore[arg-type]


def test_the_codebook_page_is_that_of_the_code() -> None:
    assert (ROOT / "docs" / "codebook.md").read_text("utf-8") == codebook(), "formcheck codebook"


def test_every_measure_of_every_frame(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "signals.csv"
    assert score(STANCE, "--signals", file) == 0
    found = rows(file)
    assert list(found[0]) == [c.name for c in SIGNALS]
    frames = {row["t_s"] for row in found}
    with np.load(STANCE) as track:
        assert len(frames) == len(track["t"])
    assert len(found) == len(frames) * len({row["measure"] for row in found})
    [counted] = {row["measure"] for row in found if row["counted"] == "yes"}
    assert counted == "lift"
    # What was not judged has a reason and no value; all else has been judged.
    for row in found:
        assert (row["judged"] == "no") == bool(row["reason"])
        assert not (row["judged"] == "no" and row["value"])
    assert {row["unit"] for row in found} >= {"deg", "T"}
    assert all(0 <= float(row["visibility"]) <= 1 for row in found if row["visibility"])
    held = [row for row in found if row["n"] == "1" and row["measure"] == "lift"]
    assert held and min(float(row["value"]) for row in held[5:-5]) > 0.03


def test_a_folder_becomes_one_tidy_table(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="read as a researcher would, with pandas")
    for name in ("t.csv", "t.parquet"):
        assert score(CLAM, STANCE, "--table", tmp_path / name) == 0
    frame = pandas.read_parquet(tmp_path / "t.parquet")
    assert list(frame.columns) == [c.name for c in MOVEMENTS]
    reps = frame[frame.kind == "rep"]
    assert reps.complete.all() and (reps["range"] > 0.15).all()
    assert np.allclose(reps["range"], reps.peak - reps.rest, atol=0.002)
    assert np.allclose(reps.rise_speed, reps["range"] / reps.rise_s)
    assert (reps.peak_speed > reps.rise_speed).all()
    assert list(frame[frame.kind == "clip"]["clip"]) == [CLAM.name, STANCE.name]
    faults = frame[frame.kind == "fault"]
    assert "feet_apart" in set(faults.fault) and faults.n.notna().all()
    # The two kinds of file hold the same.
    text = rows(tmp_path / "t.csv")
    assert len(text) == len(frame)
    for row, (_, typed) in zip(text, frame.iterrows(), strict=True):
        assert (row["range"] == "") == bool(np.isnan(typed["range"]))
        assert row["complete"] == {True: "yes", False: "no", None: ""}[typed["complete"]]


def test_a_folder_of_results_has_the_same_table(tmp_path: Path) -> None:
    assert score(CLAM, "--table", tmp_path / "a.csv") == 0
    assert score(CLAM, "--out", tmp_path / "out", "--jobs", 1, "--table", tmp_path / "b.csv") == 0
    a, b = rows(tmp_path / "a.csv"), rows(tmp_path / "b.csv")
    assert [{**row, "peak_speed": ""} for row in a] == b


def test_left_and_right_are_compared() -> None:
    def rep(n: int, side: str, rise: float, complete: bool = True) -> dict[str, object]:
        return {"n": n, "side": side, "start_s": n, "peak_s": n + 0.4, "hold_end_s": n + 0.5,
                "end_s": n + 0.9, "hold_s": 0.1, "peak": rise, "rise": rise, "score": 90,
                "complete": complete, "faults": []}  # fmt: skip

    document = {
        "clip": "a.npz", "drill": "march", "side": None, "seconds": 9.0, "holds": [],
        "reps": [rep(1, "left", 20.0), rep(2, "right", 40.0), rep(3, "right", 9.0, False)],
        "counts": {"reps": 2, "partial": 1}, "faults": [], "cannot_judge": [],
    }  # fmt: skip
    found = [row.get("symmetry") for row in movements(document) if row["kind"] == "rep"]
    assert found == [0.5, 2.0, 0.45]


def test_a_decimal_comma_is_read_back(tmp_path: Path) -> None:
    points, commas = tmp_path / "p.csv", tmp_path / "c.csv"
    plain, table = tmp_path / "p2.csv", tmp_path / "c2.csv"
    assert score(CLAM, "--table", points, "--csv", plain) == 0
    assert score(CLAM, "--table", commas, "--csv", table, "--decimal-comma") == 0
    with_comma = rows(commas, delimiter=";")
    assert [r["range"].replace(",", ".") for r in with_comma] == [r["range"] for r in rows(points)]
    assert any("," in r["range"] for r in with_comma)
    both = zip(rows(plain), rows(table, delimiter=";"), strict=True)
    for a, b in both:
        assert a["peak"].replace(".", ",") == b["peak"]
        assert (a["clip"], a["faults"]) == (b["clip"], b["faults"])  # text stays as it is


def test_nothing_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def refused(*arguments: object) -> str:
        assert score(CLAM, *arguments) == 2
        said = capsys.readouterr()
        assert said.out == "" and said.err.count("\n") == 1
        return said.err

    there = tmp_path / "there.csv"
    there.write_text("mine")
    assert "it is there already" in refused("--table", there)
    assert "it is there already" in refused("--signals", there)
    assert there.read_text() == "mine"
    assert "would overwrite an input" in refused("--mot", CLAM)
    assert "is named twice" in refused("--table", tmp_path / "x.csv", "--csv", tmp_path / "x.csv")
    assert ".csv or .parquet" in refused("--table", tmp_path / "x.xlsx")
    assert "--drill" in refused("--drill", "auto", "--signals", tmp_path / "x.csv")
    assert score(CLAM, "--table", there, "--overwrite") == 0
    assert len(rows(there)) > 5
    assert [p.name for p in tmp_path.iterdir()] == ["there.csv"]


def test_without_pyarrow_one_line_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert score(CLAM, "--table", tmp_path / "t.parquet") == 2
    said = capsys.readouterr().err
    assert "pip install 'formcheck[tables]'" in said and said.count("\n") == 1


# -- OpenSim -------------------------------------------------------------------------------------


def test_markers_and_angles_for_opensim(tmp_path: Path) -> None:
    trc, mot = tmp_path / "a.trc", tmp_path / "a.mot"
    assert score(CLAM, "--trc", trc, "--mot", mot) == 0
    lines = trc.read_text().split("\n")
    kinds = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=True))
    frames, count = int(kinds["NumFrames"]), int(kinds["NumMarkers"])
    assert (count, kinds["Units"]) == (JOINTS, "m")
    assert lines[3].split("\t")[2] == "nose"
    assert lines[4].split("\t")[2:5] == ["X1", "Y1", "Z1"]
    data = [line.split("\t") for line in lines[6:-1]]
    assert len(data) == frames and {len(row) for row in data} == {2 + 3 * count}
    assert [row[0] for row in data] == [str(n + 1) for n in range(frames)]

    head, _, body = mot.read_text().partition("endheader\n")
    said = dict(line.split("=") for line in head.splitlines()[1:])
    names, *numbers = [line.split("\t") for line in body.splitlines()]
    assert (int(said["nRows"]), int(said["nColumns"])) == (len(numbers), len(names))
    assert said["inDegrees"] == "yes" and names[0] == "time"
    assert {len(row) for row in numbers} == {len(names)}


def stick(knee: tuple[float, float], hidden: tuple[Joint, ...] = ()) -> Pose:
    """Standing, the left leg with its knee there; 100 px a metre."""
    xy = np.zeros((JOINTS, 2))
    for joint, at in {
        Joint.LEFT_SHOULDER: (100, 100), Joint.RIGHT_SHOULDER: (60, 100),
        Joint.LEFT_HIP: (100, 200), Joint.RIGHT_HIP: (60, 200),
        Joint.LEFT_KNEE: knee, Joint.LEFT_ANKLE: (knee[0], 400),
    }.items():  # fmt: skip
        xy[joint] = at
    sure = np.ones(JOINTS)
    sure[list(hidden)] = 0.2
    world = np.tile([0.1, 0.2, 0.3], (JOINTS, 1))
    return Pose(0.0, xy, sure, world, (640, 480))


def test_angles_are_zero_when_straight_and_missing_when_hidden(tmp_path: Path) -> None:
    angles = Angles(tmp_path / "a.mot")

    def named(pose: Pose) -> dict[str, float]:
        return dict(zip(Angles.COLUMNS, angles._numbers(pose), strict=True))

    straight = named(stick((100, 300)))
    assert straight["trunk_lean"] == pytest.approx(0)
    assert straight["hip_flexion_l"] == straight["knee_angle_l"] == pytest.approx(0)
    bent = named(stick((200, 300)))  # the thigh forward by 45 degrees, the shank upright
    assert bent["hip_flexion_l"] == bent["knee_angle_l"] == pytest.approx(45)
    hidden = named(stick((100, 300), hidden=(Joint.LEFT_KNEE,)))
    assert np.isnan(hidden["knee_angle_l"]) and np.isnan(hidden["hip_flexion_l"])


def test_markers_have_y_up_and_z_towards_the_camera(tmp_path: Path) -> None:
    numbers = Markers(tmp_path / "a.trc")._numbers(stick((100, 300), hidden=(Joint.NOSE,)))
    assert np.isnan(numbers[:3]).all()
    assert numbers[3:6] == pytest.approx([0.1, -0.2, -0.3])
