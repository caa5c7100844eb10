"""The journal keeps what happened, through crashes, full disks and newer files."""

from __future__ import annotations

import csv
import json
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import ReadOnly

from formcheck.body.pose import Pose, Side
from formcheck.catalogue.registry import get_drill
from formcheck.errors import InputError
from formcheck.events import (
    CannotJudge,
    CannotJudgeSpan,
    FaultSpan,
    Hold,
    HoldDone,
    JudgingResumed,
    Phase,
    Reason,
    Rep,
    RepDone,
    SetResult,
    Step,
)
from formcheck.journal import Journal, JournalSink, export_csv, export_json, import_folder
from formcheck.journal.past import earlier_sets, past_sessions
from formcheck.journal.queries import sets_since
from formcheck.journal.schema import APPLICATION_ID, MIGRATIONS, VERSION
from formcheck.judge.analyzer import Analyzer
from formcheck.run.loop import Control, Ended, run_set
from formcheck.sinks import BaseSink
from formcheck.sinks.info import RunInfo, Sink
from formcheck.vision.source import open_source

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=1)))
FAULT = FaultSpan("pelvis_roll", 2.0, 3.0, 21.5, "deg", 2, "Hips stacked, belly button forwards")


def rep(n: int, *, complete: bool = True, faults: tuple[FaultSpan, ...] = ()) -> Rep:
    t = 5.0 * n
    return Rep(
        n, Side.LEFT, start_s=t, peak_s=t + 1, hold_end_s=t + 2, end_s=t + 3, hold_s=1.0,
        peak=31.0, complete=complete, score=80, faults=faults,
    )  # fmt: skip


def step(t: float, *events: object) -> Step:
    return Step(
        t, Phase.REST, {}, "OPEN", 0.0, 0, 0, 0, float("nan"), None, None, None, (), None, (),
        events,  # type: ignore[arg-type]
    )  # fmt: skip


def info(drill: str = "clamshell") -> RunInfo:
    return RunInfo("clip", (640, 480), drill=drill, provenance={"model": "full"})


def result(*reps: Rep, **more: object) -> SetResult:
    values = {
        "drill": "clamshell", "side": Side.LEFT, "side_source": "auto", "seconds": 20.0,
        "frames": 600, "frames_with_pose": 590, "reps": reps, "holds": (), "cannot_judge": (),
        "score": 82,
    } | more  # fmt: skip
    return SetResult(**values)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


@pytest.fixture
def journal(path: Path):
    with Journal(path, now=lambda: NOON) as journal:
        yield journal


def test_a_rep_is_on_disk_before_the_set_ends(journal: Journal, path: Path) -> None:
    session = journal.begin_session("start-small", "0.1")
    sink = JournalSink(journal, session, planned={"reps": 15})
    sink.start(info())
    sink.write(None, None, step(8.0, RepDone(8.0, rep(1, faults=(FAULT,)))))
    sink.flush()
    with closing(sqlite3.connect(path)) as other, other:
        assert other.execute("SELECT n, side, peak FROM reps").fetchall() == [(1, "left", 31.0)]
        assert other.execute("SELECT code, rep FROM faults").fetchall() == [("pelvis_roll", 1)]
    sink.close(None)


def test_the_result_replaces_what_was_noted_on_the_way(journal: Journal) -> None:
    session = journal.begin_session(None, "0.1")
    with JournalSink(journal, session) as sink:
        sink.start(info())
        sink.write(None, None, step(8.0, RepDone(8.0, rep(1))))
        loose = FaultSpan("feet_apart", 0.0, 1.0, 0.4, "", 1, "Glue your heels together")
        sink.close(result(rep(1, faults=(FAULT,)), rep(2), faults=(FAULT, loose)))
    row = journal.children("sets", session)[0]
    assert (row["status"], row["score"], row["side"], row["frames"]) == ("done", 82, "left", 600)
    assert [r["n"] for r in journal.of_set("reps", row["id"])] == [1, 2]
    # a fault of a rep is not listed a second time with the set
    faults = [(f["code"], f["rep"]) for f in journal.of_set("faults", row["id"])]
    assert faults == [("pelvis_roll", 1), ("feet_apart", None)]


