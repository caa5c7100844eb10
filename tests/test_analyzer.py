"""The judge of a set, led by a scripted stick person: what it counts, and when it will not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from stick import (
    SIZE,
    Figure,
    abducted,
    all_fours,
    film,
    hidden,
    judged,
    leaning,
    leg,
    moving,
    on_one_leg,
    on_the_back,
    on_the_front,
    on_the_side,
    pose,
    reps,
    standing,
    standing_side_on,
    turned,
)

from formcheck.body.pose import Joint, Pose, Side
from formcheck.body.steady import Stabiliser
from formcheck.catalogue.registry import get_drill
from formcheck.coach.setup_check import SetupGuide
from formcheck.drill import Dose
from formcheck.events import (
    CannotJudge,
    FaultCleared,
    FaultNotJudged,
    FaultRaised,
    HoldDone,
    HoldStarted,
    HoldTick,
    JudgingResumed,
    Phase,
    PhaseChanged,
    PoseFound,
    PoseLost,
    Reason,
    RepDone,
    SetDone,
    SideChosen,
)
from formcheck.judge.analyzer import Analyzer
from formcheck.judge.follow import Follower

ABDUCTION = get_drill("standing_hip_abduction")
BRIDGE = get_drill("hip_bridge")
CLAM = get_drill("clamshell")
STANCE = get_drill("single_leg_stance")

THREE = moving(reps(3))


Scene = Callable[[float], Figure]


def leg_lifts(times: Callable[[float], float] = THREE, side: Side = Side.LEFT) -> Scene:
    return lambda t: abducted(28 * times(t), side)


def reasons(poses: list[Pose], drill: object = ABDUCTION) -> list[tuple[float, float, Reason]]:
    return [
        (c.from_s, c.to_s, c.reason)
        for c in judged(drill, poses).result.cannot_judge  # type: ignore[arg-type]
    ]


# -- counting ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drill", "scene", "side"),
    [
        (ABDUCTION, leg_lifts(), Side.LEFT),
        (ABDUCTION, leg_lifts(side=Side.RIGHT), Side.RIGHT),
        (BRIDGE, lambda t: on_the_back(THREE(t)), None),
        (CLAM, lambda t: on_the_side(0.35 * THREE(t)), Side.RIGHT),
    ],
)
def test_reps_of_a_stick_person(drill: object, scene: object, side: Side | None) -> None:
    result = judged(drill, film(scene, 16)).result  # type: ignore[arg-type]
    assert (result.complete, result.partial, result.side) == (3, 0, side)
    assert result.cannot_judge == ()
    assert result.faults == ()
    for rep, (start, peak, hold_end, end) in zip(result.reps, reps(3), strict=True):
        got = (rep.start_s, rep.peak_s, rep.hold_end_s, rep.end_s)
        assert got == pytest.approx((start, peak, hold_end, end), abs=0.1)
        assert rep.hold_s == pytest.approx(1.0, abs=0.12)
        assert rep.score is not None


def test_holds_of_a_stick_person() -> None:
    lifted = moving([(2, 2.6, 9, 9.6), (12, 12.6, 16, 16.6)])
    run = judged(STANCE, film(lambda t: on_one_leg(0.3 * lifted(t)), 18), dose=Dose(hold_s=5))
    first, second = run.result.holds
    assert (first.from_s, first.to_s, first.seconds) == pytest.approx((2.2, 9.4, 7.2), abs=0.15)
    assert (second.from_s, second.to_s) == pytest.approx((12.2, 16.4), abs=0.15)
    assert (first.ended_by, first.side, first.target_s) == ("foot_down", Side.LEFT, 5)
    assert [e.n for e in run.of(HoldStarted)] == [1, 2]  # type: ignore[attr-defined]
    ticks = [(e.n, e.seconds) for e in run.of(HoldTick)]  # type: ignore[attr-defined]
    assert ticks == [(1, s) for s in range(1, 8)] + [(2, s) for s in range(1, 5)]
    assert [e.hold.n for e in run.of(HoldDone)] == [1, 2]  # type: ignore[attr-defined]
    running = [s for s in run.steps if s.phase is Phase.HOLD]
    assert running[-1].hold_s == pytest.approx(7.2 if running[-1].t < 11 else 4.2, abs=0.4)
    assert all(isnan(s.hold_s) for s in run.steps if s.phase is Phase.REST)


def test_each_leg_counts_as_its_own_side() -> None:
    left, right = moving(reps(1, first=1.5)), moving(reps(1, first=6.0))
    run = judged(
        ABDUCTION,
        film(lambda t: abducted(28 * right(t), Side.RIGHT, abducted(28 * left(t))), 11),
    )
    assert [r.side for r in run.result.reps] == [Side.LEFT, Side.RIGHT]
    assert run.result.side is None
    assert [e.side for e in run.of(SideChosen)] == [Side.LEFT, Side.RIGHT]  # type: ignore[attr-defined]


def test_both_legs_at_once_are_one_movement() -> None:
    def star(t: float) -> Figure:
        return abducted(28 * THREE(t), Side.RIGHT, abducted(28 * THREE(t)))

    result = judged(ABDUCTION, film(star, 16)).result
    assert result.reps == ()  # no foot stayed where it was: another exercise, once each time
    assert [c.reason for c in result.cannot_judge] == [Reason.WRONG_EXERCISE] * 3


def test_a_given_side_is_kept() -> None:
    run = judged(ABDUCTION, film(leg_lifts(side=Side.RIGHT), 16), side=Side.LEFT)
    assert run.result.complete == 0
    run = judged(ABDUCTION, film(leg_lifts(side=Side.RIGHT), 16), side=Side.RIGHT)
    assert (run.result.complete, run.result.side, run.result.side_source) == (
        3,
        Side.RIGHT,
        "given",
    )
    assert all(s.side is Side.RIGHT for s in run.steps)


@pytest.mark.parametrize("side", Side)
def test_a_side_given_to_a_drill_without_sides_changes_nothing(side: Side) -> None:
    poses = film(lambda t: on_the_back(THREE(t)), 16)
    run = judged(BRIDGE, poses, side=side)
    assert run.result.complete == 3
    assert run.result == judged(BRIDGE, poses).result
    guide = SetupGuide(BRIDGE, side)
    assert [guide.update(p) for p in poses if p.t < 2] == [None] * sum(p.t < 2 for p in poses)


# -- cannot judge: every reason can be reached ----------------------------------------------------


def test_nobody() -> None:
    poses = [Pose.missing(i / 25, SIZE) for i in range(50)]
    assert reasons(poses) == [(0.0, 1.96, Reason.NO_PERSON)]
    there = film(leg_lifts(), 16)
    gone = [Pose.missing(p.t, SIZE) if p.t >= 12 else p for p in there]
    run = judged(ABDUCTION, gone)
    (only,) = run.result.cannot_judge
    assert only.reason is Reason.NO_PERSON
    assert only.from_s == pytest.approx(12, abs=0.1)  # from when nobody was seen
    assert run.result.complete == 2
    told = [e.t for e in run.of(CannotJudge)]
    assert told == [pytest.approx(13.0, abs=0.1)]  # after a second


def test_a_short_loss_changes_nothing() -> None:
    poses = [Pose.missing(p.t, SIZE) if 6.5 < p.t < 7.2 else p for p in film(leg_lifts(), 16)]
    run = judged(ABDUCTION, poses)
    assert run.result.complete == 3
    assert run.result.cannot_judge == ()
    assert [type(e) for e in run.events if isinstance(e, (PoseLost, PoseFound))] == [
        PoseLost,
        PoseFound,
    ]


@pytest.mark.parametrize(
    ("drill", "figure", "reason"),
    [
        (ABDUCTION, standing_side_on(), Reason.WRONG_VIEW),
        (STANCE, standing_side_on(), Reason.WRONG_VIEW),
        (ABDUCTION, on_the_back(), Reason.NOT_IN_START_POSITION),
        (BRIDGE, standing(), Reason.NOT_IN_START_POSITION),
        (BRIDGE, all_fours(), Reason.NOT_IN_START_POSITION),
        (CLAM, on_the_back(), Reason.NOT_IN_START_POSITION),
    ],
)
def test_the_wrong_view_and_the_wrong_place(drill: object, figure: Figure, reason: Reason) -> None:
    run = judged(drill, film(lambda t: figure, 2))  # type: ignore[arg-type]
    assert [c.reason for c in run.result.cannot_judge] == [reason]
    assert all(s.cannot_judge is reason for s in run.steps)
    assert all(s.phase is Phase.SETUP for s in run.steps)
    assert all(s.signals == {} and isnan(s.progress) for s in run.steps)
    assert run.result.score is None


def test_a_clam_with_its_back_to_the_camera() -> None:
    away = {p: complex(-c.real, c.imag) for p, c in on_the_side().items()}
    assert [r for *_, r in reasons(film(lambda t: away, 2), CLAM)] == [Reason.WRONG_VIEW]


def test_joints_that_must_be_seen() -> None:
    poses = film(leg_lifts(), 16)
    for part in ("left_ankle", "left_knee", "right_ankle"):
        gone = [hidden(p, part) if p.t > 9.5 else p for p in poses]
        ((from_s, _, reason),) = reasons(gone)
        assert (reason, from_s) == (Reason.JOINTS_HIDDEN, pytest.approx(9.5, abs=0.1))
    assert (
        reasons([hidden(p, "right_knee") if p.t > 9.5 else p for p in film(leg_lifts(), 10)]) == []
    )
    assert reasons([hidden(p, "left_wrist") for p in poses]) == []  # not needed


def unseen(p: Pose, *parts: str) -> Pose:
    """The same body without places for these parts."""
    xy = p.xy.copy()
    xy[[Joint[part.upper()] for part in parts]] = np.nan
    return replace(p, xy=xy)


@pytest.mark.parametrize("parts", [("left_shoulder", "right_shoulder"), ("right_hip",)])
@pytest.mark.parametrize(
    ("drill", "scene"), [(ABDUCTION, leg_lifts()), (BRIDGE, lambda t: on_the_back(THREE(t)))]
)
def test_a_body_without_a_trunk_cannot_be_judged_though_joints_are_seen(
    drill: object, scene: Scene, parts: tuple[str, ...]
) -> None:
    poses = film(scene, 16)
    gone = [unseen(p, *parts) if p.t > 9.5 else p for p in poses]
    ((from_s, to_s, reason),) = reasons(gone, drill)
    assert reason is Reason.JOINTS_HIDDEN
    assert (from_s, to_s) == (pytest.approx(9.5, abs=0.1), poses[-1].t)
    whole = [unseen(p, *parts) for p in poses]
    assert reasons(whole, drill) == [(0.0, poses[-1].t, Reason.JOINTS_HIDDEN)]
    short = [unseen(p, *parts) if 9.5 < p.t < 10.4 else p for p in poses]
    assert reasons(short, drill) == []
    nobody = [Pose.missing(p.t, SIZE) if 9.5 < p.t < 12 else unseen(p, *parts)
              if p.t >= 12 else p for p in poses]  # fmt: skip
    assert [r for *_, r in reasons(nobody, drill)] == [Reason.NO_PERSON, Reason.JOINTS_HIDDEN]


def test_several_people() -> None:
    poses = [replace(p, people=2) if p.t > 5 else p for p in film(leg_lifts(), 16)]
    ((from_s, _, reason),) = reasons(poses)
    assert (reason, from_s) == (Reason.SEVERAL_PEOPLE, pytest.approx(5, abs=0.1))
    assert judged(ABDUCTION, poses).result.complete == 1


def test_a_side_step_is_another_exercise() -> None:
    def walks(t: float) -> Figure:
        figure = leg_lifts(moving([(1.5, 2.5, 3.5, 4.5)]))(t)
        return {p: at + 0.6 * min(1.0, max(0.0, (t - 1.5) / 3)) for p, at in figure.items()}

    run = judged(ABDUCTION, film(walks, 8))
    assert run.result.reps == ()
    assert run.result.faults == ()
    (span,) = run.result.cannot_judge
    assert span.reason is Reason.WRONG_EXERCISE
    assert [e.reason for e in run.of(CannotJudge)] == [Reason.WRONG_EXERCISE]  # type: ignore[attr-defined]


def test_a_low_camera_judges_all_but_the_roll() -> None:
    run = judged(CLAM, film(lambda t: on_the_side(0.35 * THREE(t), low_camera=True), 16))
    assert run.result.complete == 3
    assert run.result.not_judged == {"pelvis_roll": Reason.CAMERA_TOO_LOW}
    told = [(e.code, e.reason) for e in run.of(FaultNotJudged)]  # type: ignore[attr-defined]
    assert told == [("pelvis_roll", Reason.CAMERA_TOO_LOW)]  # once, not every time
    high = judged(CLAM, film(lambda t: on_the_side(0.35 * THREE(t)), 16))
    assert high.result.not_judged == {}


# -- slow to stop, slow to go on -----------------------------------------------------------------


def test_a_flicker_does_not_stop_the_judging() -> None:
    def two_for(seconds: float) -> list[Reason]:
        alone = film(lambda t: standing(), 8)
        both = [replace(p, people=2) if 5 <= p.t < 5 + seconds else p for p in alone]
        return [r for *_, r in reasons(both)]

    assert two_for(0.44) == []
    assert two_for(0.6) == [Reason.SEVERAL_PEOPLE]


def test_a_flicker_does_not_start_it_again() -> None:
    def alone_for(seconds: float) -> list[type]:
        poses = [
            replace(p, people=1 if p.t < 2 or 5 <= p.t < 5 + seconds else 2)
            for p in film(lambda t: standing(), 8)
        ]
        run = judged(ABDUCTION, poses)
        return [type(e) for e in run.events if isinstance(e, (CannotJudge, JudgingResumed))]

    assert alone_for(0.24) == [JudgingResumed, CannotJudge]
    assert alone_for(0.6) == [JudgingResumed, CannotJudge, JudgingResumed, CannotJudge]


@pytest.mark.parametrize("seconds", [0.6, 0.9])
def test_a_rep_that_could_not_be_judged_all_through_is_not_counted(seconds: float) -> None:
    poses = film(leg_lifts(), 16)
    both = [replace(p, people=2) if 7.2 < p.t < 7.2 + seconds else p for p in poses]
    assert judged(ABDUCTION, both).result.complete == 2


def face_over(p: Pose) -> Pose:
    """The model takes somebody who lies for lying the other way up."""
    xy = p.xy.copy()
    shoulders = xy[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER], 1].mean()
    xy[Joint.NOSE, 1] = 2 * shoulders - xy[Joint.NOSE, 1]
    return replace(p, xy=xy)


def test_a_face_that_turns_over_in_mid_movement_is_the_models() -> None:
    drill, height = get_drill("prone_leg_raise"), moving(reps(3, hold=2.5))

    def scene(t: float, shared: bool = False) -> Figure:
        near, far = 14 * height(t), 0.0
        if shared and height(t) == 1:  # the legs cannot be told apart any more
            near, far = (7, 18) if t % 1 < 0.4 else (14, 16)
        figure = turned(on_the_front(), leg(Side.LEFT), "left_hip", near)
        return turned(figure, leg(Side.RIGHT), "right_hip", far)

    true = judged(drill, film(scene, 18.0)).result
    poses = film(lambda t: scene(t, shared=True), 18.0)
    result = judged(drill, [face_over(p) if height(p.t) > 0.5 else p for p in poses]).result
    for found in (true, result):
        assert [rep.complete for rep in found.reps] == [True] * 3
        assert found.cannot_judge == ()
        assert found.faults == ()
    assert true.not_judged == {}
    assert set(result.not_judged) == {fault.code for fault in drill.faults}


def test_a_face_that_stays_over_has_turned() -> None:
    drill = get_drill("prone_leg_raise")
    poses = film(lambda t: on_the_front(), 8.0)
    (refused,) = judged(drill, [face_over(p) if p.t > 2 else p for p in poses]).result.cannot_judge
    assert refused.reason is Reason.NOT_IN_START_POSITION
    assert 4.9 < refused.from_s < 5.6


def test_of_two_legs_that_begin_at_once_the_one_that_rose_more_leads() -> None:
    """The model draws part of a leg's way in the other one; few frames tell which began."""
    height = moving(reps(3, rise=0.4, hold=2.0, fall=0.4))

    def scene(t: float) -> Figure:
        figure = turned(on_the_front(), leg(Side.LEFT), "left_hip", 8 * height(t))
        return turned(figure, leg(Side.RIGHT), "right_hip", 14 * height(t))

    result = judged(get_drill("prone_leg_raise"), film(scene, 15.0, fps=5.0)).result
    assert [(rep.complete, rep.side) for rep in result.reps] == [(True, Side.RIGHT)] * 3


