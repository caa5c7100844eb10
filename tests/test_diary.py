"""The diary's commands, and a session from its questions to its report, on a recorded track."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner
from voicelog import complaints

from formcheck.catalogue.registry import get_drill
from formcheck.cli import diary, front
from formcheck.cli import live as live_command
from formcheck.cli import report as report_command
from formcheck.coach.safety import ADVICE, QUESTIONS
from formcheck.coach.session import Item
from formcheck.drill import Dose
from formcheck.errors import FormcheckError, InputError, UsageError
from formcheck.journal import Journal, default_path
from formcheck.lead.questions import Question
from formcheck.lead.sets import about
from formcheck.sinks.info import RunInfo

TRACKS = Path(__file__).parent / "tracks"
PLAN = """
warm_up_min = 0
start_share = 1.0
[[drill]]
name = "hip_bridge"
reps = 2
hold_s = 1
"""


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no settings and no journal."""
    folder = tmp_path / "data"
    (folder / "plans").mkdir(parents=True)
    (folder / "plans" / "mine.toml").write_text(PLAN)
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("FORMCHECK_CONFIG", raising=False)
    return folder


def app() -> typer.Typer:
    commands = typer.Typer()
    diary.register(commands)
    report_command.register(commands)
    return commands


def run(*arguments: str, input: str | None = None) -> str:
    outcome = CliRunner().invoke(app(), arguments, input=input)
    if isinstance(outcome.exception, FormcheckError):
        raise outcome.exception
    assert outcome.exception is None, outcome.exception
    return outcome.stdout


@pytest.fixture
def bridge() -> str:
    [path] = TRACKS.glob("hip_bridge__good__side_l1013.npz")
    return str(path)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the person says: numbers by the prompt's first word, yes by a part of the text."""
    said: dict[str, object] = {"yes": [], "asked": [], "pain": ["1"]}

    def prompt(text: str, **more: object) -> str:
        said["asked"].append(text)  # type: ignore[attr-defined]
        numbers: list[str] = said["pain"]  # type: ignore[assignment]
        return numbers.pop(0) if len(numbers) > 1 else numbers[0]

    def confirm(text: str, **more: object) -> bool:
        said["asked"].append(text)  # type: ignore[attr-defined]
        return any(part in text for part in said["yes"])  # type: ignore[attr-defined]

    monkeypatch.setattr(typer, "prompt", prompt)
    monkeypatch.setattr(typer, "confirm", confirm)
    return said


def session(source: str, **more: object) -> int:
    options = {"window": False, "mute": True} | more
    return live_command.run_plan("mine", front.Options(source, **options))  # type: ignore[arg-type]


# -- a session ------------------------------------------------------------------------------------


