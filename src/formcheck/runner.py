"""The one loop: a stream in, an analyzer in the middle, sinks out.

Live, recorded and bench runs differ in the stream and the sinks they pass, not in the loop.
A sink that fails is switched off with one line; however the stream ends, the set is closed,
its result goes to the sinks that still work, and the caller gets it.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .errors import InputError
from .pose import Pose

if TYPE_CHECKING:
    from .analyzer import Analyzer
    from .capture import Frame
    from .events import SetResult, Step

__all__ = ["Control", "Ended", "Meter", "RunInfo", "Sink", "provenance", "run", "run_set"]


class Meter:
    """Judged frames a second and the age of what is shown, over the last frames.

    Only for display: nothing that is judged reads it.
    """

    def __init__(self, window: int = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._done: deque[float] = deque(maxlen=window)
        self._delays: deque[float] = deque(maxlen=window)
        self.dropped = 0

    def shown(self, frame: Frame | None) -> None:
        """``frame`` was judged and drawn; its age counts from ``frame.captured``, if known."""
        now = self._clock()
        self._done.append(now)
        age = now - getattr(frame, "captured", math.nan)
        if math.isfinite(age):
            self._delays.append(age)
        self.dropped += getattr(frame, "dropped", 0)

    @property
    def fps(self) -> float:
        """Judged frames a second, NaN until two were judged."""
        if len(self._done) < 2:
            return math.nan
        return (len(self._done) - 1) / max(self._done[-1] - self._done[0], 1e-9)

    @property
    def delay_s(self) -> float:
        """Median age of a frame once shown, in seconds; NaN where frames do not say."""
        return float(np.median(self._delays)) if self._delays else math.nan


@dataclass(frozen=True)
class RunInfo:
    """What sinks are told of a set before its first frame.

    Attributes:
        clip: the stream's name without folders.
        size: (width, height) in pixels.
        fps: the nominal frame rate, None where there is none.
        drill, title, kind: the drill's name, its name in words, ``reps`` or ``hold``.
        live: whether the person watches while it runs.
        set: 1 for the first set of a session, 2 for the next.
        advice: what to do about a reason that nothing can be judged, by the reason's name,
            where the drill knows better than the general sentence.
        provenance: what the result was made with.
        meter: speed of the loop, for display.
    """

    clip: str
    size: tuple[int, int]
    fps: float | None = None
    drill: str = ""
    title: str = ""
    kind: str = "reps"
    live: bool = False
    set: int = 1
    advice: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    meter: Meter | None = None


class Sink(Protocol):
    """Where steps go. A context manager that may be given several sets, one after the other.

    ``start`` opens a set, ``close`` ends it: with its result, or with None when the set is
    dropped and what was written of it must go. Leaving the context releases the rest.
    A sink may also have ``idle(frame)``, called instead of ``write`` while the set is paused
    or (with None) while the source has nothing new, and ``finish(step)``, called once after the
    last frame with the events of the set's end; one without it gets that step by ``write``,
    with no frame and the last pose once more.
    """

    def start(self, info: RunInfo) -> None: ...

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None: ...

    def close(self, result: SetResult | None) -> None: ...


@dataclass
class Control:
    """What the person asks for while a set runs; read between frames.

    ``end`` names why the set should stop: ``quit``, ``restart`` (drop it, begin again) or
    ``switch`` (keep it, begin again on the other side).
    """

    paused: bool = False
    end: str | None = None


@dataclass(frozen=True)
class Ended:
    """How a set ended.

    ``how`` is ``end`` (of the stream), ``quit``, ``restart``, ``switch``, ``interrupted``
    (Ctrl-C) or ``lost`` (the source broke off, ``error`` says why). ``kept`` is False when the
    set was dropped: begun again, or switched before anything was done in it. ``switched_off``
    names the sinks that failed.
    """

    how: str
    result: SetResult
    kept: bool = True
    error: InputError | None = None
    switched_off: tuple[str, ...] = ()


class _Sinks:
    """Calls every sink; one that raises is switched off and named in one line."""

    def __init__(self, sinks: Sequence[Sink], warn: Callable[[str], None]) -> None:
        self._on = list(sinks)
        self._warn = warn
        self.switched_off: list[str] = []

    def call(self, method: str, *args: object) -> None:
        for sink in tuple(self._on):
            self._try(sink, getattr(sink, method, None), *args)

    def finish(self, pose: Pose, step: Step) -> None:
        for sink in tuple(self._on):
            if hasattr(sink, "finish"):
                self._try(sink, sink.finish, step)
            else:
                self._try(sink, sink.write, None, pose, step)

    def _try(self, sink: Sink, action: Callable[..., None] | None, *args: object) -> None:
        if action is not None:
            try:
                action(*args)
            except Exception as error:  # noqa: BLE001 - a sink may be anything
                self._on.remove(sink)
                name = getattr(sink, "name", type(sink).__name__.lower())
                why = " ".join(str(error).split()) or type(error).__name__
                self.switched_off.append(name)
                self._warn(f"{name} switched off: {why}; the set goes on without it")


def provenance(landmarker: Any = None, meta: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Versions and model behind a result.

    Args:
        landmarker: the model that made the poses (``model_name``, ``sha256``), or None.
        meta: what a pose track says of the model that made it, where no landmarker ran.
    """

    def version(name: str) -> str | None:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return None

    from . import __version__

    made: dict[str, Any] = {"formcheck": __version__}
    if landmarker is not None:
        made |= {
            "mediapipe": version("mediapipe"),
            "opencv": version("opencv-python") or version("opencv-contrib-python"),
            "model": landmarker.model_name,
            "model_sha256": landmarker.sha256,
        }
    else:
        made |= {k: (meta or {}).get(k) for k in ("mediapipe", "opencv", "model", "model_sha256")}
    return made