def test_who_bows_or_rolls_away_turns_the_face_over() -> None:
    def bow(t: float) -> Figure:
        return leaning(standing_side_on(), -120 * min(1.0, t / 2))

    lying = [face_over(p) if p.t > 1 else p for p in film(lambda t: on_the_front(), 2)]
    away = [replace(p, xy=p.xy + np.array([100 * (p.t > 1), 0])) for p in lying]
    for poses in (film(bow, 3), away):
        follower = Follower(Stabiliser())
        bodies = [follower.body(p, None, busy=False, judging=True) for p in poses]
        assert {body.nose_height > 0.02 for body in bodies if body} == {True, False}
        assert not any(body.turned_over for body in bodies if body)


@pytest.mark.parametrize("lies", [True, False])
def test_a_face_carried_to_level_is_kept_of_who_lies(lies: bool) -> None:
    """In a bridge the nose of a face that looks up comes down to the shoulders; who has just lain
    down may turn over."""
    bridge = on_the_back(lift=1.0)
    level = {**bridge, "nose": bridge["left_shoulder"] - 0.02j}
    before = film(lambda t: on_the_back() if lies or t > 1.8 else standing_side_on(), 2.0)
    after = [replace(p, t=p.t + 2.0) for p in film(lambda t: level, 0.5)]
    follower = Follower(Stabiliser())
    for p in before:
        follower.body(p, None, busy=False, judging=True)
    (*_, last) = (follower.body(p, None, busy=True, judging=True) for p in after)
    assert last is not None
    assert not last.turned_over
    assert (last.nose_height > 0.02) == lies