def test_a_session_from_questions_to_journal_and_report(
    bridge: str, answers: dict, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "voice.jsonl"
    assert session(bridge, voice_log=log) == 0
    asked = answers["asked"]
    assert asked[: len(QUESTIONS)] == [q.text for q in QUESTIONS]
    assert asked[len(QUESTIONS)].startswith("Pain now")
    assert asked[len(QUESTIONS) + 1].startswith("Pain right now")
    assert "Hip bridge: two repetitions" in capsys.readouterr().out
    with Journal(default_path()) as journal:
        [row] = journal.sessions()
        assert (row["plan"], row["status"]) == ("mine", "done")
        [set_row] = journal.children("sets", row["id"])
        assert (set_row["drill"], set_row["status"], set_row["planned_reps"]) == (
            "hip_bridge", "done", 2,
        )  # fmt: skip
        assert [r["complete"] for r in journal.of_set("reps", set_row["id"])] == [1, 1]
        assert len(json.loads(set_row["trace"])["t"]) > 50
        assert {r["moment"] for r in journal.children("pain", row["id"])} == {"before", "after"}
    spoken = [json.loads(line) for line in log.read_text().splitlines()]
    assert [s["said"] for s in spoken if s["kind"] == "count"] == ["one", "two"]
    assert spoken[-4]["said"].startswith("Hip bridge: two repetitions")
    assert spoken[-3]["said"] == "Two short questions. Answer when you are up"
    assert complaints(spoken) == []
    run("report", "-o", str(tmp_path / "r.html"))
    assert "Hip bridge" in (tmp_path / "r.html").read_text()
    said = run("history")
    assert "hip bridge: 1 day, 1 set\n" in said
    assert "2 reps of 2 asked for, form " in said
    assert "How it felt: 1 not answered" in said
    assert re.search(r"form \d*[05] \((good form|getting there|let's adjust)\)", said)
    assert "Today's session is done" in run("today", "mine")
    assert "Begin with" not in run("today", "mine")
    [row] = json.loads(run("history", "--json"))["sets"]
    assert "trace" not in row
    assert row["parameters"]["motion"]


def test_a_yes_stops_before_anything_begins(
    answers: dict, capsys: pytest.CaptureFixture[str]
) -> None:
    answers["yes"] = ["genitals"]
    assert session("nowhere.npz") == 0
    assert capsys.readouterr().out.strip() == ADVICE["now"]
    assert len(answers["asked"]) == 3  # nobody reads on through a list
    with Journal(default_path()) as journal:
        assert journal.sessions() == []
        check = journal.last_check()
        assert check is not None
        assert check["clear"] == 0


def test_the_answers_themselves_are_never_kept(answers: dict) -> None:
    answers["yes"] = ["pregnant"]
    session("nowhere.npz")
    with closing(sqlite3.connect(default_path())) as db, db:
        text = " ".join(db.iterdump()).lower()
    assert "pregnan" not in text


def test_the_questions_are_not_asked_every_day(bridge: str, answers: dict) -> None:
    session(bridge)
    answers["asked"].clear()
    session(bridge)
    assert not any(q.text in answers["asked"] for q in QUESTIONS)


def test_a_session_that_was_cut_off_can_be_gone_on_with(bridge: str, answers: dict) -> None:
    from formcheck.events import Rep

    with Journal(default_path()) as journal:
        first = journal.begin_session("mine", "0.1")
        set_id = journal.begin_set(first, "hip_bridge")
        journal.add_rep(set_id, Rep(1, None, 1, 1, 1, 1, 0, 1, True))
        journal.close()
    answers["yes"] = ["Go on with it"]
    assert session(bridge) == 0
    with Journal(default_path()) as journal:
        [row] = journal.sessions()  # the same one: its set of two had one left
        sets = journal.children("sets", row["id"])
        assert [s["status"] for s in sets] == ["interrupted", "done"]
        assert sets[1]["planned_reps"] == 1
    with Journal(default_path()) as journal:
        cut = journal.begin_session("mine", "0.1")
        journal.close()
    answers["yes"] = []
    session(bridge)
    with Journal(default_path()) as journal:
        assert [s["status"] for s in journal.sessions()][1:] == ["interrupted", "done"]
        assert journal.left_open() == []
        assert cut == 2


def test_a_source_that_is_missing_leaves_a_closed_session(answers: dict) -> None:
    with pytest.raises(InputError):
        session("no-such-clip.npz")
    with Journal(default_path()) as journal:
        assert [s["status"] for s in journal.sessions()] == ["interrupted"]


def test_enter_alone_answers_no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer()
    app.command()(lambda: print(f"said {front.ask(Question('dizzy', 'Dizzy?'))}"))
    asked = CliRunner().invoke(app, input="\n\ny\n")
    assert "said True" in asked.output
    assert asked.output.count("Dizzy? [y/n]") == 3


def test_pain_is_asked_until_it_is_a_number(answers: dict) -> None:
    answers["pain"] = ["lots", "11", "-1", "7"]
    assert front.ask(Question("pain", "Pain", "level")) == 7


def test_a_single_drill_is_kept_and_spoken_too(tmp_path: Path, bridge: str) -> None:
    app, log = typer.Typer(), tmp_path / "voice.jsonl"
    live_command.register(app)
    flags = ["--no-window", "--mute", "--source", bridge, "--voice-log", str(log), "--reps", "3"]
    outcome = CliRunner().invoke(app, ["hip_bridge", *flags])
    assert outcome.exit_code == 0, outcome.output
    spoken = [json.loads(line) for line in log.read_text().splitlines()]
    assert complaints(spoken) == []
    counts = [s for s in spoken if s["kind"] == "count"]
    assert [s["said"] for s in counts] == ["one", "two, last one next", "three", "four"]
    with Journal(default_path()) as journal:
        [row] = journal.sessions()
        [set_row] = journal.children("sets", row["id"])
        ends = [r["end_s"] for r in journal.of_set("reps", set_row["id"])]
        late = [s["t"] - end for s, end in zip(counts, ends, strict=True)]
        assert max(late) < 0.5  # of the stream's own time
        assert min(late) > -0.6  # a rep counts as it comes to rest
        assert row["status"] == "done"


@pytest.mark.parametrize("wrong", [("--reps", "5"), ("--hold", "2"), ("--side", "left")])
def test_a_plan_says_its_own_dose_and_side(wrong: tuple[str, str]) -> None:
    app = typer.Typer()
    live_command.register(app)
    outcome = CliRunner().invoke(app, ["mine", "--no-window", *wrong])
    assert isinstance(outcome.exception, UsageError)
    assert "go with a drill; 'mine' is a plan" in str(outcome.exception)


def test_each_set_measures_its_own_speed() -> None:
    item = Item(get_drill("plank"), Dose(hold_s=5), 1, 3, 1)
    first, second = (about(item, RunInfo("a", (1, 1))) for _ in range(2))
    assert first.meter is not second.meter
    assert first.title == "Plank, set 1 of 3"


# -- commands -------------------------------------------------------------------------------------


def test_plans_are_listed_and_shown() -> None:
    out = run("plans")
    assert "start-small: " in out
    assert "mine (your own)" in out
    assert "plank (knees, then full): 3 x 10 s" in run("plans", "start-small")
    assert json.loads(run("plans", "mine", "--json"))[0]["drills"][0]["name"] == "hip_bridge"
    with pytest.raises(UsageError, match="no plan is called"):
        run("plans", "theirs")


def test_an_own_plan_with_an_unknown_drill_is_told_when_shown(data: Path) -> None:
    (data / "plans" / "odd.toml").write_text(PLAN.replace("hip_bridge", "hip_brigde"))
    with pytest.raises(InputError, match="did you mean hip_bridge"):
        run("plans", "odd")


def test_today_says_what_and_why_and_takes_a_walk() -> None:
    out = run("today", "start-small", "--walked", "12", "--note", "sunny")
    assert "walk 10 minutes" in out
    assert "plank (knees): 3 x 5 s - a small start" in out
    assert "Noted: a walk of 12 minutes." in out
    assert "Begin with: formcheck live start-small" in out
    assert "Days this week: 1 of 3" in out
    with Journal(default_path()) as journal:
        [row] = journal.sessions()
        assert journal.children("activity", row["id"])[0]["minutes"] == 12
        assert journal.children("notes", row["id"])[0]["text"] == "sunny"
    with pytest.raises(UsageError, match="--walked"):
        run("today", "--walked", "0")


def test_a_locked_drill_is_named_with_its_reason() -> None:
    with Journal(default_path()) as journal:
        journal.set_fact("falls", True)
    out = run("today", "balance-and-hips")
    assert "not now: single leg stance: first get steady" in out
    assert "instead: hip bridge" in out


def test_export_forget_import_come_round(tmp_path: Path) -> None:
    run("today", "--walked", "5")
    run("export", str(tmp_path / "out"), "--csv", "--json")
    assert (tmp_path / "out" / "sessions.csv").exists()
    assert "1 session, 1 activity" in run("forget", "--all", "--yes")
    assert "Nothing yet" in run("history")
    assert run("import", str(tmp_path / "out")) == "1 new session\n"
    assert run("import", str(tmp_path / "out")) == "0 new sessions\n"


def test_a_row_that_cannot_be_read_stops_no_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("today", "--walked", "5")
    run("today", "--walked", "6")
    with closing(sqlite3.connect(default_path())) as db, db:
        db.execute("UPDATE sessions SET day = 'gestern', started_at = 'x' WHERE id = 1")
    for command in (["today"], ["history"], ["report", "-o", str(tmp_path / "r.html")],
                    ["export", str(tmp_path / "out")]):  # fmt: skip
        outcome = CliRunner().invoke(app(), command)
        assert outcome.exception is None, outcome.exception
        assert outcome.stderr.count("1 row left out") == 1
    exported = json.loads((tmp_path / "out" / "journal.json").read_text())
    assert len(exported["tables"]["sessions"]) == 1


def test_a_set_that_hurt_has_no_score_in_the_history(bridge: str, answers: dict) -> None:
    assert session(bridge) == 0
    assert "form " in run("history")
    with closing(sqlite3.connect(default_path())) as db, db:
        db.execute("UPDATE sets SET status = 'ouch'")
    said = run("history")
    assert "form " not in said
    assert "stopped" in said


def test_forget_asks_first_and_wants_one_thing() -> None:
    run("today", "--walked", "5")
    assert "Nothing was deleted" in run("forget", "--all", input="n\n")
    assert "Deleted the day" in run("forget", "--day", "today", "-y")
    for wrong in ([], ["--all", "--drill", "plank"]):
        with pytest.raises(UsageError, match="one of"):
            run("forget", *wrong)
    default_path().unlink()
    assert "no journal" in run("forget", "--all", "-y")


@pytest.mark.parametrize(
    ("text", "days"), [("today", 0), ("yesterday", 1), ("30d", 30), ("2026-03-02", None)]
)
def test_days_are_named_in_several_ways(text: str, days: int | None) -> None:
    found = diary.parse_day(text, "--since")
    assert found == (date(2026, 3, 2) if days is None else date.today() - timedelta(days=days))


@pytest.mark.parametrize("text", ["", "2026-13-01", "d", "tomorrow", "123456d"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--since: expected a day"):
        diary.parse_day(text, "--since")
