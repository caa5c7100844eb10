"""A report is one safe file: it shows what was recorded, escapes it, and asks for nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes import person

from formcheck.body.pose import Pose, Side
from formcheck.catalogue.registry import all_drills, get_drill
from formcheck.cli import report as command
from formcheck.errors import InputError, UsageError
from formcheck.events import CannotJudgeSpan, FaultSpan, Hold, NotJudgedSpan, Reason, Rep, SetResult
from formcheck.journal import Journal, JournalSink, default_path
from formcheck.journal.rules import parameters_of
from formcheck.judge.scoring import shown
from formcheck.report import from_journal, from_result, render
from formcheck.report.data import Seen, seen_in, with_stills
from formcheck.report.stills import blur_face, stills
from formcheck.report.style import DARK, LIGHT
from formcheck.sinks.info import RunInfo
from formcheck.vision.frames import Frame
from formcheck.vision.track import PoseTrack, write_track

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
    reps = tuple(replace(r, score=more.get("score", 82)) for r in reps)
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
        "Sunday 8 March 2026", "Clamshell, left side", "<b>90</b> good form", "2 repetitions",
        "In 1 of 2 repetitions", "Your top hip rolled back as the knee opened.",
        "Hips stacked, belly button forwards", "<td>full</td><td>1.5</td><td>1.0</td><td>1.5</td>",
        "Nobody was in view for 1.5 s (0.0 to 1.5 s)", "97 % of the pictures",
        "Form of Clamshell", "Days with exercise by week", "of the 3 days asked for",
        "Pain diary, 0 to 10", "not a medical device", "No camera placed like this can see",
    ):  # fmt: skip
        assert text in html, text
    assert html.count('<rect class="rep"') == 2
    assert html.count('<rect class="mark"') == 1
    assert html.count('<rect class="blind"') == 1


def test_what_people_write_is_escaped(journal: Journal) -> None:
    html = page(journal)
    assert "&lt;b&gt;&amp; a note&lt;/b&gt;" in html
    assert "<b>& a note" not in html


def test_nothing_is_asked_of_the_network(journal: Journal) -> None:
    for html in (page(journal), render(from_result(result(rep(1)).to_dict("a.mp4", {})))):
        assert [a for a in checked(html).addresses if not a.startswith("#s")] == []
        assert not re.search(r"https?://|//[a-z]|@import|url\((?!#hatch)", html)
        assert "default-src 'none'" in html


def test_every_plot_has_a_text_alternative_and_tables_have_heads(journal: Journal) -> None:
    found = checked(page(journal)).tags
    plots = [attrs for tag, attrs in found if tag == "svg"]
    assert plots
    told = [a for a in plots if a.get("aria-hidden") != "true"]
    assert len(told) >= 4
    assert all(a.get("role") == "img" and a.get("aria-label") for a in told)
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
    assert "stopped because it hurt has no score" in html
    assert not re.search("<b>90</b>|<td>8[05]</td>", html)


def test_a_score_is_rounded_but_never_up_into_the_next_band() -> None:
    assert [shown(s) for s in (57, 58, 59, 60, 62, 63, 78, 79, 80, 88, 98)] == [
        55, 55, 55, 60, 60, 65, 75, 75, 80, 90, 100,
    ]  # fmt: skip


def test_several_days_stand_under_their_own_headings(journal: Journal) -> None:
    html = page(journal, last=False)
    checked(html)
    days = re.findall(r"<h2>([^<]*)</h2>", html)
    assert days == ["Monday 2 March 2026", "Thursday 5 March 2026", "Sunday 8 March 2026"]
    assert len(set(re.findall(r'href="#(s\d)"', html))) == 3


def test_a_fault_belongs_to_its_own_repetition_only(journal: Journal) -> None:
    html = page(journal)
    # It ends at the second the next one begins.
    assert html.count('A<span class="fold"> pelvis roll</span>') == 1


def test_the_sides_of_a_drill_have_their_own_trends(journal: Journal) -> None:
    assert "broken line" not in page(journal)
    for _ in range(2):
        session = journal.begin_session(None, "0.1")
        with JournalSink(journal, session) as sink:
            sink.start(RunInfo("clip", (640, 480), drill="clamshell"))
            sink.close(result(rep(1), side=Side.RIGHT, score=66))
    html = page(journal)
    checked(html)
    assert "right, broken line" in html
    assert re.search(r"Form of Clamshell\. left [^;]*: 90; right 2026-03-11: 65", html)


def test_form_and_how_much_was_done_are_two_figures() -> None:
    for asked, words in (
        (2, "2 of 2 repetitions"),
        (5, "2 of 5 repetitions"),
        (1, "2 repetitions"),
    ):
        done = result(rep(1), rep(2), parameters={"dose": {"reps": asked}})
        # What is stored as score has both in one, and is shown nowhere.
        html = render(from_result(replace(done, score=41).to_dict("a.mp4", {})))
        assert f"<p>Done: {words}." in html
        assert '<p class="band">Form <span class="good"><b>80</b> good form' in html


def test_sets_of_one_drill_are_numbered(journal: Journal) -> None:
    session = journal.begin_session(None, "0.1")
    with JournalSink(journal, session, variant="full") as sink:
        for _ in range(2):
            sink.start(RunInfo("clip", (640, 480), drill="clamshell"))
            sink.close(result(rep(1)))
    html = page(journal)
    assert "Clamshell (full), left side, set 1 of 2" in html
    assert "Clamshell (full), left side, set 2 of 2" in html


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
    assert html.count("<svg viewBox") == 17  # rows of at most 150 s


def test_holds_and_broken_curves_are_drawn() -> None:
    hold = Hold(1, None, 2.0, 14.0, 11.6, 30.0, "foot_down", 60)
    document = result(holds=(hold,), drill="single_leg_stance").to_dict("a.mp4", {})
    trace = {"signal": "LIFT", "target": None, "t": [0, 1, 2, 3, 4], "v": [0, 1, None, 1, 0]}
    html = render(from_result(document, trace=trace))
    assert html.count("<polyline") == 2
    assert "11.6 of 30 s" in html
    assert "the longest 12 s of 30 s asked for" in html
    assert "foot down" in html


def test_a_fault_that_was_not_judged_says_when_and_older_results_are_read() -> None:
    span = NotJudgedSpan("pelvis_roll", 2.0, 9.1, Reason.CAMERA_TOO_LOW)
    document = result(rep(1), not_judged_spans=(span,)).to_dict("a.mp4", {})
    said = "Pelvis roll: the camera stood too low, so it was not looked at"
    assert f"{said} from 2.0 to 9.1 s." in render(from_result(document))
    document["not_judged"] = {"pelvis_roll": "camera_too_low"}
    assert f"{said}." in render(from_result(document))


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ({"pelvis_roll": "camera_too_low"}, True),
        ([{"fault": "pelvis_roll", "from_s": 1, "to_s": 2.5, "reason": "wrong_view"}], True),
        ([{"fault": "pelvis_roll", "from_s": 1}], False),
        (["pelvis_roll"], False),
        ({"pelvis_roll": 3}, False),
        ("pelvis_roll", False),
    ],
)
def test_a_diary_holds_spans_or_as_it_was_reasons(stored: object, read: bool) -> None:
    assert (parameters_of(json.dumps({"not_judged": stored})) is not None) is read


def test_without_a_trace_the_reps_are_outlined() -> None:
    html = render(from_result(result(rep(1), rep(2)).to_dict("a.mp4", {})))
    assert html.count("<polyline") == 1


def test_rows_seek_in_the_video_beside_it() -> None:
    document = result(rep(1)).to_dict("a.mp4", {})
    html = render(from_result(document, video="a%20clip.mp4"))
    found = checked(html)
    assert found.addresses == ["a%20clip.mp4", "a%20clip.mp4#t=5.00"]
    links = [a for tag, a in found.tags if tag == "a"]
    assert [a["aria-label"] for a in links] == ["Repetition 1 from 5.0 s, play"]
    assert [a["data-t"] for tag, a in found.tags if "data-t" in a and tag == "rect"] == ["5.00"]
    assert "currentTime" in html
    assert checked(render(from_result(document))).addresses == []


# -- stills ---------------------------------------------------------------------------------------


def fault(code: str, magnitude: float, severity: int = 1, at: float = 2.0) -> dict:
    return {"code": code, "from_s": at, "to_s": at + 2, "magnitude": magnitude,
            "severity": severity, "cue": "Mend it"}  # fmt: skip


def test_the_worst_moment_of_each_fault_is_the_top_of_its_rep() -> None:
    faults = [fault("a", 1, at=0), fault("a", 3, at=4), fault("b", 1, severity=2, at=8)]
    parts = [{"peak_s": 5.5, "faults": faults[:2]}, {"peak_s": None, "faults": faults[1:]}]
    found = seen_in(faults, parts)
    assert [(s.code, s.at, s.times) for s in found] == [("b", 9.0, 1), ("a", 5.5, 2)]


def test_of_a_fault_where_less_is_worse_the_least_is_the_worst() -> None:
    faults = [fault("too_fast", 0.7, at=0), fault("too_fast", 0.4, at=4)]
    assert [s.at for s in seen_in(faults, [], get_drill("clamshell"))] == [5.0]
    assert [s.at for s in seen_in(faults, [])] == [1.0]


def test_a_face_is_blurred_and_nothing_else() -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 255, (480, 640, 3), dtype=np.uint8)
    before, pose = image.copy(), person(0.0)
    assert blur_face(image, pose)
    x, y = pose.xy[0].astype(int)
    patch = image[y - 8 : y + 8, x - 8 : x + 8]
    assert len(np.unique(patch.reshape(-1, 3), axis=0)) <= 16
    assert (image[240:] == before[240:]).all()
    assert not blur_face(before, Pose.missing(0.0, (640, 480)))


def moment(code: str, at: float) -> Seen:
    return Seen(code, "It moved.", "Mend it", 1, True, 1, at)


@pytest.mark.parametrize("faces", [False, True])
def test_stills_are_taken_at_their_frames(faces: bool) -> None:
    rng = np.random.default_rng(2)
    frames = [Frame(i / 10, rng.integers(0, 255, (480, 640, 3), dtype=np.uint8)) for i in range(50)]
    poses = [person(f.t) for f in frames]
    wanted = [moment("feet_apart", 3.02), moment("pelvis_roll", 1.0)]
    found = stills(iter(frames), poses, wanted, faces=faces)
    assert [s.code for s in found] == ["feet_apart", "pelvis_roll"]
    for still, pose in zip(found, (poses[30], poses[10]), strict=True):
        image = cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR)
        x, y = (pose.xy[0] * 480 / 640).astype(int)
        # Noise where the face is left alone, one flat cell where it is not.
        assert (image[y - 3 : y + 3, x - 3 : x + 3].std() > 20) == faces
    document = result(rep(1, (ROLL,))).to_dict("a.mp4", {})
    html = render(with_stills(from_result(document), found))
    assert [a[:22] for a in checked(html).addresses] == ["data:image/jpeg;base64"]
    assert 'alt="You at 1.0 seconds, pelvis roll: ' in html


def test_a_picture_whose_face_was_not_found_is_not_shown() -> None:
    frames = [Frame(1.0, np.zeros((480, 640, 3), np.uint8))]
    nobody = [Pose.missing(1.0, (640, 480))]
    assert stills(iter(frames), nobody, [moment("a", 1.0)]) == []
    assert len(stills(iter(frames), nobody, [moment("a", 1.0)], faces=True)) == 1


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
    (empty_data / "a clip#1.mp4").write_bytes(b"")
    run(out, what=path, video=empty_data / "a clip#1.mp4")
    assert checked(out.read_text()).addresses == [
        "a%20clip%231.mp4", "a%20clip%231.mp4#t=5.00",
    ]  # fmt: skip


def test_the_stills_of_a_stored_result_find_the_face_again(
    empty_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = np.random.default_rng(3).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    looked_at: list[float] = []

    class Source(nullcontext):
        def __enter__(self):
            return (Frame(i / 10, image) for i in range(300))

    class Finder(nullcontext):
        def __enter__(self):
            return self

        def detect(self, frame: Frame) -> Pose:
            looked_at.append(frame.t)
            return person(frame.t)

    monkeypatch.setattr("formcheck.vision.source.open_source", lambda path: Source())
    monkeypatch.setattr("formcheck.vision.landmarker.Landmarker", Finder)
    monkeypatch.setattr("formcheck.vision.models.find_model", lambda name: name)
    results, clip, out = (empty_data / n for n in ("r.json", "a.mp4", "report.html"))
    clip.write_bytes(b"")
    results.write_text(json.dumps(result(rep(1, (ROLL,))).to_dict("a.mp4", {})))
    run(out, what=clip, result=results)
    assert out.read_text().count("<img ") == 1
    assert looked_at == [6.4, 6.5, 6.6]  # the top of the repetition, and no more


def test_a_track_is_scored_and_its_video_made(empty_data: Path) -> None:
    whole = next((Path(__file__).parent / "tracks").glob("clamshell__feet*.npz"))
    track = empty_data / "short.npz"
    with PoseTrack(whole) as poses:
        write_track(track, [pose for pose in poses if pose.t < 6], poses.meta)
    out, video = empty_data / "report.html", empty_data / "made.mp4"
    run(out, what=track, drill="clamshell", video=video)
    assert video.stat().st_size > 10_000
    assert "made.mp4" in checked(out.read_text()).addresses
    assert '<polyline class="curve"' in out.read_text()


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
    with pytest.raises(InputError, match="no journal yet"):
        run(empty_data / "r.html")
    assert not (empty_data / "data").exists()  # asking does not make one
    Journal(default_path()).close()
    with pytest.raises(InputError, match="no session yet"):
        run(empty_data / "r.html", session=1)
    with pytest.raises(UsageError, match="one of"):
        run(empty_data / "r.html", last=True, since="today")
    with Journal(default_path()) as journal:
        journal.begin_session(None, "0.1")
    with pytest.raises(UsageError, match="--session: expected 1 to 1, got 2"):
        run(empty_data / "r.html", session=2)
    with pytest.raises(InputError, match="no session since 2999-01-01; the last one was on"):
        run(empty_data / "r.html", since="2999-01-01")
    with pytest.raises(UsageError, match="--video goes with"):
        run(empty_data / "r.html", video=Path("a.mp4"))


def test_clip_and_result_must_belong_together(empty_data: Path) -> None:
    results, clip, out = (empty_data / n for n in ("r.json", "a.mp4", "report.html"))
    clip.write_bytes(b"")
    results.write_text(json.dumps(result().to_dict("b.mp4", {})))
    with pytest.raises(UsageError, match=r"result of b.mp4, not of a.mp4"):
        run(out, what=clip, result=results)
    lines = [json.dumps(result().to_dict(name, {})) for name in ("b.mp4", "a.mp4")]
    results.write_text("\n".join(lines) + "\n")
    run(out, what=clip, result=results)
    assert "<p>a.mp4</p>" in out.read_text()
    with pytest.raises(UsageError, match="2 results; name the clip"):
        run(out, what=results)
    with pytest.raises(UsageError, match="in this order"):
        run(out, what=results, result=clip)
    with pytest.raises(InputError, match=r"none.mp4: no such file"):
        run(out, what=clip, result=results, video=empty_data / "none.mp4")
    with pytest.raises(InputError, match=r"none.mp4: no such file"):
        run(out, what=empty_data / "none.mp4", result=results)
    with pytest.raises(UsageError, match="overwrite an input"):
        run(clip, what=clip, result=results)


# -- in a browser ---------------------------------------------------------------------------------

TEXT, GRAPHIC = 4.5, 3.0  # WCAG 2.2: 1.4.3 and 1.4.11
CONTRASTS = [
    *((ink, ground, TEXT) for ink in ("ink", "soft", "curve") for ground in ("bg", "card")),
    *((ink, ground, TEXT) for ink in ("good", "mid", "low") for ground in ("bg", "card")),
    *((ink, "rep", TEXT) for ink in ("ink", "curve")),  # the row that plays
    *((ink, "bg", TEXT) for ink in ("target", "fault")),
    ("soft", "part", TEXT),
    *((mark, "rep", GRAPHIC) for mark in ("curve", "target")),
    *((i, f"{b}-fill", GRAPHIC) for i in ("curve", "fault") for b in ("good", "mid", "low")),
    *((band, "bg", GRAPHIC) for band in ("good", "mid", "low")),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_colours_have_contrast(palette: dict[str, str]) -> None:
    for ink, ground, least in CONTRASTS:
        a, b = sorted((luminance(palette[ink]), luminance(palette[ground])))
        assert (b + 0.05) / (a + 0.05) >= least, (ink, ground)


def test_no_promise_and_no_finding_in_any_report() -> None:
    """drills.md 4.4, for every drill with every fault it knows."""
    never = re.compile(
        r"sciatic|\bdisc\b|gluteus|Trendelenburg|\brisk|\bheal(s|ed|ing)?\b|reliev|prevent|"
        r"safe for you|normal|push through|degrees?\b|°|\d deg\b|patient",
        re.IGNORECASE,
    )
    for drill in all_drills().values():
        faults = tuple(
            FaultSpan(f.code, 5.0, 6.0, f.strong, f.unit, f.severity, f.cue) for f in drill.faults
        )
        blind = tuple(CannotJudgeSpan(2.0 * n, 2.0 * n + 1, why) for n, why in enumerate(Reason))
        document = result(
            rep(1, faults), drill=drill.name, cannot_judge=blind,
            not_judged_spans=(NotJudgedSpan("trunk_lean", 2.0, 9.0, Reason.WRONG_VIEW),),
        ).to_dict("a.mp4", {})  # fmt: skip
        html = render(from_result(document, drill))
        checked(html)
        assert all(f.saw.replace("'", "&#x27;") in html for f in drill.faults)
        assert not (found := never.search(html)), (drill.name, found)


BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def opened(path: Path) -> tuple[str, list[str]]:
    """The page as a browser makes it, and what it said on its console."""
    assert BROWSER
    asked = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
             f"--user-data-dir={path.parent / 'profile'}", "--virtual-time-budget=3000",
             "--dump-dom", path.as_uri()]  # fmt: skip
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=False)
    if not done.stdout:
        pytest.skip("the browser does not run here")
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_a_browser_opens_it_without_a_word(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page(journal, last=False), encoding="utf-8")
    dom, said = opened(path)
    assert said == []
    assert "What form means" in dom


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_a_video_that_is_gone_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    html = render(from_result(result(rep(1)).to_dict("a.mp4", {}), video="gone.mp4"))
    assert '<p class="lost" hidden' in html
    path.write_text(html, encoding="utf-8")
    dom, said = opened(path)
    assert '<p class="lost">' in dom
    assert [line for line in said if "ERR_FILE_NOT_FOUND" not in line] == []
