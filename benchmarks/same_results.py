"""Do two checkouts judge the same? Every drill on every pose track, compared byte by byte.

    python benchmarks/same_results.py OLD NEW FOLDER... [--every]

OLD and NEW are checkouts (folders that hold ``src/formcheck``); each runs in a process of its own
with the same Python. A track is judged by the drill that its label or its name says, or by those
that its label says it is not; where neither says one, or with ``--every``, by every drill.
Compared are all events in order and the result of the set. What differs is printed, one line a
track; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

WORKER = """
import json, sys
from pathlib import Path
from formcheck import Analyzer, PoseTrack, UnknownDrill, drill_names, get_drill

def events(step):
    return [e.to_dict() for e in step.events]

for line in sys.stdin:
    path, names = json.loads(line)
    for name in names or drill_names():
        try:
            analyzer = Analyzer(get_drill(name))
        except UnknownDrill:
            continue
        said = []
        with PoseTrack(path) as track:
            for pose in track:
                said += events(analyzer.update(pose))
        said += events(analyzer.finish())
        result = analyzer.result().to_dict(Path(path).name, {})
        print(json.dumps([path, name, result, said], sort_keys=True, default=str), flush=True)
"""


def wanted(track: Path, every: bool) -> list[str]:
    """The drills that a track is judged by; empty for all of them."""
    if every:
        return []
    label = track.with_name(track.name.removesuffix(".npz") + ".label.json")
    if not label.exists():
        return [track.name.split("__")[0]] if "__" in track.name else []
    told = json.loads(label.read_text())
    return [told["drill"]] if told.get("drill") else list(told.get("not_drills", ()))


def judged(checkout: Path, asked: list[str]) -> Iterator[tuple[str, str, str]]:
    """(track, drill, digest of all it gave) from one checkout."""
    ran = subprocess.run(
        [sys.executable, "-c", WORKER],
        input="\n".join(asked),
        env=os.environ | {"PYTHONPATH": str(checkout.resolve() / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SystemExit(f"{checkout}: {ran.stderr.strip().splitlines()[-1]}")
    for line in ran.stdout.splitlines():
        path, drill, *said = json.loads(line)
        yield path, drill, hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--every", action="store_true", help="every drill on every track")
    told = parser.parse_args()
    tracks = sorted(t for folder in told.folders for t in folder.rglob("*.npz"))
    asked = [json.dumps([str(t), wanted(t, told.every)]) for t in tracks]
    with ThreadPoolExecutor(2) as pool:
        old, new = pool.map(lambda c: {(p, d): h for p, d, h in judged(c, asked)},
                            (told.old, told.new))  # fmt: skip
    different = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    for path, drill in different:
        print(f"differs: {drill} on {path}")
    print(f"{len(tracks)} tracks, {len(old)} judgements, {len(different)} differ")
    return int(bool(different) or not old)


if __name__ == "__main__":
    sys.exit(main())
