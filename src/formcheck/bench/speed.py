"""How fast: formcheck's whole pipeline against the bare loop, side by side in one run.

Both loops decode the same clip and look at it with the same model, in turns, so that whatever
else the machine does hits both. What carries over to another machine are the ratios.
"""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from .labels import Label
from .run import clip_path

__all__ = ["bare_loop", "measure_speed", "pipeline", "stages"]

ROUNDS = 3
PERCENTILES = (50, 95, 99)


def bare_loop(clip: Path, model: Path) -> tuple[int, float]:
    """Frames and seconds of the least that any program must do: decode, convert, detect.

    The model is made before the clock starts.
    """
    import cv2
    import mediapipe as mp
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model)),
        running_mode=vision.RunningMode.VIDEO,
    )
    landmarker = vision.PoseLandmarker.create_from_options(options)
    video = cv2.VideoCapture(str(clip))
    frames, last = 0, 0
    try:
        began = time.perf_counter()
        while True:
            ok, image = video.read()
            if not ok:
                break
            last = max(last + 1, int(video.get(cv2.CAP_PROP_POS_MSEC)))
            rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
            landmarker.detect_for_video(mp.Image(mp.ImageFormat.SRGB, rgb), last)
            frames += 1
        return frames, time.perf_counter() - began
    finally:
        landmarker.close()
        video.release()


def pipeline(clip: Path, model: Any, drill: str) -> tuple[int, float]:
    """Frames and seconds of ``score`` on the same clip: decode, pose, analysis, result."""
    from ..analyzer import Analyzer
    from ..capture import VideoFile
    from ..landmarker import Landmarker
    from ..registry import get_drill
    from ..runner import run

    analyzer = Analyzer(get_drill(drill))
    with VideoFile(clip) as video, Landmarker(model) as landmarker:
        began = time.perf_counter()
        result = run(video, analyzer, landmarker=landmarker)
        return result.frames, time.perf_counter() - began


def _shares(milliseconds: Sequence[float]) -> dict[str, float]:
    return {f"p{q}": float(np.percentile(milliseconds, q)) for q in PERCENTILES}


def stages(clip: Path, model: Any, drill: str) -> dict[str, dict[str, float]]:
    """Percentiles in ms of what a frame spends where; one pass, each stage timed apart.

    ``convert`` is timed apart and is also part of ``landmark``, which holds all that lies
    between a picture and its pose.
    """
    import cv2

    from ..analyzer import Analyzer
    from ..capture import VideoFile
    from ..landmarker import Landmarker
    from ..overlay import draw
    from ..registry import get_drill

    analyzer = Analyzer(get_drill(drill))
    spent: dict[str, list[float]] = {
        name: [] for name in ("decode", "convert", "landmark", "analyse", "draw")
    }

    @contextlib.contextmanager
    def clock(name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        spent[name].append((time.perf_counter() - began) * 1000)

    with VideoFile(clip) as video, Landmarker(model) as landmarker:
        frames = iter(video)
        while True:
            with clock("decode"):
                frame = next(frames, None)
            if frame is None:
                break
            with clock("convert"):
                cv2.cvtColor(frame.image, cv2.COLOR_BGR2RGB)
            with clock("landmark"):
                pose = landmarker.detect(frame)
            with clock("analyse"):
                step = analyzer.update(pose)
            with clock("draw"):
                draw(frame.image, pose, step)
    # the first frames warm caches and the graph up
    return {name: _shares(ms[5:] or ms) for name, ms in spent.items() if ms}


_START_UP = """
import sys, time
began = time.perf_counter()
from pathlib import Path
from formcheck.analyzer import Analyzer
from formcheck.capture import VideoFile
from formcheck.landmarker import Landmarker
from formcheck.models import find_model
from formcheck.registry import get_drill
analyzer = Analyzer(get_drill(sys.argv[3]))
with VideoFile(Path(sys.argv[1])) as video, Landmarker(find_model(sys.argv[2])) as landmarker:
    frames = iter(video)
    analyzer.update(landmarker.detect(next(frames)))
    first = time.perf_counter() - began
    for frame in frames:
        analyzer.update(landmarker.detect(frame))
try:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = peak / 2**20 if sys.platform == "darwin" else peak / 2**10
except ImportError:
    peak = float("nan")
print(first, peak)
"""


def start_up(clip: Path, model: str, drill: str) -> tuple[float, float]:
    """Seconds from a fresh process's first line to its first step, and its peak memory in MB.

    The interpreter's own start is not counted; NaN where the system does not tell.
    """
    done = subprocess.run(
        [sys.executable, "-c", _START_UP, str(clip), model, drill],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    first, peak = done.stdout.split()[-2:]
    return float(first), float(peak)


def choose_clip(labels: Iterable[Label]) -> Label | None:
    """The good-view clip whose length is nearest to half a minute's."""
    from ..registry import all_drills

    fit = [
        label
        for label in labels
        if label.view_ok
        and label.drill in all_drills()
        and label.working is not None
        and clip_path(label).suffix.lower() != ".npz"
        and clip_path(label).exists()
    ]
    return min(fit, key=lambda x: abs(x.working[1] - 25.0), default=None) if fit else None  # type: ignore[index]


def measure_speed(
    labels: Iterable[Label],
    model: str,
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> dict[str, Any] | None:
    """Both loops in turns on one clip; None when there is no clip to run on."""
    from ..models import find_model

    label = choose_clip(labels)
    if label is None or label.drill is None:
        return None
    clip, found, drill = clip_path(label), find_model(model), label.drill
    total = 2 * ROUNDS + 2
    bare: list[float] = []
    ours: list[float] = []
    frames = 0
    gc.collect()
    with _quiet():
        for i in range(ROUNDS):
            progress("speed", 2 * i, total)
            # who goes first changes: a machine that warms up or throttles favours nobody
            turns = (True, False) if i % 2 == 0 else (False, True)
            for is_bare in turns:
                if is_bare:
                    frames, seconds = bare_loop(clip, Path(found.path))
                    bare.append(frames / seconds)
                else:
                    n, seconds = pipeline(clip, found, drill)
                    ours.append(n / seconds)
        progress("speed", total - 2, total)
        apart = stages(clip, found, drill)
    progress("speed", total - 1, total)
    first, peak = start_up(clip, model, drill)
    progress("speed", total, total)
    return {
        "clip": label.clip,
        "drill": drill,
        "frames": frames,
        "rounds": ROUNDS,
        "bare_fps": median(bare),
        "pipeline_fps": median(ours),
        # by pairs: a slow minute of the machine hits both of a pair
        "ratio": median(o / b for o, b in zip(ours, bare, strict=True)),
        "stages": apart,
        "analyse_to_landmark": apart["analyse"]["p50"] / apart["landmark"]["p50"],
        "start_up_s": first,
        "peak_memory_mb": peak,
    }


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The model's own chatter goes nowhere while it is measured."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
