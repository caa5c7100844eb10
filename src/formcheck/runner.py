"""The one loop: a stream in, an analyzer in the middle, sinks out.

Live, recorded and bench runs differ in the stream and the sinks they pass, not in the loop.
A sink that fails is switched off with one line, a slow one works in a thread of its own;
however the stream ends, the set is closed, its result goes to the sinks that still work, and
the caller gets it.
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
from .pipeline import Seen
from .pose import Pose
from .threads import Belt, await_all, stage

if TYPE_CHECKING:
    from .analyzer import Analyzer
    from .capture import Frame
    from .events import SetResult, Step
    from .recognise import Recogniser

__all__ = [
    "Control",
    "Ended",
    "Meter",
    "RunInfo",
    "Sink",
    "pose_of",
    "provenance",
    "run",
    "run_set",
]


class Meter:
    """Frames a second, judged and captured, and the age of what is shown, over the last frames.

    Only for display: nothing that is judged reads it.
    """

    #: Fewer judged frames a second than this are too few for quick movements.
    TOO_FEW = 12.0

    def __init__(self, window: int = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._done: deque[float] = deque(maxlen=window)
        self._delays: deque[float] = deque(maxlen=window)
        self._dropped: deque[int] = deque(maxlen=window)
        self.dropped = 0

    def shown(self, frame: Frame | None) -> None:
        """``frame`` was judged and drawn; its age counts from ``frame.captured``, if known."""
        now = self._clock()
        self._done.append(now)
        age = now - getattr(frame, "captured", math.nan)
        if math.isfinite(age):
            self._delays.append(age)
        dropped = getattr(frame, "dropped", 0)
        self._dropped.append(dropped)
        self.dropped += dropped

    @property
    def fps(self) -> float:
        """Judged frames a second, NaN until two were judged."""
        if len(self._done) < 2:
            return math.nan
        return (len(self._done) - 1) / max(self._done[-1] - self._done[0], 1e-9)

    @property
    def captured_fps(self) -> float:
        """Frames a second that came, judged or not; NaN until two were judged."""
        shown = max(1, len(self._done) - 1)
        return self.fps * (shown + sum(list(self._dropped)[1:])) / shown

    @property
    def delay_s(self) -> float:
        """Median age of a frame once shown, in seconds; NaN where frames do not say."""
        return self.delay_at(50)

    def delay_at(self, percent: float) -> float:
        """A percentile of the age of a frame once shown, in seconds; NaN where unknown."""
        return float(np.percentile(self._delays, percent)) if self._delays else math.nan

    @property
    def behind(self) -> bool:
        """Whether too few frames are judged although more came, over a whole window."""
        if len(self._done) < (self._done.maxlen or 0):
            return False
        return self.fps < min(self.TOO_FEW, 0.9 * self.captured_fps)

    def __str__(self) -> str:
        """``18 of 30 fps · 41 ms (95 %: 55)``: judged, captured, age once shown."""
        parts = []
        if math.isfinite(self.fps):
            came = f" of {self.captured_fps:.0f}" if any(self._dropped) else ""
            parts.append(f"{self.fps:.0f}{came} fps")
        if self._delays:
            typical, worst = (self.delay_at(percent) * 1000 for percent in (50, 95))
            parts.append(f"{typical:.0f} ms (95 %: {worst:.0f})")
        return " · ".join(parts)


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
    A sink that sets ``slow`` gets its ``write`` and ``finish`` in a thread of its own; ``start``
    and ``close`` never run beside them.
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


class _Worker:
    """Stands before a slow sink and hands it what comes in a thread of its own, in order.

    A recording waits when the sink lags behind. Live it never does: then frames without an
    event are left out, and a sink that cannot even take the events is an error.
    """

    ROOM = 8
    #: Steps with events that may wait for a live sink, before it counts as stuck.
    STUCK = 64

    def __init__(self, sink: Any, live: bool) -> None:
        self.sink, self._live = sink, live
        self.left_out = 0
        self._belt: Belt[tuple[Callable[..., None], tuple[Any, ...]]] = Belt(
            self.STUCK if live else self.ROOM
        )
        self._error: Exception | None = None
        # A recording has to wait for its sinks, so they need not wait for the model.
        self._through = stage("sink", self._run, self._belt, first=not live)

    def _run(self) -> None:
        for action, args in self._belt:
            try:
                action(*args)
            except Exception as error:  # noqa: BLE001 - a sink may be anything
                self._error = error
                self._belt.drop()

    def hand(self, action: Callable[..., None], *args: Any, may_skip: bool = False) -> None:
        """Have ``action`` called.

        Raises:
            what an earlier action raised; RuntimeError: the sink is stuck.
        """
        if self._live:
            if may_skip and len(self._belt) >= self.ROOM:
                self.left_out += 1
                return
            if len(self._belt) >= self.STUCK:
                raise RuntimeError("it does not keep up")
        if not self._belt.put((action, args)):
            self._raise()

    def end(self, keep: bool) -> None:
        """Wait until all is written (or, when nothing is to be kept, forget what is waiting).

        Raises:
            what an action raised.
        """
        if keep:
            self._belt.end()
        else:
            self._belt.drop()
        await_all([self._through])
        if keep:
            self._raise()

    def leave(self) -> None:
        """Hand it nothing more; a sink that hangs is left behind."""
        self._belt.drop()

    def _raise(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error


class _Sinks:
    """Calls every sink; one that raises is switched off and named in one line."""

    def __init__(
        self, sinks: Sequence[Sink], warn: Callable[[str], None], live: bool = False
    ) -> None:
        self._on = list(sinks)
        self._warn, self._live = warn, live
        self._workers: dict[int, _Worker] = {}
        self.switched_off: list[str] = []

    def start(self, info: RunInfo) -> None:
        for sink in tuple(self._on):
            self._try(sink, sink.start, info)
        for sink in self._on:
            if getattr(sink, "slow", False):
                self._workers[id(sink)] = _Worker(sink, self._live)

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None:
        for sink in tuple(self._on):
            self._try(sink, sink.write, frame, pose, step, may_skip=not step.events)

    def idle(self, frame: Frame | None) -> None:
        for sink in tuple(self._on):
            if hasattr(sink, "idle"):
                self._try(sink, sink.idle, frame, may_skip=True)

    def finish(self, pose: Pose, step: Step) -> None:
        for sink in tuple(self._on):
            if hasattr(sink, "finish"):
                self._try(sink, sink.finish, step)
            else:
                self._try(sink, sink.write, None, pose, step)

    def close(self, result: SetResult | None) -> None:
        for sink in tuple(self._on):
            worker = self._workers.pop(id(sink), None)
            if worker is not None:
                try:
                    worker.end(keep=result is not None)
                except Exception as error:  # noqa: BLE001 - a sink may be anything
                    self._switch_off(sink, error)
                    continue
                if worker.left_out:
                    self._warn(
                        f"{_name(sink)}: {worker.left_out} frames were left out, "
                        "the machine could not keep up"
                    )
            self._try(sink, sink.close, result)

    def _try(
        self, sink: Sink, action: Callable[..., None], *args: Any, may_skip: bool = False
    ) -> None:
        worker = self._workers.get(id(sink))
        try:
            if worker is None:
                action(*args)
            else:
                worker.hand(action, *args, may_skip=may_skip)
        except Exception as error:  # noqa: BLE001 - a sink may be anything
            self._switch_off(sink, error)

    def _switch_off(self, sink: Sink, error: Exception) -> None:
        self._on.remove(sink)
        worker = self._workers.pop(id(sink), None)
        if worker is not None:
            worker.leave()
        why = " ".join(str(error).split()) or type(error).__name__
        self.switched_off.append(_name(sink))
        self._warn(f"{_name(sink)} switched off: {why}; the set goes on without it")


def _name(sink: Sink) -> str:
    return str(getattr(sink, "name", type(sink).__name__.lower()))


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
    stream: Iterable[Frame | Seen | Pose | None],
    analyzer: Analyzer | Recogniser,
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
        stream: frames, with their poses (see :func:`~formcheck.pipeline.looked_at`) or
            without, or the poses of a track; None where a live source has nothing new. An
            iterator is used as far as needed, so the next call goes on with the next frame.
        analyzer: fresh, for one set.
        sinks: entered context managers. They are started here, and closed with the result
            (with None when the set is to be dropped).
        landmarker: makes a pose of a frame that comes without one.
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
    outs = _Sinks(sinks, warn, info.live)
    outs.start(info)
    how: str | None = None
    lost: InputError | None = None
    told = False
    from_t = None if rebase else 0.0
    pose: Pose | None = None
    try:
        for item in stream:
            if control.end is not None:
                break
            frame = _frame(item)
            if control.paused or item is None:
                outs.idle(frame)
                continue
            found = pose_of(item, landmarker)
            from_t = found.t if from_t is None else from_t
            if from_t:
                found = _earlier(found, from_t)
                frame = frame and dataclasses.replace(frame, t=found.t)
            step = analyzer.update(found)
            pose = found
            outs.write(frame, pose, step)
            if info.meter is not None:
                info.meter.shown(frame)
                if info.live and not told and info.meter.behind:
                    told = True
                    warn(_too_slow(info))
    except KeyboardInterrupt:
        how = "interrupted"
    except InputError as error:
        how, lost = "lost", error
    except BaseException:
        outs.close(None)
        raise
    how = how or control.end or "end"
    if pose is None and not rebase and how in ("end", "lost"):
        outs.close(None)
        raise lost or InputError(
            f"{info.clip or 'the stream'}: expected frames, none came; check that it plays"
        )
    last = analyzer.finish()
    if pose is not None:
        outs.finish(pose, last)
    result = analyzer.result()
    done = bool(result.reps or result.holds)
    kept = pose is not None and (how != "restart") and (how != "switch" or done)
    outs.close(result if kept else None)
    return Ended(how, result, kept, lost, tuple(outs.switched_off))


def pose_of(item: Frame | Seen | Pose, landmarker: Any) -> Pose:
    """The pose of what a stream gives: its own, or the one the landmarker finds now."""
    if isinstance(item, Pose):
        return item
    if isinstance(item, Seen):
        return item.pose
    found: Pose = landmarker.detect(item)
    return found


def _frame(item: Frame | Seen | Pose | None) -> Frame | None:
    if item is None or isinstance(item, Pose):
        return None
    return item.frame if isinstance(item, Seen) else item


def _too_slow(info: RunInfo) -> str:
    meter = info.meter
    assert meter is not None
    lighter = info.provenance.get("model") not in ("lite", "pose_landmarker_lite")
    advice = "try --model lite" if lighter else "close other programs"
    return (
        f"the machine judges {meter.fps:.0f} of {meter.captured_fps:.0f} frames a second, too "
        f"few for quick movements; {advice}"
    )


def _earlier(pose: Pose, by: float) -> Pose:
    """``pose`` with its time moved ``by`` seconds back, kept in the track's float32 so that a
    recorded track replays to the very same times."""
    return dataclasses.replace(pose, t=float(np.float32(pose.t - by)))


def run(
    stream: Iterable[Frame | Seen | Pose | None],
    analyzer: Analyzer | Recogniser,
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
