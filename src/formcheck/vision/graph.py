"""One MediaPipe pose graph: pictures in, detections out."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..body.pose import JOINTS
from ..errors import FormcheckError, ModelError, one_line
from .detection import Detection
from .frames import Image
from .silence import QUIET, few_heaps

#: How many people a look finds at most.
PEOPLE = 3


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels as the model takes them: (height, width, 3) uint8 RGB, and its own copy of them."""

    rgb: Image
    image: Any


class Graph:
    """One MediaPipe pose landmarker; close it, for its collection as garbage can deadlock.

    ``video``: tracks one body through rising times; else looks at single frames for several.
    """

    def __init__(self, model: str, confidence: float, *, video: bool) -> None:
        self.confidence = confidence
        self._first, self._video = True, video
        self._task: Any = None
        few_heaps()
        for name, value in (("GLOG_minloglevel", "3"), ("TF_CPP_MIN_LOG_LEVEL", "3")):
            os.environ.setdefault(name, value)
        try:
            with QUIET:
                from mediapipe.tasks.python import BaseOptions, vision
        except (ImportError, OSError) as error:
            raise FormcheckError(
                f"mediapipe cannot be loaded ({one_line(error, 200)}); run `formcheck doctor`"
            ) from error
        mode = vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE
        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=model),
            running_mode=mode,
            num_poses=1 if video else PEOPLE,
            min_pose_detection_confidence=confidence,
        )
        try:
            with QUIET:
                self._task = vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(
                f"{model}: expected a pose landmarker model (.task), it does not load "
                f"({one_line(error, 200)}); get it again or name another with --model"
            ) from error

    @staticmethod
    def picture(rgb: Image) -> Picture:
        """An RGB picture as the model takes it; any thread may make one."""
        import mediapipe as mp

        # An mp.Image of an array that is not contiguous holds other pixels than the array.
        pixels = np.ascontiguousarray(rgb)
        return Picture(pixels, mp.Image(image_format=mp.ImageFormat.SRGB, data=pixels))

    def bodies(self, picture: Picture, ms: int) -> list[Detection]:
        """The bodies found in a picture.

        Raises:
            RuntimeError, ValueError: the graph broke; close it and make another.
        """
        # On its first frame the model reports on its delegates, on its first body on its shape.
        with QUIET if self._first else contextlib.nullcontext():
            if self._video:
                result = self._task.detect_for_video(picture.image, ms)
            else:
                result = self._task.detect(picture.image)
        self._first = self._first and not result.pose_landmarks
        height, width = picture.rgb.shape[:2]
        found = []
        for points, world in zip(result.pose_landmarks, result.pose_world_landmarks, strict=True):
            body = Detection(
                np.array([(p.x * width, p.y * height) for p in points]),
                np.array([p.visibility for p in points]),
                np.array([(p.x, p.y, p.z) for p in world]),
                (width, height),
            )
            if body.xy.shape == (JOINTS, 2) and np.isfinite(body.xy).all():
                found.append(body)
        return found

    def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            with QUIET:
                task.close()
