"""How fast: formcheck's whole pipeline against the bare loop, side by side in one run.

Both loops decode the same clip and look at it with the same model, in turns, so that whatever
else the machine does hits both. What carries over to another machine are the ratios.
"""

from __future__ import annotations

import contextlib
import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from .labels import Label
from .run import clip_path

if TYPE_CHECKING:
    from ..vision.frames import Frame

__all__ = ["BareLoop", "Turn", "Turns", "measure_speed", "side_by_side", "stages"]

ROUNDS = 2
#: Frames after which the other loop has its turn: short enough that a busy moment of the machine
#: hits both, long enough that the clock and cold caches do not matter.
CHUNK = 25
PERCENTILES = (50, 95, 99)


class BareLoop:
    """The least that any program must do: decode, convert, detect, one frame after the other."""

    def __init__(self, clip: Path, model: Path) -> None:
        import cv2
        import mediapipe as mp
        from mediapipe.tasks.python import BaseOptions, vision

        self._cv2, self._mp = cv2, mp
        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model)),
            running_mode=vision.RunningMode.VIDEO,
        )
        self._landmarker = vision.PoseLandmarker.create_from_options(options)
        self._video = cv2.VideoCapture(str(clip))
        self._last = 0

    def __enter__(self) -> BareLoop:
        return self

    def __exit__(self, *exc: object) -> None:
        self._landmarker.close()
        self._video.release()

    def run(self, frames: int) -> int:
        """Look at so many frames; how many there were."""
        cv2, mp = self._cv2, self._mp
        for done in range(frames):
            ok, image = self._video.read()
            if not ok:
                return done
            self._last = max(self._last + 1, int(self._video.get(cv2.CAP_PROP_POS_MSEC)))
            rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
            self._landmarker.detect_for_video(mp.Image(mp.ImageFormat.SRGB, rgb), self._last)
        return frames


@dataclass(frozen=True)
class Turn:
    """Seconds a frame of one chunk: on the wall and on the processor, of the bare loop and of
    whoever read the stream."""

    bare: float
    ours: float
    bare_cpu: float
    ours_cpu: float


class Turns:
    """A stream that gives the bare loop its turn after each chunk of frames."""

    def __init__(
        self,
        stream: Iterable[Frame],
        bare: Callable[[int], int],
        chunk: int = CHUNK,
        clock: Callable[[], tuple[float, float]] = lambda: (
            time.perf_counter(),
            time.process_time(),
        ),
    ) -> None:
        self._stream, self._bare, self._chunk, self._clock = stream, bare, chunk, clock
        self.done: list[Turn] = []

    def __iter__(self) -> Iterator[Frame]:
        began = self._clock()
        for i, frame in enumerate(self._stream, 1):
            yield frame
            if i % self._chunk == 0:  # the reader is done with it: it asks for the next
                turned = self._clock()
                whole = self._bare(self._chunk) == self._chunk
                ended = self._clock()
                if whole:
                    (ours, ours_cpu), (bare, bare_cpu) = (
                        [(b - a) / self._chunk for a, b in zip(*times, strict=True)]
                        for times in ((began, turned), (turned, ended))
                    )
                    self.done.append(Turn(bare, ours, bare_cpu, ours_cpu))
                began = self._clock()


def side_by_side(clip: Path, model: Any, drill: str) -> list[Turn]:
    """The bare loop and ``score`` on the same clip, by chunk.

    Both models are made before, and the first chunk, in which they warm up, is left out.
    """
    from ..catalogue.registry import get_drill
    from ..judge.analyzer import Analyzer
    from ..run.loop import run
    from ..vision.clip import VideoFile
    from ..vision.landmarker import Landmarker

    with (
        VideoFile(clip) as video,
        Landmarker(model) as landmarker,
        BareLoop(clip, Path(model.path)) as bare,
    ):
        turns = Turns(video, bare.run)
        run(turns, Analyzer(get_drill(drill)), landmarker=landmarker)
    return turns.done[1:]


def _shares(milliseconds: Sequence[float]) -> dict[str, float]:
    return {f"p{q}": float(np.percentile(milliseconds, q)) for q in PERCENTILES}


def stages(clip: Path, model: Any, drill: str) -> dict[str, dict[str, float]]:
    """Percentiles in ms of what a frame spends where; one pass, each stage timed apart.

    ``convert`` is timed apart and is also part of ``landmark``, which holds all that lies
    between a picture and its pose.
    """
    import cv2

    from ..catalogue.registry import get_drill
    from ..judge.analyzer import Analyzer
    from ..sinks.overlay import draw
    from ..vision.clip import VideoFile
    from ..vision.landmarker import Landmarker

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
from formcheck.judge.analyzer import Analyzer
from formcheck.vision.camera import VideoFile
from formcheck.vision.landmarker import Landmarker
from formcheck.vision.models import find_model
from formcheck.catalogue.registry import get_drill
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
    from ..catalogue.registry import all_drills

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
    """Both loops in turns on one clip; None when there is none, or none of a few seconds."""
    from ..vision.models import find_model
    from ..vision.silence import QUIET

    label = choose_clip(labels)
    if label is None or label.drill is None:
        return None
    clip, found, drill = clip_path(label), find_model(model), label.drill
    total = ROUNDS + 2
    turns: list[Turn] = []
    gc.collect()
    with QUIET:
        for i in range(ROUNDS):
            progress("speed", i, total)
            turns += side_by_side(clip, found, drill)
        progress("speed", ROUNDS, total)
        apart = stages(clip, found, drill)
    if not turns:
        return None  # too short to say anything
    progress("speed", total - 1, total)
    first, peak = start_up(clip, model, drill)
    progress("speed", total, total)
    return {
        "clip": label.clip,
        "drill": drill,
        "frames": CHUNK * len(turns),
        "chunk": CHUNK,
        "bare_fps": 1 / median(t.bare for t in turns),
        "pipeline_fps": 1 / median(t.ours for t in turns),
        # by pairs: a slow moment of the machine hits both of a pair
        "ratio": median(t.bare / t.ours for t in turns),
        # what other programs do to the machine hardly shows here
        "ratio_cpu": sum(t.bare_cpu for t in turns) / sum(t.ours_cpu for t in turns),
        "stages": apart,
        "analyse_to_landmark": apart["analyse"]["p50"] / apart["landmark"]["p50"],
        "start_up_s": first,
        "peak_memory_mb": peak,
    }
