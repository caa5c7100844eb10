"""Makes the page's moving figures: one good repetition of each drill, from the sample clips' poses.

    python tools/moving.py FOLDER    # pose tracks (.npz) with the labels beside them

Drills without a clip are shown by the scripted person of the tests.

Writes src/formcheck/app/static/moving.json. Of each drill the first good attempt is taken, seen as
its camera sees it, eight pictures a second, at most six seconds; longer ones run faster.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

OUT = Path(__file__).resolve().parent.parent / "src/formcheck/app/static/moving.json"
#: Nose, then shoulder, elbow, wrist, hip, knee, ankle, toes of the left and the right side.
JOINTS = (0, 11, 13, 15, 23, 25, 27, 31, 12, 14, 16, 24, 26, 28, 32)
FPS, MOST = 8.0, 48
WIDTH, HEIGHT, MARGIN = 120.0, 90.0, 9.0


def figure(track: Path, label: dict[str, Any]) -> dict[str, Any] | None:
    """The frames of the first good attempt, in units of the drawing; None where there is none."""
    whole = [r for r in label["reps"] if r.get("complete") and r["start_s"] is not None]
    if not whole:
        return None
    with np.load(track) as data:
        return drawn(data["t"], data["xy"].astype(float), data["visibility"],
                     whole[0]["start_s"] - 0.4, whole[0]["end_s"] + 0.4)  # fmt: skip


def drawn(t: Any, xy: Any, sure: Any, start: float, end: float) -> dict[str, Any]:
    """The pictures from ``start`` to ``end`` seconds of the poses ``xy`` (frames, 33, 2)."""
    xy = xy[:, JOINTS]
    seen = np.isfinite(xy).all(axis=(1, 2))
    number = 1 + min(MOST, int((end - start) * FPS))
    wanted = np.linspace(max(start, t[seen][0]), min(end, t[seen][-1]), number)
    even = np.ones(5) / 5
    flat = xy[seen].reshape(seen.sum(), -1).T
    smooth = [np.convolve(np.pad(column, 2, "edge"), even, "valid") for column in flat]
    found = np.stack([np.interp(wanted, t[seen], column) for column in smooth], 1)
    found = found.reshape(number, -1, 2)
    low, high = found.min(axis=(0, 1)), found.max(axis=(0, 1))
    scale = min((WIDTH - 2 * MARGIN) / (high - low)[0], (HEIGHT - 2 * MARGIN) / (high - low)[1])
    found = (found - (low + high) / 2) * scale + (WIDTH / 2, HEIGHT / 2)
    left, right = np.nanmean(sure[:, [11, 23, 25]]), np.nanmean(sure[:, [12, 24, 26]])
    far = 0 if abs(left - right) < 0.05 else 1 if left < right else 2
    frames = [[round(float(v), 1) for v in frame.ravel()] for frame in found]
    return {"s": round(min((end - start), MOST / FPS), 1), "far": far, "frames": frames}


def scripted() -> dict[str, dict[str, Any]]:
    """The drills of which there is no clip."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    import stick
    from test_drills_standing import one_foot_bridge, stepping

    lifts = stick.moving([(0.6, 1.8, 2.8, 4.0)])
    films = {
        "march": (stick.film(stepping, 5.0), 0.9, 0.9 + 4 * 0.8),
        "single_leg_bridge": (stick.film(lambda t: one_foot_bridge(lifts(t), 1.0), 5.0), 0.2, 4.4),
    }
    return {
        name: drawn(
            np.array([p.t for p in poses]), np.stack([p.xy for p in poses]),
            np.stack([p.visibility for p in poses]), start, end,
        )
        for name, (poses, start, end) in films.items()
    }  # fmt: skip


def main(folder: Path) -> None:
    made: dict[str, Any] = {}
    for path in sorted(folder.glob("*good__*.label.json")):
        label = json.loads(path.read_text())
        track = path.with_name(path.name.replace(".label.json", ".npz"))
        if label["drill"] in made or not track.exists():
            continue
        found = figure(track, label)
        if found is not None:
            made[label["drill"]] = found
    made = {**scripted(), **made}
    OUT.write_text(json.dumps(dict(sorted(made.items())), separators=(",", ":")) + "\n")
    print(f"{OUT}: {len(made)} drills, {OUT.stat().st_size // 1000} kB: {', '.join(sorted(made))}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
