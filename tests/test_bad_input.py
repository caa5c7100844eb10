"""What no careful person would hand over: one line, the right code, soon, in bounded memory."""

from __future__ import annotations

import json
import os
import struct
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import media
import numpy as np
import pytest
from test_bench_run import write_label
from test_safe_files import DRILL, Ran, run, track  # noqa: F401 (run is a fixture)

from formcheck.errors import InputError, UsageError
from formcheck.files import parse_json, parse_toml, plain, read_text
from formcheck.vision.track import MOST_BYTES, PoseTrack

Run = Callable[..., Ran]


def one_line(ran: Ran, code: int, *words: str) -> None:
    assert ran.code == code, ran.err
    assert ran.out == ""
    assert len(ran.err.splitlines()) == 1, ran.err
    assert ran.err.startswith("formcheck: error: ")
    assert "unexpected" not in ran.err
    for word in words:
        assert word in ran.err


@pytest.fixture
def soon() -> Iterator[None]:
    """What waits for a FIFO waits for ever: a writer that opens it late shows how long it took."""
    import cv2  # noqa: F401 (loading it is not what is timed)

    began = time.monotonic()
    yield
    assert time.monotonic() - began < 3.0  # on a busy machine; alone it is a tenth of that


def unending(path: Path, kind: str) -> Path:
    """A FIFO that nobody writes to, or a device that never ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    return path


# --- what is no regular file -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["fifo", "device"])
@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        (f"{DRILL}.npz", "score {at}", 3),
        (f"{DRILL}.mp4", "score {at}", 3),
        (f"{DRILL}.npz", "score {at} --out {in}/out --jobs 1", 3),
        (f"{DRILL}.mp4", "extract {at}", 3),
        (f"{DRILL}.mp4", "report {at} --out {in}/r.html", 3),
        ("r.json", "report {at} --out {in}/r.html", 3),
        ("m.task", f"score {{in}}/{DRILL}_clip.mp4 --model {{at}}", 3),
        (f"{DRILL}_good.label.json", f"score {{in}}/{DRILL}_good.npz", 3),
        ("plans/mine.toml", "plans mine", 3),
        ("drills/mine.py", f"score {{in}}/{DRILL}_good.npz", 2),
        (f"{DRILL}.npz", f"live {DRILL} --no-window --source {{at}}", 3),
        (f"{DRILL}.mp4", f"live {DRILL} --no-window --source {{at}}", 3),
        ("b.json", "bench {in} --quick --compare {at}", 3),
    ],
)
def test_a_fifo_or_device_is_refused_at_once(
    run: Run, tmp_path: Path, soon: None, monkeypatch: pytest.MonkeyPatch,  # noqa: F811
    kind: str, name: str, words: str, code: int,
) -> None:  # fmt: skip
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(tmp_path))
    place = unending(tmp_path / name, kind)
    track(tmp_path / f"{DRILL}_good.npz")
    media.clip(tmp_path / f"{DRILL}_clip.mp4")
    ran = run(*words.format(at=place, **{"in": tmp_path}).split())
    if "--out" in words and words.startswith("score"):  # many clips: a line each, and a sum
        assert ran.code == code and "regular file" in ran.err
        return
    one_line(ran, code, "regular file")


@pytest.mark.parametrize("kind", ["fifo", "device"])
def test_settings_that_never_end_are_refused_at_once(
    run: Run, tmp_path: Path, soon: None, monkeypatch: pytest.MonkeyPatch, kind: str  # noqa: F811
) -> None:  # fmt: skip
    place = unending(tmp_path / "settings.toml", kind)
    monkeypatch.setenv("FORMCHECK_CONFIG", str(place))
    one_line(run("plans"), 2, "regular file", str(place))


def test_one_in_a_folder_costs_itself_only(run: Run, tmp_path: Path, soon: None) -> None:  # noqa: F811
    unending(tmp_path / f"{DRILL}_a.npz", "fifo")
    track(tmp_path / f"{DRILL}_b.npz")
    ran = run("score", tmp_path, "--json", "-")
    assert ran.code == 0
    assert [json.loads(line)["clip"] for line in ran.out.splitlines()] == [f"{DRILL}_b.npz"]
    assert "regular file" in ran.err


@pytest.mark.parametrize("camera", ["0", "/dev/video0"])
def test_a_camera_is_for_live_only(
    run: Run, monkeypatch: pytest.MonkeyPatch, camera: str  # noqa: F811
) -> None:  # fmt: skip
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("the camera was opened")

    monkeypatch.setattr("formcheck.vision.source.Camera", opened)
    one_line(run("score", camera, "--drill", DRILL), 3)


# --- wrong labels ----------------------------------------------------------------------------

REP = {"start_s": 0.1, "end_s": 0.9, "complete": True, "faults": []}
WRONG_LABELS: dict[str, tuple[str, object]] = {
    "a drill that is a list": ("drill", ["squat"]),
    "a drill that is a number": ("drill", 3),
    "a dose that is a list": ("dose", {"hold_s": [3]}),
    "a dose in words": ("dose", {"hold_s": "three"}),
    "reps that are numbers": ("reps", [1, 2]),
    "reps that are an object": ("reps", {"1": REP}),
    "a time that is NaN": ("reps", [REP | {"start_s": float("nan")}]),
    "a time that is infinite": ("reps", [REP | {"end_s": float("inf")}]),
    "a time in words": ("reps", [REP | {"end_s": "late"}]),
    "complete in words": ("reps", [REP | {"complete": "yes"}]),
    "faults that are texts": ("reps", [REP | {"faults": ["sway"]}]),
    "a fault that is a number": ("reps", [REP | {"faults": [{"code": 3}]}]),
    "holds that are numbers": ("holds", [1]),
    "a clip of another folder": ("clip", "../x.npz"),
    "no clip": ("clip", ""),
    "a count that is a text": ("count", "three"),
    "other drills in one text": ("not_drills", "squat"),
    "half a character": ("notes", "\ud800"),
    "a huge number": ("count", 10**400),
}


@pytest.mark.parametrize(("key", "value"), WRONG_LABELS.values(), ids=WRONG_LABELS)
def test_a_wrong_label_costs_its_clip_only(
    run: Run, tmp_path: Path, key: str, value: object  # noqa: F811
) -> None:  # fmt: skip
    for stem in (f"{DRILL}_a", f"{DRILL}_b"):
        track(tmp_path / f"{stem}.npz")
        write_label(tmp_path, stem, drill=DRILL)
    write_label(tmp_path, f"{DRILL}_a", **{"drill": DRILL, key: value})
    for words in (["--json", "-"], ["--out", tmp_path / "out", "--jobs", 1]):
        ran = run("score", tmp_path, *words)
        assert ran.code == 3, ran.err
        lines = [line for line in ran.err.splitlines() if "_a.label.json" in line]
        assert len(lines) == 1, ran.err
        assert "unexpected" not in ran.err
        out = ran.out or (tmp_path / "out" / "results.jsonl").read_text()
        assert [json.loads(line)["clip"] for line in out.splitlines()] == [f"{DRILL}_b.npz"]
    one_line(run("score", tmp_path / f"{DRILL}_a.npz"), 3, "_a.label.json")
    ran = run("bench", tmp_path, "--quick")
    assert ran.code == 3, ran.err
    assert len(ran.err.splitlines()) == 1 and "_a.label.json" in ran.err
    assert "1 clip" in ran.out


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 3000, "9" * 5000, "1e999", "[1]", "{"])
def test_a_label_that_is_none_is_one_line(run: Run, tmp_path: Path, text: str) -> None:  # noqa: F811
    clip = track(tmp_path / f"{DRILL}.npz")
    (tmp_path / f"{DRILL}.label.json").write_text(text)
    one_line(run("score", clip), 3, "label")
    one_line(run("bench", tmp_path, "--quick"), 3, "label")


# --- pose tracks -----------------------------------------------------------------------------


def npy(header: str, data: bytes = b"") -> bytes:
    """A ``.npy`` member by hand."""
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def shaped(shape: str, descr: str = "<f4") -> bytes:
    return npy(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}", bytes(64))


def packed(path: Path, method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> Path:
    """A whole track, of which some members are replaced by these bytes."""
    media.track(whole := path.with_name("whole.npz"))
    with zipfile.ZipFile(whole) as box, zipfile.ZipFile(path, "w", method) as out:
        for name in box.namelist():
            out.writestr(name, members.pop(name.removesuffix(".npy"), None) or box.read(name))
        for name, data in members.items():
            out.writestr(name, data)
    whole.unlink()
    return path


def encrypted(path: Path) -> Path:
    data = bytearray(packed(path).read_bytes())
    for sign, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = data.find(sign)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(sign, place + 1)
    path.write_bytes(data)
    return path


def zeros(path: Path) -> Path:
    """Half a megabyte that says it unpacks to half a gigabyte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out, out.open("t.npy", "w") as member:
        for _ in range(512):
            member.write(bytes(1 << 20))
    return path


