"""The session machine: from warm-up to summary, told time and steps, answering in words."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from fakes import person, step
from voicelog import complaints

from formcheck.body.pose import Pose, Side
from formcheck.catalogue.registry import all_drills, get_drill
from formcheck.coach import setup_check
from formcheck.coach.cues import Line
from formcheck.coach.progression import Planned
from formcheck.coach.session import Item, Notice, Session, Stage, program, summary
from formcheck.drill import Dose
from formcheck.events import (
    CannotJudge,
    FaultSpan,
    Hold,
    HoldDone,
    JudgingResumed,
    Phase,
    Reason,
    Rep,
    RepDone,
    SetResult,
)

STANCE = get_drill("single_leg_stance")
ABDUCTION = get_drill("standing_hip_abduction")
DT = 0.1
NAN = float("nan")


def item(drill=ABDUCTION, number: int = 1, of: int = 1, part: int = 1, **more) -> Item:
    return Item(drill, Dose(reps=2, hold_s=1, sets=of, rest_s=10), number, of, part, **more)


def result(drill=ABDUCTION, n: int = 2, side: Side | None = Side.LEFT, score: int | None = 85):
    reps = tuple(Rep(i, side, i, i, i, i, 1.0, 30.0, True) for i in range(1, n + 1))
    return SetResult(
        drill.name, side, "auto", 20.0, 600, 600, reps, (), (), score=score, form=score
    )


class Film:
    """Runs a session on a made-up stream."""

    def __init__(self, session: Session) -> None:
        self.session, self.t, self.said, self.log = session, 0.0, [], []

    def note(self, lines: list[Line]) -> None:
        words = [line for line in lines if not line.earcon]
        self.said += [(round(self.t, 1), line.text) for line in words]
        self.log += [{"t": self.t, "kind": line.kind, "said": line.text} for line in words]

    def words(self) -> list[str]:
        return [w for _, w in self.said]

    def watch(self, seconds: float, pose=person, until: Stage | None = None) -> None:
        for _ in range(round(seconds / DT)):
            if self.session.stage is until:
                return
            assert self.session.stage is not Stage.SET
            self.t = round(self.t + DT, 3)
            self.note(self.session.look(pose(self.t)))

    def do(self, seconds: float, *events, pose=person, **state) -> None:
        for i in range(round(seconds / DT)):
            assert self.session.stage is Stage.SET
            self.t = round(self.t + DT, 3)
            now = step(self.t, **state, events=events if i == 0 else ())
            self.note(self.session.step(now, pose(self.t), self.t))

    def end(self, outcome: SetResult) -> None:
        assert self.session.stage is not Stage.SET
        self.note(self.session.ended(outcome, self.t))


def nobody(t: float) -> Pose:
    return Pose.missing(t, (640, 480))


def in_a_set(*items: Item) -> Film:
    film = Film(Session(items or [item()]))
    film.watch(60, until=Stage.SET)
    assert film.session.stage is Stage.SET
    film.do(5)
    film.said.clear()
    return film


def rep(n: int, t: float = 0.0) -> RepDone:
    return RepDone(t, Rep(n, Side.LEFT, t, t, t, t, 1.0, 30.0, True))


# -- the order of sets ----------------------------------------------------------------------------


def planned(drill: str, sets: int, both: bool) -> Planned:
    return Planned(drill, Dose(reps=5, sets=sets), "", both_sides=both)


def test_lying_drills_do_one_side_first_and_standing_ones_alternate() -> None:
    items = program(
        [planned("clamshell", 2, True), planned("single_leg_stance", 2, True),
         planned("hip_bridge", 2, False)],
        all_drills(),
    )  # fmt: skip
    assert [(i.part, i.number, i.turn) for i in items] == [
        (1, 1, "first"), (1, 2, "first"), (1, 1, "other"), (1, 2, "other"),
        (2, 1, "first"), (2, 1, "other"), (2, 2, "first"), (2, 2, "other"),
        (3, 1, None), (3, 2, None),
    ]  # fmt: skip


def test_who_is_counted_and_not_judged_is_told_once_a_set_how_to_be_judged() -> None:
    line = "I count. Face the camera and I can check your form too"
    film = in_a_set()
    film.do(2.5, counted_only=True)
    assert line not in film.words()  # a flicker is no place
    film.do(4, counted_only=True, phase=Phase.RISE)
    assert line not in film.words()  # not into a movement
    fault = FaultSpan("pelvis_hike", film.t, film.t + 1, 20.0, "deg", 2, "Level hips")
    film.do(0.3, counted_only=True, faults=(fault,))
    film.do(3, counted_only=True, faults=(fault,))
    assert "Level hips" in film.words() and line not in film.words()  # a movement's cue goes first
    film.do(20, counted_only=True)
    film.do(2)
    film.do(10, counted_only=True)
    assert film.words().count(line) == 1
    assert complaints(film.log) == []


def test_who_is_judged_is_not_told_to_turn() -> None:
    film = in_a_set()
    film.do(20)
    assert not any("check your form" in said for said in film.words())


# -- before a set ---------------------------------------------------------------------------------


def test_the_warm_up_comes_first_and_can_be_skipped() -> None:
    film = Film(Session([item()], warm_up_s=300))
    film.watch(100)
    assert film.session.stage is Stage.WARM_UP
    assert film.words() == ["First warm up: walk or march on the spot for 5 minutes"]
    notice = film.session.notice
    assert (notice.heading, notice.text) == ("Warm up", "Walk or march on the spot")
    assert notice.dial is not None
    assert notice.dial[:2] in (("3:20", "to go"), ("3:21", "to go"))
    assert notice.dial[2] == pytest.approx(1 / 3, abs=0.01)
    film.session.skip(film.t)
    assert film.session.stage is Stage.INTRO
    film = Film(Session([item()], warm_up_s=300))
    film.watch(301)
    assert film.session.stage is Stage.INTRO
    assert "Half way. Easy and tall" in film.words()
    assert film.session.warmed_s == pytest.approx(300, abs=0.2)


def test_a_drill_is_introduced_then_set_up_then_counted_down() -> None:
    film = Film(Session([item()]))
    film.watch(60, until=Stage.SET)
    # already in place: what it is and how much, not how
    assert film.words() == [ABDUCTION.title, *ABDUCTION.cautions[:1], "Two times"]
    begun = film.t
    film.do(4)
    told = [(round(t - begun), w) for t, w in film.said if t > begun]
    assert told == [(0, "Three"), (1, "two"), (2, "one"), (3, "and go")]


@pytest.mark.parametrize(
    ("hold_s", "words"), [(NAN, ["Three", "two", "one", "and go"]), (0.5, ["Hold"])]
)
def test_a_hold_that_is_running_is_not_counted_down(hold_s: float, words: list[str]) -> None:
    film = Film(Session([Item(STANCE, Dose(hold_s=30, sets=1), 1, 1, 1)]))
    film.watch(60, until=Stage.SET)
    film.said.clear()
    film.do(5, hold_s=hold_s, target_hold_s=30.0)
    assert film.words() == words


def test_who_is_not_in_place_is_told_how() -> None:
    film = Film(Session([item()]))
    film.watch(25, nobody)
    words = film.words()
    n = words.index(ABDUCTION.setup)
    assert words[n + 1].startswith("The camera goes ")


def test_who_is_badly_placed_is_told_that_instead() -> None:
    film = Film(Session([item()]))
    film.watch(10, lambda t: replace(person(t), people=2))
    assert ABDUCTION.setup not in film.words()
    # as soon as the introduction is over
    assert film.words()[-1] == "I see two people. One at a time, please"
    assert film.said[-1][0] - film.said[-2][0] < 3


def test_nobody_there_is_told_so_and_no_set_begins() -> None:
    film = Film(Session([item()]))
    film.watch(90, nobody)
    assert film.session.stage is Stage.SETUP
    assert "I cannot see you. Come into the picture, head to feet" in film.words()
    assert film.session.notice.text == "I cannot see you. Come into the picture, head to feet"


def test_an_instruction_comes_again_after_8_then_16_then_32_seconds() -> None:
    film = Film(Session([item()]))
    film.watch(80, nobody)
    times = [t for t, words in film.said if words.startswith("I cannot see you")]
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps == pytest.approx([8, 16, 32], abs=1.0)


def test_who_was_told_how_is_not_told_the_same_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    amiss = setup_check.Problem("not_in_start_position", ABDUCTION.setup)
    monkeypatch.setattr(setup_check, "problem", lambda *seen: amiss)
    film = Film(Session([item()]))
    film.watch(40)
    told = [t for t, words in film.said if words == ABDUCTION.setup]
    assert len(told) == 3
    assert min(b - a for a, b in pairwise(told)) >= 8


def test_a_log_of_set_up_and_set_has_nothing_against_it() -> None:
    film = Film(Session([item()], warm_up_s=10))
    film.watch(40, nobody)
    film.watch(60, until=Stage.SET)
    film.do(6)
    film.do(4, rep(1), reps=1, target_reps=2)
    film.do(0.1, rep(2), reps=2, target_reps=2)
    film.end(result())
    film.watch(20)
    assert complaints(film.log) == []


def test_the_screen_follows_the_session() -> None:
    film = Film(Session([item(of=2), item(number=2, of=2)]))
    film.watch(1)
    notice = film.session.notice
    assert (notice.heading, notice.text) == (ABDUCTION.title, "")  # not twice the same
    assert notice.dial == ("1", "of 2 sets", 0.0)
    film.watch(60, until=Stage.SET)
    shown = []
    for _ in range(45):
        film.do(DT)
        dial = film.session.notice.dial
        shown += [dial and dial[0]]
    assert list(dict.fromkeys(shown)) == ["3", "2", "1", "Go", None]
    film.do(0.1, rep(2), reps=2, target_reps=2)
    film.end(result())
    film.watch(4)
    notice = film.session.notice
    assert (notice.heading, notice.text) == ("Rest", "Next: set 2 of 2")
    assert notice.dial is not None
    assert notice.dial[:2] in (("6", "seconds"), ("7", "seconds"))
    film.watch(60, until=Stage.SET)
    film.do(0.1, rep(2), reps=2, target_reps=2)
    film.end(result())
    film.watch(20)
    notice = film.session.notice
    assert notice.heading == "Finished"
    assert notice.text.startswith(ABDUCTION.title)


@pytest.mark.parametrize(
    ("only", "asked"),
    [(item(), "of 2"), (Item(STANCE, Dose(hold_s=30, sets=1), 1, 1, 1), "of 30 s")],
)
def test_before_an_only_set_the_screen_shows_what_is_asked(only: Item, asked: str) -> None:
    film = Film(Session([only]))
    film.watch(1)
    assert film.session.notice.dial == ("0", asked, 0.0)


def test_who_began_before_the_count_down_sees_their_own_count() -> None:
    film = Film(Session([item()]))
    film.watch(60, until=Stage.SET)
    film.do(0.5)
    assert film.session.notice.dial == ("3", "", 0.0)
    film.do(0.1, phase=Phase.RISE)
    film.do(0.1)
    assert film.session.notice == Notice()


# -- in a set -------------------------------------------------------------------------------------


def test_a_set_of_reps_ends_with_its_last_rep() -> None:
    film = in_a_set()
    film.do(3, rep(1), reps=1, target_reps=2)
    film.do(0.1, rep(2), reps=2, target_reps=2)
    assert film.session.stage is not Stage.SET
    film.end(result())
    assert film.session.stage is Stage.DONE
    assert film.session.why_ended == "done"


@pytest.mark.parametrize(
    ("seconds", "over"), [((9.0,), True), ((8.9,), False), ((5.0, 5.0), True), ((4.9, 5.0), False)]
)
def test_a_hold_is_whole_from_90_percent_and_half_from_50(
    seconds: tuple[float, ...], over: bool
) -> None:
    hold = Item(STANCE, Dose(hold_s=10, sets=1), 1, 1, 1)
    film = in_a_set(hold)
    for n, s in enumerate(seconds, 1):
        assert film.session.stage is Stage.SET
        done = HoldDone(0.0, Hold(n, Side.LEFT, 0.0, s, s, 10.0, "foot_down"))
        film.do(0.1, done, holds=n, target_hold_s=10.0)
    assert (film.session.stage is not Stage.SET) is over


def test_leaving_the_picture_pauses_and_coming_back_keeps_the_count() -> None:
    film = in_a_set()
    film.do(3, rep(1), reps=1, target_reps=2)
    film.said.clear()
    lost = {"reps": 1, "phase": Phase.PAUSED, "cannot_judge": Reason.NO_PERSON}
    film.do(6, CannotJudge(film.t, Reason.NO_PERSON), pose=nobody, **lost)
    film.do(4, JudgingResumed(film.t), reps=1)
    assert film.words() == [
        "I cannot see you. Come into the picture, head to feet",
        "I see you again. One done, carry on",
    ]
    assert film.session.stage is Stage.SET


@pytest.mark.parametrize(
    ("reps", "wait", "over"), [(1, 24.8, False), (1, 25.3, True), (0, 40, False)]
)
def test_a_long_pause_after_something_was_done_ends_the_set(
    reps: int, wait: float, over: bool
) -> None:
    film = in_a_set()
    if reps:
        film.do(0.1, rep(1), reps=1, target_reps=2)
    for _ in range(round(wait / DT)):
        if film.session.stage is Stage.SET:
            film.do(DT, reps=reps, target_reps=2)
    assert (film.session.stage is not Stage.SET) is over
    assert film.session.why_ended == ("idle" if over else "done")


def test_a_pause_counts_neither_as_rest_nor_as_warming_up_nor_as_idling() -> None:
    film = Film(Session([item()], warm_up_s=60))
    film.watch(20)
    film.t += 100  # the person pressed space
    film.watch(1)
    assert film.session.warmed_s == pytest.approx(21, abs=0.3)
    film = in_a_set()
    film.do(1, rep(1), reps=1, target_reps=2)
    film.t += 100
    film.do(1, reps=1, target_reps=2)
    assert film.session.stage is Stage.SET


def test_ouch_ends_the_set_at_once_and_skips_the_rest_of_the_drill() -> None:
    items = [item(of=2), item(number=2, of=2), item(STANCE, part=2)]
    film = in_a_set(*items)
    film.do(1, rep(1), reps=1, target_reps=2)
    film.note(film.session.ouch(film.t))
    assert film.session.stage is not Stage.SET
    film.end(result(n=1))
    assert film.session.item.drill is STANCE
    assert film.session.results[0][2] == "ouch"
    assert film.words()[-1] == "Stop. Ease off"
    assert film.session.stage is Stage.REST  # a minute, not on to the next at once
    film.watch(2)
    assert film.session.notice.text == f"Next: {STANCE.title}"
    film.watch(57)
    assert film.session.stage is Stage.REST
    film.watch(3)
    assert film.session.stage is not Stage.REST


def test_ouch_between_sets_goes_on_with_another_drill() -> None:
    film = Film(Session([item(of=2), item(number=2, of=2), item(STANCE, part=2)]))
    film.watch(1)
    film.note(film.session.ouch(film.t))
    assert film.session.stage is Stage.INTRO
    film.watch(60, until=Stage.SET)
    assert film.session.item.drill is STANCE
    film.session.ouch(film.t)
    film.end(result(STANCE, n=0))
    film.watch(20)
    assert film.session.stage is Stage.DONE
    assert "That is all for today. Well done" in film.words()


def test_ouch_in_the_warm_up_ends_the_session() -> None:
    film = Film(Session([item(), item(part=2)], warm_up_s=300))
    film.watch(5)
    film.note(film.session.ouch(film.t))
    film.watch(8)
    assert film.session.stage is Stage.DONE
    assert film.words()[-2:] == ["Stop. Ease off", "That is all for today"]


def test_skipping_the_last_set_still_sums_up() -> None:
    film = Film(Session([item()]))
    film.watch(1)
    film.note(film.session.skip(film.t))
    film.watch(8)
    assert film.words()[-1] == "That is all for today"


def test_skip_ends_a_set_and_keeps_it() -> None:
    film = in_a_set(item(), item(part=2))
    film.session.skip(film.t)
    film.end(result(n=0))
    assert film.session.results[0][2] == "stopped"
    assert film.session.item.part == 2


def test_a_set_begun_again_is_counted_down_again() -> None:
    film = in_a_set()
    film.do(1, rep(1), reps=1, target_reps=2)
    film.session.again(film.t)
    assert film.session.stage is Stage.SETUP
    film.said.clear()
    film.watch(10, until=Stage.SET)
    film.do(4)
    assert film.words() == ["Three", "two", "one", "and go"]
    assert film.session.results == []


# -- between sets ---------------------------------------------------------------------------------


def test_rest_is_as_long_as_the_plan_says() -> None:
    film = in_a_set(item(of=2), item(number=2, of=2))
    film.do(0.1, rep(2), reps=2, target_reps=2)
    film.end(result())
    begun = film.t
    assert film.session.stage is Stage.REST
    film.watch(30, until=Stage.INTRO)
    assert film.t - begun == pytest.approx(10, abs=0.2)
    assert "Rest for ten seconds" in film.words()
    assert "Five more seconds" in film.words()
    film.watch(30, until=Stage.SET)
    assert "Set two of two" in film.words()
    assert ABDUCTION.cautions[0] not in film.words()  # told once is enough


def fault(code: str, severity: int, cue: str, certain: bool = True) -> FaultSpan:
    return FaultSpan(code, 1.0, 1.5, 10.0, "deg", severity, cue, certain)


@pytest.mark.parametrize(
    ("faults", "hint"),
    [
        ([fault("bend", 1, "Long leg"), fault("lean", 2, "Stay tall")], "Next time: stay tall"),
        ([fault("bend", 1, "Long leg"), fault("lean", 2, "Stay tall", False)],
         "Next time: long leg"),
        ([fault("note", 0, "Reset")], None),
        ([fault("long", 2, "one two three four five six seven")], None),
    ],
)  # fmt: skip
def test_a_fault_there_was_no_time_to_name_is_named_after_the_set(
    faults: list[FaultSpan], hint: str | None
) -> None:
    film = in_a_set(item(of=2), item(number=2, of=2))
    film.do(0.1, rep(2), reps=2, target_reps=2)
    done = result()
    film.end(replace(done, reps=(replace(done.reps[0], faults=tuple(faults)),)))
    film.watch(9)
    hints = [words for words in film.words() if words.startswith("Next time")]
    assert hints == ([hint] if hint else [])


def test_a_fault_that_was_named_is_not_named_again_after_the_set() -> None:
    film = in_a_set(item(of=2), item(number=2, of=2))
    lean = fault("lean", 2, "Stay tall")
    film.do(8, faults=(lean,))
    assert "Stay tall" in film.words()
    film.do(0.1, rep(2), reps=2, target_reps=2)
    done = result()
    film.end(replace(done, reps=(replace(done.reps[0], faults=(lean,)),)))
    film.watch(9)
    assert not [words for words in film.words() if words.startswith("Next time")]


def test_another_drill_follows_without_a_rest() -> None:
    film = in_a_set(item(), item(STANCE, part=2))
    film.do(0.1, rep(2), reps=2, target_reps=2)
    film.end(result())
    assert film.session.stage is Stage.INTRO
    film.watch(60, until=Stage.SET)
    assert STANCE.title in film.words()


@pytest.mark.parametrize("side", list(Side))
def test_the_other_side_is_the_one_that_was_not_first(side: Side) -> None:
    film = in_a_set(item(turn="first"), item(turn="other"))
    assert film.session.side is None
    film.do(0.1, rep(2), reps=2, target_reps=2)
    film.end(result(side=side))
    assert film.session.side is side.other
    film.watch(60, until=Stage.SET)
    assert "Now the other side" in film.words()


def test_the_summary_says_what_was_done_and_how_it_looked() -> None:
    entries = [
        (item(), result(score=85), "done"),
        (item(number=2, of=2), result(score=70), "done"),
        (item(STANCE, part=2), replace(result(STANCE, n=0, score=None),
         holds=(Hold(1, None, 0, 12, 11.6, 30.0, "foot_down"),)), "done"),
        (item(part=3), result(n=1, score=90), "ouch"),
        (item(part=4), result(n=0, score=None), "stopped"),
    ]  # fmt: skip
    lines = summary(entries)
    assert lines[1] == f"{ABDUCTION.title}: four repetitions, getting there"
    assert lines[2] == f"{STANCE.title}: twelve seconds held"
    assert lines[3] == f"{ABDUCTION.title}: one repetition"
    assert lines[4].endswith("nothing I could count")


def test_a_whole_session_ends_in_its_summary() -> None:
    film = in_a_set()
    film.do(0.1, rep(2), reps=2, target_reps=2)
    film.end(result())
    film.watch(20)
    assert film.session.stage is Stage.DONE
    assert film.words()[-1].endswith("two repetitions, good form")
