"""A report is one safe file: it shows what was recorded, escapes it, and asks for nothing."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from fakes import person

from formcheck.capture import Frame
from formcheck.cli import report as command
from formcheck.errors import InputError, UsageError
from formcheck.events import CannotJudgeSpan, FaultSpan, Hold, Reason, Rep, SetResult
from formcheck.journal import Journal, JournalSink
from formcheck.pose import Pose, Side
from formcheck.registry import all_drills, get_drill
from formcheck.report import from_journal, from_result, render
from formcheck.report.data import Still
from formcheck.report.stills import blur_face, moments, stills
from formcheck.runner import RunInfo

ROLL = FaultSpan("pelvis_roll", 5.0, 7.0, 21.5, "deg", 2, "Hips stacked, belly button forwards")
VOID = {"meta", "img", "line", "rect", "circle", "path", "polyline", "br", "link", "input"}


class Checker(HTMLParser):
    """Every tag is closed in order; collects ids, references and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.refs: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        self.refs += (found.get("aria-labelledby") or "").split()
        self.addresses += [found[k] for k in ("src", "href", "data", "action") if k in found]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def checked(html: str) -> Checker:
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    assert len(set(checker.ids)) == len(checker.ids)
    assert set(checker.refs) <= set(checker.ids)
    return checker


def rep(n: int, faults: tuple[FaultSpan, ...] = ()) -> Rep:
    t = 5.0 * n
    return Rep(
        n, Side.LEFT, start_s=t, peak_s=t + 1.5, hold_end_s=t + 2.5, end_s=t + 4, hold_s=1.0,
        peak=0.45, complete=True, rise=0.3, score=82, faults=faults,
    )  # fmt: skip


def result(*reps: Rep, **more) -> SetResult:
    values = {
        "drill": "clamshell", "side": Side.LEFT, "side_source": "auto", "seconds": 30.0,
        "frames": 900, "frames_with_pose": 870, "reps": reps, "holds": (),
        "cannot_judge": (CannotJudgeSpan(0.0, 1.5, Reason.NO_PERSON),), "score": 82,
        "faults": tuple(f for r in reps for f in r.faults),
        "parameters": {"motion": {"top": 0.16, "full": 0.3}},
    } | more  # fmt: skip
    return SetResult(**values)


@pytest.fixture
def journal(tmp_path: Path):
    clock = [datetime(2026, 3, 2, 12, tzinfo=timezone.utc)]
    with Journal(tmp_path / "journal.sqlite3", now=lambda: clock[0]) as journal:
        for day in range(3):
            session = journal.begin_session("p", "0.1")
            with JournalSink(journal, session) as sink:
                sink.start(RunInfo("clip", (640, 480), drill="clamshell"))
                sink.close(result(rep(1, (ROLL,)), rep(2), score=70 + 10 * day))
            journal.add_pain(session, "before", 2)
            journal.add_pain(session, "after", 3)
            journal.add_note(session, "<b>& a note</b>")
            journal.end_session(session)
            clock[0] += timedelta(days=3)
        yield journal


def page(journal: Journal, *, last: bool = True) -> str:
    rows = journal.sessions()
    return render(from_journal(journal, rows[-1:] if last else rows, all_drills(), "0.1"))


def test_a_session_is_shown_with_its_trends_and_diary(journal: Journal) -> None:
    html = page(journal)
    checked(html)
    for text in (
        "Clamshell, left side", "<b>90</b> good form", "2 repetitions", "pelvis roll, once",
        "Hips stacked, belly button forwards", "1.5 up, 1.5 down", "100 %", "nobody was in view",
        "97 % of the frames", "Form score of Clamshell", "Days with exercise by week",
        "Pain diary, 0 to 10", "not a medical device", "nobody can see",
    ):  # fmt: skip
        assert text in html, text
    assert html.count('<rect class="rep"') == 2
    assert html.count('class="fault"') == 1


def test_what_people_write_is_escaped(journal: Journal) -> None:
    html = page(journal)
    assert "&lt;b&gt;&amp; a note&lt;/b&gt;" in html
    assert "<b>& a note" not in html


def test_nothing_is_asked_of_the_network(journal: Journal) -> None:
    for html in (page(journal), render(from_result(result(rep(1)).to_dict("a.mp4", {})))):
        assert checked(html).addresses == []
        assert not re.search(r"https?://|//[a-z]|@import|url\(", html)
        assert "default-src 'none'" in html


def test_every_plot_has_a_text_alternative_and_tables_have_heads(journal: Journal) -> None:
    found = checked(page(journal)).tags
    plots = [attrs for tag, attrs in found if tag == "svg"]
    assert plots
    assert all(a.get("role") == "img" and a.get("aria-labelledby") for a in plots)
    assert all("scope" in attrs for tag, attrs in found if tag == "th")
    assert sum(t == "table" for t, _ in found) == sum(t == "caption" for t, _ in found)
    assert ("html", {"lang": "en"}) in found


def test_a_set_that_hurt_has_no_score(journal: Journal) -> None:
    session = journal.begin_session(None, "0.1")
    with JournalSink(journal, session) as sink:
        sink.start(RunInfo("clip", (640, 480), drill="clamshell"))
        sink.status = "ouch"
        sink.close(result(rep(1), score=90))
    html = page(journal)
    assert "No score" in html
    assert "stopped because it hurt" in html
    assert "<b>90</b>" not in html


def test_a_drill_nobody_knows_is_shown_by_its_name(journal: Journal) -> None:
    rows = journal.sessions()[-1:]
    assert "Clamshell" in render(from_journal(journal, rows, {}, "0.1"))


