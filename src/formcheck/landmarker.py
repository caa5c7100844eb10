"""The pose model: one frame in, one :class:`~formcheck.pose.Pose` out. The only user of mediapipe.

MediaPipe tracks a body well at any angle, but finds one only if it is roughly upright: a person
lying prone may never be found. So while nobody is found, single frames are also looked at turned
by quarter turns, and then at a lower confidence. What that brings must look like a body, and be
seen again at the same place on a following frame, before the tracker is turned that way. Once a
body is tracked nothing of this runs. Every few seconds one look for two bodies tells whether a
second person is in view; it runs beside the frames that follow, and counts from a fixed time on.

All of it depends on the frames and their times alone: the same clip gives the same poses.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import math
import os
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .capture import Frame, Image, quantise, to_rgb, turn
from .errors import FormcheckError, ModelError, UsageError
from .pose import JOINTS, Joint, Pose
from .threads import give_way

__all__ = ["QUIET", "Body", "Landmarker", "plausible"]

Array = NDArray[np.float64]

#: Confidence of the last resort when nobody is found at the one that was asked for.
LOW_CONFIDENCE = 0.2
#: In the first second without a body every frame is searched, then one each so many seconds.
EAGER_S, SEARCH_EVERY_S = 1.0, 0.25
#: A body that was tracked is searched for when it has been gone for so long, s.
LOST_S = 0.5
#: When to look for a second person: after a first is found, when the count is to be confirmed,
#: while there are two, and otherwise; s.
LOOK_FIRST_S, LOOK_AGAIN_S, LOOK_TWO_S, LOOK_EVERY_S = 0.3, 0.2, 1.0, 5.0
#: A look takes a frame's time and more: its answer counts so much later, s of the stream, however
#: long it took, so that the same clip always gives the same poses.
LOOK_TAKES_S = 0.25


# ------------------------------------------------------------------------------------- bodies


@dataclass(frozen=True, eq=False)
class Body:
    """One detection: xy (33, 2) px, visibility (33,), world (33, 3) m, of a picture of ``size``."""

    xy: Array
    visibility: Array
    world: Array
    size: tuple[int, int]

    def turned_back(self, degrees: int) -> Body:
        """The same body in the picture before that was turned clockwise by ``degrees``.

        The model's landmarks count from the middle of the first pixel: with ``width - x`` in
        place of ``width - 1 - x`` they come back one pixel off the unturned answer (measured).
        """
        (x, y), (width, height) = self.xy.T, self.size
        right, bottom = width - 1 - x, height - 1 - y
        wx, wy, wz = self.world.T
        if degrees == 90:
            xy, world, size = (y, right), (wy, -wx, wz), (height, width)
        elif degrees == 180:
            xy, world, size = (right, bottom), (-wx, -wy, wz), (width, height)
        elif degrees == 270:
            xy, world, size = (bottom, x), (-wy, wx, wz), (height, width)
        else:
            return self
        return Body(np.stack(xy, 1), self.visibility, np.stack(world, 1), size)

    @property
    def hips(self) -> Array:
        """(2,) px, the middle between the hips."""
        return _middle(self.xy, "HIP")

    @property
    def torso(self) -> float:
        """Pixels from between the shoulders to between the hips."""
        return float(np.hypot(*(_middle(self.xy, "SHOULDER") - self.hips)))

    @property
    def box(self) -> Array:
        """(4,) px: left, top, right, bottom of the trunk and limbs."""
        points = self.xy[_MAIN]
        return np.concatenate([points.min(0), points.max(0)])


def _middle(xy: Array, part: str) -> Array:
    middle: Array = (xy[Joint[f"LEFT_{part}"]] + xy[Joint[f"RIGHT_{part}"]]) / 2
    return middle


_MAIN = [
    Joint[f"{side}_{part}"]
    for side in ("LEFT", "RIGHT")
    for part in ("SHOULDER", "ELBOW", "WRIST", "HIP", "KNEE", "ANKLE")
]
#: Bones and the longest they may be, in torsos. Foreshortening makes any bone short, and the
#: torso too, which leaves room above the anatomical ratios (thigh 0.9, shin 0.9, arm 0.6).
_BONES = [
    (Joint[f"{side}_{a}"], Joint[f"{side}_{b}"], longest)
    for side in ("LEFT", "RIGHT")
    for a, b, longest in (
        ("SHOULDER", "ELBOW", 1.2),
        ("ELBOW", "WRIST", 1.2),
        ("HIP", "KNEE", 1.6),
        ("KNEE", "ANKLE", 1.6),
    )
]


def plausible(body: Body) -> bool:
    """Whether a detection that was searched for may be believed to be a person.

    At least eight of the twelve joints of trunk and limbs are in view (visibility of 0.5) and
    inside the picture, a shoulder, a hip and a knee among them; the torso is no speck; no bone
    is longer than bones are, and at least one leg is more than a stump.
    """
    width, height = body.size
    x, y = body.xy.T
    inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
    seen = inside & (body.visibility >= 0.5)
    torso = body.torso
    if not np.isfinite(body.xy).all() or seen[_MAIN].sum() < 8:
        return False
    for part in ("SHOULDER", "HIP", "KNEE"):
        if not (seen[Joint[f"LEFT_{part}"]] or seen[Joint[f"RIGHT_{part}"]]):
            return False
    if torso < 0.04 * math.hypot(width, height):
        return False
    for a, b, longest in _BONES:
        if np.hypot(*(body.xy[a] - body.xy[b])) > longest * torso:
            return False
    legs = [
        np.hypot(*(body.xy[hip] - body.xy[knee])) + np.hypot(*(body.xy[knee] - body.xy[ankle]))
        for hip, knee, ankle in (
            (Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE),
            (Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE),
        )
    ]
    return bool(max(legs) > 0.5 * torso)


def _same_place(a: Body, b: Body) -> bool:
    """Whether two looks show one body: both ends of the trunk moved less than half of it."""
    moved = [np.hypot(*(_middle(a.xy, part) - _middle(b.xy, part))) for part in ("HIP", "SHOULDER")]
    return bool(max(moved) < 0.5 * a.torso)


def _another(body: Body, first: Body) -> bool:
    """Whether ``body`` is a second person of about the size of ``first``, and not part of it."""
    if not plausible(body) or body.torso < 0.5 * first.torso:
        return False
    a, b = body.box, first.box
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = float(np.prod(np.maximum(sides, 0.0)))
    areas = float(np.prod(a[2:] - a[:2])) + float(np.prod(b[2:] - b[:2]))
    apart = np.hypot(*(body.hips - first.hips)) > 0.5 * first.torso
    return bool(apart and shared < 0.3 * (areas - shared))


# -------------------------------------------------------------------------------------- graph


class _Silence:
    """While anybody is inside, file descriptor 2 goes nowhere: MediaPipe's C++ prints there
    whatever it is told. Several threads may be inside at once."""

    def __init__(self) -> None:
        self._lock, self._inside, self._kept = threading.Lock(), 0, -1

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside > 1:
                return
            with contextlib.suppress(ValueError, AttributeError, OSError):
                sys.stderr.flush()
            self._kept = -1
            with contextlib.suppress(OSError):  # there is no stderr
                self._kept = os.dup(2)
                void = os.open(os.devnull, os.O_WRONLY)
                os.dup2(void, 2)
                os.close(void)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._kept >= 0:
                os.dup2(self._kept, 2)
                os.close(self._kept)


QUIET = _Silence()


@cache
def _few_heaps() -> None:
    """Let all threads share two heaps, where the C library is glibc (its M_ARENA_MAX is -8).

    It gives each new thread one of its own, and every graph begins threads: over a hundred clips
    a process grew from 520 to 740 MB and on, with two heaps it stays at 370 (measured).
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(-8, 2)


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels as the model takes them: (height, width, 3) uint8 RGB, and its own copy of them."""

    rgb: Image
    image: Any


class _Graph:
    """One MediaPipe pose landmarker; close it, for its collection as garbage can deadlock.

    ``video``: tracks one body through rising times; else looks at single frames for two.
    """

    def __init__(self, model: str, confidence: float, *, video: bool) -> None:
        self.confidence = confidence
        self._first, self._video = True, video
        self._task: Any = None
        _few_heaps()
        for name, value in (("GLOG_minloglevel", "3"), ("TF_CPP_MIN_LOG_LEVEL", "3")):
            os.environ.setdefault(name, value)
        try:
            with QUIET:
                from mediapipe.tasks.python import BaseOptions, vision
        except (ImportError, OSError) as error:
            raise FormcheckError(
                f"mediapipe cannot be loaded ({_line(error)}); run `formcheck doctor`"
            ) from error
        mode = vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE
        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=model),
            running_mode=mode,
            num_poses=1 if video else 2,
            min_pose_detection_confidence=confidence,
        )
        try:
            with QUIET:
                self._task = vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(
                f"{model}: expected a pose landmarker model (.task), it does not load "
                f"({_line(error)}); get it again or name another with --model"
            ) from error

    @staticmethod
    def picture(rgb: Image) -> Picture:
        """An RGB picture as the model takes it; any thread may make one."""
        import mediapipe as mp

        # An mp.Image of an array that is not contiguous holds other pixels than the array.
        pixels = np.ascontiguousarray(rgb)
        return Picture(pixels, mp.Image(image_format=mp.ImageFormat.SRGB, data=pixels))

    def bodies(self, picture: Picture, ms: int) -> list[Body]:
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
            body = Body(
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


class _Looks:
    """Looks at single pictures for two bodies, one after the other on a thread of its own."""

    def __init__(self, model: str, confidence: float, log: list[str]) -> None:
        self._model, self._log = model, log
        self._graphs: dict[float, _Graph] = {}
        self._thread = ThreadPoolExecutor(1, "look", give_way)
        # Its first graph is made beside the first frames, or the first look would be waited for.
        self._thread.submit(self._graph, confidence)

    def ask(self, picture: Picture, confidence: float) -> Future[list[Body]]:
        """The bodies that will have been found, with none where the graph broke."""
        return self._thread.submit(self._look, picture, confidence)

    def only(self, confidence: float) -> None:
        """The graphs of other confidences are not needed any more."""
        self._thread.submit(self._drop, keep=confidence)

    def close(self) -> None:
        """After the look that is under way; may be called twice."""
        with contextlib.suppress(RuntimeError):  # it is closed already
            self._thread.submit(self._drop)
        self._thread.shutdown()

    def _graph(self, confidence: float) -> _Graph:
        if confidence not in self._graphs:
            self._graphs[confidence] = _Graph(self._model, confidence, video=False)
        return self._graphs[confidence]

    def _look(self, picture: Picture, confidence: float) -> list[Body]:
        try:
            return self._graph(confidence).bodies(picture, 0)
        except (RuntimeError, ValueError) as error:
            self._log.append(f"search model restarted ({_line(error)})")
            if confidence in self._graphs:
                self._graphs.pop(confidence).close()
            return []

    def _drop(self, keep: float | None = None) -> None:
        for confidence in [c for c in self._graphs if c != keep]:
            self._graphs.pop(confidence).close()


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


# ----------------------------------------------------------------------------------- searches


@dataclass(frozen=True)
class _Way:
    """A way to look at a frame: turned clockwise by ``degrees``, at a detection confidence."""

    degrees: int
    confidence: float


class Landmarker:
    """Finds and follows one person through the frames of one stream.

    Use it as a context manager, or close it: one that is left to the garbage collector can hang
    the process.

    Args:
        model: a ``Model`` (name, path, sha256) or the path of a ``.task`` bundle.
        confidence: of a detection, 0..1.
        rotate: ``auto`` also searches the picture turned; 0, 90, 180 or 270 tracks in it turned
            clockwise by that much and no other way. Landmarks are always those of the frame as
            it was given.

    Attributes:
        model_name, sha256: what the poses were made with.
        log: one line for each time somebody was found by searching, or the model was restarted.

    Raises:
        ModelError: no such model, or it does not load.
        UsageError: confidence or rotate is out of range.
    """

    def __init__(self, model: Any, confidence: float = 0.5, rotate: str | int = "auto") -> None:
        # Outside 0..1 MediaPipe aborts the process instead of raising.
        if not 0.0 <= float(confidence) <= 1.0:
            raise UsageError(f"confidence must lie in 0..1, got {confidence!r}")
        if str(rotate) not in ("auto", "0", "90", "180", "270"):
            raise UsageError(f"rotate must be auto, 0, 90, 180 or 270, got {rotate!r}")
        self._path = Path(getattr(model, "path", model))
        if not self._path.is_file():
            raise ModelError(
                f"{self._path}: no such model; name lite, full, heavy or a .task file with --model"
            )
        self.model_name: str = getattr(model, "name", None) or self._path.stem
        self.sha256: str = (
            getattr(model, "sha256", None) or hashlib.sha256(self._path.read_bytes()).hexdigest()
        )
        self.log: list[str] = []
        base = 0 if rotate == "auto" else int(rotate)
        turns = (0, 90, 270, 180) if rotate == "auto" else (base,)
        self._home = _Way(base, float(confidence))
        levels = (self._home.confidence, min(self._home.confidence, LOW_CONFIDENCE))
        #: All ways to look, the likelier first; the tracker's own way is left out when searching.
        self._ways = list(dict.fromkeys(_Way(turned, c) for c in levels for turned in turns))
        self._way = self._home
        self._tracker: _Graph | None = None
        self._fresh = True  # no frame went through the tracker since it was made
        self._ms = 0
        self._here = False  # whether the frame before had a body
        self._seen_at = -math.inf  # when a body was last tracked
        self._lost_at: float | None = None  # when the search began; None while a body is tracked
        self._searched_at = -math.inf
        self._next_way = 0
        self._candidate: tuple[_Way, Body, list[int]] | None = None
        self._people = 1
        self._look_at = math.inf
        self._doubt = False  # the last look saw another number of people
        #: The look that runs beside the tracking: since when, at whom, what it will bring.
        self._asked: tuple[float, Body, Future[list[Body]]] | None = None
        self._make_tracker(self._home)
        self._looks = _Looks(str(self._path), self._home.confidence, self.log)

    # ------------------------------------------------------------------------------ one frame

    def picture_of(self, frame: Frame) -> Picture | None:
        """``frame`` as the model takes it, which can be made ahead in another thread.

        None for pixels that would end the model for good.
        """
        return self._turned(frame, self._home.degrees)

    def detect(self, frame: Frame, picture: Picture | None = None) -> Pose:
        """The pose in ``frame``, rounded as a track keeps it; a missing one if nobody is there.

        Args:
            frame: of one stream, in rising time.
            picture: ``picture_of(frame)`` if that was done elsewhere, to save the time here.

        Raises:
            ModelError: the model breaks on frame after frame.
        """
        if picture is None or self._way.degrees != self._home.degrees:
            picture = self._turned(frame, self._way.degrees)
        if picture is None:
            size = (0, 0) if np.ndim(frame.image) < 2 else np.shape(frame.image)[1::-1]
            return quantise(Pose.missing(frame.t, (int(size[0]), int(size[1]))))
        t, size = frame.t, (frame.image.shape[1], frame.image.shape[0])
        body = self._track(picture, t)
        if body is None:
            body = self._search(frame)
        self._here = body is not None
        if body is None:
            return quantise(Pose.missing(t, size))
        self._found(t)
        if self._asked is None and t >= self._look_at:
            self._asked = t, body, self._looks.ask(picture, self._home.confidence)
        if self._asked is not None and t >= self._asked[0] + LOOK_TAKES_S:
            self._count()
        upright = body.turned_back(self._way.degrees)
        return quantise(Pose(t, upright.xy, upright.visibility, upright.world, size, self._people))

    def _turned(self, frame: Frame, degrees: int) -> Picture | None:
        rgb = to_rgb(frame.image)
        return None if rgb is None else _Graph.picture(turn(rgb, degrees))

    def _found(self, t: float) -> None:
        if self._lost_at is not None or t - self._seen_at > LOST_S:
            self._people, self._doubt, self._look_at = 1, False, t + LOOK_FIRST_S
        if self._lost_at is not None:
            self._looks.only(self._home.confidence)
        self._seen_at, self._lost_at, self._candidate = t, None, None
        self._next_way = 0

    # --------------------------------------------------------------------------------- graphs

    def _make_tracker(self, way: _Way) -> None:
        if self._tracker is not None:
            self._tracker.close()
            self._tracker = None
        self._tracker = _Graph(str(self._path), way.confidence, video=True)
        self._way, self._fresh = way, True

    def _turn_to(self, way: _Way) -> None:
        """Track in another way: a turn needs nothing, another confidence a new graph."""
        if way.confidence != self._way.confidence:
            self._make_tracker(way)
        self._way = way

    def _track(self, picture: Picture, t: float) -> Body | None:
        if self._tracker is None:
            raise ValueError("this landmarker is closed")
        # Whole milliseconds from 1 on that always rise, or the graph refuses them.
        self._ms = max(self._ms + 1, int(t * 1000) + 1)
        try:
            bodies = self._tracker.bodies(picture, self._ms)
        except (RuntimeError, ValueError) as error:
            if self._fresh:
                raise ModelError(
                    f"{self.model_name}: the pose model fails on every frame ({_line(error)}); "
                    "run `formcheck doctor` or try another --model"
                ) from error
            self.log.append(f"model restarted at t={t:.2f} s ({_line(error)})")
            self._make_tracker(self._way)
            return None
        self._fresh = False
        body = bodies[0] if bodies else None
        if body is not None and not (self._here or self._way == self._home or plausible(body)):
            return None  # what this way brings was only believed for the body it was found by
        return body

    # ---------------------------------------------------------------------------- the searches

    def _search(self, frame: Frame) -> Body | None:
        """Look at a frame in which the tracker has nobody in one more way.

        Returns:
            The body, tracked from now on, when this look confirms it; else None.
        """
        t = frame.t
        if self._lost_at is None:
            if t - self._seen_at <= LOST_S:
                return None
            self._lost_at = t
            self._asked = None
            self._turn_to(self._home)
        before = None
        if self._candidate is not None:
            way, before, checks = self._candidate
        else:
            ways = [way for way in self._ways if way != self._way]
            eager = t - self._lost_at <= EAGER_S
            if not ways or (not eager and t - self._searched_at < SEARCH_EVERY_S):
                return None
            way = ways[self._next_way % len(ways)]
            checks = [way.degrees, *self._checks(way)]
            self._next_way += 1
        self._searched_at, self._candidate = t, None
        look, *checks = checks
        picture = self._turned(frame, look)
        assert picture is not None
        found = self._looks.ask(picture, way.confidence).result()
        bodies = [b.turned_back(look) for b in found if plausible(b)]
        if before is None:
            if bodies:
                self._candidate = way, bodies[0], checks
            return None
        if not any(_same_place(before, b) for b in bodies):
            if checks:
                self._candidate = way, before, checks
            return None
        self._turn_to(way)
        picture = self._turned(frame, way.degrees)
        assert picture is not None
        body = self._track(picture, t)
        if body is None:
            self._turn_to(self._home)
            return None
        self.log.append(f"found at {way.degrees}°, confidence {way.confidence:g}, t={t:.2f} s")
        return body

    def _checks(self, way: _Way) -> list[int]:
        """The turns at which a find by ``way`` may be confirmed on the frames that follow.

        At the asked confidence the same look again is enough. At the low one still things in a
        room are taken for people again and again, but from one side only: a body is there from
        another side, too.
        """
        if way.confidence == self._home.confidence:
            return [way.degrees]
        return [turned % 360 for turned in range(way.degrees + 90, way.degrees + 360, 90)]

    def _count(self) -> None:
        """Whether the look saw a second person in view; a change counts when it is seen twice."""
        assert self._asked is not None
        (t, body, look), self._asked = self._asked, None
        others = [b for b in look.result() if _another(b, body)]
        people = 2 if others else 1
        if people == self._people:
            self._doubt = False
        elif self._doubt:
            self._people, self._doubt = people, False
        else:
            self._doubt = True
        if self._doubt:
            self._look_at = t + LOOK_AGAIN_S
        else:
            self._look_at = t + (LOOK_EVERY_S if self._people == 1 else LOOK_TWO_S)

    # -------------------------------------------------------------------------------- closing

    def close(self) -> None:
        """Close every graph; may be called twice."""
        self._looks.close()
        tracker, self._tracker = self._tracker, None
        if tracker is not None:
            tracker.close()

    def __enter__(self) -> Landmarker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
