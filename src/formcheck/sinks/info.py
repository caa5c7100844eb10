"""What a sink is: what it is told of a set, and the speed of the loop that feeds it."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..body.pose import Pose

if TYPE_CHECKING:
    from ..drill import Drill
    from ..events import SetResult, Step
    from ..vision.frames import Frame

__all__ = ["Meter", "RunInfo", "Sink"]


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
        seconds: how long the stream is, None where that is not known.
        drill, title, kind: the drill's name, its name in words, ``reps`` or ``hold``.
        live: whether the person watches while it runs.
        set: 1 for the first set of a session, 2 for the next.
        advice: what to do about a reason that nothing can be judged, by the reason's name,
            where the drill knows better than the general sentence.
        provenance: what the result was made with.
        meter: speed of the loop, for display.
        sided: whether there is another side to change to.
        measures: name and unit of the drill's measures, the one that counts first.
        outline: where to lie or stand, live only, as ``catalogue.figures.outline_of`` gives it.
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
    seconds: float | None = None
    sided: bool = True
    measures: tuple[tuple[str, str], ...] = ()
    outline: Mapping[str, Any] = field(default_factory=dict)

    def of(self, drill: Drill | None) -> RunInfo:
        """The same for a set of ``drill``; None is yet to be recognised."""
        from ..catalogue.figures import outline_of
        from ..drill import Sides
        from ..judge.recognise import AUTO
        from ..wording import camera_advice

        if drill is None:
            return replace(self, drill=AUTO, title="Recognising")
        advice, sided = camera_advice(drill.view.name), drill.sides is not Sides.NONE
        return replace(self, drill=drill.name, title=drill.title, kind=drill.kind, advice=advice,
                       sided=sided, outline=outline_of(drill) if self.live else {},
                       measures=tuple((m.name, m.unit) for m in drill.all_measures))  # fmt: skip


class Sink(Protocol):
    """Where steps go. A context manager that may be given several sets, one after the other.

    ``start`` opens a set, ``close`` ends it: with its result, or with None when the set is
    dropped and what was written of it must go. Leaving the context releases the rest.
    A sink that sets ``slow`` gets its ``write`` and ``finish`` in a thread of its own; ``start``
    and ``close`` never run beside them.
    Ctrl-C does not get a sink that sets ``vital`` out of its ``close``.
    A sink may also have ``idle(frame)``, called instead of ``write`` while the set is paused
    or (with None) while the source has nothing new, and ``finish(step)``, called once after the
    last frame with the events of the set's end; one without it gets that step by ``write``,
    with no frame and the last pose once more. ``drop()``, where there is one, is called instead
    of ``close(None)`` when the person begins the set again: nothing went wrong.
    """

    def start(self, info: RunInfo) -> None: ...

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None: ...

    def close(self, result: SetResult | None) -> None: ...
