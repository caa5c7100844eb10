"""A clip as a camera at 30 frames a second: judged rate, age of the cue, memory over time.

    python benchmarks/live_speed.py [CLIP] [--model full] [--minutes 0.5] [--plot soak.svg]

The clip is played again and again through the camera path. Each frame is judged and drawn as the
window draws it; with a display, --window shows it too. `detect alone` is measured in the same run.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import time
from pathlib import Path
from statistics import median

import numpy as np

from formcheck.judge.analyzer import Analyzer
from formcheck.run.labels import drill_for
from formcheck.run.loop import run_set
from formcheck.sinks import BaseSink
from formcheck.sinks.info import Meter, RunInfo
from formcheck.sinks.overlay import Overlay, View
from formcheck.vision.camera import Camera, Shot
from formcheck.vision.clip import VideoFile
from formcheck.vision.frames import Frame
from formcheck.vision.landmarker import Landmarker
from formcheck.vision.models import find_model
from formcheck.vision.pipeline import looked_at

SAMPLE = Path(__file__).parent.parent / "sample_videos" / "clamshell__good__front_r1002.mp4"


class Loop:
    """Frames of a clip, forwards and backwards for ever, at a camera's rate."""

    finite = True

    def __init__(self, images: list[np.ndarray], fps: float, seconds: float) -> None:
        self._images, self._fps, self._seconds = images, fps, seconds
        self._n, self._zero = 0, time.monotonic()

    def read(self) -> Shot | None:
        due = self._n / self._fps
        if due > self._seconds:
            return None
        time.sleep(max(0.0, self._zero + due - time.monotonic()))
        period = 2 * len(self._images) - 2
        i = self._n % period
        self._n += 1
        return Shot(due, self._images[min(i, period - i)].copy(), time.monotonic())

    def release(self) -> None: ...


class Draw(BaseSink):
    """Draws as the window does, and notes the age of each cue."""

    def __init__(self, info: RunInfo) -> None:
        self._overlay, self._view = Overlay(), View(title=info.title, kind=info.kind)
        self.rows: list[tuple[float, float, float]] = []

    def write(self, frame: Frame | None, pose, step) -> None:
        assert frame is not None
        self._overlay.draw(frame.image, pose, step, self._view)
        now = time.monotonic()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.rows.append((now, now - frame.captured, pages * resource.getpagesize() / 2**20))


class Timed:
    """The landmarker, with the time each frame took."""

    def __init__(self, landmarker: Landmarker) -> None:
        self._landmarker, self.took = landmarker, []

    def detect(self, frame: Frame, picture=None):
        began = time.perf_counter()
        pose = self._landmarker.detect(frame, picture)
        self.took.append(time.perf_counter() - began)
        return pose


def alone(model, frames: list[Frame]) -> float:
    """Frames a second of the model with nothing else to do."""
    with Landmarker(model) as landmarker:
        ready = [(frame, landmarker.picture_of(frame)) for frame in frames]
        took = []
        for frame, picture in ready:
            began = time.perf_counter()
            landmarker.detect(frame, picture)
            took.append(time.perf_counter() - began)
    return 1 / (sum(took[5:]) / len(took[5:]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clip", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--model", default="full")
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument("--minutes", type=float, default=0.5)
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args()
    model, drill = find_model(asked.model), drill_for(asked.clip, None, None)
    with VideoFile(asked.clip) as video:
        frames = [frame for frame, _ in zip(video, range(150), strict=False)]
        size = video.size
    images = [frame.image for frame in frames]
    before = alone(model, frames)
    camera = Camera("loop", open_device=lambda: Loop(images, asked.fps, 60 * asked.minutes))
    info = RunInfo("loop", size, asked.fps, drill.name, drill.title, drill.kind, live=True,
                   meter=Meter())  # fmt: skip
    draw = Draw(info)
    with camera, Landmarker(model) as landmarker:
        timed = Timed(landmarker)
        with looked_at(camera.poll(), timed, live=True) as seen:
            run_set(seen, Analyzer(drill), [draw], info=info)
    after = alone(model, frames)
    rows = np.array(draw.rows[10:])
    detect_ms = median(timed.took[10:]) * 1000
    rate = (len(rows) - 1) / (rows[-1, 0] - rows[0, 0])
    limit = min(asked.fps, (before + after) / 2)
    p50, p95, p99 = np.percentile(rows[:, 1] * 1000, (50, 95, 99))
    print(f"{size[0]}x{size[1]} at {asked.fps:g} fps, {model.name}, load {os.getloadavg()[0]:.1f}")
    print(f"detect alone {before:.1f} and {after:.1f} fps; judged {rate:.1f} fps: "
          f"{rate / limit:.2f} of what is possible; dropped {camera.dropped}")  # fmt: skip
    print(f"detect {detect_ms:.1f} ms (median in the run); age of the cue p50 {p50:.1f} "
          f"p95 {p95:.1f} p99 {p99:.1f} ms; p95 is {p95 / detect_ms:.2f} x detect")  # fmt: skip
    for part in np.array_split(rows, 5):
        age = np.percentile(part[:, 1], 95) * 1000
        print(f"  {part[0, 0] - rows[0, 0]:6.0f} s: age p95 {age:.1f}"
              f" ms, memory {part[:, 2].max():.0f} MB")  # fmt: skip
    if asked.plot:
        plot(rows, asked.plot)


def plot(rows: np.ndarray, path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    minutes = (rows[:, 0] - rows[0, 0]) / 60
    parts = np.array_split(np.arange(len(rows)), min(200, math.ceil(len(rows) / 30)))
    figure, (top, bottom) = pyplot.subplots(2, 1, sharex=True, figsize=(8, 4))
    at = [minutes[part].mean() for part in parts]
    for percent in (50, 95):
        ages = [np.percentile(rows[part, 1], percent) * 1000 for part in parts]
        top.plot(at, ages, label=f"{percent} %")
    top.set(ylabel="age of the cue, ms", ylim=(0, None))
    top.legend(frameon=False)
    bottom.plot(at, [rows[part, 2].max() for part in parts])
    bottom.set(xlabel="minutes", ylabel="memory, MB", ylim=(0, None))
    figure.savefig(path)


if __name__ == "__main__":
    main()
