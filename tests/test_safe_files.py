"""What is given is never overwritten, what is written arrives whole where it was meant to."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeLandmarker, person
from media import clip as video
from test_bench_run import write_label

from formcheck.cli import main
from formcheck.cli.many import names
from formcheck.vision import landmarker
from formcheck.vision.track import write_track

DRILL = "single_leg_stance"


@dataclass
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def call(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as stop:
            main([str(a) for a in arguments])
        out, err = capfd.readouterr()
        return Ran(int(stop.value.code or 0), out, err)

    return call


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same person in every frame, so that no test here waits for the real model."""

    class Fake(FakeLandmarker):
        def __init__(self, *_: object, **__: object) -> None: ...

        def __enter__(self) -> Fake:
            return self

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(landmarker, "Landmarker", Fake)


def track(path: Path, seconds: float = 1.0) -> Path:
    meta = {"model": "full", "model_sha256": "0" * 64, "mediapipe": "0.10.33", "fps": 20.0}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_track(path, (person(i / 20, (640, 480)) for i in range(int(20 * seconds))), meta)
    return path


def state(folder: Path) -> dict[str, str]:
    """Every file under a folder and what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refused(ran: Ran) -> None:
    assert ran.code == 2, ran.err
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1, ran.err
    assert ran.err.startswith("formcheck: error: ")


# --- no input is overwritten -----------------------------------------------------------------


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A folder with a clip, its label, its track, and names that lead to them."""
    folder = tmp_path / "in"
    folder.mkdir()
    video(folder / f"{DRILL}_a.mp4")
    track(folder / f"{DRILL}_a.npz")
    track(folder / f"{DRILL}_b.npz")
    write_label(folder, f"{DRILL}_b", drill=DRILL)
    (folder / "list.txt").write_text(f"{DRILL}_b.npz\n")
    (folder / "baseline.json").write_text("{}")
    (folder / f"{DRILL}_b.result.json").write_text(json.dumps({"schema": "formcheck.result/1"}))
    return folder


def spelled(place: Path, kind: str) -> Path:
    """Another name of the file ``place``."""
    if kind == "link":
        (link := place.with_name(f"link-{place.name}")).symlink_to(place)
        return link
    if kind == "hard link":
        os.link(place, hard := place.with_name(f"hard-{place.name}"))
        return hard
    return place.parent / ".." / place.parent.name / "." / place.name if kind == "dots" else place


A, B = f"{DRILL}_a", f"{DRILL}_b"
#: Commands as words; {in} is the folder of the inputs, {at:NAME} another name of one of them.
COMMANDS = {
    "score --video into the folder": "score {in} --drill single_leg_stance --video {in}",
    "score --poses into the folder": "score {in} --drill single_leg_stance --poses {in}",
    "score --video": f"score {{in}}/{A}.mp4 --video {{at:{A}.mp4}}",
    "score --poses": f"score {{in}}/{B}.npz --poses {{at:{B}.npz}}",
    "score --json over a clip": f"score {{in}}/{A}.mp4 --json {{at:{A}.mp4}}",
    "score --json over a label": f"score {{in}}/{B}.npz --json {{at:{B}.label.json}}",
    "score --csv over a list": "score {in}/list.txt --csv {at:list.txt}",
    "score --events over a track in the folder": f"score {{in}} --events {{at:{B}.npz}}",
    "score --json over the settings": f"score {{in}}/{B}.npz --json {{settings}}",
    "score --csv over the diary": f"score {{in}}/{B}.npz --csv {{diary}}",
    "score --out over a list": "score {in}/failed.txt --out {in}",
    "extract into the folder": "extract {in} --out {in}",
    "extract over the clip": f"extract {{in}}/{A}.mp4 {{in}}/{B}.npz --out {{in}}",
    "report over the label": f"report {{in}}/{B}.npz --out {{at:{B}.label.json}}",
    "report over the result": f"report {{in}}/{B}.result.json --out {{at:{B}.result.json}}",
    "live --poses": f"live {DRILL} --no-window --source {{in}}/{B}.npz --poses {{at:{B}.npz}}",
    "live --json": f"live {DRILL} --no-window --source {{in}}/{B}.npz --json {{at:{B}.npz}}",
    "live --record": f"live {DRILL} --no-window --source {{in}}/{A}.mp4 --record {{at:{A}.mp4}}",
    "live --video": f"live {DRILL} --no-window --source {{in}}/{A}.mp4 --video {{at:{A}.mp4}}",
    "live --voice-log": f"live {DRILL} --no-window --source {{in}}/{A}.mp4 --voice-log {{diary}}",
    "live --poses, a later set": f"live {DRILL} --no-window --source {{in}}/x-2.npz "
    "--poses {in}/x.npz",
    "bench --json over a label": f"bench {{in}} --quick --json {{at:{B}.label.json}}",
    "bench --markdown over a track": f"bench {{in}} --quick --markdown {{at:{B}.npz}}",
    "bench --json over the baseline": "bench {in} --compare {in}/baseline.json "
    "--json {at:baseline.json}",
    "export over the settings": "export {exported}",
}


