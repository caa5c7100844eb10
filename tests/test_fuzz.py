"""Whatever a person hands over: one line, exit 0, 2 or 3, nothing overwritten, under 5 s.

The suite tries a few seeded inputs of each kind. `make fuzz` tries thousands: it prints how many
there were and how many broke the promise, and ends with 1 if one did.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from media import track
from typer.main import get_command

from formcheck import cli

DRILL = "single_leg_stance"
#: Made once: typer else makes the whole tree of commands afresh for every call.
COMMANDS = get_command(cli.app)
CODES = (0, 2, 3)
MOST_S = 5.0


# --- what people hand over -------------------------------------------------------------------

NUMBERS = st.one_of(
    st.integers(-3, 40),
    st.floats(-1, 100),
    st.sampled_from([float("nan"), float("inf"), -float("inf"), 1e300, -1e-300, 10**30, -(2**63)]),
)
WORDS = st.one_of(
    st.sampled_from([DRILL, "squat", "reps", "hold", "left", "clear", "2026-11-27", "~nosuch", ""]),
    st.text(max_size=8),
    st.sampled_from(["\ud800", "a\0b", "../x", "/dev/zero", "x" * 300, "\u202e", "\x1b[2J"]),
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def object_of(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with most of its keys right, one now and then wrong, left out or unknown."""
    right = st.fixed_dictionaries({}, optional=keys)
    wrong = st.dictionaries(st.sampled_from([*keys, "odd"]), VALUES, max_size=1)
    return st.builds(lambda a, b: a | b, right, wrong)


