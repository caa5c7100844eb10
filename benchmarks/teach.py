"""Leave one drill out, teach it from one rendered clip, count on the others.

    python benchmarks/teach.py TRACKS... [--unlabelled] [--verbose]

TRACKS are folders of pose tracks with labels (``../shared/real_tracks``, the clips' landmarks).
Each drill with repetitions is taught once from its first good rendered clip; exact are the clips
of other bodies and cameras whose full repetitions it counts exactly, wrong the clips of other
drills on which it counts any.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from formcheck import PoseTrack
from formcheck.errors import UsageError
from formcheck.teach import label_reps, teach
from formcheck.teach.choose import counted, loaded

SAME = {"deep_stomach": "deep_stomach_tone", "knees_to_chest": "knee_to_chest"}


def read(folders: list[Path]) -> list[tuple[str, dict[str, Any], list[Any]]]:
    found = []
    for path in sorted(p for folder in folders for p in folder.glob("*.npz")):
        label = path.with_name(path.name.removesuffix(".npz") + ".label.json")
        if label.exists():
            with PoseTrack(path) as track:
                found.append((path.name, json.loads(label.read_text()), list(track)))
    return found


def right(label: dict[str, Any], n: int) -> bool:
    """Every full repetition counted; one whose range a fault cuts may count or not."""
    reps = label.get("reps") or []
    if label.get("count") is not None and not any(r.get("start_s") for r in reps):
        return bool(n == label["count"])
    must = sum(r.get("complete") is True for r in reps)
    return must <= n <= must + sum(r.get("complete") is None for r in reps)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--unlabelled", action="store_true", help="find the repetitions")
    parser.add_argument("--verbose", action="store_true")
    told = parser.parse_args()
    clips = read(told.folders)
    drills: dict[str, list[Any]] = defaultdict(list)
    for clip in clips:
        if clip[1].get("kind") == "reps" and clip[1].get("drill") and clip[1].get("view_ok", True):
            drills[clip[1]["drill"]].append(clip)
    totals = [0, 0, 0, 0]
    for name, own in sorted(drills.items()):
        first = next((c for c in own if "__good__" in c[0]), None)
        if first is None:
            print(f"{name:24} no good rendered clip")
            continue
        try:
            reps = None if told.unlabelled else label_reps(first[1], first[0])
            taught = teach("taught", first[2], reps, what=first[0])
        except UsageError as error:
            print(f"{name:24} cannot be taught: {error}")
            continue
        drill = loaded(taught.text)
        exact = of = wrong = others = 0
        missed = []
        for file, label, poses in clips:
            same = label.get("drill") == name
            if file == first[0] or (same and not label.get("view_ok", True)):
                continue
            n = sum(rep.complete for rep in counted(drill, poses).reps)
            if same:
                of += 1
                exact += right(label, n)
            else:
                others += 1
                wrong += n > 0
            if (same and not right(label, n)) or (not same and n):
                missed.append(f"{file}: {n}")
        totals = [a + b for a, b in zip(totals, (exact, of, wrong, others), strict=True)]
        main_ = taught.text.split("# Main measure: ")[1].split(".")[0]
        print(f"{name:24} {main_:22} own {taught.counted}/{taught.wanted}  exact {exact}/{of}  "
              f"wrong {wrong}/{others}", flush=True)  # fmt: skip
        if told.verbose:
            print("".join(f"    {line}\n" for line in missed), end="")
    print("exact {}/{}, wrong exercises {}/{}".format(*totals))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