META = '{{"width": {}, "height": {}}}'
BAD_TRACKS: dict[str, Callable[[Path], object]] = {
    "bzip2": lambda p: packed(p, zipfile.ZIP_BZIP2),
    "lzma": lambda p: packed(p, zipfile.ZIP_LZMA),
    "encrypted": encrypted,
    "a header of 10^12 elements": lambda p: packed(p, t=shaped("(1000000000000,)")),
    "a header of 10^30 elements": lambda p: packed(p, t=shaped("(10**30,)")),
    "a header of many elements": lambda p: packed(p, t=shaped(f"({10**30},)")),
    "a header of fewer than none": lambda p: packed(p, t=shaped("(-5,)")),
    "a deep header": lambda p: packed(p, t=shaped("(" * 4000 + ")" * 4000)),
    "a long header": lambda p: packed(p, t=npy("#" * 60_000)),
    "a header of no size": lambda p: packed(p, t=shaped("(5,)", "<V0")),
    "objects": lambda p: packed(p, t=shaped("(5,)", "|O")),
    "a Python 2 header": lambda p: packed(p, t=shaped("(5L,)")),
    "unpacks to half a gigabyte": zeros,
    "20,000 arrays": lambda p: packed(p, 0, **{f"a{i}": b"" for i in range(20_000)}),
    "infinite width": lambda p: media.track(p, meta=META.format("1e999", 48)),
    "infinite height": lambda p: media.track(p, meta=META.format(64, "Infinity")),
    "NaN rate": lambda p: media.track(p, meta='{"width": 64, "height": 48, "fps": NaN}'),
    "a huge picture": lambda p: media.track(p, meta=META.format(99_000, 99_000)),
    "a 5,000-digit width": lambda p: media.track(p, meta=META.format("9" * 5000, 48)),
    "deep meta": lambda p: media.track(p, meta="[" * 20_000 + "]" * 20_000),
    "half a character": lambda p: media.track(p, meta=META.format(64, '48, "a": "\\ud800"')),
    "a model that is a list": lambda p: media.track(p, meta=META.format(64, '48, "model": [1]')),
    "infinite positions": lambda p: media.track(p, xy=np.full((5, 33, 2), np.inf, np.float32)),
    "positions beyond float32": lambda p: media.track(p, xy=np.full((5, 33, 2), 1e300)),
    "infinite, in few bits": lambda p: media.track(p, xy=np.full((5, 33, 2), np.inf, "f2")),
    "infinite metres": lambda p: media.track(p, world=np.full((5, 33, 3), -np.inf, np.float16)),
    "sure beyond 1": lambda p: media.track(p, visibility=np.full((5, 33), 3.0, np.float16)),
    "times beyond float32": lambda p: media.track(p, t=np.arange(5) * 1e300),
    "times of years": lambda p: media.track(p, t=np.arange(5, dtype=np.float32) * 1e8),
}  # fmt: skip


