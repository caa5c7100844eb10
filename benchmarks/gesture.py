"""How surely an arm held up is seen, and that no drill looks like it.

    python benchmarks/gesture.py FOLDER [FOLDER ...]

Every pose track below the folders is gone through as it is, where the gesture must never be told
of; then arms are grafted on its body at rest (``tests/gestures.py``): it must be told of once.
Bodies that do not rest in their quietest second (both arms up, hands round a knee) are left out of
the second part, and so are those seen from the feet. The exit code is 1 where a drill is taken for
the gesture, or less than 95 % of one posture's are seen.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import gestures
import stick

from formcheck.body.pose import Side

EACH = 3


def main(folders: list[str]) -> int:
    tracks = sorted(path for folder in folders for path in Path(folder).rglob("*.npz"))
    tracks = [path for path in tracks if path.parent.name != "arm_up"]
    minutes, fired = 0.0, []
    tried: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for path in tracks:
        poses = stick.load_track(path)
        minutes += poses[-1].t / 60
        if times := gestures.told(poses):
            fired.append(f"{path.stem} at {times[0]:.1f} s")
        resting = [] if any(w in path.stem for w in gestures.NOT_AT_REST) else gestures.still(poses)
        if not resting:
            continue
        posture = gestures.posture(resting)
        for side in Side:
            for n in range(EACH):
                random = np.random.default_rng([n, side is Side.LEFT, *path.stem.encode()])
                arm = gestures.Arm.drawn(random)
                tried[posture] += 1
                seen[posture] += gestures.recognised(gestures.grafted(resting, side, arm, random))
    print(f"told of in {len(fired)} of {len(tracks)} tracks, {minutes:.0f} minutes", *fired)
    for posture, n in sorted(tried.items()):
        print(f"{posture}: {seen[posture]} of {n} arms seen, {100 * seen[posture] / n:.1f} %")
    return int(bool(fired) or any(seen[p] < 0.95 * n for p, n in tried.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