CASES = [
    pytest.param(words, kind, id=f"{name}, {kind}")
    for name, words in COMMANDS.items()
    for kind in (["plain", "dots", "link", "hard link"] if "{at:" in words else ["plain"])
]


@pytest.mark.parametrize(("words", "kind"), CASES)
def test_no_output_replaces_an_input(
    run: Callable[..., Ran], inputs: Path, tmp_path: Path, words: str, kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    diary = tmp_path / "data" / "journal.sqlite3"
    settings = tmp_path / "settings" / "journal.json"
    for path in (diary, settings):
        path.parent.mkdir()
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(diary.parent))
    monkeypatch.setenv("FORMCHECK_CONFIG", str(settings))
    settings.write_text('model = "full"\n')
    diary.write_bytes(b"SQLite format 3\0 of a person")
    shutil.copy(inputs / f"{B}.npz", inputs / "x-2.npz")
    (inputs / "failed.txt").write_text(f"{B}.npz\n")
    at = words.partition("{at:")[2].partition("}")[0]
    other = spelled(inputs / at, kind) if at else None
    text = words.replace(f"{{at:{at}}}", str(other)).replace("{in}", str(inputs))
    text = text.replace("{settings}", str(settings)).replace("{diary}", str(diary))
    before = state(tmp_path)
    refused(run(*text.replace("{exported}", str(settings.parent)).split()))
    assert state(tmp_path) == before


def test_outputs_beside_the_inputs_that_replace_nothing_are_written(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    clip = video(tmp_path / "in" / f"{DRILL}_a.mp4") if (tmp_path / "in").mkdir() is None else None
    before = state(tmp_path)
    assert run("score", tmp_path / "in", "--poses", tmp_path / "in").code == 0
    assert clip is not None and clip.with_suffix(".npz").is_file()
    assert before.items() <= state(tmp_path).items()


# --- clips of one name -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clips", "called"),
    [
        (["a/x.mp4", "b/y.mp4"], ["x.mp4", "y.mp4"]),
        (["a/x.mp4", "b/x.mp4", "b/y.mp4"], ["a/x.mp4", "b/x.mp4", "y.mp4"]),
        (["/p/1/a/x.mp4", "/p/2/a/x.mp4"], ["1/a/x.mp4", "2/a/x.mp4"]),
        (["/x.mp4", "/a/x.mp4"], ["//x.mp4", "a/x.mp4"]),
        (["a/x.mp4", "./a/../a/x.mp4"], ["x.mp4", "x.mp4"]),
        (["s3://bucket/a/x.mp4", "s3://bucket/b/x.mp4"], ["a/x.mp4", "b/x.mp4"]),
    ],
)
def test_a_name_is_as_long_as_it_must_be(clips: list[str], called: list[str]) -> None:
    assert names(clips) == called