@pytest.mark.parametrize("make", BAD_TRACKS.values(), ids=BAD_TRACKS)
def test_a_bad_track_is_one_line_and_no_warning(
    run: Run, tmp_path: Path, make: Callable[[Path], object]  # noqa: F811
) -> None:  # fmt: skip
    make(path := tmp_path / f"{DRILL}.npz")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        one_line(run("score", path), 3, "expected a pose track")
    assert not said


def test_a_track_is_read_in_bounded_memory(tmp_path: Path) -> None:
    import tracemalloc

    zeros(path := tmp_path / "x.npz")
    assert os.path.getsize(path) < MOST_BYTES / 100
    for name in ("x", "y"):
        tracemalloc.start()
        with pytest.raises(InputError, match="256 MB" if name == "x" else "arrays|broken"):
            PoseTrack(path)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
        tracemalloc.stop()
        packed(path, t=shaped("(1000000000000,)"))


def test_a_whole_track_is_read_as_numpy_reads_it(tmp_path: Path) -> None:
    columns = np.asfortranarray(np.arange(330, dtype=">f8").reshape(5, 33, 2))
    with PoseTrack(media.track(tmp_path / "x.npz", xy=columns)) as track:
        for pose, xy in zip(track, columns, strict=True):
            assert pose.xy.dtype == np.float64 and (pose.xy == xy).all()