def test_getting_into_position_is_not_counted() -> None:
    def settling(t: float) -> Figure:
        if t < 2:
            return standing()
        # Down on the back with the hips high, wriggling, then at rest.
        return on_the_back(max(0.0, 1.2 - (t - 2) * 1.5) if t < 3 else moving(reps(2, first=5))(t))

    run = judged(BRIDGE, film(settling, 15))
    assert run.result.complete == 2
    assert run.result.partial == 0
    assert run.result.reps[0].start_s == pytest.approx(5, abs=0.1)
    assert run.result.cannot_judge[0].reason is Reason.NOT_IN_START_POSITION


def test_getting_up_again_is_not_counted() -> None:
    def up(t: float) -> Figure:
        return on_the_back(THREE(t)) if t < 16 else standing()

    assert judged(BRIDGE, film(up, 19)).result.complete == 3


# -- time ----------------------------------------------------------------------------------------


def test_a_clock_that_goes_back_is_refused() -> None:
    a = Analyzer(ABDUCTION)
    a.update(pose(1.0, standing()))
    for t in (1.0, 0.5):
        with pytest.raises(ValueError, match=rf"in rising time: {t} s came after 1.0 s"):
            a.update(pose(t, standing()))
    a.update(pose(1.1, standing()))  # the refused pose has left nothing behind
    assert a.result().frames == 2


