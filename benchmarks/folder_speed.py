"""Folders: processes against one process, and memory over thousands of tracks.

python benchmarks/folder_speed.py jobs FOLDER [--clips 60] [--jobs 1 2 3] [--rounds 5]
python benchmarks/folder_speed.py memory CLIP|TRACK.npz [--copies 10000] [--jobs 2]
python benchmarks/folder_speed.py kill FOLDER [--clips 60] [--times 3]
python benchmarks/folder_speed.py cluster FOLDER [--clips 60]

--seconds S judges the first S seconds of each clip only. `cluster` starts a scheduler and two
workers as docs/cluster.md says, kills one of them on the way, and compares with a local run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from turns import in_turns, tell


def command(asked: argparse.Namespace, listed: Path, out: Path, *how: str) -> list[str]:
    end = ["--end", str(asked.seconds)] if asked.seconds else []
    return [sys.executable, "-m", "formcheck", "score", str(listed), "--out", str(out),
            "--no-cache", *end, *how]  # fmt: skip


def listed(folder: Path, clips: int, scratch: Path) -> Path:
    """A list of so many clips of the folder, again from the start when there are fewer."""
    found = sorted(p.absolute() for p in folder.glob("*.mp4")) or sorted(folder.glob("*.npz"))
    scratch.joinpath("clips").mkdir()
    names = []
    for i in range(clips):
        source = found[i % len(found)]
        target = scratch / "clips" / f"{source.stem}-{i:05}{source.suffix}"
        target.symlink_to(source.absolute())
        label = source.with_name(f"{source.stem}.label.json")
        if label.exists():
            target.with_name(f"{target.stem}.label.json").symlink_to(label.absolute())
        names.append(str(target))
    path = scratch / "list.txt"
    path.write_text("\n".join(names))
    return path


def jobs(asked: argparse.Namespace, scratch: Path) -> None:
    clips = listed(asked.path, asked.clips, scratch)
    fresh = (scratch / f"out{i}" for i in count())

    def way(number: int) -> int:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        run = command(asked, clips, next(fresh), "--jobs", str(number))
        subprocess.run(run, check=True, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        used[number].append(cpu / (time.perf_counter() - began))
        return asked.clips

    used: dict[int, list[float]] = {n: [] for n in asked.jobs}
    ways = {f"--jobs {n}": (lambda n=n: way(n)) for n in asked.jobs}
    tell(in_turns(ways, asked.rounds), f"--jobs {asked.jobs[0]}", "clip")
    for number, shares in used.items():
        print(f"--jobs {number} keeps {sorted(shares)[len(shares) // 2]:.2f} cores busy")


def kill(asked: argparse.Namespace, scratch: Path) -> None:
    clips = listed(asked.path, asked.clips, scratch)
    run = command(asked, clips, scratch / "calm", "--jobs", "2")
    began = time.monotonic()
    subprocess.run(run, check=True, stderr=subprocess.DEVNULL)
    whole = time.monotonic() - began
    run = command(asked, clips, scratch / "killed", "--jobs", "2")
    for _ in range(asked.times):
        process = subprocess.Popen(run, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.1, 0.4) * whole)
        process.kill()
        process.wait()
        print(f"killed with {_lines(scratch / 'killed' / 'done.jsonl')} done")
    subprocess.run(run, check=True, stderr=subprocess.DEVNULL)
    compare(scratch / "calm", scratch / "killed", asked.clips)


def compare(one: Path, other: Path, clips: int) -> None:
    """Say whether two folders hold the same, and each clip once."""
    same = all(
        (one / name).read_bytes() == (other / name).read_bytes()
        for name in ("results.jsonl", "reps.csv")
    )
    lines = (other / "done.jsonl").read_bytes().splitlines()
    names = [json.loads(line)["clip"] for line in lines]
    once = len(names) == len(set(names)) == clips
    print(f"results identical: {same}; all {clips} scored once each: {once}")


def cluster(asked: argparse.Namespace, scratch: Path) -> None:
    clips = listed(asked.path, asked.clips, scratch)
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    place = scratch / "scheduler.json"
    with contextlib.ExitStack() as stack:

        def start(*words: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen([*dask, *words], cwd=scratch, **quiet)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return process

        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
              "--scheduler-file", str(place))  # fmt: skip
        while not place.exists():
            time.sleep(0.1)
        address = json.loads(place.read_text())["address"]
        worker = ("worker", address, "--nworkers", "1", "--nthreads", "1", "--no-dashboard")
        start(*worker)
        victim = start(*worker)
        time.sleep(8)  # until both have joined
        run = command(asked, clips, scratch / "far", "--cluster", address)
        process = subprocess.Popen(run, stderr=subprocess.DEVNULL)
        done = scratch / "far" / "done.jsonl"
        while (lines := _lines(done)) < asked.clips / 3:
            time.sleep(0.2)
        # The nanny first, which would start its worker again.
        for pid in (victim.pid, *_children(victim.pid)):
            os.kill(pid, signal.SIGKILL)
        print(f"a worker killed with {lines} of {asked.clips} done")
        print(f"exit code {process.wait()}")
    run = command(asked, clips, scratch / "near", "--jobs", "2")
    subprocess.run(run, check=True, stderr=subprocess.DEVNULL)
    compare(scratch / "near", scratch / "far", asked.clips)


def memory(asked: argparse.Namespace, scratch: Path) -> None:
    """Peak memory of the process and its workers, tenth by tenth."""
    folder = scratch / "tracks"
    folder.mkdir()
    for i in range(asked.copies):
        os.link(_near(asked.path, scratch), folder / f"{asked.path.stem}-{i:05}{asked.path.suffix}")
    began = time.perf_counter()
    run = command(asked, folder, scratch / "out", "--jobs", str(asked.jobs[-1]))
    process = subprocess.Popen(run)
    done, told = scratch / "out" / "done.jsonl", 0
    while process.poll() is None:
        time.sleep(1)
        lines = _lines(done)
        if lines >= told + asked.copies / 10:
            told = lines
            mb = [f"{_resident_mb(pid):.0f}" for pid in (process.pid, *_children(process.pid))]
            rate = lines / (time.perf_counter() - began)
            print(f"{lines:6} clips, {rate:6.1f} clips/s, MB: {' '.join(mb)}", flush=True)


def _near(track: Path, scratch: Path) -> Path:
    near = scratch / f"one{track.suffix}"  # on the same disk, for hard links
    if not near.exists():
        shutil.copy(track, near)
    return near


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _resident_mb(pid: int) -> float:
    try:
        return (
            int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
        )
    except OSError:
        return float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["jobs", "memory", "kill", "cluster"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--copies", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--seconds", type=float)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="formcheck-folders-") as scratch:
        {"jobs": jobs, "memory": memory, "kill": kill, "cluster": cluster}[asked.what](
            asked, Path(scratch)
        )


if __name__ == "__main__":
    main()
