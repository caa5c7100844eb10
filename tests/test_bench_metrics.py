"""Every measure of the bench on answers made by hand: what is right, what is charged, to whom."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from formcheck.bench.curves import curves, fit
from formcheck.bench.labels import Label, TrueFault, TrueHold, TrueRep, find_labels, read_label
from formcheck.bench.match import iou, overlap, pair
from formcheck.bench.metrics import Count, judge
from formcheck.bench.misses import misses
from formcheck.bench.sums import summarise
from formcheck.body.pose import Side
from formcheck.errors import InputError
from formcheck.events import CannotJudgeSpan, FaultSpan, Hold, Reason, Rep, SetResult


def fault(code: str, from_s: float = 2.0, to_s: float = 3.0, magnitude: float = 20.0) -> FaultSpan:
    return FaultSpan(code, from_s, to_s, magnitude, "deg", 2, "cue")


def rep(
    n: int, start: float, end: float, complete: bool = True, faults: tuple[FaultSpan, ...] = ()
) -> Rep:
    middle = (start + end) / 2
    return Rep(n, None, start, middle, middle, end, 1.0, 30.0, complete, faults=faults)


def hold(n: int, start: float, end: float, by: str = "foot_down", **more: object) -> Hold:
    return Hold(n, Side.LEFT, start, end, end - start, None, by, **more)  # type: ignore[arg-type]


def answer(
    *reps: Rep,
    holds: tuple[Hold, ...] = (),
    cannot: tuple[tuple[float, float], ...] = (),
    faults: tuple[FaultSpan, ...] = (),
    side: Side | None = None,
) -> SetResult:
    spans = tuple(CannotJudgeSpan(a, b, Reason.WRONG_VIEW) for a, b in cannot)
    return SetResult("clamshell", side, "auto", 30.0, 600, 600, reps, holds, spans, faults)


def label(
    *reps: TrueRep,
    count: tuple[int, int] | None = None,
    kind: str = "reps",
    holds: tuple[TrueHold, ...] = (),
    view_ok: bool = True,
    clip: str = "a.mp4",
    side: str | None = None,
    drill: str = "clamshell",
    faults_known: bool = True,
) -> Label:
    if count is None and reps and kind == "reps":
        must = sum(r.complete is True for r in reps)
        count = must, must + sum(r.complete is None for r in reps)
    return Label(
        Path("a.label.json"), clip, drill, kind, side, "front", view_ok, "synthetic", count,
        reps, holds, faults_known,
    )  # fmt: skip


def true_fault(code: str, visible: str = "clear", magnitude: float = 20.0) -> TrueFault:
    return TrueFault(code, magnitude, "deg", visible)


# ------------------------------------------------------------------------------------ matching


def test_overlap_and_iou_of_half_open_intervals() -> None:
    assert overlap((0, 2), (2, 4)) == 0
    assert iou((0, 2), (1, 3)) == pytest.approx(1 / 3)
    assert iou((1, 1), (1, 1)) == 0


def test_the_better_pair_is_taken_first_and_nothing_twice() -> None:
    # the first truth could take either answer; the second only the one it fits best
    assert pair([(0, 4), (2, 6)], [(2, 6)], 0.1) == {1: 0}
    assert pair([(0, 4)], [(0, 4), (0, 4)], 0.5) == {0: 0}


def test_pairs_below_the_least_are_none() -> None:
    assert pair([(0, 3)], [(1, 4)], 0.5) == {0: 0}  # shares 2 of 4 s
    assert pair([(0, 3)], [(1.1, 4)], 0.5) == {}


# -------------------------------------------------------------------------------------- counts


@pytest.mark.parametrize(("came", "error"), [(2, -1), (3, 0), (5, 0), (6, 1), (8, 3)])
def test_a_count_between_must_and_may_is_exact(came: int, error: int) -> None:
    assert Count(3, 5, came).error == error


def test_a_rep_that_may_count_makes_both_answers_exact() -> None:
    truth = label(TrueRep(1, 4), TrueRep(5, 8, complete=None))
    for second in (True, False):
        score = judge(truth, answer(rep(1, 1, 4), rep(2, 5, 8, second)))
        assert score.count is not None
        assert score.count.error == 0
        assert misses(score) == []
        assert summarise([score])["reps"]["matched"] == 1


def test_a_rep_that_must_not_count_is_wrong_only_when_counted() -> None:
    truth = label(TrueRep(1, 4), TrueRep(5, 8, complete=False))
    assert misses(judge(truth, answer(rep(1, 1, 4), rep(2, 5, 8, False)))) == []
    assert misses(judge(truth, answer(rep(1, 1, 4)))) == []
    counted = judge(truth, answer(rep(1, 1, 4), rep(2, 5, 8)))
    assert [m.what for m in misses(counted)] == ["count", "rep"]


def test_a_true_rep_called_partial_is_no_match() -> None:
    score = judge(label(TrueRep(1, 4)), answer(rep(1, 1, 4, False)))
    assert score.reps[0].answer == "partial"
    assert summarise([score])["reps"]["matched"] == 0


def test_counts_add_up() -> None:
    truth = label(TrueRep(1, 4), TrueRep(5, 8), TrueRep(9, 12))
    three = [rep(1, 1, 4), rep(2, 5, 8), rep(3, 9, 12)]
    scores = [judge(truth, answer(*three[:n])) for n in (3, 3, 2, 1)]
    sums = summarise(scores)["counts"]
    assert sums == {
        "clips": 4,
        "exact": 0.5,
        "off_by_one": 0.25,
        "worse": 1,
        "mean_abs_error": 0.75,
    }


def test_a_clip_with_a_count_only_is_counted_and_not_matched() -> None:
    score = judge(label(count=(7, 7), faults_known=False), answer(rep(1, 1, 4)))
    assert score.count is not None
    assert score.count.error == -6
    assert score.reps == ()
    assert score.extra_reps == 0


def test_extra_reps_are_complete_answers_without_a_true_one() -> None:
    truth = label(TrueRep(1, 4))
    score = judge(truth, answer(rep(1, 1, 4), rep(2, 6, 8), rep(3, 9, 11, False)))
    assert score.extra_reps == 1


def test_time_errors_are_answer_minus_truth() -> None:
    truth = label(TrueRep(1.0, 4.0, peak_s=2.0, hold_s=0.5))
    score = judge(truth, answer(rep(1, 1.2, 3.9)))
    r = score.reps[0]
    assert r.start_error == pytest.approx(0.2)
    assert r.end_error == pytest.approx(-0.1)
    assert r.peak_error == pytest.approx(0.55)
    assert r.hold_error == pytest.approx(0.5)
    sums = summarise([score])["reps"]
    assert sums["end"]["median"] == pytest.approx(0.1)
    assert sums["end"]["bias"] == pytest.approx(-0.1)


def test_an_unknown_peak_gives_no_error() -> None:
    score = judge(label(TrueRep(1.0, 4.0)), answer(rep(1, 1, 4)))
    assert score.reps[0].peak_error is None
    assert summarise([score])["reps"]["peak"] == {
        "n": 0,
        "median": None,
        "p95": None,
        "bias": None,
    }


# --------------------------------------------------------------------------------------- holds


def timed(*holds: TrueHold, reps: tuple[TrueRep, ...] = ()) -> Label:
    return label(*reps, kind="hold", holds=holds, drill="single_leg_stance")


def test_holds_are_matched_by_overlap_and_judged_by_their_seconds() -> None:
    truth = timed(TrueHold(1, 6, 5.0), TrueHold(8, 12, 4.0))
    score = judge(truth, answer(holds=(hold(1, 1.2, 6.5), hold(2, 8, 11))))
    assert [h.error for h in score.holds] == [pytest.approx(0.3), pytest.approx(-1.0)]
    assert score.count is not None
    assert score.count.error == 0
    assert [m.what for m in misses(score)] == ["hold"]


def test_a_hold_cut_in_two_is_one_hold_in_pieces_and_a_wrong_count() -> None:
    score = judge(timed(TrueHold(1, 9, 8.0)), answer(holds=(hold(1, 1, 4), hold(2, 4.5, 9))))
    assert score.holds[0].pieces == 2
    assert score.holds[0].error == pytest.approx(-3.5)  # the longer piece
    assert score.extra_holds == 0
    assert score.count is not None
    assert score.count.error == 1
    assert summarise([score])["holds"]["cut"] == 1


def test_a_hold_where_none_is_true_is_extra_and_a_missed_one_is_missed() -> None:
    score = judge(timed(TrueHold(1, 4, 3.0)), answer(holds=(hold(1, 10, 15),)))
    assert score.extra_holds == 1
    assert {m.what for m in misses(score)} == {"hold", "extra_hold"}
    assert summarise([score])["holds"]["found"] == 0


def test_how_a_hold_truly_ended_comes_from_its_attempt() -> None:
    attempt = TrueRep(1, 12)
    truth = timed(TrueHold(1, 5, 4.0), TrueHold(6, 11, 5.0), reps=(attempt,))
    score = judge(truth, answer(holds=(hold(1, 1, 5), hold(2, 6, 11, "lost"))))
    assert [h.truly_ended_by for h in score.holds] == ["touch", "down"]
    assert summarise([score])["holds"]["ended_by"] == {
        "down": {"lost": 1},
        "touch": {"foot_down": 1},
    }


# -------------------------------------------------------------------------------------- faults


def test_recall_is_over_clear_faults_only() -> None:
    truth = label(
        TrueRep(1, 4, faults=(true_fault("pelvis_roll"),)),
        TrueRep(5, 8, faults=(true_fault("pelvis_roll"),)),
        TrueRep(9, 12, faults=(true_fault("pelvis_roll", "borderline"),)),
        TrueRep(13, 16, faults=(true_fault("pelvis_roll", "not_visible"),)),
    )
    score = judge(
        truth,
        answer(
            rep(1, 1, 4, faults=(fault("pelvis_roll"),)),
            rep(2, 5, 8),
            rep(3, 9, 12),
            rep(4, 13, 16),
        ),
    )
    code = summarise([score])["faults"]["codes"]["clamshell.pelvis_roll"]
    assert (code["clear"], code["recall"]) == (2, 0.5)
    assert (code["borderline"], code["not_visible"]) == (1, 1)
    assert [(m.what, m.rep) for m in misses(score)] == [("fault", 2)]


def charged(faults: tuple[TrueFault, ...], claimed: str) -> list[str]:
    truth = label(TrueRep(1, 4, faults=faults))
    score = judge(truth, answer(rep(1, 1, 4, faults=(fault(claimed),))))
    return [c.verdict for c in score.claims]


def test_a_claim_on_a_clean_rep_is_a_false_alarm() -> None:
    assert charged((), "feet_apart") == ["false_alarm"]


def test_borderline_faults_are_right_either_way_and_do_not_excuse_other_claims() -> None:
    assert charged((true_fault("feet_apart", "borderline"),), "feet_apart") == []
    assert charged((true_fault("too_fast", "borderline"),), "feet_apart") == ["false_alarm"]


def test_a_claim_of_what_nobody_can_see_is_charged_and_named() -> None:
    assert charged((true_fault("pelvis_roll", "not_visible"),), "pelvis_roll") == ["not_visible"]


def test_a_claim_beside_a_clear_fault_is_listed_and_not_charged() -> None:
    truth = label(TrueRep(1, 4, faults=(true_fault("pelvis_roll"),)))
    score = judge(truth, answer(rep(1, 1, 4, faults=(fault("pelvis_roll"), fault("feet_apart")))))
    sums = summarise([score])["faults"]
    assert (sums["false_alarms"], sums["beside"], sums["clean_reps"]) == (0, 1, 0)
    assert sums["false_alarms_per_100"] is None
    assert misses(score) == []


def test_a_code_that_labels_do_not_use_is_charged_and_listed_apart() -> None:
    score = judge(label(TrueRep(1, 4)), answer(rep(1, 1, 4, faults=(fault("odd_code"),))))
    sums = summarise([score])["faults"]
    assert (sums["false_alarms"], sums["false_alarms_outside_labels"]) == (1, 1)
    assert sums["codes"]["clamshell.odd_code"]["labelled"] is False


def test_a_rep_owns_the_faults_it_lists_even_if_they_spill_over() -> None:
    truth = label(TrueRep(1, 4, faults=(true_fault("pelvis_roll"),)), TrueRep(4.5, 8))
    long = fault("pelvis_roll", 3.9, 7.0)
    score = judge(truth, answer(rep(1, 1, 4, faults=(long,)), rep(2, 4.5, 8)))
    assert score.seen[0].claimed
    assert score.claims == ()


def test_a_fault_twice_in_one_rep_is_one_claim() -> None:
    twice = (fault("feet_apart", 1.5, 2), fault("feet_apart", 3, 3.5, 25.0))
    score = judge(label(TrueRep(1, 4)), answer(rep(1, 1, 4, faults=twice)))
    assert [c.magnitude for c in score.claims] == [25.0]


def test_a_claim_in_no_repetition_is_a_stray_and_charged() -> None:
    score = judge(label(TrueRep(1, 4)), answer(rep(1, 1, 4), faults=(fault("feet_apart", 6, 7),)))
    assert [(c.rep, c.verdict) for c in score.claims] == [(None, "stray")]
    assert summarise([score])["faults"]["false_alarms"] == 1


def test_faults_of_the_set_that_stand_in_a_rep_are_not_counted_twice() -> None:
    f = fault("feet_apart")
    score = judge(label(TrueRep(1, 4)), answer(rep(1, 1, 4, faults=(f,)), faults=(f,)))
    assert len(score.claims) == 1


def test_in_a_timed_drill_faults_go_to_the_attempt_they_overlap_most() -> None:
    attempts = (TrueRep(1, 10, faults=(true_fault("trunk_lean"),)), TrueRep(11, 20))
    truth = timed(TrueHold(2, 9, 7.0), TrueHold(12, 19, 7.0), reps=attempts)
    lean = fault("trunk_lean", 4.0, 11.5)
    score = judge(truth, answer(holds=(hold(1, 2, 9, faults=(lean,)), hold(2, 12, 19))))
    assert score.seen[0].claimed
    assert score.claims == ()


def test_a_fault_without_length_lies_where_it_happens() -> None:
    attempts = (TrueRep(1, 10), TrueRep(11, 20, faults=(true_fault("touch_down"),)))
    truth = timed(TrueHold(2, 9, 7.0), TrueHold(12, 19, 7.0), reps=attempts)
    touch = fault("touch_down", 15.0, 15.0)
    score = judge(truth, answer(holds=(hold(1, 2, 9), hold(2, 12, 19, faults=(touch,)))))
    assert score.seen[0].claimed
    assert score.claims == ()


def test_nothing_is_charged_where_faults_are_not_labelled() -> None:
    truth = label(TrueRep(1, 4), faults_known=False)
    score = judge(truth, answer(rep(1, 1, 4, faults=(fault("feet_apart"),))))
    assert score.claims == ()
    assert score.clean_reps == 0
    assert score.unchecked == {"feet_apart": 1}


def test_false_alarms_are_per_hundred_clean_reps() -> None:
    truth = label(TrueRep(1, 4), TrueRep(5, 8), TrueRep(9, 12), TrueRep(13, 16))
    score = judge(truth, answer(rep(1, 1, 4, faults=(fault("feet_apart"),))))
    sums = summarise([score])["faults"]
    assert sums["false_alarms_per_100"] == pytest.approx(25.0)
    assert sums["codes"]["clamshell.feet_apart"]["false_alarms_per_100"] == pytest.approx(25.0)


# --------------------------------------------------------------------------------------- views


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        (answer(cannot=((0, 20),)), True),
        (answer(rep(1, 1, 4, False), cannot=((0, 20),)), True),
        (answer(), False),  # silence is no refusal
        (answer(rep(1, 1, 4), cannot=((5, 20),)), False),
        (answer(cannot=((0, 20),), faults=(fault("feet_apart"),)), False),
        (answer(cannot=((0, 20),), holds=(hold(1, 2, 5),)), False),
    ],
)
def test_refusing_a_bad_view_is_to_say_so_and_answer_nothing(
    given: SetResult, refused: bool
) -> None:
    score = judge(label(TrueRep(1, 4), view_ok=False), given)
    assert score.view_score.refused is refused
    sums = summarise([score])
    assert sums["view"]["unsuitable_refused"] == float(refused)
    assert sums["counts"]["clips"] == 0  # nothing else is asked of it
    assert [m.what for m in misses(score)] == ([] if refused else ["view"])


def test_a_good_view_is_refused_for_its_working_time_only() -> None:
    truth = label(TrueRep(2, 6), TrueRep(8, 12))
    score = judge(truth, answer(cannot=((0, 3), (11, 20))))
    assert score.view_score.working_s == 10
    assert score.view_score.refused_s == pytest.approx(2.0)
    assert summarise([score])["view"]["refused_share"] == pytest.approx(0.2)


def test_sides_are_compared_where_both_are_known() -> None:
    scores = [
        judge(label(TrueRep(1, 4), side=true), answer(rep(1, 1, 4), side=said))
        for true, said in (("left", Side.LEFT), ("left", Side.RIGHT), (None, Side.LEFT))
    ]
    assert summarise(scores)["side"] == {"clips": 2, "right": 0.5}


def test_a_label_without_a_drill_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="names no drill"):
        judge(label(drill=None), answer())  # type: ignore[arg-type]


# -------------------------------------------------------------------------------------- curves


def test_the_fit_finds_a_known_curve() -> None:
    import math

    magnitudes, flagged = [], []
    for m in range(41):  # P = 1 / (1 + exp(-(m - 20) / 4)), 200 cases each
        hits = round(200 / (1 + math.exp(-(m - 20) / 4)))
        magnitudes += [float(m)] * 200
        flagged += [True] * hits + [False] * (200 - hits)
    fitted = fit(magnitudes, flagged)
    assert fitted is not None
    a, b = fitted
    assert -a / b == pytest.approx(20, abs=0.2)
    assert 1 / b == pytest.approx(4, rel=0.05)


def test_separated_cases_have_a_finite_answer_between_them() -> None:
    fitted = fit([0, 0, 0, 8, 24, 32], [False, False, False, False, True, True])
    assert fitted is not None
    a, b = fitted
    assert 8 < -a / b < 24


@pytest.mark.parametrize("flags", [[True] * 4, [False] * 4])
def test_no_curve_where_all_or_none_is_flagged(flags: list[bool]) -> None:
    assert fit([1, 2, 3, 4], flags) is None


def graded(code: str, sizes: dict[float, bool]) -> list:
    reps, answers = [], []
    for i, (size, claimed) in enumerate(sizes.items()):
        start = 1 + 4 * i
        visible = "borderline" if size < 20 else "clear"
        found = (TrueFault(code, size, "deg", visible),) if size else ()
        reps.append(TrueRep(start, start + 3, faults=found))
        claims = (fault(code, start, start + 1),) if claimed else ()
        answers.append(rep(i + 1, start, start + 3, faults=claims))
    return [judge(label(*reps), answer(*answers))]


def test_a_curve_takes_every_magnitude_and_clean_reps_as_zero() -> None:
    (curve,) = curves(graded("pelvis_roll", {0.0: False, 8: False, 16: False, 24: True, 32: True}))
    assert sorted(c.magnitude for c in curve.cases) == [0, 8, 16, 24, 32]
    assert curve.at50 is not None
    assert 16 < curve.at50 < 24
    assert curve.at90 is not None
    assert curve.at90 > curve.at50
    assert curve.probability(curve.at90) == pytest.approx(0.9)


def test_a_false_alarm_stands_at_zero_as_flagged() -> None:
    (curve,) = curves(graded("pelvis_roll", {0.0: True, 24: True}))
    assert [(c.magnitude, c.flagged) for c in curve.cases if c.visible == "none"] == [(0.0, True)]


def test_a_fault_that_is_worse_when_smaller_falls_and_has_no_zeros() -> None:
    made = graded("too_fast", {1.4: False, 1.2: False, 0.8: True, 0.6: True})
    (curve,) = curves(made)
    assert curve.falling
    assert len(curve.cases) == 4
    assert curve.at50 is not None
    assert 0.8 < curve.at50 < 1.2
    assert curve.at90 is not None
    assert curve.at90 < curve.at50


def test_a_curve_that_runs_the_wrong_way_gives_no_threshold() -> None:
    made = graded("pelvis_roll", {8: True, 12: True, 24: False, 32: False})
    (curve,) = curves(made)
    assert curve.at50 is None
    assert "without a relation" in curve.note


# -------------------------------------------------------------------------------------- labels


def write(folder: Path, name: str, **changes: object) -> Path:
    data: dict[str, object] = {
        "schema": "formcheck.label/1",
        "clip": f"{name}.mp4",
        "drill": "clamshell",
        "kind": "reps",
        "source": "synthetic",
        "view": "front, low",
        "view_ok": True,
        "side": "left",
        "dose": {"hold_s": 1.0},
        "reps": [
            {"start_s": 1.0, "peak_s": 2.0, "end_s": 4.0, "hold_s": 0.5, "complete": True,
             "faults": [{"code": "pelvis_roll", "magnitude": 20, "unit": "deg",
                         "visible": "clear"}]},
            {"start_s": 5.0, "peak_s": 6.0, "end_s": 8.0, "hold_s": 0.5, "complete": None,
             "faults": []},
        ],
        "holds": [],
    }  # fmt: skip
    path = folder / f"{name}.label.json"
    path.write_text(json.dumps(data | changes), encoding="utf-8")
    return path


def test_a_label_file_is_read(tmp_path: Path) -> None:
    truth = read_label(write(tmp_path, "x"))
    assert truth.count == (1, 2)
    assert truth.reps[0].faults == (TrueFault("pelvis_roll", 20.0, "deg", "clear"),)
    assert (truth.stem, truth.short_view, truth.dose_hold_s) == ("x", "front", 1.0)
    assert truth.faults_known
    assert truth.working == (1.0, 8.0)


def test_real_labels_give_count_and_times_and_no_fault_truth(tmp_path: Path) -> None:
    path = write(
        tmp_path, "r", source="real", count=3, reps=[], rep_times=[[0.5, 3.0], [4.0, 6.0]],
        side=None, dose=None, not_drills=["squat"],
    )  # fmt: skip
    truth = read_label(path)
    assert truth.count == (3, 3)
    assert [(r.start_s, r.end_s) for r in truth.reps] == [(0.5, 3.0), (4.0, 6.0)]
    assert not truth.faults_known
    assert truth.not_drills == ("squat",)


def test_a_period_in_words_is_no_times(tmp_path: Path) -> None:
    truth = read_label(write(tmp_path, "r", reps=[], count=7, rep_times="period 2.65 s"))
    assert truth.reps == ()
    assert truth.count == (7, 7)


def test_reps_without_times_leave_the_count(tmp_path: Path) -> None:
    empty = {"start_s": None, "peak_s": None, "end_s": None, "complete": True, "faults": []}
    truth = read_label(write(tmp_path, "r", reps=[empty, empty]))
    assert truth.count == (2, 2)
    assert truth.reps == ()


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"schema": "other/1"}', '{"schema": "formcheck.label/1"}']
)
def test_what_is_no_label_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.label.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_label(path)
    assert "\n" not in str(caught.value)
    assert "x.label.json" in str(caught.value)


def test_folders_are_searched_in_order_and_must_hold_a_label(tmp_path: Path) -> None:
    write(tmp_path, "b")
    write(tmp_path, "a")
    assert [x.stem for x in find_labels([tmp_path])] == ["a", "b"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no \*\.label\.json"):
        list(find_labels([tmp_path / "empty"]))
    with pytest.raises(InputError, match="no such folder"):
        list(find_labels([tmp_path / "gone"]))
