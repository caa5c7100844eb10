"""Leading a session without camera, window, voice or terminal: a script is the person."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import gestures
import pytest
import stick
from voicelog import complaints

from formcheck.body.pose import Pose, turned_pose
from formcheck.catalogue.registry import all_drills
from formcheck.coach.plans import Plan, parse_plan
from formcheck.coach.safety import ADVICE
from formcheck.errors import InputError, UsageError
from formcheck.journal import Journal
from formcheck.lead.asking import Ask, Tell
from formcheck.lead.leader import DrillLeader
from formcheck.lead.plan import PlanLeader
from formcheck.lead.questions import Question
from formcheck.lead.sets import TURNED, UPRIGHT, Front, lead
from formcheck.sinks.info import RunInfo

TESTS = Path(__file__).parent
PLAN = """
title = "Two drills"
warm_up_min = 0.2
start_share = 1.0
walk_min = 10
[[drill]]
name = "hip_bridge"
sets = 3
reps = 2
rest_s = 9
[[drill]]
name = "single_leg_stance"
hold_s = 3
sets = 2
rest_s = 5
"""
FPS = 20.0
#: When the person lies down, and when they are on their feet again.
DOWN, UP = 10.0, 100.0


def bridging(t: float) -> stick.Figure:
    """A bridge every eight seconds."""
    into = (t - DOWN) % 8.0
    return stick.on_the_back(stick.rep_at(into, 4.0, 5.2, 6.2, 7.4) if into > 4 else 0.0)


def balancing(t: float) -> stick.Figure:
    """The right foot up for four seconds of every ten."""
    into = (t - UP) % 10.0
    lift = stick.min_jerk(into - 4) if into < 8 else 1 - stick.min_jerk(into - 8)
    return stick.on_one_leg(0.35 * lift)


def person(t: float) -> stick.Figure:
    return stick.standing() if t < DOWN else bridging(t) if t < UP else balancing(t)


class Scripted(Front):
    """Answers by a table, and does things at set times of the stream.

    ``at`` maps seconds to what happens then; the track ends at ``to_s``.
    """

    def __init__(
        self,
        answers: Mapping[str, object],
        to_s: float,
        at: Mapping[float, Callable[[Scripted], None]] | None = None,
        from_s: float = 0.0,
    ) -> None:
        super().__init__()
        self.answers, self.times, self.at = answers, (from_s, to_s), dict(at or {})
        self.asked: list[str] = []
        self.told: list[Tell] = []
        self.log: list[dict[str, object]] = []
        self.shown: list[str] = []
        self.screens: list[str] = []
        self.hushed = 0
        self.open = False

    def ask(self, question: Question) -> object:
        assert not self.open  # nobody answers from the mat
        self.asked.append(question.key)
        return self.answers.get(question.key, 1 if question.kind == "level" else False)

    def tell(self, told: Tell) -> None:
        self.told.append(told)

    @contextmanager
    def opened(self, press: Callable[[str], None]) -> Iterator[tuple[Iterator[Pose], RunInfo]]:
        self.press, self.open = press, True
        yield self._poses(), RunInfo("script", stick.SIZE, live=True)
        self.open = False

    def _poses(self) -> Iterator[Pose]:
        start, end = self.times
        for i in range(round(start * FPS), round(end * FPS)):
            t = i / FPS
            for due in [due for due in self.at if due <= t]:
                self.at.pop(due)(self)
            yield stick.pose(t, person(t))

    def hush(self) -> None:
        self.hushed += 1

    def say(self, lines, t: float) -> None:
        self.log += [
            {"t": round(t, 2), "kind": line.kind, "said": line.text}
            for line in lines
            if not line.earcon
        ]

    def notice(self, notice) -> None:
        if notice.heading and notice.heading not in self.screens[-1:]:
            self.screens.append(notice.heading)

    def watch(self, frame, pose, info: RunInfo) -> None:
        assert frame is None
        if info.title not in self.shown[-1:]:
            self.shown.append(info.title)

    def said(self, *kinds: str) -> list[str]:
        return [str(line["said"]) for line in self.log if not kinds or line["kind"] in kinds]


@pytest.fixture
def plan() -> Plan:
    return parse_plan("two", PLAN, "two.toml")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


def sets(journal: Journal, session: int) -> list[tuple[str, str, int]]:
    """Drill, how it ended, whole repetitions or holds."""
    found = []
    for row in journal.children("sets", session):
        whole = [r for r in journal.of_set("reps", row["id"]) if r["complete"]]
        holds = journal.of_set("holds", row["id"])
        found.append((row["drill"], row["status"], len(whole) + len(holds)))
    return found


SAFETY = [
    f"safety.{name}"
    for name in ("both_legs", "leg_weakness_severe", "saddle", "bladder_bowel", "weak_leg",
                 "accident", "unwell", "history", "surgery", "pregnant", "chest", "severe")
]  # fmt: skip
FACTS = ["fact.falls", "fact.cannot_stand"]


NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)


def journal_at(path: Path) -> Journal:
    return Journal(path, now=lambda: NOON)


class Crashing(PlanLeader):
    """What breaks in leaves the session as it is, as a power cut would."""

    def __exit__(self, *exc: object) -> None: ...


def pausing(paused: bool) -> Callable[[Scripted], None]:
    return lambda front: setattr(front.control, "paused", paused)


def test_a_plan_is_led_cut_off_and_gone_on_with(plan: Plan, path: Path) -> None:
    """Questions, warm-up with a pause, sets, pain in the third one, another drill, then the power
    goes; later the session is taken up where it was, without what hurt."""

    class PowerCut(BaseException):
        pass

    def power_cut(front: Scripted) -> None:
        raise PowerCut

    first = Scripted({"pain.before": 2}, 300, {
        3.0: pausing(True), 5.0: pausing(False), 76.0: lambda f: f.press("ouch"), 153.0: power_cut,
    })  # fmt: skip
    with journal_at(path) as journal:
        with pytest.raises(PowerCut):
            lead(Crashing(journal, plan, all_drills()), first)
        [row] = journal.sessions()
        assert row["status"] == "open"
        bridge = ("hip_bridge", "done", 2)
        stance = ("single_leg_stance", "done", 1)
        assert sets(journal, row["id"]) == [bridge, bridge, ("hip_bridge", "ouch", 1), stance]
        assert journal.facts() == {"falls": False, "cannot_stand": False}
        [pain] = journal.children("pain", row["id"])
        assert (pain["moment"], pain["level"]) == ("before", 2)
    assert first.asked == [*SAFETY, *FACTS, "pain.before"]
    assert [told.about for told in first.told] == ["safety", "facts", "today", "before"]
    assert first.said("count") == ["one", "two", "one", "two", "one"]
    assert first.said("stop", "end") == [
        "Set done. Well done", "Set done. Well done", "Stop. Ease off",
        "Stopped. Lie easy for a minute", "Set done. Well done",
    ]  # fmt: skip
    [warm] = [line["t"] for line in first.log if line["said"] == "Good. That is warm enough"]
    assert warm == pytest.approx(12 + 2, abs=0.2)  # the pause warmed nobody
    assert first.hushed == 1
    assert first.screens[:5] == ["Warm up", "Paused", "Warm up", "Hip bridge", "Get ready"]
    assert first.shown[-1] == "Single-leg stance, set 2 of 2"
    assert complaints(first.log) == []

    second = Scripted({"go_on": True, "pain.after": 3}, 180, from_s=100)
    with journal_at(path) as journal:
        done = lead(PlanLeader(journal, plan, all_drills(), last_words="That was it"), second)
        [row] = journal.sessions()  # the same one
        assert (row["status"], done.status, done.how) == ("done", "done", "done")
        assert sets(journal, row["id"])[4:] == [stance]
        moments = {r["moment"]: r["level"] for r in journal.children("pain", row["id"])}
        assert moments == {"before": 2, "after": 3}
    assert second.asked == ["go_on", "pain.after", "pain.leg"]
    assert second.said()[-3:] == [
        "That was it", "Pain right now? From zero, none, to ten",
        "Any new pain, tingling or numbness in a leg?",
    ]  # fmt: skip
    assert "Warm up" not in second.screens
    assert done.lines[-1].startswith("Today also: a walk of 10 minutes")
    assert complaints(second.log) == []


def quits(front: Scripted) -> None:
    front.control.end = "quit"


def breaks(front: Scripted) -> None:
    raise InputError("the camera is gone")


@pytest.mark.parametrize(("what", "how"), [(quits, "quit"), (breaks, "lost"), (None, "end")])
@pytest.mark.parametrize("when", [28.0, 35.0])  # in a set, in a rest
def test_however_the_frames_end_what_was_done_is_kept(
    plan: Plan, path: Path, what: Callable[[Scripted], None] | None, how: str, when: float
) -> None:
    front = Scripted({"pain.after": 6}, 60 if what else when, {when: what} if what else {})
    with journal_at(path) as journal:
        done = lead(PlanLeader(journal, plan, all_drills()), front)
        assert (done.how, done.status) == (how, "stopped")
        assert (str(done.error) == "the camera is gone") is (how == "lost")
        assert journal.sessions()[-1]["status"] == "stopped"
        [(drill, _, whole)] = sets(journal, 1)
        assert (drill, whole) == ("hip_bridge", 1 if when < 30 else 2)
        assert {r["moment"] for r in journal.children("pain", 1)} == {"before", "after"}
    assert front.told[-1].about == "ease_off"
    assert "Two short questions. Answer when you are up" not in front.said()


def test_pain_in_a_pause_ends_the_set_at_once(plan: Plan, path: Path) -> None:
    front = Scripted({}, 60, {26.0: pausing(True), 27.0: lambda f: f.press("ouch")})
    with journal_at(path) as journal:
        lead(PlanLeader(journal, plan, all_drills()), front)
        assert sets(journal, 1) == [("hip_bridge", "ouch", 1)]
    assert {line["said"]: line["t"] for line in front.log}["Stop. Ease off"] < 26


class Signing(Scripted):
    """The arm goes up, for two seconds, at these times."""

    signs: tuple[float, ...] = ()

    def _poses(self) -> Iterator[Pose]:
        start, end = self.times
        for i in range(round(start * FPS), round(end * FPS)):
            t, figure = i / FPS, person(i / FPS)
            lift = max((stick.rep_at(t, s, s + 0.5, s + 2.5, s + 3) for s in self.signs), default=0)
            yield stick.pose(t, gestures.arm_at(figure, stick.Side.LEFT, lift))


@pytest.mark.parametrize("where", ["warm-up", "rest"])
def test_an_arm_held_up_pauses_and_goes_on(plan: Plan, path: Path, where: str) -> None:
    plan = parse_plan("two", PLAN.replace("rest_s = 9", "rest_s = 20"), "two.toml")
    front = Signing({}, 80)
    front.signs = (2.0, 8.0) if where == "warm-up" else (35.0, 43.0)
    with journal_at(path) as journal:
        lead(PlanLeader(journal, plan, all_drills()), front)
        kept = sets(journal, 1)
    times = [line["t"] for line in front.log if line["kind"] == "pause"]
    assert front.said("pause") == ["Paused", "Going on"]
    assert [float(str(t)) - s for t, s in zip(times, front.signs, strict=True)] == [
        pytest.approx(1.75, abs=0.3)
    ] * 2
    assert "Paused" in front.screens
    assert kept[0] == ("hip_bridge", "done", 2)
    paused = float(str(times[1])) - float(str(times[0]))
    warm = [line["t"] for line in front.log if line["said"] == "Good. That is warm enough"]
    assert warm == [pytest.approx(12 + (paused if where == "warm-up" else 0), abs=0.3)]
    if where == "rest":
        rested = {line["said"]: float(str(line["t"])) for line in front.log}
        assert rested["To pause, hold one arm straight up"] > 44
        ended = next(float(str(line["t"])) for line in front.log
                     if (line["kind"], line["said"]) == ("count", "two"))  # fmt: skip
        over = rested["Five more seconds"] - ended
        assert over == pytest.approx(15 + paused, abs=0.4)
    assert complaints(front.log) == []


def test_an_arm_held_up_in_a_set_is_nothing(plan: Plan, path: Path) -> None:
    front = Signing({}, 40)
    front.signs = (26.0,)
    with journal_at(path) as journal:
        lead(PlanLeader(journal, plan, all_drills()), front)
    assert front.said("pause") == []


def test_what_is_left_without_an_answer_is_not_kept(plan: Plan, path: Path) -> None:
    front = Scripted({"pain.after": None}, 60)
    with journal_at(path) as journal:
        lead(PlanLeader(journal, plan, all_drills()), front)
        assert [r["moment"] for r in journal.children("pain", 1)] == ["before"]
    assert front.asked[-1] == "pain.after"


def test_a_yes_ends_it_before_anything_is_opened(plan: Plan, path: Path) -> None:
    front = Scripted({"safety.saddle": True}, 10)
    with journal_at(path) as journal:
        assert lead(PlanLeader(journal, plan, all_drills()), front).status == "not_now"
        assert journal.sessions() == []
    assert front.asked == SAFETY[:3]
    assert front.told[-1].lines == (ADVICE["now"],)


def test_a_single_drill_changes_sides_and_begins_again(path: Path) -> None:
    def wishes(what: str) -> Callable[[Scripted], None]:
        return lambda front: setattr(front.control, "end", what)

    drills = all_drills()
    front = Scripted({}, 60, {27.0: wishes("switch"), 29.0: wishes("restart")}, from_s=12)
    with journal_at(path) as journal:
        done = lead(DrillLeader(journal, drills, drills["hip_bridge"]), front)
        assert [len(result.reps) for result in done.results] == [2, 4]
        assert [status for _, status, _ in sets(journal, 1)] == ["done", "done"]
        assert journal.sessions()[0]["status"] == "done"
    assert front.asked == SAFETY


@pytest.mark.parametrize(
    ("how", "at_s", "sets"),
    [("found", 20.0, [3]), ("found", 35.0, [4]), ("pointed", 35.0, [1]), ("", 20.0, [4])],
)
def test_the_set_begins_again_with_another_person(
    path: Path, how: str, at_s: float, sets: list[int]
) -> None:
    """Who is pointed at at once, who is found as long as hardly anything was counted."""
    changes = [""]
    front = Scripted({}, 43.0, {at_s: lambda _: changes.append(how)}, from_s=DOWN)
    front.somebody_else = lambda: changes.pop() if changes else ""  # type: ignore[method-assign]
    warned: list[str] = []
    front.warn = warned.append  # type: ignore[method-assign]
    drills = all_drills()
    with journal_at(path) as journal:
        done = lead(DrillLeader(journal, drills, drills["hip_bridge"]), front)
    assert [len(result.reps) for result in done.results] == sets
    assert len(warned) == (sets != [4])


def test_a_turned_picture_is_said_once_and_an_upright_one_never(path: Path) -> None:
    drills = all_drills()
    for degrees, said in ((0, []), (180, [TURNED])):
        front = Scripted({}, 43.0, from_s=DOWN)
        poses = [turned_pose(pose, degrees) for pose in front._poses()]
        front._poses = lambda poses=poses: iter(poses)  # type: ignore[method-assign]
        with journal_at(path) as journal:
            lead(DrillLeader(journal, drills, drills["hip_bridge"]), front)
        assert front.said("setup") == said


@pytest.mark.parametrize("degrees", [90, 180])
def test_a_turned_picture_is_set_upright_and_the_set_begins_again(path: Path, degrees: int) -> None:
    drills, turns = all_drills(), [degrees]
    front = Scripted({}, 43.0, from_s=DOWN)
    upright = list(front._poses())
    front._poses = lambda: (turned_pose(p, sum(turns) % 360) for p in upright)  # type: ignore[method-assign]
    front.set_upright = lambda by: not turns.append(by)  # type: ignore[method-assign, func-returns-value]
    with journal_at(path) as journal:
        done = lead(DrillLeader(journal, drills, drills["hip_bridge"]), front)
    assert front.said("setup") == [UPRIGHT] and sum(turns) == 360
    assert [result.complete for result in done.results] == [1]  # three it took to be sure


def test_an_answer_fits_its_question_or_is_refused(plan: Plan, path: Path) -> None:
    with journal_at(path) as journal, PlanLeader(journal, plan, all_drills()) as leader:
        with pytest.raises(UsageError, match="none is asked now"):
            leader.answer(True)
        assert isinstance(leader.next(), Tell)
        move = leader.next()
        assert isinstance(move, Ask)
        assert leader.next() is move  # nothing goes on without an answer
        with pytest.raises(UsageError, match="yes or no"):
            leader.answer(1)
        with pytest.raises(UsageError, match=r"got one to safety\.chest"):
            leader.answer(False, "safety.chest")
        leader.answer(False, move.question.key)
        assert leader.next() is not move


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("yes_no", [(True, True), (False, False)], [1, "yes", None]),
        ("level", [(0, 0), (10, 10), (" 7 ", 7)], [11, -1, "lots", True, None, 2.5]),
        ("choice", [("a", "a")], ["c", None]),
    ],
)
def test_each_kind_of_question_takes_its_own_answers(kind, good, bad) -> None:
    question = Question("q", "?", kind, ("a", "b"))
    assert [question.check(said) for said, _ in good] == [meant for _, meant in good]
    for said in bad:
        with pytest.raises(UsageError, match="expected"):
            question.check(said)


def test_a_page_can_lead_without_a_terminal_a_window_or_a_camera(path: Path) -> None:
    keys = [*SAFETY, "pain.before", "pain.after", "pain.leg"]
    answers = [{"key": k, "value": 1 if k in ("pain.before", "pain.after") else False}
               for k in keys]  # fmt: skip
    ran = subprocess.run(
        [sys.executable, str(TESTS / "page_front.py"), str(path)],
        input="".join(json.dumps(answer) + "\n" for answer in answers),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    sent = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [m["key"] for m in sent if m["what"] == "ask"] == keys
    assert all(m["why"] for m in sent if m["what"] == "ask")
    assert [m["urgency"] for m in sent if m["what"] == "ask"][:5] == [*["now"] * 4, "doctor"]
    assert [m["text"] for m in sent if m["what"] == "say"][-3].startswith("Two short questions")
    assert "Get ready" in [m.get("heading") for m in sent]
    assert sent[-2]["status"] == "done"
    assert sent[-2]["lines"][0] == "Hip bridge: two repetitions, good form"
    assert sent[-1] == {"what": "loaded", "modules": []}
    with Journal(path) as journal:
        assert sets(journal, 1) == [("hip_bridge", "done", 2)]
