"""Leave one drill out, teach it from one clip, count or time it on the others.

    python benchmarks/teach.py FROM [--on FOLDER]... [--drill NAME] [--every N] [--jobs N]

FROM and FOLDER hold pose tracks with their labels beside them. Each drill is taught from its first
good clip in FROM, then tried on the other clips of FROM and on those of every FOLDER, which are
reported apart. Right are the clips of that drill on which it counts every full repetition and none
more (or times as many holds, each within 2 s or a fifth); wrong are the clips of other drills on
which it counts or times anything. Clips that nobody can judge from their view are left out.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from formcheck import Drill, Pose, PoseTrack
from formcheck.errors import UsageError
from formcheck.events import SetResult
from formcheck.teach import label_reps, teach
from formcheck.teach.choose import counted, loaded

SAME = {"deep_stomach": "deep_stomach_tone", "knees_to_chest": "knee_to_chest"}


@dataclass(frozen=True)
class Clip:
    """A pose track and its label."""

    path: Path
    label: dict[str, Any]

    @property
    def drill(self) -> str:
        name = str(self.label.get("drill") or "")
        return SAME.get(name, name)

    @property
    def usable(self) -> bool:
        return bool(self.label.get("view_ok", True))

    def poses(self, every: int) -> list[Pose]:
        with PoseTrack(self.path) as track:
            return list(track)[::every]


def clips(folder: Path) -> list[Clip]:
    found = []
    for path in sorted(folder.glob("*.npz")):
        label = path.with_name(path.stem + ".label.json")
        if label.exists():
            found.append(Clip(path, json.loads(label.read_text(encoding="utf-8"))))
    return found


def right(label: dict[str, Any], result: SetResult) -> bool:
    """Every full repetition or hold, and none more; a repetition that a fault cuts may count."""
    reps = label.get("reps") or []
    if label.get("kind") == "hold":
        true = [h["seconds"] for h in label.get("holds") or ()]
        near = [abs(h.seconds - s) <= max(2.0, s / 5)
                for h, s in zip(result.holds, true, strict=False) if s]  # fmt: skip
        return len(result.holds) == len(true) and all(near)
    if label.get("count") is not None and not any(r.get("start_s") for r in reps):
        return bool(result.complete == label["count"])
    must = sum(r.get("complete") is True for r in reps)
    return must <= result.complete <= must + sum(r.get("complete") is None for r in reps)


def done(result: SetResult) -> str:
    """What it did, and why it did no more, for a person."""
    why = Counter[str]()
    for span in result.cannot_judge:
        why[str(span.reason)] += round(span.to_s - span.from_s)
    held = [round(h.seconds, 1) for h in result.holds]
    lost = ", ".join(f"{name} {s} s" for name, s in why.most_common(3) if s)
    return f"{result.complete} + {len(result.reps) - result.complete}, held {held}; {lost}"


def one(
    name: str, first: Clip, sets: dict[str, list[Clip]], every: int, others: bool
) -> dict[str, Any]:
    """Teach a drill and try it."""
    try:
        taught = teach("taught", first.poses(1), label_reps(first.label, first.path.name),
                       what=first.path.name, hold=first.label.get("kind") == "hold")  # fmt: skip
    except UsageError as error:
        return {"name": name, "error": str(error)}
    drill: Drill = loaded(taught.text)
    out: dict[str, Any] = {"name": name, "own": f"{taught.counted}/{taught.wanted}", "missed": []}
    out["text"] = taught.text
    for which, tried in sets.items():
        tally = out[which] = [0, 0, 0, 0]
        for clip in tried:
            if clip.path == first.path or not clip.usable:
                continue
            same = clip.drill == name
            if not same and not others:
                continue
            result = counted(drill, clip.poses(every))
            good = right(clip.label, result) if same else not (result.complete or result.holds)
            tally[0 if same else 2] += good if same else not good
            tally[1 if same else 3] += 1
            if not good:
                out["missed"].append(f"{clip.path.stem}: {done(result)}")
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("--on", type=Path, action="append", default=[])
    parser.add_argument("--drill", action="append", default=[])
    parser.add_argument("--every", type=int, default=1, help="take one frame of so many")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--own", action="store_true", help="leave other exercises out")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--keep", type=Path, help="write the drill files here")
    told = parser.parse_args()
    sets = {folder.name: clips(folder) for folder in (told.source, *told.on)}
    others = not told.own
    own = [c for c in sets[told.source.name] if c.usable and c.drill]
    first: dict[str, Clip] = {}
    for clip in own:
        if "__good__" in clip.path.name and (not told.drill or clip.drill in told.drill):
            first.setdefault(clip.drill, clip)
    sums: dict[tuple[str, str], list[int]] = {}
    with ProcessPoolExecutor(told.jobs) as pool:
        jobs = [pool.submit(one, n, c, sets, told.every, others) for n, c in sorted(first.items())]
        for job, clip in zip(jobs, (c for _, c in sorted(first.items())), strict=True):
            found = job.result()
            if "error" in found:
                print(f"{found['name']:24} cannot be taught: {found['error']}", flush=True)
                continue
            told_of = []
            for which in sets:
                tally = found[which]
                told_of.append(f"{which} {tally[0]}/{tally[1]}, wrong {tally[2]}/{tally[3]}")
                key = (which, str(clip.label.get("kind")))
                sums[key] = [a + b for a, b in zip(sums.get(key, [0] * 4), tally, strict=True)]
            measure = found["text"].split("# Main measure: ")[1].split(".")[0]
            print(f"{found['name']:24} {measure:22} own {found['own']}  {'; '.join(told_of)}",
                  flush=True)  # fmt: skip
            if told.keep:
                told.keep.mkdir(exist_ok=True)
                (told.keep / f"{found['name']}.py").write_text(found["text"], encoding="utf-8")
            if told.verbose:
                print("".join(f"    {line}\n" for line in found["missed"]), end="")
    for (which, kind), tally in sums.items():
        print("{}, {}: right {}/{}, wrong exercises {}/{}".format(which, kind, *tally))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
