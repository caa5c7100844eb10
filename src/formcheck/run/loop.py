"""The one loop: a stream in, an analyzer in the middle, sinks out.

Live, recorded and bench runs differ in the stream and the sinks they pass, not in the loop.
A sink that fails is switched off with one line, a slow one works in a thread of its own;
however the stream ends, the set is closed, its result goes to the sinks that still work, and
the caller gets it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..body.pose import Pose
from ..errors import InputError
from ..sinks.info import RunInfo, Sink
from ..vision.pipeline import Seen, unseen
from .workers import _Sinks

if TYPE_CHECKING:
    from ..events import SetResult, Step
    from ..judge.analyzer import Analyzer
    from ..judge.recognise import Recogniser
    from ..vision.frames import Frame

__all__ = ["Control", "Ended", "Stopped", "each_frame", "pose_of", "run", "run_set"]


@dataclass
class Control:
    """What the person asks for while a set runs; read between frames.

    ``end`` names why the set should stop: ``quit``, ``restart`` (drop it, begin again) or
    ``switch`` (keep it, begin again on the other side).
    """

    paused: bool = False
    end: str | None = None


#: Words that end a set which is dropped, for it begins again: from here on, or the clip anew.
_BEGUN_AGAIN = ("restart", "anew")


@dataclass(frozen=True)
class Stopped:
    """Why the frames went no further; ``how`` as in :class:`Ended`, or the word that ended it."""

    how: str
    error: InputError | None = None


@dataclass(frozen=True)
class Ended:
    """How a set ended.

    ``how`` is ``end`` (of the stream), ``quit``, ``restart``, ``switch``, ``interrupted``
    (Ctrl-C), ``lost`` (the source broke off, ``error`` says why) or what ``until`` gave. ``kept``
    is False when the set was dropped: begun again, or switched before anything was done in it.
    ``switched_off`` names the sinks that failed.
    """

    how: str
    result: SetResult
    kept: bool = True
    error: InputError | None = None
    switched_off: tuple[str, ...] = ()


#: Told of a step, of the pose at the stream's own time and of its frame; a word ends the set.
Until = Callable[["Step", Pose, "Frame | None"], "str | None"]


def each_frame(
    stream: Iterable[Frame | Seen | Pose | None],
    take: Callable[[Frame | None, Pose], str | None],
    idle: Callable[[Frame | None], str | None],
    control: Control,
    landmarker: Any = None,
) -> Stopped:
    """Hand on frame after frame, in a set and between two, until something ends it.

    Args:
        stream: as for :func:`run_set`.
        take: gets each frame with its pose; the word that it gives, if any, ends the loop.
        idle: the same, for frames that come in a pause, and None while the source is silent.
        control: read before each frame.
        landmarker: makes a pose of a frame that comes without one.
    """
    try:
        for item in stream:
            if control.end is not None:
                break
            if control.paused or item is None:
                how = idle(_frame(item))
            else:
                how = take(_frame(item), pose_of(item, landmarker))
            if how is not None:
                return Stopped(how)
    except KeyboardInterrupt:
        return Stopped("interrupted")
    except InputError as error:
        return Stopped("lost", error)
    return Stopped(control.end or "end")


class _Set:
    """Judges the frames of one set."""

    def __init__(
        self,
        analyzer: Analyzer | Recogniser,
        outs: _Sinks,
        info: RunInfo,
        rebase: bool,
        until: Until | None,
        warn: Callable[[str], None],
    ) -> None:
        self._analyzer, self._outs, self._info = analyzer, outs, info
        self._until, self._warn = until, warn
        self._from_t = None if rebase else 0.0
        self._told = False
        self.pose: Pose | None = None

    def take(self, frame: Frame | None, seen: Pose) -> str | None:
        if self._from_t is None:
            self._from_t = seen.t
        pose = seen
        if self._from_t:
            pose = _earlier(seen, self._from_t)
            frame = frame and dataclasses.replace(frame, t=pose.t)
        with self._outs.step():
            step = self._analyzer.update(pose)
            self.pose = pose
            over = self._until(step, seen, frame) if self._until is not None else None
            self._outs.write(frame, pose, step)
        meter = self._info.meter
        if meter is not None:
            meter.shown(frame)
            if self._info.live and not self._told and meter.behind:
                self._told = True
                self._warn(_too_slow(self._info))
        return over


def run_set(
    stream: Iterable[Frame | Seen | Pose | None],
    analyzer: Analyzer | Recogniser,
    sinks: Sequence[Sink] = (),
    landmarker: Any = None,
    *,
    info: RunInfo | None = None,
    control: Control | None = None,
    rebase: bool = False,
    until: Until | None = None,
    again: Callable[[], bool] = lambda: False,
    idle: Callable[[], str | None] = lambda: None,
    warn: Callable[[str], None] = lambda line: None,
) -> Ended:
    """Judge frames until the stream ends, breaks off, or someone asks to stop.

    Args:
        stream: frames, with their poses (see :func:`~formcheck.vision.pipeline.looked_at`) or
            without, or the poses of a track; None where a live source has nothing new. An
            iterator is used as far as needed, so the next call goes on with the next frame.
        analyzer: fresh, for one set.
        sinks: entered context managers. They are started here, and closed with the result
            (with None, or by ``drop``, when the set is not kept).
        landmarker: makes a pose of a frame that comes without one.
        info: told to the sinks; its meter is fed.
        control: read before each frame.
        rebase: count times from the first frame judged here (a later set of one stream).
        until: asked after each step, before the sinks have it, whether the set is over.
        again: asked when the stream has ended, whether the set is dropped, to be judged again.
        idle: asked as ``until`` in a pause, and while the source is silent.
        warn: takes one line for the person.

    Raises:
        InputError: the stream failed or ended before its first frame.
        ValueError: the stream's clock went back.
    """
    info = info or RunInfo(clip="", size=(0, 0))
    outs = _Sinks(sinks, warn, info.live)
    judged = _Set(analyzer, outs, info, rebase, until, warn)

    def nothing_new(frame: Frame | None) -> str | None:
        outs.idle(frame)
        return idle()

    try:
        outs.start(info)
        with outs.judging():
            stopped = each_frame(stream, judged.take, nothing_new, control or Control(), landmarker)
        how, pose = stopped.how, judged.pose
        if pose is None and not rebase and how in ("end", "lost"):
            raise stopped.error or InputError(
                f"{info.clip or 'the stream'}: expected frames, none came; check that it plays"
            )
        with outs.ending(how == "interrupted"):
            last = analyzer.finish()
            if pose is not None:
                outs.finish(pose, last)
            result = analyzer.result()
            done = bool(result.reps or result.holds)
            kept = pose is not None and how not in _BEGUN_AGAIN and (how != "switch" or done)
            kept = kept and not (how == "end" and again())
            outs.close(result if kept else None, dropped=not kept)
    except BaseException:
        with outs.ending(False):
            outs.close(None)  # those that have not been ended
        raise
    how = "interrupted" if outs.presses and how not in ("quit", "lost") else how
    return Ended(how, result, kept, stopped.error, tuple(outs.switched_off))


def pose_of(item: Frame | Seen | Pose, landmarker: Any) -> Pose:
    """The pose of what a stream gives: its own, or the one the landmarker finds now."""
    if isinstance(item, Pose):
        return item
    if isinstance(item, Seen):
        return item.pose
    found: Pose = unseen(item) if item.still else landmarker.detect(item)
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
    recorded track replays to exactly the same times."""
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
