"""What was judged, what was only counted, what was refused: the spans, the seconds, the words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from stick import TRACKS, Figure, dose_of, film, judged, load_label, load_track, moving, on_the_back
from stick import reps as reps_at

from formcheck.api import ClipResult
from formcheck.catalogue.registry import get_drill
from formcheck.cli.words import summary
from formcheck.drill.thresholds import Watched
from formcheck.events import (
    CannotJudgeSpan,
    FaultNotJudged,
    NotJudgedSpan,
    Reason,
    SetResult,
    covered_s,
    reasons_of,
)
from formcheck.judge.honesty import joined, stretches

BRIDGE = get_drill("hip_bridge")
#: Faults of a bridge that show from wherever it can be counted.
ANYWHERE = {f.code for f in BRIDGE.faults if f.seen.anywhere}
THREE = moving(reps_at(3))
VIEW = Reason.WRONG_VIEW


def bridge(askew: Callable[[float], bool]) -> Callable[[float], Figure]:
    """Three bridges; while ``askew`` one shoulder lies ahead of the other, as from 30 degrees."""

    def scene(t: float) -> Figure:
        figure = on_the_back(THREE(t))
        ahead = 0.4 if askew(t) else 0.0
        return {k: p + ahead * (k == "right_shoulder") for k, p in figure.items()}

    return scene


def adds_up(result: SetResult) -> bool:
    parts = result.seconds_judged + result.seconds_counted_only + result.seconds_refused
    return parts == pytest.approx(result.seconds, abs=1e-6)


# -- spans of faults -------------------------------------------------------------------------------


def test_from_askew_it_counts_and_says_of_each_fault_when_it_was_not_judged() -> None:
    run = judged(BRIDGE, film(bridge(lambda t: True), 16))
    assert run.result.complete == 3
    assert set(run.result.not_judged) == {f.code for f in BRIDGE.faults} - ANYWHERE
    assert any(isinstance(BRIDGE.fault(code).when, Watched) for code in run.result.not_judged)
    low = [s for s in run.result.not_judged_spans if s.fault == "low_hips"]
    first, last = run.result.reps[0], run.result.reps[-1]
    assert low == [NotJudgedSpan("low_hips", first.start_s, last.end_s, VIEW)]  # one, not three
    told = [e.code for e in run.of(FaultNotJudged)]  # type: ignore[attr-defined]
    assert sorted(told) == sorted(run.result.not_judged)  # each once


def test_only_the_movement_seen_from_askew_is_not_judged() -> None:
    first, second, third = reps_at(3)
    edge = (first[3] + second[0]) / 2, (second[3] + third[0]) / 2
    run = judged(BRIDGE, film(bridge(lambda t: edge[0] <= t < edge[1]), 16))
    assert run.result.complete == 3
    middle = run.result.reps[1]
    spans = {s.fault: (s.from_s, s.to_s) for s in run.result.not_judged_spans}
    assert spans["low_hips"] == (middle.start_s, middle.end_s)
    watched = {f.code for f in BRIDGE.faults if isinstance(f.when, Watched)} - ANYWHERE
    assert watched and watched <= set(spans)
    for code in watched:
        assert spans[code] == pytest.approx((middle.start_s, middle.end_s), abs=0.3)


def test_a_watched_fault_is_blind_to_its_part_of_a_movement_only() -> None:
    _, _, hold_end, end = reps_at(3)[0]
    run = judged(BRIDGE, film(bridge(lambda t: hold_end <= t < end + 0.5), 16))
    rep = run.result.reps[0]
    assert "low_hips" not in run.result.not_judged  # most of it was seen well
    watched = {f.code for f in BRIDGE.faults if isinstance(f.when, Watched)} - ANYWHERE
    spans = run.result.not_judged_spans
    assert {s.fault for s in spans} == watched
    assert all((s.from_s, s.to_s) == pytest.approx((hold_end, rep.end_s), abs=0.2) for s in spans)


def test_neighbours_are_joined_unless_a_judged_movement_lies_between() -> None:
    def span(a: float, b: float, fault: str = "sag", why: Reason = VIEW) -> NotJudgedSpan:
        return NotJudgedSpan(fault, a, b, why)

    movements = [(1.0, 4.0), (5.0, 8.0), (9.0, 12.0)]
    assert joined([span(5, 8), span(1, 4)], movements) == (span(1, 8),)
    apart = (span(1, 4), span(9, 12))
    assert joined(apart, movements) == apart
    assert joined([span(1, 2), span(3, 4)], movements) == (span(1, 2), span(3, 4))
    low = span(5, 8, why=Reason.CAMERA_TOO_LOW)
    assert joined([span(1, 4), low], movements) == (span(1, 4), low)
    assert joined([span(1, 4), span(5, 8, "lean")], movements) == (span(1, 4), span(5, 8, "lean"))


def test_stretches_shorter_than_asked_are_no_stretches() -> None:
    times = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert stretches(times, [0, 1, 0, 1, 1, 1], 0.3) == [(0.6, 1.0)]
    assert stretches(times, [0] * 6, 0.0) == []
    assert stretches([], [], 0.0) == []


def test_a_stored_mapping_of_older_results_is_read() -> None:
    result = judged(BRIDGE, film(bridge(lambda t: True), 16)).result
    document = result.to_dict("a.mp4", {})
    assert {s["fault"] for s in document["not_judged"]} == set(result.not_judged)
    assert set(document["not_judged"][0]) == {"fault", "from_s", "to_s", "reason"}
    new = ClipResult(document)
    assert new.not_judged == result.not_judged
    assert [s.to_dict() for s in new.not_judged_spans] == document["not_judged"]
    assert new.seconds_counted_only == document["counted_only_s"] > 0
    document["not_judged"] = {"low_hips": "wrong_view"}
    for key in ("judged_s", "counted_only_s", "refused_s"):
        del document[key]
    old = ClipResult(document)
    assert (old.not_judged, old.not_judged_spans) == ({"low_hips": VIEW}, ())
    assert old.seconds_judged != old.seconds_judged  # NaN: it was not written down then
    assert reasons_of({"low_hips": "wrong_view"}) == {"low_hips": "wrong_view"}


# -- seconds ---------------------------------------------------------------------------------------


def test_the_seconds_have_three_parts() -> None:
    poses = film(bridge(lambda t: 6 <= t < 10), 16)
    poses = [p if not 12 <= p.t < 14 else type(p).missing(p.t, p.size) for p in poses]
    result = judged(BRIDGE, poses).result
    assert adds_up(result)
    assert result.seconds_counted_only == pytest.approx(4, abs=0.3)
    assert result.seconds_refused == pytest.approx(2, abs=0.4)
    document = result.to_dict("a.mp4", {})
    parts = [document[key] for key in ("judged_s", "counted_only_s", "refused_s")]
    assert sum(parts) == pytest.approx(document["seconds"], abs=0.002)


@pytest.mark.parametrize("path", sorted(TRACKS.glob("*.npz")), ids=lambda p: p.stem)
def test_the_parts_of_a_rendered_set_add_up(path: object) -> None:
    label = load_label(path)  # type: ignore[arg-type]
    drill = get_drill(str(label["drill"]))
    result = judged(drill, load_track(path), dose=dose_of(label)).result  # type: ignore[arg-type]
    assert adds_up(result)
    refused = sum(c.to_s - c.from_s for c in result.cannot_judge)
    assert result.seconds_refused == pytest.approx(refused, abs=1e-6)
    if label["view_ok"]:
        assert result.seconds_judged > 0.95 * result.seconds
    else:
        assert result.seconds_judged < 0.2 * result.seconds


def test_seconds_with_two_reasons_are_refused_once() -> None:
    spans = (
        CannotJudgeSpan(2.0, 6.0, Reason.WRONG_EXERCISE),
        CannotJudgeSpan(3.0, 7.0, Reason.NO_PERSON),
    )
    result = SetResult("squat", None, "auto", 10.0, 9, 9, (), (), spans, seconds_counted_only=1.0)
    assert (result.seconds_refused, result.seconds_judged) == (5.0, 4.0)
    assert covered_s([(0, 1), (0.5, 2), (3, 4)]) == 3.0


# -- words -----------------------------------------------------------------------------------------


def test_score_says_the_parts_in_one_line_where_not_nearly_all_was_judged() -> None:
    spans = (CannotJudgeSpan(0.0, 3.0, Reason.JOINTS_HIDDEN),)
    parts = SetResult(
        "hip_bridge", None, "auto", 30.0, 9, 9, (), (), spans, seconds_counted_only=15.0
    )
    lines = [line for line in summary(parts, BRIDGE) if line.startswith("Judged")]
    assert lines == [
        "Judged 12 s of 30 s; 15 s counted only (turn side-on and I can check your form too), "
        "3.0 s refused (the joints this drill looks at were hidden)."
    ]
    askew = judged(BRIDGE, film(bridge(lambda t: True), 16)).result
    assert not any("No form fault" in line for line in summary(askew, BRIDGE))  # nobody looked
    good = judged(BRIDGE, film(bridge(lambda t: False), 16)).result
    assert any("No form fault" in line for line in summary(good, BRIDGE))
    assert not any(line.startswith("Judged") for line in summary(good, BRIDGE))


def test_a_track_that_cannot_be_judged_says_so_in_that_line() -> None:
    path = TRACKS / "clamshell__good_badview__foot_l1011.npz"
    clamshell = get_drill("clamshell")
    (line,) = [
        text
        for text in summary(judged(clamshell, load_track(path)).result, clamshell)
        if text.startswith("Judged")
    ]
    assert line.startswith("Judged 0.0 s of 21 s; 21 s refused (")
