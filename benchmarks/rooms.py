"""How right is it in real rooms? Alters clips as rooms and phones do, and scores the altered ones.

    python benchmarks/rooms.py ../shared/clips --kinds turned_90,dim --clips 8

An answer is *exact* (the count of the label), *refused* (nothing counted, and the reason that
stands longest is one that the kind names), *unhelpful* (nothing counted, without the right name)
or *wrong* (another count; for a short answer, ``less``: fewer than there were).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from altered import KINDS, frames_of, write

from formcheck.run.task import Task, score_here

#: Short clips of good form (and one too fast), of all postures.
SHORT = (
    "clamshell__too_fast__front_l1009", "monster_walk__good__front_l1065",
    "squat__good__side_l1063", "squat__good__front_l1061", "prone_arm_raise__good__side_l1045",
    "hip_bridge__short_hold__side_r1018", "standing_hip_abduction__good__front_l1029",
    "single_leg_stance__good__front_l1021", "back_stabiliser__good__side_l1049",
    "knee_rolls__good__foot_l1035",
)  # fmt: skip


def answer(clip: Path, label: dict[str, object], kind: str) -> tuple[str, str]:
    """The class of the answer and what was said."""
    drill = str(label["drill"])
    warnings: list[str] = []
    scored = score_here(Task(str(clip), clip.name, drill, model="full"), clip)
    document, warnings = scored.document, list(scored.warnings)
    if label["kind"] == "hold":
        least = 1.5
        count = sum(hold["seconds"] >= least for hold in document["holds"])
        truth = len(label["holds"])  # type: ignore[arg-type]
    else:
        count, truth = (
            document["counts"]["reps"],
            sum(
                rep["complete"] is True
                for rep in label["reps"]  # type: ignore[attr-defined]
            ),
        )
    spans: Counter[str] = Counter()
    for span in document["cannot_judge"]:
        spans[span["reason"]] += span["to_s"] - span["from_s"]
    said = ", ".join(f"{reason} {seconds:.0f}s" for reason, seconds in spans.most_common(2))
    said += "; ".join(["", *warnings]) if warnings else ""
    if count == truth:
        return "exact", said
    reason = spans.most_common(1)[0][0] if spans else ""
    right = reason in KINDS[kind].refusals
    if count == 0:
        return "refused" if right else "unhelpful", f"0 of {truth}: {said}"
    if count < truth and any(name in KINDS[kind].refusals for name in spans):
        return "partly", f"{count} of {truth}: {said}"
    return "wrong", f"{count} of {truth}: {said}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="clips with their labels")
    parser.add_argument("--kinds", default=",".join(KINDS), help="which alterations")
    parser.add_argument("--clips", type=int, default=6, help="how many clips")
    parser.add_argument("--only", default="", help="clips whose name holds this")
    parser.add_argument("--keep", type=Path, help="keep the altered clips in this folder")
    asked = parser.parse_args()
    names = [name for name in SHORT if asked.only in name][: asked.clips]
    table: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in asked.kinds.split(","):
            table[kind] = Counter()
            for i, name in enumerate(names):
                clip = asked.folder / f"{name}.mp4"
                label = json.loads((asked.folder / f"{name}.label.json").read_text("utf-8"))
                other = "squat__good__front_l1061" if kind == "passer_by" else names[i - 1]
                also = frames_of(asked.folder / f"{other}.mp4")
                path = folder / f"{kind}__{name}.mp4"
                if not path.exists():
                    write(KINDS[kind].alter(frames_of(clip), also), path)
                how, said = answer(path, label, kind)
                table[kind][how] += 1
                print(f"{kind:12} {name:45} {how:10} {said}", file=sys.stderr, flush=True)
                if not asked.keep:
                    path.unlink()
    print("| kind | exact | refused by name | partly | unhelpful | wrong |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind, row in table.items():
        cells = " | ".join(
            str(row[how]) for how in ("exact", "refused", "partly", "unhelpful", "wrong")
        )
        print(f"| {kind} | {cells} |")


if __name__ == "__main__":
    main()