@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_a_set_may_begin_at_any_time(offset: float) -> None:
    run = judged(ABDUCTION, [replace(p, t=p.t + offset) for p in film(leg_lifts(), 16)])
    assert run.result.complete == 3
    assert run.result.seconds == pytest.approx(15.96)
    assert run.result.reps[0].start_s == pytest.approx(1.5 + offset, abs=0.1)


@pytest.mark.parametrize("begins", [1.2, 1.9, 2.4, 2.9, 3.4, 4.0, 4.6])
@pytest.mark.parametrize("how", ["no frames", "nobody", "a hidden joint"])
def test_two_blind_seconds_invent_nothing(begins: float, how: str) -> None:
    poses = []
    for p in film(leg_lifts(moving(reps(3, pause=2.5))), 20):
        if not begins <= p.t < begins + 2:
            poses.append(p)
        elif how == "nobody":
            poses.append(Pose.missing(p.t, SIZE))
        elif how == "a hidden joint":
            poses.append(hidden(p, "left_ankle", "right_ankle"))
    run = judged(ABDUCTION, poses)
    first = [r for r in run.result.reps if r.start_s < 6.9]
    assert run.result.complete - len(first) == 2
    for rep in first:  # whole before the gap, or whole after it: never across
        assert rep.end_s <= begins + 0.1 or rep.start_s >= begins + 1.9


