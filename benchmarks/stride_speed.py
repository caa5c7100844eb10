"""How much faster `score --stride auto` is than every frame, over a folder of clips, in turns.

python benchmarks/stride_speed.py FOLDER [--model full] [--every 1]

Each clip is scored both ways, one after the other, in an order that turns round from clip to
clip. Whether the answers are as good tells the bench:

    formcheck score CLIPS --stride auto --poses TRACKS && formcheck bench CLIPS --tracks TRACKS
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from formcheck.run.labels import drill_for
from formcheck.run.task import Scored, Task, score_task


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="full")
    parser.add_argument("--every", type=int, default=1, help="only each so manyth clip")
    asked = parser.parse_args()
    took: dict[str, list[float]] = {"all": [], "auto": []}
    counted: list[tuple[int, int]] = []
    for number, clip in enumerate(sorted(asked.folder.glob("*.mp4"))[:: asked.every]):
        base = Task(str(clip), clip.name, drill_for(clip, None, None).name, model=asked.model)
        reps: dict[str, int] = {}
        for stride in ("all", "auto")[:: 1 if number % 2 else -1]:
            began = time.perf_counter()
            answer = score_task(replace(base, stride=stride))
            assert isinstance(answer, Scored), answer
            took[stride].append(time.perf_counter() - began)
            reps[stride] = len(answer.rows)
        counted.append((reps["all"], reps["auto"]))
    ratios = [a / b for a, b in zip(took["all"], took["auto"], strict=True)]
    print(f"{len(ratios)} clips: {sum(took['all']) / sum(took['auto']):.2f} times as fast in all, "
          f"median {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")  # fmt: skip
    print(f"other numbers of reps and holds: {sum(a != b for a, b in counted)} clips")


if __name__ == "__main__":
    main()