def test_clips_of_one_name_keep_their_outputs_and_results_apart(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    track(tmp_path / "left" / f"{DRILL}.npz", 1.0)
    track(tmp_path / "right" / f"{DRILL}.npz", 2.0)
    out = tmp_path / "out"
    clips = [tmp_path / side / f"{DRILL}.npz" for side in ("left", "right")]
    ran = run("score", *clips, "--poses", out, "--video", out, "--json", "-")
    assert ran.code == 0, ran.err
    documents = [json.loads(line) for line in ran.out.splitlines()]
    assert [d["clip"] for d in documents] == [f"left/{DRILL}.npz", f"right/{DRILL}.npz"]
    for clip in clips:
        again = out / clip.parent.name / clip.name
        with np.load(clip) as first, np.load(again) as second:
            assert len(first["t"]) == len(second["t"])
        assert again.with_suffix(".mp4").is_file()
    assert run("score", *clips, "--out", tmp_path / "many", "--jobs", 1).code == 0
    lines = (tmp_path / "many" / "results.jsonl").read_text().splitlines()
    assert [json.loads(line)["clip"] for line in lines] == [d["clip"] for d in documents]


def test_extracted_tracks_of_one_name_are_kept_apart(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    for folder, frames in (("left", 5), ("right", 9)):
        (tmp_path / folder).mkdir()
        video(tmp_path / folder / "x.mp4", frames)
    video(tmp_path / "left" / "x.avi", 7)
    clips = [tmp_path / "left" / "x.mp4", tmp_path / "right" / "x.mp4", tmp_path / "left" / "x.avi"]
    assert run("extract", *clips, "--out", tmp_path / "out").code == 0
    made = {}
    for path in sorted((tmp_path / "out").rglob("*.npz")):
        with np.load(path) as arrays:
            made[str(path.relative_to(tmp_path / "out"))] = len(arrays["t"])
    assert made == {"left/x.npz": 5, "right/x.npz": 9, "x.npz": 7}


def test_a_report_finds_the_result_of_its_own_clip(run: Callable[..., Ran], tmp_path: Path) -> None:
    clips = [track(tmp_path / side / f"{DRILL}.npz", n) for side, n in (("l", 1.0), ("r", 2.0))]
    assert run("score", *clips, "--json", tmp_path / "all.jsonl").code == 0
    from formcheck.cli.report import _document

    assert [_document(tmp_path / "all.jsonl", clip)["frames"] for clip in clips] == [20, 40]


# --- where outputs go ------------------------------------------------------------------------

#: The options of `score` that take a file, and how to tell that one is whole.
FILES: dict[str, Callable[[bytes], object]] = {
    "--json": json.loads,
    "--csv": lambda data: data.startswith(b"clip,drill,set,") or 1 / 0,
    "--events": lambda data: [json.loads(line) for line in data.splitlines()][-1]["clip"],
    "--poses": lambda data: np.load(io.BytesIO(data))["t"].size or 1 / 0,
    "--video": lambda data: data.index(b"moov"),
}


def drained(fifo: Path) -> tuple[threading.Thread, list[bytes]]:
    """Read a FIFO to its end in a thread of its own."""
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()), daemon=True)
    reader.start()
    return reader, got


@pytest.mark.parametrize("option", FILES)
def test_a_fifo_gets_the_output_and_stays_one(
    run: Callable[..., Ran], tmp_path: Path, option: str
) -> None:
    clip, fifo = track(tmp_path / f"{DRILL}.npz"), tmp_path / "pipe"
    os.mkfifo(fifo)
    reader, got = drained(fifo)
    ran = run("score", clip, option, fifo)
    assert ran.code == 0, ran.err
    assert fifo.is_fifo()
    reader.join(5)
    FILES[option](got[0])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["pipe", clip.name]