def spoiled(texts: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Bytes as they are, cut off, or with some of them changed."""
    changes = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=3)

    def spoil(data: bytes, keep: float, changed: list[tuple[float, int]]) -> bytes:
        out = bytearray(data[: max(1, int(len(data) * keep))])
        for place, byte in changed if out else ():
            out[min(int(place * len(out)), len(out) - 1)] = byte
        return bytes(out)

    return texts | st.builds(spoil, texts, st.sampled_from([1, 1, 0.5, 0.99]), changes)


FAULT = object_of(code=WORDS, magnitude=NUMBERS, unit=WORDS, visible=WORDS)
REP = object_of(
    start_s=NUMBERS, peak_s=NUMBERS, end_s=NUMBERS, hold_s=NUMBERS,
    complete=st.booleans() | st.none(), faults=st.lists(FAULT, max_size=2),
)  # fmt: skip
LABEL = object_of(
    schema=st.just("formcheck.label/1"),
    clip=st.just(f"{DRILL}.npz"),
    drill=st.sampled_from([DRILL, "squat", None, "nope"]),
    side=st.sampled_from(["left", "right", None]),
    kind=st.sampled_from(["reps", "hold"]),
    view_ok=st.booleans(),
    count=st.integers(0, 5),
    dose=object_of(hold_s=NUMBERS),
    reps=st.lists(REP, max_size=3),
    holds=st.lists(object_of(from_s=NUMBERS, to_s=NUMBERS, seconds=NUMBERS), max_size=2),
    not_drills=st.lists(WORDS, max_size=2),
)


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def as_toml(value: object) -> str:
    """A TOML value, or what looks like one."""
    if isinstance(value, dict):
        inside = ", ".join(f"{json.dumps(k)} = {as_toml(v)}" for k, v in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, float):
        return {"nan": "nan", "inf": "inf", "-inf": "-inf"}.get(str(value), str(value))
    return json.dumps(value)


def table(values: dict[str, Any]) -> str:
    return "".join(
        f"{key if key.isidentifier() else json.dumps(key)} = {as_toml(value)}\n"
        for key, value in values.items()
    )


SETTINGS = object_of(
    model=st.sampled_from(["full", "lite", "x.task", "~nosuch/x.task"]),
    source=st.integers(0, 3) | WORDS,
    size=st.sampled_from(["640x480", "1280X720", "0x0", "99999x9", "9x9x9"]),
    fps=NUMBERS,
    mirror=st.booleans(),
    voice=st.booleans(),
    speech_command=st.lists(WORDS, max_size=2) | WORDS,
    drills_folder=WORDS,
    plans_folder=WORDS,
).map(table)
PLAN_DRILL = object_of(
    name=st.sampled_from([DRILL, "squat", "nope"]), sets=NUMBERS, reps=NUMBERS, hold_s=NUMBERS,
    build_hold_s=NUMBERS, rest_s=NUMBERS, sides=st.sampled_from(["both", "one", "left"]),
    variants=st.lists(WORDS, max_size=2),
)  # fmt: skip
PLAN_HEAD = object_of(
    title=WORDS, about=WORDS, warm_up_min=NUMBERS, walk_min=NUMBERS, at_first=NUMBERS,
    start_share=NUMBERS,
)  # fmt: skip
PLAN = st.builds(
    lambda head, drills: table(head) + "".join(f"[[drill]]\n{table(d)}" for d in drills),
    PLAN_HEAD,
    st.lists(PLAN_DRILL, max_size=3),
)
META = object_of(
    width=st.just(64) | NUMBERS, height=st.just(48) | NUMBERS, fps=NUMBERS, model=WORDS,
    mediapipe=WORDS, opencv=WORDS, frames=NUMBERS,
)  # fmt: skip
ODD = [0.0, -0.0, 1e-40, 65504.0, 1e5, -1e6, 3e38, 1e300, np.nan, np.inf, -np.inf]


@st.composite
def pose_tracks(draw: st.DrawFn) -> bytes:
    """A track of a person who moves at random, with odd values, types, shapes and packing."""
    n = draw(st.integers(0, 12))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    arrays: dict[str, Any] = {
        "t": np.arange(n) / 20,
        "xy": random.normal(30, draw(st.sampled_from([0, 1, 20, 1e4])), (n, 33, 2)),
        "visibility": random.uniform(0, 1, (n, 33)),
        "world": random.normal(0, 1, (n, 33, 3)),
        "people": random.integers(0, 3, n),
        "meta": json.dumps({"width": 64, "height": 48, "fps": 20}),
    }
    if draw(st.booleans()):
        arrays["meta"] = json.dumps(draw(META))
    for key in draw(st.lists(st.sampled_from(["t", "xy", "visibility", "world"]), max_size=2)):
        some = random.random(arrays[key].shape) < draw(st.sampled_from([0.02, 0.5, 1.0]))
        arrays[key] = np.where(some, draw(st.sampled_from(ODD)), arrays[key])
    for key in draw(st.lists(st.sampled_from(list(arrays)), max_size=1)):
        how = draw(st.sampled_from(["gone", "flat", "short", "int8", "<f2", ">f8", "c16", "U3"]))
        array = np.atleast_1d(arrays[key])
        if how == "gone":
            del arrays[key]
        elif how in ("flat", "short"):
            arrays[key] = array.reshape(-1) if how == "flat" else array[:1]
        else:
            with np.errstate(all="ignore"):
                arrays[key] = array.astype(how) if key != "meta" else np.zeros(2, how)
    out = io.BytesIO()
    with (
        np.errstate(all="ignore"),
        zipfile.ZipFile(out, "w", draw(st.sampled_from([0, 8, 12]))) as z,
    ):
        for key, array in arrays.items():
            member = io.BytesIO()
            kept = {"xy": "f4", "t": "f4", "people": "i1", "visibility": "f2", "world": "f2"}
            plain = np.asarray(array)
            if key in kept and plain.dtype == np.float64 and draw(st.booleans()):
                plain = plain.astype(kept[key])
            np.save(member, plain)
            z.writestr(f"{key}.npy", member.getvalue())
    return out.getvalue()


def _export() -> dict[str, Any]:
    """A whole export of a diary with one session."""
    from formcheck.journal import Journal, export_json

    with tempfile.TemporaryDirectory() as folder:
        with Journal(Path(folder, "j.sqlite3")) as journal:
            number = journal.begin_session("start-small", "0")
            journal.add_activity(number, "walk", 10)
            journal.add_note(number, "a note")
            journal.end_session(number)
            (path,) = export_json(journal, Path(folder), "0")
        document: dict[str, Any] = json.loads(path.read_text())
        return document


@st.composite
def exports(draw: st.DrawFn) -> bytes:
    """An export in which some values, rows or tables are wrong."""
    document = json.loads(json.dumps(EXPORT))
    tables = document["tables"]
    for row in tables["sessions"]:
        row["uid"] = draw(st.text("abc", min_size=3, max_size=3))
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(sorted(tables)))
        if tables.get(name):
            row = tables[name][0]
            row[draw(st.sampled_from(sorted(row)))] = draw(VALUES)
    if draw(st.integers(0, 5)) == 0:
        tables[draw(st.sampled_from(sorted(tables)))] = draw(VALUES)
    return as_json(document if draw(st.integers(0, 9)) else draw(VALUES))


EXPORT = _export()

# --- the promise -----------------------------------------------------------------------------


class Broken(AssertionError):
    """The promise was broken."""


def state(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


def command(words: list[str], kept: Path) -> str:
    """Run a command in this process and hold it to the promise; gives what it printed."""
    out, err = io.StringIO(), io.StringIO()
    before, began, code = state(kept), time.monotonic(), None
    with (
        warnings.catch_warnings(record=True) as said,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        warnings.simplefilter("always")
        try:
            cli.main(words)
        except SystemExit as stop:
            code = stop.code
    took, lines = time.monotonic() - began, err.getvalue().splitlines()
    why = [
        f"exit {code}" * (code not in CODES),
        f"{len(lines)} lines" * (code != 0 and len(lines) != 1),
        "no error line" * (code != 0 and not err.getvalue().startswith("formcheck: error: ")),
        f"a line of {max(map(len, lines), default=0)} characters"
        * any(len(x) > 2000 for x in lines),
        "unexpected" * ("unexpected " in err.getvalue()),
        f"{took:.1f} s" * (took > MOST_S),
        "an input was changed" * (state(kept) != before),
        f"warned: {said[0].message if said else ''}" * bool(said),
    ]
    if any(why):
        raise Broken(f"{', '.join(filter(None, why))}: {words}\n{err.getvalue()}")
    out.getvalue().encode("utf-8", "strict" if "--json" in words else "replace")
    return out.getvalue()


def strict(text: str) -> None:
    """Valid JSON Lines, as others read it."""
    for line in text.splitlines():
        json.loads(line, parse_constant=lambda word: pytest.fail(f"{word} in the result"))


def try_track(folder: Path, data: bytes) -> None:
    (folder / f"{DRILL}.npz").write_bytes(data)
    text = command(["score", str(folder / f"{DRILL}.npz"), "--json", "-"], folder)
    strict(json.dumps(json.loads(text)) if text else "")


def try_label(folder: Path, data: bytes) -> None:
    track(folder / f"{DRILL}.npz", 3)
    (folder / f"{DRILL}.label.json").write_bytes(data)
    command(["score", str(folder / f"{DRILL}.npz"), "--json", "-"], folder)
    if len(data) % 8 == 0:  # slower, and by the same rules
        command(["bench", str(folder), "--quick", "--jobs", "1", "--json", "-"], folder)


def try_settings(folder: Path, data: bytes) -> None:
    (folder / "settings.toml").write_bytes(data)
    os.environ["FORMCHECK_CONFIG"] = str(folder / "settings.toml")
    command(["plans", "start-small"], folder)


def try_plan(folder: Path, data: bytes) -> None:
    (folder / "plans").mkdir(exist_ok=True)
    (folder / "plans" / "mine.toml").write_bytes(data)
    os.environ["FORMCHECK_DATA_DIR"] = str(folder)
    command(["plans", "mine"], folder / "plans")


def try_export(folder: Path, data: bytes) -> None:
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / "journal.json").write_bytes(data)
    os.environ["FORMCHECK_DATA_DIR"] = str(folder / "data")
    command(["import", str(folder / "in")], folder / "in")
    command(["history", "--json"], folder / "in")


KINDS: dict[str, tuple[st.SearchStrategy[bytes], Callable[[Path, bytes], None]]] = {
    "pose tracks": (spoiled(pose_tracks()), try_track),
    "labels": (spoiled((LABEL | VALUES).map(as_json)), try_label),
    "settings": (spoiled(SETTINGS.map(lambda t: t.encode("utf-8", "replace"))), try_settings),
    "plans": (spoiled(PLAN.map(lambda t: t.encode("utf-8", "replace"))), try_plan),
    "diary exports": (spoiled(exports()), try_export),
}
#: Bounded and without surprises in the suite: the same inputs each time, and no shrinking.
CALM = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_promise_holds(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORMCHECK_CONFIG", "FORMCHECK_DATA_DIR"):
        monkeypatch.setenv(name, os.environ[name])  # what a try changes comes back
    monkeypatch.setattr(cli, "app", COMMANDS)
    strategy, attempt = KINDS[kind]

    @seed(1)
    @settings(CALM, max_examples=15)
    @given(strategy)
    def hold(data: bytes) -> None:
        attempt(tmp_path, data)

    hold()


# --- make fuzz -------------------------------------------------------------------------------

Found = tuple[Counter[str], dict[tuple[str, str], str]]


def fuzz(first: int, step: int, seconds: float) -> Found:
    """Try inputs of every kind, in turn; how many, and one trace of each way to break."""
    tried: Counter[str] = Counter()
    broken: dict[tuple[str, str], str] = {}
    until, number = time.monotonic() + seconds, first
    cli.app = COMMANDS  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as place:
        while time.monotonic() < until:
            for kind in KINDS:
                folder = Path(place, f"{kind}-{number}")
                folder.mkdir()
                _try_some(kind, number, folder, until, tried, broken)
            number += step
    return tried, broken


def _try_some(
    kind: str,
    number: int,
    folder: Path,
    until: float,
    tried: Counter[str],
    broken: dict[tuple[str, str], str],
) -> None:
    strategy, attempt = KINDS[kind]
    (folder / "settings").touch()
    os.environ["FORMCHECK_CONFIG"] = str(folder / "settings")
    os.environ["FORMCHECK_DATA_DIR"] = str(folder / "data")
    os.environ["FORMCHECK_CACHE_DIR"] = str(folder / "cache")

    @seed(number)
    @settings(CALM, max_examples=50)
    @given(strategy)
    def hold(data: bytes) -> None:
        if time.monotonic() > until:
            return
        tried[kind] += 1
        try:
            attempt(folder, data)
        except Exception:  # noqa: BLE001 - all that breaks is to be seen
            trace = traceback.format_exc()
            said = [line for line in trace.splitlines() if "Broken" in line or "rror" in line]
            broken.setdefault((kind, said[-1][:50] if said else ""), f"{trace}{data[:2000]!r}")

    hold()


def report(found: list[Found]) -> int:
    """Print what was tried and what broke; gives how many ways to break there are."""
    tried: Counter[str] = sum((some for some, _ in found), Counter())
    broken = {key: trace for _, some in found for key, trace in some.items()}
    for kind in KINDS:
        traces = [trace for (of, _), trace in broken.items() if of == kind]
        print(f"{kind}: {tried[kind]} inputs, {len(traces)} kinds of breaks")
        for trace in traces:
            print("  " + trace.replace("\n", "\n  "))
    return len(broken)


if __name__ == "__main__":
    given_s = float(sys.argv[1]) if len(sys.argv) > 1 else 300.0
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        runs = [pool.submit(fuzz, i + 1, cores, given_s) for i in range(cores)]
        sys.exit(1 if report([run.result() for run in runs]) else 0)
