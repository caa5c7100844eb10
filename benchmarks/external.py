"""Real people by optical markers: squats that must be counted, others that must be left alone.

    python benchmarks/external.py FOLDER [--jobs 2] [--fail-under MEASURE=VALUE ...]

FOLDER holds pose tracks with labels that say ``movement``, ``correct``, ``not_drills`` and, for the
drill's own movement, ``drill`` and ``reps``. Prints one line for each kind of track, with the share
of frames that were refused, then the measures; the exit code is 1 when one misses its floor (for
``wrong_exercise`` and ``false_alarms``: its ceiling).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from formcheck import Analyzer, PoseTrack, get_drill

AT_MOST = {"wrong_exercise", "false_alarms"}


@dataclass
class Judged:
    """One track judged by one drill."""

    kind: str
    own: bool  # whether the movement is the drill's own
    correct: bool
    true: int
    complete: int
    partial: int
    held: int
    flagged: int
    refused: float


def judge(path: Path) -> list[Judged]:
    """A track through its own drill, or through each drill that it is not."""
    label = json.loads(path.read_text())
    with PoseTrack(path.parent / label["clip"]) as track:
        poses = list(track)
    kind = f"{label['movement']} {'correct' if label['correct'] else 'faulty'}"
    own, made = label.get("drill"), []
    for name in ([own] if own else []) + label["not_drills"]:
        analyzer = Analyzer(get_drill(name))
        refused = sum(analyzer.update(p).cannot_judge is not None for p in poses)
        analyzer.finish()
        result = analyzer.result()
        made.append(
            Judged(
                f"{kind}, as {name}" if name == own else kind, name == own, label["correct"],
                len(label.get("reps", ())), result.complete, result.partial, len(result.holds),
                sum(bool(r.faults) for r in result.reps), refused / len(poses),
            )
        )  # fmt: skip
    return made


def table(judged: list[Judged]) -> None:
    kinds = defaultdict(list)
    for one in judged:
        kinds[one.kind].append(one)
    print(f"{'':34} judged  true  complete  partial  holds  flagged  refused")
    for kind, of in sorted(kinds.items()):
        true = sum(j.true for j in of if j.own)
        print(f"{kind:34} {len(of):6} {true:5} {sum(j.complete for j in of):9} "
              f"{sum(j.partial for j in of):8} {sum(j.held for j in of):6} "
              f"{sum(j.flagged for j in of):8} {sum(j.refused for j in of) / len(of):8.1%}")  # fmt: skip


def measures(judged: list[Judged]) -> dict[str, tuple[int, int]]:
    """name -> (how many, of how many)."""
    correct = [j for j in judged if j.own and j.correct]
    faulty = [j for j in judged if j.own and not j.correct]
    others = [j for j in judged if not j.own]
    return {
        "count_exact": (sum(j.complete == j.true for j in correct), len(correct)),
        "false_alarms": (sum(j.flagged for j in correct), sum(j.complete for j in correct)),
        "faulty_seen": (
            sum(min(j.complete + j.partial, j.true) for j in faulty),
            sum(j.true for j in faulty),
        ),
        "wrong_exercise": (sum(bool(j.complete or j.held) for j in others), len(others)),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--fail-under", default="", help="e.g. count_exact=0.8,wrong_exercise=0.02")
    told = parser.parse_args()
    bars = dict(text.split("=") for text in told.fail_under.split(",") if text)
    with ProcessPoolExecutor(told.jobs) as pool:
        paths = sorted(told.folder.glob("*.label.json"))
        judged = [one for made in pool.map(judge, paths) for one in made]
    table(judged)
    found, missed = measures(judged), []
    for name, (some, of) in found.items():
        print(f"{name}: {some} of {of}")
        if name in bars:
            share, bar = some / max(of, 1), float(bars[name])
            if not of or (share > bar if name in AT_MOST else share < bar):
                missed.append(f"{name}: expected {'at most' if name in AT_MOST else 'at least'} "
                              f"{bar:g}, measured {share:.3f}")  # fmt: skip
    missed += [f"no measure is called {name!r}" for name in bars.keys() - found.keys()]
    print("\n".join(missed), file=sys.stderr if missed else sys.stdout)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