# --- settings, plans, names ------------------------------------------------------------------

DEEP_TOML = {
    "arrays": "x = " + "[" * 5000 + "]" * 5000,
    "tables": "x = " + "{a=" * 3000 + "1" + "}" * 3000,
    "a key": ".".join("a" * 20_000) + " = 1",
    "a 5,000-digit number": "fps = " + "9" * 5000,
    "a huge hexadecimal number": "fps = 0x" + "F" * 20_000,
    "a large file": "#" * (1 << 17),
    "no text": "\0\1",
    "a size of many digits": f'size = "{"9" * 5000}x1"',
    "a zero byte": 'model = "a\\u0000b"',
    "a zero byte in a folder": 'drills_folder = "a\\u0000b"',
}


@pytest.mark.parametrize("text", DEEP_TOML.values(), ids=DEEP_TOML)
def test_bad_settings_and_plans_are_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str  # noqa: F811
) -> None:  # fmt: skip
    (tmp_path / "s.toml").write_text(text)
    monkeypatch.setenv("FORMCHECK_CONFIG", str(tmp_path / "s.toml"))
    began = time.monotonic()
    one_line(ran := run("score", track(tmp_path / f"{DRILL}.npz")), 2, "s.toml")
    assert len(ran.err) < 500
    monkeypatch.delenv("FORMCHECK_CONFIG")
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "mine.toml").write_text(text)
    one_line(run("plans", "mine"), 3, "mine.toml")
    assert time.monotonic() - began < 5.0


def test_a_huge_number_in_a_plan_is_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(tmp_path))
    (tmp_path / "plans").mkdir()
    huge = f'[[drill]]\nname = "squat"\nreps = 0x{"F" * 20_000}\n'
    (tmp_path / "plans" / "mine.toml").write_text(huge)
    one_line(run("plans", "mine"), 3, "reps")


