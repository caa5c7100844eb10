"""Folders: processes against one process, and memory over thousands of tracks.

python benchmarks/folder_speed.py jobs FOLDER [--clips 60] [--jobs 1 2 3] [--rounds 5]
python benchmarks/folder_speed.py memory TRACK.npz [--copies 10000] [--jobs 2]
python benchmarks/folder_speed.py kill FOLDER [--clips 60] [--times 3]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from turns import in_turns, tell


def command(listed: Path, out: Path, jobs: int) -> list[str]:
    return [sys.executable, "-m", "formcheck", "score", str(listed), "--out", str(out),
            "--jobs", str(jobs), "--no-cache"]  # fmt: skip


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
        subprocess.run(command(clips, next(fresh), number), check=True, stderr=subprocess.DEVNULL)
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
    run = command(clips, scratch / "calm", 2)
    began = time.monotonic()
    subprocess.run(run, check=True, stderr=subprocess.DEVNULL)
    whole = time.monotonic() - began
    run = command(clips, scratch / "killed", 2)
    for _ in range(asked.times):
        process = subprocess.Popen(run, stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0.1, 0.4) * whole)
        process.kill()
        process.wait()
        done = scratch / "killed" / "done.jsonl"
        print(f"killed with {len(done.read_bytes().splitlines()) if done.exists() else 0} done")
    subprocess.run(run, check=True, stderr=subprocess.DEVNULL)
    same = all(
        (scratch / "calm" / name).read_bytes() == (scratch / "killed" / name).read_bytes()
        for name in ("results.jsonl", "reps.csv")
    )
    names = [
        json.loads(x)["clip"] for x in (scratch / "killed/done.jsonl").read_bytes().splitlines()
    ]
    print(f"results identical: {same}; scored once each: {len(names) == len(set(names))}")


def memory(asked: argparse.Namespace, scratch: Path) -> None:
    """Peak memory of the process and its workers, tenth by tenth."""
    folder = scratch / "tracks"
    folder.mkdir()
    for i in range(asked.copies):
        os.link(_near(asked.path, scratch), folder / f"{asked.path.stem}-{i:05}.npz")
    began = time.perf_counter()
    process = subprocess.Popen(command(folder, scratch / "out", asked.jobs[-1]))
    done, told = scratch / "out" / "done.jsonl", 0
    while process.poll() is None:
        time.sleep(1)
        lines = done.read_bytes().count(b"\n") if done.exists() else 0
        if lines >= told + asked.copies / 10:
            told = lines
            mb = [f"{_resident_mb(pid):.0f}" for pid in (process.pid, *_children(process.pid))]
            rate = lines / (time.perf_counter() - began)
            print(f"{lines:6} clips, {rate:6.1f} clips/s, MB: {' '.join(mb)}", flush=True)


def _near(track: Path, scratch: Path) -> Path:
    near = scratch / "track.npz"  # on the same disk, for hard links
    if not near.exists():
        shutil.copy(track, near)
    return near


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
    parser.add_argument("what", choices=["jobs", "memory", "kill"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--copies", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="formcheck-folders-") as scratch:
        {"jobs": jobs, "memory": memory, "kill": kill}[asked.what](asked, Path(scratch))


if __name__ == "__main__":
    main()
