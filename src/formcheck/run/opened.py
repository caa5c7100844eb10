"""A stream opened to be judged: its frames with their poses, and what sinks are told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ..body.pose import Pose, turned_pose
from ..sinks.info import RunInfo
from ..vision.frames import turn
from ..vision.pipeline import Seen, looked_at, polled
from ..vision.track import PoseTrack
from .provenance import provenance

if TYPE_CHECKING:
    from ..vision.landmarker import Landmarker
    from ..vision.models import Model
    from ..vision.people import Wanted

__all__ = ["Opened", "opened"]


@dataclass
class Opened:
    """``info`` says what is known of the stream before a set; ``model`` finds the poses, by
    ``landmarker`` once they are looked for. A live picture that is found to be turned is handed on
    turned clockwise by ``degrees`` from then on, with its pose."""

    stream: Any
    info: RunInfo
    model: Model | None
    landmarker: Landmarker | None = None
    degrees: int = 0
    _pointed: bool = False
    _last: tuple[float, float] | None = None

    def point_at(self, x: float, y: float) -> None:
        """Keep to the person at (x, y), shares of the picture."""
        if self.landmarker is not None:
            self._pointed = True
            for _ in range(self.degrees, 360 if self.degrees else 0, 90):
                x, y = 1 - y, x  # on round to the picture as it comes
            self.landmarker.point_at(x, y)

    def turn_by(self, degrees: int) -> None:
        """Turn what comes from now on clockwise by so many degrees more."""
        self.degrees = (self.degrees + degrees) % 360

    def changed(self) -> str:
        """How it came to somebody else since this was asked last: ``pointed`` at, or ``found`` to
        exercise; empty if it did not."""
        now = self.landmarker.changed_to if self.landmarker is not None else None
        if now is self._last:
            return ""
        self._last, pointed, self._pointed = now, self._pointed, False
        return "pointed" if pointed else "found"

    @contextmanager
    def seen(self, wanted: Wanted | None = None) -> Iterator[Iterator[Seen | Pose | None]]:
        """The frames with their poses. The model is loaded here, and only if it is needed.

        Args:
            wanted: whom to keep to where there are several people.

        Raises:
            ModelError: the model does not load.
        """
        with ExitStack() as stack:
            watch = None
            if self.model is not None and not isinstance(self.stream, PoseTrack):
                from ..vision.landmarker import Landmarker  # slow to load
                from ..vision.picture import PictureWatch

                watch = PictureWatch()
                if wanted is not None and (fits := wanted.fits) is not None:
                    wanted = replace(
                        wanted, fits=lambda pose: fits(turned_pose(pose, self.degrees))
                    )
                self.landmarker = stack.enter_context(Landmarker(self.model, wanted=wanted))
            live = self.info.live
            frames = polled(self.stream) if live else self.stream
            looks = stack.enter_context(looked_at(frames, self.landmarker, live=live, watch=watch))
            yield map(self._turned, looks) if live else looks
        if self.landmarker is not None:
            notes = self.landmarker.notes
            self.stream.warnings += [f"{self.info.clip}: {line}" for line in notes]

    def _turned(self, item: Seen | Pose | None) -> Seen | Pose | None:
        if item is None or not self.degrees:
            return item
        if isinstance(item, Pose):
            return turned_pose(item, self.degrees)
        image = turn(item.frame.image, self.degrees)
        return Seen(replace(item.frame, image=image), turned_pose(item.pose, self.degrees))


@contextmanager
def opened(
    stream: Any,
    model: Model | None = None,
    *,
    name: str | None = None,
    live: bool = False,
    warn: Callable[[str], None] = lambda line: None,
) -> Iterator[Opened]:
    """Enter ``stream``, and pass on its warnings however it ends.

    Args:
        stream: of :func:`~formcheck.vision.source.open_source`.
        model: finds the poses; None for a pose track, whose own model is then named.
        name: what results call the clip; else the stream's own.
        live: whether the person watches.
        warn: takes one line for the person.
    """
    with stream:
        found = model and SimpleNamespace(model_name=model.name, sha256=model.sha256)
        made = provenance(found, getattr(stream, "meta", None))
        info = RunInfo(
            clip=name or stream.name,
            size=stream.size,
            fps=stream.fps,
            live=live,
            provenance=made,
            seconds=getattr(stream, "duration_s", None),
        )
        try:
            yield Opened(stream, info, model)
        finally:
            for line in stream.warnings:
                warn(f"warning: {line}")