def test_a_hold_does_not_run_while_unseen() -> None:
    lifted = moving([(1, 1.5, 12, 12.5)])
    poses = film(lambda t: on_one_leg(0.3 * lifted(t)), 15)
    for gone in (
        [p for p in poses if not 5 <= p.t < 7],
        [Pose.missing(p.t, SIZE) if 5 <= p.t < 7 else p for p in poses],
    ):
        (hold,) = judged(STANCE, gone).result.holds
        assert hold.to_s - hold.from_s == pytest.approx(11.1, abs=0.2)
        assert hold.seconds == pytest.approx(9, abs=0.25)


# -- steps and ends ------------------------------------------------------------------------------


def test_what_every_step_promises() -> None:
    poses = [
        hidden(p, "left_hip") if 6.5 < p.t < 8 else Pose.missing(p.t, SIZE) if p.t > 14 else p
        for p in film(leg_lifts(), 17)
    ]
    run = judged(ABDUCTION, poses, dose=Dose(reps=5, hold_s=1))
    phase, before = Phase.SETUP, (0, 0, 0)
    for step in run.steps:
        assert step.main == "abduction"
        assert (step.target_reps, step.target_hold_s) == (5, 1)
        assert (step.cannot_judge is None) == (step.phase not in (Phase.SETUP, Phase.PAUSED))
        assert (step.reps, step.partial, step.holds) >= before
        before = (step.reps, step.partial, step.holds)
        worst = [-f.severity for f in step.faults]
        assert worst == sorted(worst)
        if step.cannot_judge is not None:
            assert step.signals == {}
            assert step.faults == ()
            assert isnan(step.hold_s)
        changes = [e for e in step.events if isinstance(e, PhaseChanged)]
        assert len(changes) == (step.phase is not phase)
        phase = step.phase
        assert all(e.t == step.t for e in step.events)
    assert sum(isinstance(e, RepDone) for e in run.events) == before[0] + before[1]
    with pytest.raises(AttributeError):
        run.steps[0].t = 3.0  # type: ignore[misc]


