"""How fast `score` is against the bare serial loop (decode, convert, detect), in turns.

    python benchmarks/score_speed.py [CLIP] [--model full] [--size 1280x720 [--mbps 5]]

`detect alone` is the physical limit: the same frames, ready in memory, through the model. With
--size the clip is first made over in that size, with the noise a camera has, as H.264 of so many
megabits a second (needs PyAV): a telephone writes 5 to 15 at 1280x720, and the more there are,
the longer decoding takes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from turns import in_turns, tell

from formcheck.bench.speed import BareLoop
from formcheck.judge.analyzer import Analyzer
from formcheck.run.labels import drill_for
from formcheck.run.loop import run
from formcheck.sinks.info import RunInfo
from formcheck.vision.clip import VideoFile
from formcheck.vision.frames import to_rgb
from formcheck.vision.landmarker import Landmarker
from formcheck.vision.models import find_model
from formcheck.vision.pipeline import looked_at

SAMPLE = Path(__file__).parent.parent / "sample_videos" / "clamshell__good__front_r1002.mp4"


def camera_like(clip: Path, size: tuple[int, int], mbps: float, target: Path, frames: int) -> Path:
    """``clip`` in another size and with noise: a blown-up clip would decode too easily."""
    import av
    import cv2
    import numpy as np

    rng = np.random.default_rng(1)
    noise = [rng.normal(0, 3, (size[1], size[0], 3)).astype(np.int8) for _ in range(8)]
    with VideoFile(clip) as video, av.open(str(target), "w") as file:
        stream = file.add_stream("libx264", rate=round(video.fps or 20))
        stream.width, stream.height = size
        stream.pix_fmt, stream.bit_rate = "yuv420p", round(mbps * 1e6)
        for i, frame in zip(range(frames), video, strict=False):
            image = cv2.resize(frame.image, size, interpolation=cv2.INTER_CUBIC)
            noisy = np.clip(image.astype(np.int16) + noise[i % 8], 0, 255).astype(np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(noisy, format="bgr24")))
        file.mux(stream.encode(None))
    return target


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clip", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--model", default="full")
    parser.add_argument("--size", help="WxH")
    parser.add_argument("--mbps", type=float, default=5.0, help="with --size")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=200, help="with --size")
    asked = parser.parse_args()
    model = find_model(asked.model)
    drill = drill_for(asked.clip, None, None)
    folder = Path(tempfile.mkdtemp(prefix="formcheck-speed-"))
    clip = asked.clip
    if asked.size:
        width, height = map(int, asked.size.split("x"))
        clip = camera_like(clip, (width, height), asked.mbps, folder / "clip.mp4", asked.frames)
    with VideoFile(clip) as video:
        ready = [(frame, to_rgb(frame.image)) for frame, _ in zip(video, range(100), strict=False)]
        print(f"{clip.name}, {video.size[0]}x{video.size[1]}, model {model.name}, "
              f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")  # fmt: skip

    def bare() -> int:
        with BareLoop(clip, model.path) as loop:
            return loop.run(10**9)

    def score(*, serial: bool = False, video_too: bool = False, every_s: float = 0.0) -> int:
        sinks = []
        with VideoFile(clip, every_s=every_s) as video, Landmarker(model) as landmarker:
            if video_too:
                from formcheck.sinks.video import AnnotatedVideo

                sinks.append(AnnotatedVideo(folder / "annotated.mp4"))
            info = RunInfo(clip.name, video.size, video.fps, drill.name, drill.title, drill.kind)
            if serial:
                result = run(video, Analyzer(drill), sinks, landmarker, info=info)
            else:
                with looked_at(video, landmarker) as seen:
                    result = run(seen, Analyzer(drill), sinks, info=info)
        return video.frames_expected if every_s else result.frames

    def detect_alone() -> int:
        import mediapipe as mp
        from mediapipe.tasks.python import BaseOptions, vision

        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model.path)),
            running_mode=vision.RunningMode.VIDEO,
        )
        with vision.PoseLandmarker.create_from_options(options) as landmarker:
            for number, (_, rgb) in enumerate(ready, 1):
                image = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
                landmarker.detect_for_video(image, 50 * number)
        return len(ready)

    tell(
        in_turns(
            {
                "bare loop": bare,
                "detect alone": detect_alone,
                "score": score,
                "score, serial": lambda: score(serial=True),
                "score, annotated video": lambda: score(video_too=True),
                "score, stride auto": lambda: score(every_s=0.1),
            },
            asked.rounds,
        ),
        "bare loop",
    )


if __name__ == "__main__":
    main()
