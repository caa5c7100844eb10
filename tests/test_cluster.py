"""A cluster on this machine, started as docs/cluster.md says: a scheduler and two workers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakes import person

import formcheck
from formcheck.vision.track import write_track

pytest.importorskip("distributed")

DOC = Path(__file__).parent.parent / "docs" / "cluster.md"
PACKAGE = Path(formcheck.__file__).parent


def words(pattern: str, address: str) -> list[str]:
    """A command as the page shows it, with its own address."""
    line = re.search(pattern, DOC.read_text(), re.M)
    assert line, pattern
    return line[0].replace("tcp://192.168.1.10:8786", address).split()[1:]


@contextmanager
def started(*arguments: str, path: Path = PACKAGE.parent) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        env=os.environ | {"PYTHONPATH": str(path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(process: subprocess.Popen[str], said: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if said in line:
            return
    raise AssertionError(f"it ended without {said!r}")


@pytest.fixture
def address() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    command = words(r"^dask scheduler .*$", address)
    here = ["--host", "127.0.0.1", "--port", str(port)]
    with started(*command, *here) as scheduler:
        until(scheduler, "Scheduler at")
        yield address


@contextmanager
def worker(address: str, path: Path = PACKAGE.parent) -> Iterator[subprocess.Popen[str]]:
    command = words(r"^dask worker .*$", address)
    with started(*command, "--host", "127.0.0.1", "--no-nanny", path=path) as process:
        until(process, "Registered to")
        yield process


def score(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "formcheck", "score", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for i in range(24):
        poses = (person(n / 20, (640, 480)) for n in range(200 + i))
        write_track(folder / f"single_leg_stance_{i:02}.npz", poses, {"fps": 20.0})
    return folder


def test_a_worker_dies_and_every_clip_is_scored_once_as_here(
    address: str, clips: Path, tmp_path: Path
) -> None:
    out, here = tmp_path / "out", tmp_path / "here"
    with worker(address), worker(address) as doomed:
        run = score(clips, "--out", out, "--cluster", address, "--strict")
        done = out / "done.jsonl"
        while run.poll() is None and not (done.exists() and done.stat().st_size):
            time.sleep(0.005)
        doomed.send_signal(signal.SIGKILL)
        _, said = run.communicate(timeout=120)
    assert run.returncode == 0, said
    assert score(clips, "--out", here, "--jobs", 1, "--strict").wait() == 0
    for name in ("results.jsonl", "reps.csv"):
        assert (out / name).read_bytes() == (here / name).read_bytes()
    assert len(done.read_bytes().splitlines()) == 24


def test_a_worker_with_another_formcheck_is_refused(
    address: str, clips: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(PACKAGE, other / "formcheck", ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "formcheck" / "judge" / "scoring.py").open("a") as code:
        code.write("\n# another one\n")
    with worker(address), worker(address, other):
        run = score(clips, "--out", tmp_path / "out", "--cluster", address)
        _, said = run.communicate(timeout=120)
    assert run.returncode == 2
    assert len(said.splitlines()) == 1
    assert "refused: its formcheck is" in said


def test_a_worker_with_another_model_is_refused(address: str, tmp_path: Path) -> None:
    from formcheck.vision.models import find_model

    sample = PACKAGE.parent.parent / "sample_videos" / "clamshell__good__front_r1002.mp4"
    model = tmp_path / "m.task"
    model.write_bytes(find_model("lite").path.read_bytes())
    with worker(address) as process:
        arguments = (sample, "--model", model, "--cluster", address, "--end", 1, "--no-cache")
        run = score(*arguments, "--out", tmp_path / "out")
        _, said = run.communicate(timeout=120)
        assert run.returncode == 0, said
        # The worker has looked at its model and keeps to it; here it is another one now.
        model.write_bytes(find_model("full").path.read_bytes())
        run = score(*arguments, "--out", tmp_path / "out2")
        _, said = run.communicate(timeout=120)
        assert process.poll() is None
    assert run.returncode == 2
    assert len(said.splitlines()) == 1
    assert "refused: its model is" in said


def test_nobody_there_and_no_workers_are_one_line(
    address: str, clips: Path, tmp_path: Path
) -> None:
    run = score(clips, "--out", tmp_path / "out", "--cluster", address)
    _, said = run.communicate(timeout=120)
    assert (run.returncode, len(said.splitlines())) == (3, 1)
    assert "no workers" in said
