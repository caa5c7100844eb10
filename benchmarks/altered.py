"""Alterations of a clip as rooms and phones make them: each kind takes frames and gives frames.

The labels of the original stay true: an altered clip must be counted as the original, or refused
by one of the reasons that its kind names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Frames = Iterator[Image]


@dataclass(frozen=True)
class Kind:
    """How frames are altered (``also``: those of a second clip), and which refusals are right;
    with none the count must be that of the original."""

    alter: Callable[[Frames, Frames], Frames]
    refusals: tuple[str, ...] = ()


def _each(one: Callable[[Image], Any]) -> Callable[[Frames, Frames], Frames]:
    return lambda frames, also: (np.ascontiguousarray(one(frame)) for frame in frames)


def _scaled(image: Image, x: float, y: float) -> Image:
    return cv2.resize(image, None, fx=x, fy=y, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def _even(image: Image) -> Image:
    """Codecs want even sides."""
    return image[: image.shape[0] & ~1, : image.shape[1] & ~1]


def _smaller(share: float, at: tuple[float, float] = (0.5, 0.6)) -> Callable[[Image], Image]:
    """The whole picture at ``share`` of its size in a room that goes on around it."""

    def one(image: Image) -> Image:
        height, width = image.shape[:2]
        small = _scaled(image, share, share)
        h, w = small.shape[:2]
        top, left = int((height - h) * at[1]), int((width - w) * at[0])
        around = cv2.copyMakeBorder(
            small, top, height - h - top, left, width - w - left, cv2.BORDER_REPLICATE
        )
        soft = cv2.GaussianBlur(around, (0, 0), 9)
        soft[top : top + h, left : left + w] = small
        return soft

    return one


def _noisy(gain: float, sigma: float, lift: float = 0.0) -> Callable[[Frames, Frames], Frames]:
    def alter(frames: Frames, also: Frames) -> Frames:
        rng = np.random.default_rng(7)
        for frame in frames:
            noise = rng.normal(0, sigma, frame.shape)
            yield np.clip(frame * gain + lift + noise, 0, 255).astype(np.uint8)

    return alter


def _backlit(image: Image) -> Image:
    """A bright window behind: most of the wall burnt out, the person nearly black."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(float)
    height = image.shape[0]
    window = np.zeros_like(grey)
    window[: height // 2] = 1
    window = cv2.GaussianBlur(window, (0, 0), 12)[..., None]
    return np.clip(image * 0.06 + window * 250, 0, 255).astype(np.uint8)


def _crop(left: float, top: float, right: float, bottom: float) -> Callable[[Image], Image]:
    """Only this part of the picture (shares), enlarged to the size of all: too near."""

    def one(image: Image) -> Image:
        h, w = image.shape[:2]
        part = image[int(top * h) : int(bottom * h), int(left * w) : int(right * w)]
        return cv2.resize(part, (w, h), interpolation=cv2.INTER_CUBIC)  # type: ignore[return-value]

    return one


def _tilted(degrees: float) -> Callable[[Image], Image]:
    def one(image: Image) -> Image:
        h, w = image.shape[:2]
        turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 0.85)
        return cv2.warpAffine(image, turn, (w, h), borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]

    return one


def _beside(frames: Frames, also: Frames) -> Frames:
    """Two clips side by side; the second stands still when it has ended."""
    other = None
    for frame in frames:
        other = next(also, other)
        assert other is not None
        yield np.hstack([frame, cv2.resize(other, frame.shape[1::-1])])


def _beside_left(frames: Frames, also: Frames) -> Frames:
    for pair in _beside(frames, also):
        width = pair.shape[1] // 2
        yield np.hstack([pair[:, width:], pair[:, :width]])


def _moving(frames: Frames, also: Frames) -> Frames:
    """A hand-held camera that swings to and fro, 6 % of the width, and shakes."""
    rng, shake = np.random.default_rng(3), np.zeros(2)
    for i, frame in enumerate(frames):
        h, w = frame.shape[:2]
        shake = 0.7 * shake + rng.normal(0, 0.006 * w, 2)
        x = 0.06 * w * np.sin(2 * np.pi * i / 35) + shake[0]
        move = np.array([[1, 0, x], [0, 1, shake[1]]])
        yield cv2.warpAffine(frame, move, (w, h), borderMode=cv2.BORDER_REFLECT)  # type: ignore[misc]


def _frozen(frames: Frames, also: Frames) -> Frames:
    """From its middle third on the picture stands still."""
    kept: list[Image] = list(frames)
    stop = len(kept) // 3
    return iter([kept[min(i, stop)] for i in range(len(kept))])


def _stuttering(frames: Frames, also: Frames) -> Frames:
    """Only about one picture a second gets through, as of a bad connection."""
    last = None
    for i, frame in enumerate(frames):
        if i % 9 == 0 or last is None:
            last = frame
        yield last


def _cut(frames: Frames, also: Frames) -> Frames:
    """In the middle another scene is cut in, for good."""
    kept = list(frames)
    for i, frame in enumerate(kept):
        other = next(also, None)
        late = i > len(kept) // 2 and other is not None
        yield cv2.resize(other, frame.shape[1::-1]) if late else frame  # type: ignore[misc]


def _passer_by(frames: Frames, also: Frames) -> Frames:
    """Somebody (cut out of the second clip's first frame) walks through in front within 2 s,
    after 3 s, at 10 frames a second."""
    first = next(also)
    person = _cut_out(first)
    for i, frame in enumerate(frames):
        step = (i - 30) / 20
        if 0 <= step <= 1 and person is not None:
            frame = _pasted(frame, *person, step)
        yield frame


