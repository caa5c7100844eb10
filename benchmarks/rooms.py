"""How right is it in real rooms? Alters clips as rooms and phones do, and scores the altered ones.

    python benchmarks/rooms.py ../shared/clips --kinds turned_90,dim --clips 8

An answer is *exact* (the count of the label), *refused* (nothing counted, and the reason that
stands longest is one that the kind names), *unhelpful* (nothing counted, without the right name)
or *wrong* (another count; for a short answer, ``less``: fewer than there were).

    python benchmarks/rooms.py rendered --truth rendered_json --only helper

With ``--truth``, the folder holds clips of ``drillsim --suite dev_rooms`` and the other one the
JSON of each, as it is rendered: scored are the clips as they are, and on how many frames the
landmarks are those of the right person.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from altered import KINDS, frames_of, write

from formcheck.body.pose import Joint, Pose
from formcheck.run.task import Task, score_here
from formcheck.sinks import BaseSink
from formcheck.sinks.info import Sink

MAIN = [Joint[f"{side}_{part}"] for side in ("LEFT", "RIGHT")
        for part in ("SHOULDER", "ELBOW", "WRIST", "HIP", "KNEE", "ANKLE")]  # fmt: skip

#: Short clips of good form (and one too fast), of all postures.
SHORT = (
    "clamshell__too_fast__front_l1009", "monster_walk__good__front_l1065",
    "squat__good__side_l1063", "squat__good__front_l1061", "prone_arm_raise__good__side_l1045",
    "hip_bridge__short_hold__side_r1018", "standing_hip_abduction__good__front_l1029",
    "single_leg_stance__good__front_l1021", "back_stabiliser__good__side_l1049",
    "knee_rolls__good__foot_l1035",
)  # fmt: skip


#: Room around the true body's box, a share of its longer side: the model's own error, clothes.
ROOM = 0.15


class Poses(BaseSink):
    """Keeps the poses of the set that counts: a clip may be judged anew."""

    def start(self, info: object) -> None:
        self.all: list[Pose] = []

    def write(self, frame: object, pose: Pose, step: object) -> None:
        self.all.append(pose)


def on_the_right_person(poses: list[Pose], truth: dict[str, Any]) -> tuple[float, float, float]:
    """Shares of all frames: somebody was seen; the trunk and limbs that the model sees lie in the
    true body's box; and shoulders and hips within half a torso of the true ones."""
    names = truth["landmark_names"]
    trunk = [names.index(f"{s}_{part}") for part in ("shoulder", "hip") for s in ("left", "right")]
    seen = inside = near = 0
    for pose, frame in zip(poses, truth["frames"], strict=False):
        if not pose.seen:
            continue
        true = np.array(frame["uv"], float)[:, :2]
        low, high = true.min(axis=0), true.max(axis=0)
        room = ROOM * float((high - low).max())
        main = [j for j in MAIN if pose.visibility[j] >= 0.5]
        xy = pose.xy[main]
        ends = [pose.xy[[Joint[f"{s}_{part}"] for s in ("LEFT", "RIGHT")]].mean(axis=0)
                for part in ("SHOULDER", "HIP")]  # fmt: skip
        real = [true[trunk[:2]].mean(axis=0), true[trunk[2:]].mean(axis=0)]
        off = max(np.hypot(*(a - b)) for a, b in zip(ends, real, strict=True))
        seen += 1
        inside += bool(((xy > low - room) & (xy < high + room)).all())
        near += bool(off < 0.5 * np.hypot(*(real[0] - real[1])))
    frames = len(truth["frames"])
    return seen / frames, inside / frames, near / frames


def rendered(folder: Path, truths: Path, only: str) -> None:
    """Score clips that were rendered, with what is known of them."""
    print("| clip | answer | seen | in the true box | trunk at the true one |")
    print("| --- | --- | --- | --- | --- |")
    for clip in sorted(path for path in folder.glob("*.mp4") if only in path.name):
        label = json.loads(clip.with_suffix(".label.json").read_text("utf-8"))
        poses = Poses()
        how, said = answer(clip, label, "far", poses)
        truth = json.loads((truths / f"{clip.stem}.json").read_text("utf-8"))
        shares = " | ".join(f"{share:.1%}" for share in on_the_right_person(poses.all, truth))
        print(f"| {clip.stem} | {how} {said.split(';')[0]} | {shares} |", flush=True)


def answer(clip: Path, label: dict[str, object], kind: str, *sinks: Sink) -> tuple[str, str]:
    """The class of the answer and what was said."""
    drill = str(label["drill"])
    warnings: list[str] = []
    scored = score_here(Task(str(clip), clip.name, drill, model="full"), clip, sinks)
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
    parser.add_argument("--truth", type=Path, help="JSON of rendered clips")
    asked = parser.parse_args()
    if asked.truth:
        rendered(asked.folder, asked.truth, asked.only)
        return
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