def test_an_empty_report_says_so(tmp_path: Path) -> None:
    with Journal(tmp_path / "new.sqlite3") as journal:
        html = render(from_journal(journal, [], {}, "0.1"))
    checked(html)
    assert "Nothing was recorded" in html


def test_500_reps_stay_under_3_mb() -> None:
    reps = tuple(rep(n, (ROLL,)) for n in range(1, 501))
    trace = {"t": [i / 10 for i in range(25000)], "v": [i % 30 / 10 for i in range(25000)]}
    document = result(*reps, seconds=2500.0).to_dict("long.mp4", {})
    html = render(from_result(document, get_drill("clamshell"), trace=trace))
    checked(html)
    assert len(html.encode()) < 1_500_000


def test_holds_and_broken_curves_are_drawn() -> None:
    hold = Hold(1, None, 2.0, 14.0, 11.6, 30.0, "foot_down", 60)
    document = result(holds=(hold,), drill="single_leg_stance").to_dict("a.mp4", {})
    trace = {"signal": "LIFT", "target": None, "t": [0, 1, 2, 3, 4], "v": [0, 1, None, 1, 0]}
    html = render(from_result(document, trace=trace))
    assert html.count("<polyline") == 2
    assert "11.6 of 30 s" in html
    assert "foot down" in html


def test_without_a_trace_the_reps_are_outlined() -> None:
    html = render(from_result(result(rep(1), rep(2)).to_dict("a.mp4", {})))
    assert html.count("<polyline") == 1


def test_rows_seek_in_the_video_beside_it() -> None:
    document = result(rep(1)).to_dict("a.mp4", {})
    html = render(from_result(document, video="a%20clip.mp4"))
    assert checked(html).addresses == ["a%20clip.mp4"]
    assert '<button type="button" data-set="1" data-t="5.00">' in html
    assert "currentTime" in html
    assert "<button" not in render(from_result(document))


# -- stills ---------------------------------------------------------------------------------------


def fault(code: str, magnitude: float, severity: int = 1, at: float = 2.0) -> dict:
    return {"code": code, "from_s": at, "to_s": at + 2, "magnitude": magnitude,
            "severity": severity, "cue": "Mend it"}  # fmt: skip


def test_the_worst_moment_of_each_fault_is_the_top_of_its_rep() -> None:
    faults = [fault("a", 1, at=0), fault("a", 3, at=4), fault("b", 1, severity=2, at=8)]
    found = moments(faults, [{"peak_s": 5.5}, {"peak_s": None}])
    assert [(code, t) for code, t, _ in found] == [("b", 9.0), ("a", 5.5)]


def test_a_face_is_blurred_and_nothing_else() -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 255, (480, 640, 3), dtype=np.uint8)
    before, pose = image.copy(), person(0.0)
    blur_face(image, pose)
    x, y = pose.xy[0].astype(int)
    patch = image[y - 8 : y + 8, x - 8 : x + 8]
    assert len(np.unique(patch.reshape(-1, 3), axis=0)) <= 16
    assert (image[240:] == before[240:]).all()
    blur_face(before, Pose.missing(0.0, (640, 480)))


@pytest.mark.parametrize("faces", [False, True])
def test_stills_are_taken_at_their_frames(faces: bool) -> None:
    rng = np.random.default_rng(2)
    frames = [Frame(i / 10, rng.integers(0, 255, (480, 640, 3), dtype=np.uint8)) for i in range(50)]
    poses = [person(f.t) for f in frames]
    wanted = [("late", 3.02, "x"), ("early", 1.0, "y")]
    found = stills(iter(frames), poses, wanted, faces=faces)
    assert [s.code for s in found] == ["late", "early"]
    assert all(s.jpeg.startswith(b"\xff\xd8") for s in found)
    document = result(rep(1)).to_dict("a.mp4", {})
    html = render(from_result(document, stills=found))
    assert [a[:22] for a in checked(html).addresses] == ["data:image/jpeg;base64"] * 2
    assert Still("a", 1.0, b"", "b").alt == "b"


# -- the command ----------------------------------------------------------------------------------


def run(out: Path, **options) -> None:
    values = {
        "what": None, "result": None, "last": False, "session": None, "since": None, "out": out,
        "drill": None, "video": None, "model": None, "faces": False,
    } | options  # fmt: skip
    command.report(**values)


@pytest.fixture
def empty_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def test_a_result_becomes_a_report(empty_data: Path) -> None:
    path = empty_data / "r.json"
    path.write_text(json.dumps(result(rep(1)).to_dict("a clip#1.mp4", {"formcheck": "0.1"})))
    out = empty_data / "report.html"
    run(out, what=path, video=empty_data / "a clip#1.mp4")
    assert checked(out.read_text()).addresses == ["a%20clip%231.mp4"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"schema": "other"}', '{"schema": "formcheck.result/1"}']
)
def test_what_is_no_result_is_one_line(empty_data: Path, text: str) -> None:
    path = empty_data / "r.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        run(empty_data / "report.html", what=path)
    assert "\n" not in str(caught.value)
    assert not (empty_data / "report.html").exists()


def test_no_session_and_two_wishes_are_refused(empty_data: Path) -> None:
    with pytest.raises(InputError, match="no session"):
        run(empty_data / "r.html")
    with pytest.raises(UsageError, match="one of"):
        run(empty_data / "r.html", last=True, since="today")
    with pytest.raises(UsageError, match="--session"):
        run(empty_data / "r.html", session=1)