def test_progress_goes_from_rest_to_the_full_mark() -> None:
    run = judged(ABDUCTION, film(leg_lifts(), 16))
    best = max(s.progress for s in run.steps if not isnan(s.progress))
    assert best == pytest.approx(28 / 25, abs=0.08)
    assert abs(run.steps[30].progress) < 0.05


def test_the_drill_of_a_step_names_its_joints() -> None:
    step = judged(ABDUCTION, film(leg_lifts(), 3)).steps[-2]
    names = {j.name.lower() for j in step.judged}
    assert names == {
        *(f"left_{p}" for p in ("shoulder", "hip", "knee", "ankle")),
        "right_hip",
        "right_ankle",
    }


def test_finish_closes_once() -> None:
    a = Analyzer(STANCE)
    for p in film(lambda t: on_one_leg(0.3 * moving([(1, 1.5, 99, 100)])(t)), 6):
        a.update(p)
    last = a.finish()
    assert isinstance(last.events[-1], (SetDone, PhaseChanged))
    (done,) = [e for e in last.events if isinstance(e, SetDone)]
    assert (done.reps, done.partial, done.holds) == (0, 0, 1)
    result = a.result()
    assert [h.ended_by for h in result.holds] == ["end_of_clip"]
    again = a.finish()
    assert not any(isinstance(e, (SetDone, HoldDone)) for e in again.events)
    assert a.result() == result
    with pytest.raises(ValueError, match="finished; make a new Analyzer"):
        a.update(pose(99.0, standing()))


def test_a_set_of_nothing() -> None:
    a = Analyzer(ABDUCTION)
    step = a.finish()
    assert [type(e) for e in step.events] == [SetDone]
    result = a.result()
    assert (result.frames, result.seconds, result.score) == (0, 0.0, None)
    json.dumps(result.to_dict("x", {}), allow_nan=False)


# -- faults --------------------------------------------------------------------------------------


def leaning_reps(deg: float) -> list[Pose]:
    """Leg lifts with the trunk leaning away from the moving leg in the third."""

    def scene(t: float) -> Figure:
        lean = deg * THREE(t) if t > 10 else 0.0
        return leaning(abducted(28 * THREE(t)), -lean)

    return film(scene, 16)