def _cut_out(image: Image) -> tuple[Image, NDArray[np.float32]] | None:
    """Pixels and soft mask of the person in a picture, by the pose model's own segmentation."""
    from mediapipe import Image as MpImage
    from mediapipe import ImageFormat
    from mediapipe.tasks.python import BaseOptions, vision

    from formcheck.vision.models import find_model

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(find_model("full").path)),
        output_segmentation_masks=True,
    )
    task = vision.PoseLandmarker.create_from_options(options)
    try:
        rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        found = task.detect(MpImage(image_format=ImageFormat.SRGB, data=rgb))
        if not found.segmentation_masks:
            return None
        mask = np.squeeze(found.segmentation_masks[0].numpy_view()).astype(np.float32)
    finally:
        task.close()
    ys, xs = np.nonzero(mask > 0.5)
    top, bottom, left, right = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
    return image[top:bottom, left:right].copy(), mask[top:bottom, left:right].copy()


def _pasted(frame: Image, person: Image, mask: NDArray[Any], step: float) -> Image:
    """The person at ``step`` (0..1) of the way from left to right, feet at the lower edge."""
    height, width = frame.shape[:2]
    h, w = person.shape[:2]
    size = 0.95 * height / h
    person = cv2.resize(person, None, fx=size, fy=size)  # type: ignore[assignment]
    mask = cv2.resize(mask, person.shape[1::-1])
    h, w = person.shape[:2]
    x = int(-w + step * (width + w))
    left, right = max(0, x), min(width, x + w)
    if right <= left:
        return frame
    soft = mask[:, left - x : right - x, None]
    out = frame.copy()
    under = out[height - h :, left:right]
    out[height - h :, left:right] = (
        person[:, left - x : right - x] * soft + under * (1 - soft)
    ).astype(np.uint8)
    return out


_FAR, _NEAR = ("too_far",), ("too_near",)
_POOR = ("too_dark", "too_noisy")

#: The kinds by name; those without a refusal must be counted like the original.
KINDS: dict[str, Kind] = {
    "plain": Kind(_each(lambda image: image)),
    "turned_90": Kind(_each(lambda image: cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE))),
    "turned_180": Kind(_each(lambda image: cv2.rotate(image, cv2.ROTATE_180))),
    "turned_270": Kind(_each(lambda image: cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE))),
    "mirror": Kind(_each(lambda image: np.hstack([image, image[:, ::-1]])), ("several_people",)),
    "beside": Kind(_beside, ("several_people",)),
    "beside_left": Kind(_beside_left, ("several_people",)),
    "passer_by": Kind(_passer_by),
    "far": Kind(_each(_smaller(0.4)), _FAR),
    "farther": Kind(_each(_smaller(0.25, (0.2, 0.7))), _FAR),
    "speck": Kind(_each(_smaller(0.1)), (*_FAR, "no_person")),
    "letterbox": Kind(
        _each(lambda image: cv2.copyMakeBorder(image, 120, 120, 0, 0, cv2.BORDER_CONSTANT))
    ),
    "pillarbox": Kind(
        _each(lambda image: cv2.copyMakeBorder(image, 0, 0, 200, 200, cv2.BORDER_CONSTANT))
    ),
    "narrow": Kind(_each(lambda image: _even(_scaled(image, 0.6, 1.0))), ("pixels_not_square",)),
    "wide": Kind(_each(lambda image: _even(_scaled(image, 1.0, 0.6))), ("pixels_not_square",)),
    "dim": Kind(_noisy(0.2, 4), _POOR),
    "dark": Kind(_noisy(0.05, 3), _POOR),
    "black": Kind(_noisy(0.0, 2), ("too_dark",)),
    "noisy": Kind(_noisy(0.6, 60, 20), ("too_noisy",)),
    "dim_noisy": Kind(_noisy(0.2, 18, 6), _POOR),
    "blur": Kind(_each(lambda image: cv2.GaussianBlur(image, (0, 0), 6)), ("blurred",)),
    "fog": Kind(_each(lambda image: cv2.GaussianBlur(image, (0, 0), 16)), ("blurred",)),
    "backlit": Kind(_each(_backlit), ("backlit", "too_dark")),
    "near": Kind(_each(_crop(0.25, 0.25, 0.75, 0.75)), _NEAR),
    "no_feet": Kind(_each(_crop(0.1, 0.0, 0.75, 0.65)), _NEAR),
    "tilted": Kind(_each(_tilted(20)), ("tilted",)),
    "moving": Kind(_moving, ("camera_moving",)),
    "frozen": Kind(_frozen, ("frozen",)),
    "stuttering": Kind(_stuttering, ("stuttering",)),
    "cut": Kind(_cut, ("picture_changed",)),
}  # fmt: skip


def frames_of(clip: Path, fps: float = 10.0, most_s: float = 60.0) -> Frames:
    """A clip's frames at ``fps`` of its own, the first ``most_s`` seconds."""
    video = cv2.VideoCapture(str(clip))
    try:
        own = video.get(cv2.CAP_PROP_FPS) or fps
        step, due, i = max(1.0, own / fps), 0.0, 0
        while video.grab() and i / own < most_s:
            if i >= due - 1e-6:
                due += step
                ok, image = video.retrieve()
                if ok:
                    yield image  # type: ignore[misc]
            i += 1
    finally:
        video.release()


def write(frames: Frames, path: Path, fps: float = 10.0) -> None:
    """Write frames as a clip."""
    writer: cv2.VideoWriter | None = None
    for frame in frames:
        if writer is None:
            code = cv2.VideoWriter.fourcc(*"mp4v")
            writer = cv2.VideoWriter(str(path), code, fps, frame.shape[1::-1])
        writer.write(frame)
    if writer is not None:
        writer.release()
