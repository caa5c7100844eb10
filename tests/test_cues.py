"""The cue policy of drills.md 3.4: one at a time, worst first, not twice in a breath."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from formcheck.coach.cues import PRAISE, Line, Mouth, SetVoice, count_word, speaking_s
from formcheck.events import FaultSpan, Hold, HoldDone, Phase, Reason, Rep, RepDone, Step

NAN = float("nan")
DT = 0.1


def fault(code: str, severity: int = 2, from_s: float = 0.0, cue: str | None = None) -> FaultSpan:
    return FaultSpan(code, from_s, from_s + 1, 20.0, "deg", severity, cue or f"mend {code}")


def step(
    t: float, *, faults: Sequence[FaultSpan] = (), events: tuple = (), reps: int = 0,
    target_reps: int | None = None, hold_s: float = NAN, target: float | None = None,
    cannot: Reason | None = None,
) -> Step:  # fmt: skip
    return Step(
        t, Phase.PAUSED if cannot else Phase.RISE, {}, "x", NAN, reps, 0, 0, hold_s,
        target_reps, target, None, tuple(faults), cannot, (), events,
    )  # fmt: skip


def rep(n: int, t: float, *faults: FaultSpan, complete: bool = True) -> RepDone:
    return RepDone(t, Rep(n, None, t - 3, t - 2, t - 1, t, 1.0, 30.0, complete, faults=faults))


def play(voice: SetVoice, steps: Iterable[Step]) -> list[tuple[float, str]]:
    """(time, words) of everything said, earcons left out."""
    return [(round(s.t, 2), line.text)
            for s in steps for line in voice.update(s) if not line.earcon]  # fmt: skip


def every(seconds: float, start: float = 0.0, **what: object) -> list[Step]:
    n = round(seconds / DT)
    return [step(start + i * DT, **what) for i in range(n)]  # type: ignore[arg-type]


def voice(kind: str = "hold") -> SetVoice:
    return SetVoice(kind, Mouth())


# -- cues ----------------------------------------------------------------------------------------


def test_the_worst_fault_is_named_first_and_one_at_a_time() -> None:
    both = [fault("polish", 1, from_s=-9), fault("mend_now", 2)]
    said = play(voice(), every(9.5, faults=both))
    assert [w for _, w in said] == ["mend mend_now", "mend polish", "mend mend_now"]
    for (t0, words), (t1, _) in pairwise(said):
        assert t1 >= t0 + speaking_s(words)


def test_of_two_equals_the_longer_standing_is_named() -> None:
    young = FaultSpan("young", 3.0, 4.0, 1, "deg", 2, "mend young")
    old = FaultSpan("old", 1.0, 4.0, 1, "deg", 2, "mend old")
    assert play(voice(), [step(4.0, faults=[young, old])]) == [(4.0, "mend old")]


def test_the_same_cue_waits_8_seconds_in_a_hold() -> None:
    said = play(voice(), every(8.5, faults=[fault("sag")]))
    assert said == [(0.0, "mend sag"), (8.0, "mend sag")]


@pytest.mark.parametrize(("reps", "gap", "times"), [(2, 4.5, 2), (1, 9.0, 1), (2, 3.0, 1)])
def test_the_same_cue_waits_two_reps_and_8_seconds(reps: int, gap: float, times: int) -> None:
    v = voice("reps")
    steps, t = [step(0.0, faults=[fault("roll")])], 0.0
    for n in range(1, reps + 1):
        t += gap
        steps.append(step(t, events=(rep(n, t, fault("roll")),), reps=n))
        steps += every(1.5, t + DT)
    steps += [step(t + 1.6, faults=[fault("roll")])]
    said = [w for _, w in play(v, steps) if w == "mend roll"]
    assert len(said) == times


def test_after_three_cues_a_smaller_movement_is_offered_once() -> None:
    said = [w for _, w in play(voice(), every(60, faults=[fault("sag")]))]
    assert said == ["mend sag"] * 3 + ["A shorter hold is fine"]


def test_another_fault_is_still_named_after_one_was_given_up() -> None:
    v = voice()
    play(v, every(60, faults=[fault("sag")]))
    assert play(v, every(1, 60.0, faults=[fault("sag"), fault("pike", 1)])) == [(60.0, "mend pike")]


@pytest.mark.parametrize(("busy_until", "said"), [(5.9, True), (6.2, False)])
def test_a_fault_known_only_when_the_rep_is_over_is_named_soon_or_not_at_all(
    busy_until: float, said: bool
) -> None:
    v = voice("reps")
    v.mouth.free_at = busy_until  # something else is still being said
    steps = [step(3.0, events=(rep(1, 3.0, fault("fast")),), reps=1), *every(4, 3.1)]
    words = [w for _, w in play(v, steps)]
    assert ("mend fast" in words) is said


def test_nothing_is_cued_while_it_cannot_be_judged() -> None:
    assert play(voice(), every(3, faults=[fault("sag")], cannot=Reason.WRONG_VIEW)) == []


# -- praise --------------------------------------------------------------------------------------


def test_a_corrected_fault_is_praised_once_with_the_next_clean_rep() -> None:
    v = voice("reps")
    steps = [step(1.0, faults=[fault("roll")])]
    steps += [step(4.5, events=(rep(1, 4.5, fault("roll")),), reps=1), *every(3, 4.6)]
    steps += [step(9.0, events=(rep(2, 9.0),), reps=2), *every(3, 9.1)]
    steps += [step(14.0, events=(rep(3, 14.0),), reps=3), *every(3, 14.1)]
    words = [w for _, w in play(v, steps)]
    assert words == ["mend roll", "one", "two", "That's it", "three"]


def test_a_later_set_of_a_session_is_praised_too() -> None:
    v = voice("reps")
    bend = fault("bend")
    late = 100.0  # the session's clock goes on, the set's began again

    def at(t: float, *events: RepDone, n: int = 0) -> Step:
        return replace(step(t, events=events, reps=n), t=late + t)

    steps = [at(4.0, rep(1, 4.0, bend), n=1), *(at(4.0 + i * DT, n=1) for i in range(1, 50)),
             at(9.0, rep(2, 9.0), n=2), *(at(9.0 + i * DT, n=2) for i in range(1, 30))]  # fmt: skip
    assert [w for _, w in play(v, steps)] == ["one", "mend bend", "two", PRAISE[0]]


def test_the_rep_in_which_a_cue_came_is_not_praised() -> None:
    v = voice("reps")
    steps = [step(2.0, faults=[fault("roll")])]  # the rep runs since 1.5 s
    steps += [step(4.5, events=(rep(1, 4.5),), reps=1), *every(3, 4.6)]
    assert [w for _, w in play(v, steps)] == ["mend roll", "one"]


def test_a_partial_rep_earns_no_praise_and_no_number() -> None:
    v = voice("reps")
    steps = [step(1.0, faults=[fault("roll")])]
    steps += [step(9.0, events=(rep(1, 9.0, complete=False),)), *every(3, 9.1)]
    assert [w for _, w in play(v, steps)] == ["mend roll"]


@pytest.mark.parametrize(("clear", "praised"), [(1.8, False), (2.3, True)])
def test_in_a_hold_praise_comes_when_the_fault_stays_away(clear: float, praised: bool) -> None:
    v = voice()
    steps = every(3, faults=[fault("sag")], hold_s=1.0)
    steps += every(clear, 3.0, hold_s=1.0)
    steps += every(1, 3.0 + clear, faults=[fault("sag")], hold_s=1.0)
    assert ("That's it" in [w for _, w in play(v, steps)]) is praised


def test_a_fault_that_was_never_named_is_not_praised() -> None:
    v = voice("reps")
    steps = [step(5.0, events=(rep(1, 5.0),), reps=1), *every(3, 5.1)]
    assert [w for _, w in play(v, steps)] == ["one"]


# -- counts and holds ----------------------------------------------------------------------------


def test_reps_are_counted_and_the_last_but_one_says_so() -> None:
    v = voice("reps")
    steps = []
    for n in range(1, 5):
        steps += [step(4.0 * n, events=(rep(n, 4.0 * n),), reps=n, target_reps=4)]
        steps += every(3.5, 4.0 * n + DT)
    words = [w for _, w in play(v, steps)]
    assert words == ["one", "two", "three, last one next", "four"]


def hold(seconds: float, target: float | None, **more: object) -> list[Step]:
    n = round(seconds / DT)
    return [step(i * DT, hold_s=i * DT, target=target, **more) for i in range(n)]  # type: ignore


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (10, ["Hold", "Half way", "three", "two", "one", "And relax"]),
        (5, ["Hold", "three", "two", "one", "And relax"]),
        (3, ["Hold", "And relax"]),
        (1, ["And relax"]),
        (None, ["Hold", "ten seconds"]),
    ],
)
def test_a_hold_is_told_at_its_start_half_and_end(target: float | None, words: list[str]) -> None:
    v = voice()
    assert [w for _, w in play(v, hold(11, target))] == words


def test_the_last_three_seconds_are_on_time() -> None:
    said = {w: t for t, w in play(voice(), hold(11, 10))}
    assert (said["Half way"], said["three"], said["two"], said["one"]) == (5.0, 7.0, 8.0, 9.0)
    assert said["And relax"] == 10.0


def test_a_cue_keeps_out_of_the_countdown() -> None:
    v = voice()
    long_cue = fault("sag", cue="Lift your belt buckle to the ceiling now")
    steps = [step(i * DT, hold_s=i * DT, target=10,
                  faults=[long_cue] if i * DT > 5.5 else []) for i in range(105)]  # fmt: skip
    words = [w for _, w in play(v, steps)]
    assert words[-4:] == ["three", "two", "one", "And relax"]
    assert long_cue.cue not in words


def test_who_may_relax_is_told_for_the_next_hold_only() -> None:
    v = voice()
    sag = fault("sag", cue="Lift your belt buckle")
    held = Hold(1, None, 0.0, 8.0, 8.0, 5.0, "hips_down", faults=(sag,))
    steps = [step(i * DT, hold_s=i * DT, target=5, faults=[sag] if i * DT > 2 else [])
             for i in range(80)]  # fmt: skip
    steps += [step(8.0, events=(HoldDone(8.0, held),)), *every(4, 8.1)]
    said = play(v, steps)
    assert [w for _, w in said] == [
        "Hold", "three", "two", "one", "And relax", "Next time: lift your belt buckle",
    ]  # fmt: skip
    assert said[-1][0] == pytest.approx(8.0, abs=0.15)


def test_nothing_is_said_of_the_top_where_no_hold_was_asked_for() -> None:
    assert play(voice("reps"), hold(15, None)) == []


def test_at_the_top_of_a_rep_it_says_lower() -> None:
    v = voice("reps")
    assert [w for _, w in play(v, hold(4, 3))] == ["Hold", "And lower"]
    assert play(voice("reps"), hold(3, 1)) == []  # a sound is enough for a moment


# -- the mouth -----------------------------------------------------------------------------------


def test_the_mouth_says_the_urgent_first_and_nothing_stale() -> None:
    mouth = Mouth()
    mouth.say(Line("praise", "praise", 4, 5.0), 0.0)
    mouth.say(Line("cue", "cue", 3, 0.5), 0.0)
    first = mouth.speak(0.0)
    assert first is not None
    assert first.text == "cue"
    assert mouth.speak(0.5) is None
    mouth.say(Line("late", "cue", 3, 0.1), 0.5)
    second = mouth.speak(2.0)
    assert second is not None
    assert second.text == "praise"
    assert mouth.speak(9.0) is None


def test_a_newer_count_replaces_one_still_waiting() -> None:
    mouth = Mouth()
    mouth.say(Line("a long sentence about the camera", "setup", 3), 0.0)
    mouth.speak(0.0)
    mouth.say(Line("one", "count", 2, 9), 0.1)
    mouth.say(Line("two", "count", 2, 9), 0.2)
    line = mouth.speak(8.0)
    assert line is not None
    assert line.text == "two"
    assert mouth.speak(9.1) is None


def test_stop_breaks_in() -> None:
    mouth = Mouth()
    mouth.say(Line("a long sentence about the camera", "setup", 3), 0.0)
    mouth.speak(0.0)
    mouth.say(Line("Stopped", "stop", 0), 0.2)
    line = mouth.speak(0.2)
    assert line is not None
    assert line.text == "Stopped"


def test_numbers_in_words() -> None:
    assert [count_word(n) for n in (0, 13, 20, 21, 99, 100, 118, 999)] == [
        "zero", "thirteen", "twenty", "twenty one", "ninety nine", "one hundred",
        "one hundred eighteen", "nine hundred ninety nine",
    ]  # fmt: skip
    assert math.isclose(speaking_s("three"), 0.95)