NOBODY = "~nosuchperson"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (f"score {NOBODY}/{DRILL}.npz", 3),
        (f"score {NOBODY}/x.txt", 3),
        (f"extract {NOBODY}/x.mp4", 3),
        (f"report {NOBODY}/{DRILL}.npz", 3),
        (f"live {DRILL} --no-window --source {NOBODY}/x.npz", 3),
        (f"score {DRILL}.mp4 --model {NOBODY}/x.task", 3),
        (f"score {'x' * 5000}.npz", 3),
        (f"score {DRILL}.npz --json {'x' * 5000}", 2),
        (f"score {DRILL}.mp4 --model {'x' * 5000}", 2),
        (f"plans {'x' * 5000}", 2),
        (f"report {'x' * 5000}.npz", 3),
        (f"bench {'x' * 5000} --quick", 3),
        (f"live {DRILL} --no-window --source {'9' * 500}", 3),
    ],
)
def test_a_name_that_no_file_can_have_is_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, code: int  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    track(tmp_path / f"{DRILL}.npz")
    one_line(run(*words.split()), code)


@pytest.mark.parametrize("variable", ["FORMCHECK_CONFIG", "FORMCHECK_DATA_DIR"])
def test_folders_of_nobody_are_no_crash(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, NOBODY)
    ran = run("score", track(tmp_path / f"{DRILL}.npz"))
    assert ran.code == (2 if variable == "FORMCHECK_CONFIG" else 0), ran.err
    assert "unexpected" not in ran.err


@pytest.mark.parametrize("key", ["drills_folder", "plans_folder", "model"])
def test_settings_that_name_nobody_are_no_crash(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str  # noqa: F811
) -> None:  # fmt: skip
    (tmp_path / "s.toml").write_text(f'{key} = "{NOBODY}/x"\n')
    monkeypatch.setenv("FORMCHECK_CONFIG", str(tmp_path / "s.toml"))
    assert run("score", track(tmp_path / f"{DRILL}.npz")).code == 0


def test_a_name_that_is_not_utf8_gives_valid_json(run: Run, tmp_path: Path) -> None:  # noqa: F811
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    odd = [tmp_path / f"{DRILL}_{n}_caf\udce9.npz" for n in (1, 2)]
    for path in odd:
        os.replace(track(tmp_path / "a" / "x.npz"), path)
    (bad := tmp_path / f"{DRILL}_3_caf\udce9.npz").write_bytes(b"no")
    out = tmp_path / "out"
    for options in (
        ["--json", "-"], ["--json", out / "r.jsonl"], ["--csv", out / "r.csv"],
        ["--events", out / "e.jsonl"], ["--poses", out / "poses"], [],
        ["--out", out / "many", "--jobs", 1],
    ):  # fmt: skip
        out.mkdir(exist_ok=True)
        ran = run("score", *odd, bad, *options)
        assert ran.code == 0, ran.err
        assert "unexpected" not in ran.err and "switched off" not in ran.err
        if options[:2] == ["--json", "-"]:
            clips = [json.loads(line)["clip"] for line in ran.out.splitlines()]
            assert clips == [f"{DRILL}_{n}_caf\\udce9.npz" for n in (1, 2)]
            ran.out.encode("utf-8")
    for path in out.rglob("*.jsonl"):
        for line in path.read_bytes().decode("utf-8").splitlines():
            json.loads(line)
    again = run("score", out / "many" / "failed.txt", "--json", "-")
    one_line(again, 3, "broken")


@pytest.mark.parametrize("text", ["[NaN]", "[1e400]", '["\\udc80"]', "[" * 101 + "]" * 101, ""])
def test_json_that_others_would_not_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        parse_json(text)
    assert parse_json("[" * 99 + "]" * 99)


def test_texts_are_read_with_a_bound(tmp_path: Path) -> None:
    (path := tmp_path / "x").write_bytes(b"\xef\xbb\xbfabc")
    assert read_text(path, 6) == "abc"
    for most, data in ((5, b"\xef\xbb\xbfabc"), (9, b"\xff")):
        path.write_bytes(data)
        with pytest.raises(OSError, match=r"larger|UTF-8"):
            read_text(path, most)
    assert plain("a\udce9") == "a\\udce9"
    with pytest.raises(ValueError, match="deep"):
        parse_toml("a = " + "[" * 2000)
    with pytest.raises((UsageError, InputError)):
        PoseTrack("a\0b.npz")
