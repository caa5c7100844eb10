"""What the page shows of a set: the window's counterpart, as numbers and words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..sinks import BaseSink
from ..sinks.shown import Dial, Lingering, View, band_of, dial_of, phase_word

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..body.pose import Pose
    from ..coach.session import Notice
    from ..events import Step
    from ..sinks.info import RunInfo
    from ..vision.frames import Frame
    from .pictures import Pictures

__all__ = ["Screen", "points"]


class Screen(BaseSink):
    """Shows each step on the page.

    Args:
        pictures: takes frames with what is shown over them.
        mirror: whether the page shows the person as a mirror would.

    Attributes:
        notice: what a coach has to show besides the set; None is nothing.
        silence: gives what to show while the source has nothing new.
        paused: why the set is paused; empty where it is not.
    """

    name = "page"

    def __init__(self, pictures: Pictures, mirror: bool = True) -> None:
        self.notice: Notice | None = None
        self.silence: Callable[[], str] = lambda: "Waiting for the camera"
        self.paused: Callable[[], str] = lambda: ""
        self.mirror = mirror
        self._pictures = pictures
        self._info: RunInfo | None = None
        self._shown = Lingering()
        self._last: tuple[Pose, Step | None, bool] | None = None

    def start(self, info: RunInfo) -> None:
        self._info, self._shown = info, Lingering()

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None:
        shown, done = self._shown.of(step)
        self._last = pose, shown, done
        self._show(frame, pose, shown, done, "")

    def watch(self, frame: Frame | None, pose: Pose) -> None:
        """A frame outside a set: :attr:`notice` says all there is to say."""
        self._last = pose, None, False
        self._show(frame, pose, None, False, "")

    def idle(self, frame: Frame | None) -> None:
        """A pause over the moving picture, or a silent camera."""
        if self._last is None:
            return
        _, step, done = self._last
        self._show(frame, None, step, done, self.paused() or self.silence())

    def _show(
        self, frame: Frame | None, pose: Pose | None, step: Step | None, done: bool, message: str
    ) -> None:
        info, notice = self._info, self.notice
        meter = info.meter if info else None
        view = View(
            title=info.title if info else "",
            kind=info.kind if info else "reps",
            mirror=self.mirror,
            message=message or (notice.text if notice else "") or None,
            heading=notice.heading if notice else "",
            dial=Dial(*notice.dial) if notice and notice.dial else None,
            advice=info.advice if info else {},
        )
        self._pictures.put(frame, _head(view, pose, step, done, meter))


def _head(
    view: View, pose: Pose | None, step: Step | None, done: bool, meter: Any
) -> dict[str, Any]:
    """Everything but the pixels, as JSON takes it."""
    dial, band = dial_of(step, view, done), band_of(step, view)
    judged = step.judged if step is not None and step.cannot_judge is None else ()
    return {
        "title": view.title,
        "side": str(step.side) if step is not None and step.side else "",
        "word": phase_word(step, view),
        "set": step is not None,
        "dial": {
            "number": dial.number,
            "below": dial.below,
            "share": _share(dial.share),
            "state": dial.state,
        },
        "band": None if band is None else {"head": band.head, "more": band.more, "sign": band.sign},
        "counted_only": view.advice.get("counted_only", "")
        if step is not None and step.counted_only
        else "",
        "fault": bool(step is not None and step.faults),
        "judged": [int(joint) for joint in judged],
        "pose": None if pose is None else points(pose),
        "mirror": view.mirror,
        "fps": _number(meter.fps if meter else math.nan),
        "captured_fps": _number(meter.captured_fps if meter else math.nan),
        "delay_ms": _number(1000 * meter.delay_s if meter else math.nan),
    }


def points(pose: Pose) -> dict[str, Any] | None:
    """The joints in pixels of the picture, with how sure the model is of each (0-9); None where
    nobody is seen."""
    if not pose.seen:
        return None
    limit = 4.0 * max(pose.size)  # a wild landmark is left out
    xy = [
        [round(float(x), 1), round(float(y), 1)] if abs(x) < limit and abs(y) < limit else None
        for x, y in pose.xy
    ]
    return {"size": list(pose.size), "xy": xy, "sure": [int(9 * v) for v in pose.visibility]}


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 3) if math.isfinite(value) else 0.0


def _number(value: float) -> float | None:
    return round(value, 1) if math.isfinite(value) else None