def test_a_watched_fault_rises_persists_and_clears() -> None:
    run = judged(ABDUCTION, leaning_reps(14))
    assert [[f.code for f in r.faults] for r in run.result.reps] == [[], [], ["trunk_lean"]]
    (raised,) = run.of(FaultRaised)
    (cleared,) = run.of(FaultCleared)
    fault = ABDUCTION.fault("trunk_lean")
    span = run.result.faults[0]
    assert raised.t - span.from_s == pytest.approx(fault.when.for_s, abs=0.06)
    assert cleared.t == span.to_s
    assert span.magnitude == pytest.approx(14, abs=1)
    standing_then = [s for s in run.steps if raised.t <= s.t < cleared.t]
    assert all([f.code for f in s.faults] == ["trunk_lean"] for s in standing_then)
    assert run.result.reps[2].score < run.result.reps[0].score  # type: ignore[operator]


def test_a_near_miss_is_no_fault() -> None:
    warn = ABDUCTION.fault("trunk_lean").warn
    assert judged(ABDUCTION, leaning_reps(warn - 0.7)).result.faults == ()
    assert judged(ABDUCTION, leaning_reps(warn + 1.0)).result.faults != ()


def test_the_own_crooked_stance_is_no_fault() -> None:
    crooked = [pose(t / 25, leaning(abducted(28 * THREE(t / 25)), -12)) for t in range(16 * 25)]
    result = judged(ABDUCTION, crooked).result
    assert result.complete == 3
    assert "trunk_lean" not in [f.code for f in result.faults]


def test_a_judged_fault_is_shown_until_the_next_is_better() -> None:
    fast = moving([(1.5, 2.0, 3.0, 3.5), (5.0, 6.4, 7.4, 8.8)])
    run = judged(ABDUCTION, film(leg_lifts(fast), 11))
    assert [[f.code for f in r.faults] for r in run.result.reps] == [["too_fast"], []]
    shown = [s.t for s in run.steps if s.faults]
    done = run.result.reps[0].end_s
    assert done < shown[0] < done + 0.5
    assert shown[-1] - shown[0] == pytest.approx(4, abs=0.1)


# -- the document --------------------------------------------------------------------------------


def test_the_result_document() -> None:
    run = judged(ABDUCTION, leaning_reps(14), dose=Dose(reps=3, hold_s=1))
    document = run.result.to_dict("clip.mp4", {"formcheck": "0"})
    json.dumps(document, allow_nan=False)
    assert document["schema"] == "formcheck.result/1"
    assert set(document) >= {
        "schema", "clip", "drill", "side", "side_source", "seconds", "frames", "frames_with_pose",
        "reps", "counts", "holds", "cannot_judge", "score", "provenance",
    }  # fmt: skip
    assert document["counts"] == {"reps": 3, "partial": 0}
    assert (document["drill"], document["side"]) == ("standing_hip_abduction", "left")
    assert document["side_source"] == "auto"
    rep = document["reps"][2]
    assert set(rep) >= {
        "n", "side", "start_s", "peak_s", "end_s", "hold_s", "peak", "complete", "score", "faults",
    }  # fmt: skip
    assert rep["side"] == "left"
    (fault,) = rep["faults"]
    assert set(fault) >= {"code", "from_s", "to_s", "magnitude", "unit", "severity", "cue"}
    assert document["provenance"]["formcheck"] == "0"
    assert document["provenance"]["parameters"]["faults"]["trunk_lean"]["warn"] == 6.5
    assert document["provenance"]["parameters"]["dose"] == {"reps": 3, "hold_s": 1}

    held = judged(STANCE, film(lambda t: on_one_leg(0.3 * THREE(t)), 16)).result.to_dict("c", {})
    assert set(held["holds"][0]) >= {
        "n", "side", "from_s", "to_s", "seconds", "target_s", "ended_by", "faults",
    }  # fmt: skip
    span = judged(BRIDGE, film(lambda t: standing(), 2)).result.to_dict("c", {})["cannot_judge"]
    assert span == [{"from_s": 0.0, "to_s": 1.96, "reason": "not_in_start_position"}]


def test_events_write_themselves() -> None:
    for event in judged(ABDUCTION, leaning_reps(14)).events:
        document = event.to_dict()
        assert document["schema"] == "formcheck.event/1"
        assert document["event"] == event.kind
        json.dumps(document, allow_nan=False)


def test_twice_is_the_same() -> None:
    poses = leaning_reps(14)
    one, two = (judged(ABDUCTION, poses) for _ in range(2))
    assert one.events == two.events
    assert one.result == two.result