@pytest.mark.parametrize("option", FILES)
def test_a_device_gets_the_output_and_stays_one(
    run: Callable[..., Ran], tmp_path: Path, option: str
) -> None:
    clip, other = track(tmp_path / f"{DRILL}.npz"), track(tmp_path / f"{DRILL}_b.npz")
    # By a link: should this ever fail, then no run as root replaces the machine's own.
    (null := tmp_path / "null").symlink_to("/dev/null")
    for clips in ([clip], [clip, other]):
        ran = run("score", *clips, option, null, "--csv" if option != "--csv" else "--json", null)
        assert ran.code == 0, ran.err
    assert os.readlink(null) == "/dev/null"
    assert null.is_char_device()


def test_several_results_go_down_a_fifo_once_each(run: Callable[..., Ran], tmp_path: Path) -> None:
    clips = [track(tmp_path / f"{DRILL}_{i}.npz") for i in range(3)]
    for option in ("--json", "--csv"):
        fifo = tmp_path / f"pipe{option}"
        os.mkfifo(fifo)
        reader, got = drained(fifo)
        assert run("score", *clips, option, fifo).code == 0
        reader.join(5)
        lines = got[0].decode().splitlines()
        assert len(lines) == (3 if option == "--json" else 1)


@pytest.mark.parametrize("option", ["--json", "--events"])
def test_a_name_of_the_standard_output_is_a_dash(
    run: Callable[..., Ran], tmp_path: Path, option: str
) -> None:
    clip = track(tmp_path / f"{DRILL}.npz")
    (link := tmp_path / "out").symlink_to("/dev/stdout")
    ran = run("score", clip, option, link)
    assert ran.code == 0, ran.err
    assert ran.out == run("score", clip, option, "-").out
    assert link.is_symlink()


@pytest.mark.parametrize("option", FILES)
def test_a_link_is_followed_and_its_file_replaced_whole(
    run: Callable[..., Ran], tmp_path: Path, option: str
) -> None:
    clip = track(tmp_path / f"{DRILL}.npz")
    kept = tmp_path / "elsewhere"
    kept.mkdir()
    suffix = {"--video": ".mp4", "--poses": ".npz"}.get(option, ".txt")
    for name, link in (("old", "a"), ("new", "b")):
        (tmp_path / f"{link}{suffix}").symlink_to(Path("elsewhere") / f"{name}{suffix}")
    (kept / f"old{suffix}").write_text("what was there")
    for link in ("a", "b"):
        assert run("score", clip, option, tmp_path / f"{link}{suffix}").code == 0
        assert (tmp_path / f"{link}{suffix}").is_symlink()
    assert sorted(p.name for p in kept.iterdir()) == [f"new{suffix}", f"old{suffix}"]
    for path in kept.iterdir():
        FILES[option](path.read_bytes())


def test_a_report_and_bench_numbers_go_through_links_and_down_fifos(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    clip = track(tmp_path / f"{DRILL}.npz")
    write_label(tmp_path, DRILL, drill=DRILL)
    commands = {
        b"</html>": ["report", clip, "--out"],
        b"formcheck.bench": ["bench", tmp_path, "--quick", "--json"],
    }
    for end, words in commands.items():
        fifo = tmp_path / f"pipe-{words[0]}"
        os.mkfifo(fifo)
        (link := tmp_path / f"link-{words[0]}").symlink_to(target := tmp_path / f"to-{words[0]}")
        reader, got = drained(fifo)
        assert run(*words, fifo).code == 0
        assert run(*words, link).code == 0
        reader.join(5)
        assert end in got[0] and fifo.is_fifo()
        assert end in target.read_bytes() and link.is_symlink()


def test_a_link_that_leads_round_in_a_circle_is_refused(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    clip = track(tmp_path / f"{DRILL}.npz")
    (link := tmp_path / "round").symlink_to("round")
    refused(run("score", clip, "--json", link))
    assert link.is_symlink()