def test_holds_and_spells_are_kept_without_a_result(journal: Journal) -> None:
    session = journal.begin_session(None, "0.1")
    hold = Hold(1, Side.RIGHT, 3.0, 15.0, 11.5, 30.0, "foot_down")
    sink = JournalSink(journal, session)
    sink.start(info("single_leg_stance"))
    sink.write(None, None, step(1.0, CannotJudge(1.0, Reason.WRONG_VIEW)))
    sink.write(None, None, step(2.5, JudgingResumed(2.5)))
    sink.write(None, None, step(15.0, HoldDone(15.0, hold), CannotJudge(15.0, Reason.NO_PERSON)))
    sink.write(None, None, step(18.0))
    sink.__exit__()
    assert journal.of_set("holds", sink.set_id)[0]["seconds"] == 11.5
    spells = [(s["from_s"], s["to_s"], s["reason"]) for s in journal.of_set("spells", sink.set_id)]
    assert spells == [(1.0, 2.5, "wrong_view"), (15.0, 18.0, "no_person")]


def test_an_exception_in_the_loop_leaves_the_set_interrupted(journal: Journal) -> None:
    session = journal.begin_session(None, "0.1")

    def loop() -> None:
        with JournalSink(journal, session) as sink:
            sink.start(info("plank"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        loop()
    assert journal.children("sets", session)[0]["status"] == "interrupted"


class Wish(BaseSink):
    """Asks for an end of the set at a moment, as a key does."""

    def __init__(self, control: Control, end: str, at_s: float) -> None:
        self.control, self.end, self.at_s = control, end, at_s

    def write(self, frame: object, pose: Pose, step: Step) -> None:
        if step.t >= self.at_s:
            self.control.end = self.control.end or self.end


def test_a_set_that_is_begun_again_leaves_nothing_and_one_that_breaks_off_stays(
    journal: Journal,
) -> None:
    [clip] = (Path(__file__).parent / "tracks").glob("hip_bridge__good__side_l1013.npz")
    session, control = journal.begin_session(None, "0.1"), Control()

    def a_set(frames: Iterator[Pose], *sinks: Sink) -> Ended:
        control.end = None
        analyzer = Analyzer(get_drill("hip_bridge"))
        return run_set(
            frames, analyzer, sinks, info=info("hip_bridge"), control=control, rebase=True
        )

    with JournalSink(journal, session) as sink, open_source(str(clip)) as stream:
        poses = iter(stream)
        dropped = a_set(poses, sink, Wish(control, "restart", 12.0))
        assert dropped.result.reps
        assert (dropped.kept, journal.children("sets", session)) == (False, [])
        assert journal.rows("SELECT 1 FROM reps") == journal.rows("SELECT 1 FROM faults") == []
        assert not a_set(poses, sink, Wish(control, "switch", 0.2)).kept  # nothing done yet
        a_set(poses, sink)
        done = sets_since(journal, "")
        assert [(row["n"], row["status"]) for row in done] == [(1, "done")]
        assert earlier_sets(journal, session)[0].reps == done[0]["reps"] > 0

    def breaks() -> Iterator[Pose]:
        yield from (p for p in stream if p.t < 12.0)
        raise ZeroDivisionError

    def a_crash() -> None:
        with JournalSink(journal, session) as sink:
            a_set(breaks(), sink)

    with open_source(str(clip)) as stream, pytest.raises(ZeroDivisionError):
        a_crash()
    crashed = sets_since(journal, "")[1]
    assert (crashed["status"], crashed["reps"] > 0) == ("interrupted", True)


@pytest.mark.parametrize(
    "error",
    [TypeError("odd"), KeyError("k"), OverflowError(), MemoryError(), SystemExit(1),
     sqlite3.OperationalError("odd"), UnicodeEncodeError("utf-8", "x", 0, 1, "odd")],
)  # fmt: skip
@pytest.mark.parametrize("warns", [True, False])
def test_no_exception_in_the_worker_hangs_the_end(
    path: Path, error: BaseException, warns: bool
) -> None:
    said: list[str] = []

    def warn(line: str) -> None:
        said.append(line)
        if not warns:
            raise BrokenPipeError

    journal = Journal(path, warn=warn)
    session, lines = journal.begin_session(None, "0.1"), []

    def a_set() -> None:
        with JournalSink(journal, session) as sink:
            sink.start(info())
            kept, journal.add_rep = journal.add_rep, failing  # type: ignore[method-assign]
            sink.write(None, None, step(8.0, RepDone(8.0, rep(1))))
            sink.flush()
            journal.add_rep = kept  # type: ignore[method-assign]
            sink.write(None, None, step(13.0, RepDone(13.0, rep(2))))
        lines.append(journal.of_set("reps", sink.set_id or 0))

    def failing(set_id: int, rep: Rep) -> None:
        raise error

    thread = threading.Thread(target=a_set, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert [row["n"] for row in lines[0]] == [2]  # what came after it was kept
    assert len(said) == 1
    assert "a line was lost" in said[0]
    journal.close()


@pytest.mark.parametrize(("status", "score"), [("done", 82), ("stopped", 82), ("ouch", None)])
def test_a_set_that_hurt_has_no_score(journal: Journal, status: str, score: int | None) -> None:
    with JournalSink(journal, journal.begin_session(None, "0.1")) as sink:
        sink.start(info())
        sink.status = status
        sink.close(result(rep(1)))
    assert journal.rows("SELECT score, status FROM sets") == [{"score": score, "status": status}]


def test_one_sink_keeps_the_sets_of_a_session(journal: Journal) -> None:
    session = journal.begin_session(None, "0.1")
    with JournalSink(journal, session) as sink:
        for drill, status in (("clamshell", "done"), ("hip_bridge", "ouch"), ("plank", "done")):
            sink.start(info(drill))
            sink.status = status if status != "done" else sink.status
            sink.finish(step(9.0, RepDone(9.0, rep(1))))
            sink.close(result(rep(1)))
    sets = [
        (r["n"], r["drill"], r["status"], r["model"]) for r in journal.children("sets", session)
    ]
    assert sets == [(1, "clamshell", "done", "full"), (2, "hip_bridge", "ouch", "full"),
                    (3, "plank", "done", "full")]  # fmt: skip


def test_the_main_signal_is_kept_ten_times_a_second(journal: Journal) -> None:
    session = journal.begin_session(None, "0.1")
    with JournalSink(journal, session) as sink:
        sink.start(info())
        for i in range(31):  # a second at 30 frames
            value = float("nan") if i == 0 else float(i)
            sink.write(None, None, replace(step(i / 30), signals={"OPEN": value, "other": 1.0}))
        sink.close(result(rep(1), parameters={"motion": {"top": 25}}))
    trace = json.loads(journal.children("sets", session)[0]["trace"])
    assert (trace["signal"], trace["target"], len(trace["t"])) == ("OPEN", 25, 11)
    assert trace["v"][:3] == [None, 3.0, 6.0]


def test_foreign_keys_bite(journal: Journal) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        journal.add_rep(99, rep(1))


def test_pain_is_one_number_a_moment(journal: Journal) -> None:
    session = journal.begin_session(None, "0.1")
    journal.add_pain(session, "before", 2)
    journal.add_pain(session, "before", 3, stiff=True)
    assert [(r["level"], r["stiff"]) for r in journal.children("pain", session)] == [(3, 1)]
    with pytest.raises(ValueError, match="0 to 10"):
        journal.add_pain(session, "after", 11)


def test_checks_and_facts_are_remembered(journal: Journal) -> None:
    assert journal.last_check() is None
    journal.add_check(clear=False)
    journal.add_check(clear=True)
    journal.set_fact("kneeling_hurts", True)
    journal.set_fact("kneeling_hurts", False)
    check = journal.last_check()
    assert check is not None
    assert check["clear"] == 1
    assert check["day"] == "2026-03-02"
    assert journal.facts() == {"kneeling_hurts": False}


# -- files that are not ours, or not of our time ------------------------------------------


def test_a_newer_file_is_refused_in_one_line(path: Path) -> None:
    Journal(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(InputError, match="newer formcheck") as caught:
        Journal(path)
    assert "\n" not in str(caught.value)


def test_migrations_bring_an_old_file_forward(path: Path, monkeypatch) -> None:
    with Journal(path) as journal:
        journal.begin_session("old", "0.1")
    more = (*MIGRATIONS, "ALTER TABLE sessions ADD COLUMN mood INTEGER; CREATE TABLE x (a);")
    monkeypatch.setattr("formcheck.journal.database.MIGRATIONS", more)
    monkeypatch.setattr("formcheck.journal.database.VERSION", len(more))
    with Journal(path) as journal:
        assert journal.sessions()[0]["mood"] is None
        assert journal.rows("PRAGMA user_version")[0]["user_version"] == len(more)


def test_a_failed_migration_changes_nothing(path: Path, monkeypatch) -> None:
    Journal(path).close()
    broken = (*MIGRATIONS, "CREATE TABLE y (a); INSERT INTO nowhere VALUES (1);")
    monkeypatch.setattr("formcheck.journal.database.MIGRATIONS", broken)
    monkeypatch.setattr("formcheck.journal.database.VERSION", len(broken))
    with pytest.raises(InputError):
        Journal(path)
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'y'").fetchall()


@pytest.mark.parametrize("content", [b"not a database at all, just text " * 40, None])
def test_foreign_files_are_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other.db"
    if content is None:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("CREATE TABLE somebody_elses (a)")
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(InputError):
        Journal(path)
    assert path.read_bytes() == before


# -- a disk that fails ---------------------------------------------------------------------


def test_a_full_disk_goes_on_in_memory_and_says_so_once(path: Path) -> None:
    said: list[str] = []
    with Journal(path, warn=said.append) as journal:
        session = journal.begin_session(None, "0.1")
        set_id = journal.begin_set(session, "clamshell")
        journal.add_rep(set_id, rep(1))
        pages = journal.rows("PRAGMA page_count")[0]["page_count"]
        journal.rows(f"PRAGMA max_page_count = {pages}")  # SQLite's own "disk is full"
        for n in range(2, 400):
            journal.add_rep(set_id, rep(n))
        assert [r["n"] for r in journal.of_set("reps", set_id)] == list(range(1, 400))
        assert len(said) == 1
        assert "in memory" in said[0]
        assert "\n" not in said[0]
        assert journal.problem is not None
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM reps").fetchone()[0] >= 1


FULL_FROM_THE_START = textwrap.dedent(
    """
    import resource, sys
    from pathlib import Path
    from formcheck.journal import Journal
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
    with Journal(Path(sys.argv[1]), warn=print) as journal:
        journal.add_note(journal.begin_session("mine", "0.1"), "note")
        print(len(journal.sessions()))
    """
)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on a file's size there")
@pytest.mark.parametrize("room", [0, 4096, 8192, 65536])
def test_a_disk_with_no_room_for_the_first_table_goes_on_in_memory(path: Path, room: int) -> None:
    code = [sys.executable, "-c", FULL_FROM_THE_START, str(path), str(room)]
    said = subprocess.run(code, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(said) == 2
    assert "in memory" in said[0]
    assert said[1] == "1"


def test_a_disk_that_turns_read_only_goes_on_in_memory(path: Path) -> None:
    said: list[str] = []
    with Journal(path, warn=said.append) as journal:
        session = journal.begin_session(None, "0.1")
        set_id = journal.begin_set(session, "clamshell")
        journal.rows("PRAGMA query_only = ON")  # answers as a read-only disk does
        journal.add_rep(set_id, rep(1))
        assert len(journal.of_set("reps", set_id)) == 1
        with pytest.raises(InputError, match="nothing was deleted"):
            journal.forget(everything=True)
    assert len(said) == 1


def test_a_read_only_folder_still_shows_the_history(read_only: ReadOnly) -> None:
    def keep(path: Path) -> None:
        with Journal(path) as journal:
            journal.end_session(journal.begin_session("kept", "0.1"))

    said: list[str] = []
    with read_only("journal.sqlite3", keep) as path, Journal(path, warn=said.append) as journal:
        assert journal.sessions()[0]["plan"] == "kept"
        journal.begin_session("lost", "0.1")
        assert len(journal.sessions()) == 2
        with pytest.raises(InputError, match="nothing was deleted"):
            journal.forget(everything=True)
    assert len(said) == 1


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    said: list[str] = []
    with Journal(tmp_path / "file" / "journal.sqlite3", warn=said.append) as journal:
        journal.begin_session(None, "0.1")
    assert len(said) == 1


# -- two processes, and one that dies --------------------------------------------------------

CHILD = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from formcheck.events import Rep
    from formcheck.journal import Journal
    journal = Journal(Path(sys.argv[1]), warn=lambda line: print("warn", line, flush=True))
    session = journal.begin_session("child", "0.1")
    set_id = journal.begin_set(session, "clamshell")
    for n in range(1, 100000):
        journal.add_rep(set_id, Rep(n, None, n, n, n, n, 0.0, 1.0, True))
        print("rep", n, flush=True)
    """
)


def child(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True
    )


def test_a_kill_in_the_middle_loses_no_rep_that_was_told(path: Path) -> None:
    Journal(path).close()
    rng = random.Random(5)
    for round_ in range(1, 4):
        process = child(path)
        assert process.stdout is not None
        for _ in range(rng.randrange(3, 30)):
            line = process.stdout.readline()
        process.kill()
        lines = [line, *process.stdout.readlines()]
        process.stdout.close()
        process.wait()
        told = max(int(x.split()[1]) for x in lines if x.startswith("rep") and x.endswith("\n"))
        with Journal(path) as journal:
            assert journal.rows("PRAGMA integrity_check")[0]["integrity_check"] == "ok"
            left = journal.left_open()
            assert len(left) == 1, round_
            set_id = journal.children("sets", left[0]["id"])[0]["id"]
            assert len(journal.of_set("reps", set_id)) >= told
            if round_ % 2:
                journal.end_session(left[0]["id"], "interrupted")
            else:
                assert journal.resume_session(left[0]["id"])
                assert journal.left_open() == []
                journal.end_session(left[0]["id"])
            assert journal.children("sets", left[0]["id"])[0]["status"] == "interrupted"
            assert not list(path.parent.glob("*.lock"))


def test_a_second_process_is_told_and_does_not_take_the_first_for_dead(path: Path) -> None:
    Journal(path).close()
    process = child(path)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        said: list[str] = []
        with Journal(path, warn=said.append) as journal:
            assert journal.left_open() == []
            session = journal.begin_session("second", "0.1")
            assert said
            assert str(process.pid) in said[0]
            journal.end_session(journal.begin_session("third", "0.1"))
            assert len(journal.live_elsewhere()) == 1  # its lock was not swept away
            journal.add_rep(journal.begin_set(session, "plank"), rep(1))
            with pytest.raises(InputError, match="another formcheck"):
                journal.forget(everything=True)
            assert journal.rows("PRAGMA integrity_check")[0]["integrity_check"] == "ok"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stdout.close()


# -- out, in, away ---------------------------------------------------------------------------


def fill(journal: Journal) -> int:
    session = journal.begin_session("balance-and-hips", "0.1")
    with JournalSink(journal, session, planned={"sets": 3, "reps": 15}) as sink:
        sink.start(info())
        sink.close(
            result(
                rep(1, faults=(FAULT,)),
                rep(2, complete=False),
                cannot_judge=(CannotJudgeSpan(0.0, 1.5, Reason.NO_PERSON),),
            )
        )
    journal.add_pain(session, "before", 2)
    journal.add_activity(session, "walk", 12.5)
    journal.add_note(session, 'Säen, "quoted",\nand =SUM(A1)')
    journal.add_check(True)
    journal.set_fact("falls", False)
    journal.end_session(session)
    return session


def content(journal: Journal) -> dict[str, list[dict[str, object]]]:
    from formcheck.journal.schema import TABLES

    return {t: journal.rows(f"SELECT * FROM {t}") for t in TABLES}


@pytest.mark.parametrize("form", ["json", "csv"])
def test_an_export_comes_back_whole_and_only_once(
    journal: Journal, tmp_path: Path, form: str
) -> None:
    fill(journal)
    out = tmp_path / "out"
    _ = export_json(journal, out, "0.1") if form == "json" else export_csv(journal, out)
    with Journal(tmp_path / "new.sqlite3") as fresh:
        assert import_folder(fresh, out) == 1
        assert content(fresh) == content(journal)
        assert import_folder(fresh, out) == 0
        assert content(fresh) == content(journal)


def test_an_import_beside_other_sessions_keeps_children_with_their_parents(
    journal: Journal, tmp_path: Path
) -> None:
    fill(journal)
    export_json(journal, tmp_path / "out", "0.1")
    with Journal(tmp_path / "new.sqlite3") as other:
        other.end_session(other.begin_session("mine", "0.1"))
        import_folder(other, tmp_path / "out")
        [session] = [s for s in other.sessions() if s["plan"] == "balance-and-hips"]
        rows = other.children("sets", session["id"])
        assert [r["complete"] for r in other.of_set("reps", rows[0]["id"])] == [1, 0]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"schema": "formcheck.journal/9"}', '{"schema": "formcheck.journal/1"}']
)
def test_a_bad_import_changes_nothing(journal: Journal, tmp_path: Path, text: str) -> None:
    (tmp_path / "journal.json").write_text(text)
    with pytest.raises(InputError):
        import_folder(journal, tmp_path)
    assert journal.sessions() == []


def test_an_import_with_one_bad_row_brings_nothing(journal: Journal, tmp_path: Path) -> None:
    fill(journal)
    [path] = export_json(journal, tmp_path / "out", "0.1")
    path.write_text(path.read_text().replace('"complete": 0', '"complete": 7'))
    with Journal(tmp_path / "new.sqlite3") as fresh:
        with pytest.raises(InputError, match="field complete: expected 0 or 1, got '7'"):
            import_folder(fresh, path)
        assert fresh.sessions() == []


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("sessions", "day", "yesterday"),
        ("sessions", "day", "2026-02-30"),
        ("sessions", "day", "9999-12-31"),
        ("sessions", "started_at", "noon"),
        ("sessions", "ended_at", "2026-03-02T12:00:00"),
        ("sessions", "uid", "../../x"),
        ("sessions", "formcheck", None),
        ("sets", "side", "middle"),
        ("sets", "score", 1e30),
        ("sets", "planned_reps", "ten"),
        ("sets", "drill", ""),
        ("sets", "parameters", "[1]"),
        ("sets", "parameters", '{"motion": {"enter": "high"}}'),
        ("sets", "trace", '{"t": [0], "v": ["x"]}'),
        ("sets", "session_id", 77),
        ("reps", "start_s", "soon"),
        ("faults", "magnitude", float("inf")),
        ("faults", "severity", 1.5),
        ("pain", "level", 11),
        ("pain", "at", "2026-13-02T12:00:00+01:00"),
        ("activity", "minutes", "ages"),
        ("activity", "minutes", -1),
        ("checks", "day", "1"),
        ("facts", "value", 2),
    ],
)
def test_an_import_that_breaks_a_rule_is_refused_with_its_line_and_field(
    journal: Journal, tmp_path: Path, form: str, table: str, field: str, value: object
) -> None:
    fill(journal)
    out = tmp_path / "out"
    if form == "json":
        [path] = export_json(journal, out, "0.1")
        document = json.loads(path.read_text())
        document["tables"][table][0][field] = value
        path.write_text(json.dumps(document, indent=1))
        line = path.read_text().splitlines().index(f'  "{table}": [') + 2
    else:
        export_csv(journal, out)
        path, line = out / f"{table}.csv", 2
        with path.open(newline="", encoding="utf-8") as file:
            names, first, *rest = list(csv.reader(file))
        first[names.index(field)] = "" if value is None else str(value)
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([names, first, *rest])
    with Journal(tmp_path / "new.sqlite3") as fresh:
        with pytest.raises(InputError) as caught:
            import_folder(fresh, out)
        assert f"{path}, line {line}, field {field}: expected" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert not any(content(fresh).values())


@pytest.mark.parametrize(
    "change",
    [
        lambda tables: tables.update(sets={}),
        lambda tables: tables.update(sets=[3]),
        lambda tables: tables.update(facts=[{}, {}]),
        lambda tables: tables["notes"][0].update(text=["a", "list"]),
        lambda tables: tables["notes"][0].update(text="\ud800"),
        lambda tables: tables["sets"][0].update(frames=10**40),
        lambda tables: tables["sessions"].append(tables["sessions"][0]),
    ],
)
def test_an_import_of_odd_shapes_is_one_line(journal: Journal, tmp_path: Path, change) -> None:
    fill(journal)
    [path] = export_json(journal, tmp_path, "0.1")
    document = json.loads(path.read_text())
    change(document["tables"])
    path.write_text(json.dumps(document))
    with Journal(None) as fresh:
        with pytest.raises(InputError, match="nothing was imported"):
            import_folder(fresh, path)
        assert not any(content(fresh).values())


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, '{"schema": "\xff"}', "a,b\n\0"])
def test_what_is_no_export_is_one_line(journal: Journal, tmp_path: Path, text: str) -> None:
    path = tmp_path / "journal.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"journal\.json"):
        import_folder(journal, path)
    path.rename(tmp_path / "sessions.csv")
    with pytest.raises(InputError, match=r"sessions\.csv"):
        import_folder(journal, tmp_path)


def test_an_import_onto_a_full_disk_is_refused(journal: Journal, tmp_path: Path) -> None:
    fill(journal)
    export_json(journal, tmp_path / "out", "0.1")
    with Journal(tmp_path / "new.sqlite3") as other:
        other.rows("PRAGMA query_only = ON")
        with pytest.raises(InputError, match="nothing was imported"):
            import_folder(other, tmp_path / "out")


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE sessions SET day = 'someday' WHERE id = 1", "sessions.day"),
        ("UPDATE sessions SET started_at = 'x', ended_at = 3.5 WHERE id = 1", "started_at"),
        ("UPDATE sets SET side = 'middle' WHERE session_id = 1", "sets.side"),
        ("UPDATE pain SET at = X'ff00' WHERE session_id = 1", "pain.at"),
        ("UPDATE reps SET start_s = 'soon' WHERE id = 1", "reps.start_s"),
        ("UPDATE checks SET day = '' WHERE id = 1", "checks.day"),
    ],
)
def test_a_row_that_cannot_be_read_is_said_once_and_left_out(
    path: Path, statement: str, named: str
) -> None:
    said: list[str] = []
    with Journal(path, now=lambda: NOON) as journal:
        fill(journal)
        kept = fill(journal)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(statement)
    with Journal(path, warn=said.append, now=lambda: NOON) as journal:
        assert len(said) == 1
        assert named in said[0]
        assert "\n" not in said[0]
        assert [p.day for p in past_sessions(journal)][-1] == NOON.date()
        whole = not statement.startswith("UPDATE sessions")
        assert [s["id"] for s in journal.sessions()] == [1, kept][not whole :]
        assert len(sets_since(journal, "")) == 1 + (whole and "UPDATE sets" not in statement)
        third = fill(journal)  # it can still be written
        assert journal.sessions()[-1]["id"] == third
        assert len(said) == 1
        assert journal.forget(everything=True)["sessions"] == 3  # and forgotten, hidden or not


def test_forget_leaves_no_trace_in_the_file(journal: Journal, path: Path) -> None:
    for _ in range(20):
        session = fill(journal)
    journal.add_note(session, "a very private sentence" * 5000)
    assert b"a very private sentence" in b"".join(p.read_bytes() for p in path.parent.iterdir())
    assert journal.rows("PRAGMA secure_delete")[0]["secure_delete"] == 1
    stale = path.with_name(path.name + ".dead.lock")
    stale.write_text("1")
    gone = journal.forget(everything=True)
    assert not stale.exists()
    assert journal.rows("PRAGMA freelist_count")[0]["freelist_count"] == 0
    assert gone["sessions"] == 20
    assert gone["notes"] == 21
    bytes_left = b"".join(p.read_bytes() for p in path.parent.iterdir())
    for trace in (b"private sentence", b"pelvis_roll", b"balance-and-hips", b"2026-03-02"):
        assert trace not in bytes_left
    assert content(journal)["facts"] == []


def test_forget_a_day_and_a_drill(path: Path) -> None:
    clock = [NOON]
    with Journal(path, now=lambda: clock[0]) as journal:
        fill(journal)
        clock[0] += timedelta(days=1)
        fill(journal)
        assert journal.forget(day="2026-03-02")["sessions"] == 1
        assert [s["day"] for s in journal.sessions()] == ["2026-03-03"]
        assert journal.forget(drill="clamshell")["sets"] == 1
        assert len(journal.sessions()) == 1
        assert journal.forget(drill="clamshell") == {}


def test_the_file_is_marked_as_a_journal(journal: Journal) -> None:
    assert journal.rows("PRAGMA application_id")[0]["application_id"] == APPLICATION_ID