def run_set(
    stream: Iterable[Frame | Pose | None],
    analyzer: Analyzer,
    sinks: Sequence[Sink] = (),
    landmarker: Any = None,
    *,
    info: RunInfo | None = None,
    control: Control | None = None,
    rebase: bool = False,
    warn: Callable[[str], None] = lambda line: None,
) -> Ended:
    """Judge frames until the stream ends, breaks off, or someone asks to stop.

    Args:
        stream: frames, or the poses of a track; None where a live source has nothing new. An
            iterator is used as far as needed, so the next call goes on with the next frame.
        analyzer: fresh, for one set.
        sinks: entered context managers. They are started here, and closed with the result
            (with None when the set is to be dropped).
        landmarker: makes a pose of a frame; not needed for a track.
        info: told to the sinks; its meter is fed.
        control: read before each frame.
        rebase: count times from the first frame judged here (a later set of one stream).
        warn: takes one line for the person.

    Raises:
        InputError: the stream failed or ended before its first frame.
        ValueError: the stream's clock went back.
    """
    control = control or Control()
    info = info or RunInfo(clip="", size=(0, 0))
    outs = _Sinks(sinks, warn)
    outs.call("start", info)
    how: str | None = None
    lost: InputError | None = None
    from_t = None if rebase else 0.0
    pose: Pose | None = None
    try:
        for item in stream:
            if control.end is not None:
                break
            frame = None if isinstance(item, Pose) else item
            if control.paused or item is None:
                outs.call("idle", frame)
                continue
            found = item if isinstance(item, Pose) else landmarker.detect(item)
            from_t = found.t if from_t is None else from_t
            if from_t:
                found = _earlier(found, from_t)
                frame = frame and dataclasses.replace(frame, t=found.t)
            step = analyzer.update(found)
            pose = found
            outs.call("write", frame, pose, step)
            if info.meter is not None:
                info.meter.shown(frame)
    except KeyboardInterrupt:
        how = "interrupted"
    except InputError as error:
        how, lost = "lost", error
    except BaseException:
        outs.call("close", None)
        raise
    how = how or control.end or "end"
    if pose is None and not rebase and how in ("end", "lost"):
        outs.call("close", None)
        raise lost or InputError(
            f"{info.clip or 'the stream'}: expected frames, none came; check that it plays"
        )
    last = analyzer.finish()
    if pose is not None:
        outs.finish(pose, last)
    result = analyzer.result()
    done = bool(result.reps or result.holds)
    kept = pose is not None and (how != "restart") and (how != "switch" or done)
    outs.call("close", result if kept else None)
    return Ended(how, result, kept, lost, tuple(outs.switched_off))


def _earlier(pose: Pose, by: float) -> Pose:
    """``pose`` with its time moved ``by`` seconds back, kept in the track's float32 so that a
    recorded track replays to the very same times."""
    return dataclasses.replace(pose, t=float(np.float32(pose.t - by)))


def run(
    stream: Iterable[Frame | Pose | None],
    analyzer: Analyzer,
    sinks: Sequence[Sink] = (),
    landmarker: Any = None,
    *,
    info: RunInfo | None = None,
    control: Control | None = None,
    warn: Callable[[str], None] = lambda line: None,
) -> SetResult:
    """Judge one set and return its result; the arguments are those of :func:`run_set`.

    Raises:
        InputError: no frame came, or the stream broke off (the sinks have the result so far).
        KeyboardInterrupt: Ctrl-C (the sinks have the result so far).
    """
    ended = run_set(stream, analyzer, sinks, landmarker, info=info, control=control, warn=warn)
    if ended.error is not None:
        raise ended.error
    if ended.how == "interrupted":
        raise KeyboardInterrupt
    return ended.result
