"""The pose model: one frame in, one :class:`~formcheck.body.pose.Pose` out.

MediaPipe tracks a body well at any angle, but finds one only if it is roughly upright: a person
lying prone may never be found. So while nobody is found, single frames are also looked at turned
by quarter turns, and then at a lower confidence. What that brings must look like a body, and be
seen again at the same place on a following frame, before the tracker is turned that way. Who is
small in the picture is found, and followed, in a part of it. Once a body is tracked nothing of this
runs. Every few seconds one look for several bodies tells who else is in view, and ``people`` who of
them exercises; it runs beside the frames that follow, and counts from a fixed time on. The others
are painted over in what the tracker sees.

All of it depends on the frames and their times alone: the same clip gives the same poses.
"""

from __future__ import annotations

import hashlib
import math
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..body.pose import Pose
from ..errors import ModelError, UsageError, one_line
from .clothes import SamePerson, leap
from .detection import Detection, another_person, plausible, same_place
from .fading import faded
from .frames import Frame, Image, to_rgb, turn
from .graph import Graph, Picture
from .looks import Looks
from .people import HERE, People, Wanted
from .track import quantise
from .windows import Window, around, tiles

__all__ = ["Landmarker"]

#: Confidence of the last resort when nobody is found at the one that was asked for.
LOW_CONFIDENCE = 0.2

#: In the first seconds without a body every frame is searched, then one each so many seconds.
EAGER_S, SEARCH_EVERY_S = 3.0, 0.25

#: A body that was tracked is searched for when it has been gone for so long, s.
LOST_S = 0.5

#: When to look who else is there: after a first is found, while there are several, and otherwise;
#: s. Measured: a look takes 1.5 frames' time, so alone one in 2 s of 20-30 frames costs 3 %.
LOOK_FIRST_S, LOOK_MANY_S, LOOK_EVERY_S = 0.0, 0.5, 2.0

#: A look takes a frame's time and more: its answer counts so much later, s of the stream, however
#: long it took, so that the same clip always gives the same poses.
LOOK_TAKES_S = 0.25


@dataclass(frozen=True)
class _Way:
    """A way to look at a frame: turned clockwise by ``degrees``, at a detection confidence, all of
    it or a part."""

    degrees: int
    confidence: float
    window: Window | None = None

    def seen(self, rgb: Image) -> Image:
        """``rgb`` as it is looked at."""
        return turn(rgb if self.window is None else self.window.of(rgb), self.degrees)

    def back(self, body: Detection) -> Detection:
        """A body that was found so, in the whole picture as it was given."""
        upright = body.turned_back(self.degrees)
        return upright if self.window is None else self.window.whole(upright)


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
        wanted: whom to keep to where there are several people.

    Attributes:
        model_name, sha256: what the poses were made with.
        log: one line for each time somebody was found by searching, or the model was restarted.
        notes: lines for the person about who was judged, each once.
        changed_to: (x, y) of the hips of the one it last changed to, as shares of the picture.

    Raises:
        ModelError: no such model, or it does not load.
        UsageError: confidence or rotate is out of range.
    """

    def __init__(
        self,
        model: Any,
        confidence: float = 0.5,
        rotate: str | int = "auto",
        wanted: Wanted | None = None,
    ) -> None:
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
        self.notes: list[str] = []
        self.changed_to: tuple[float, float] | None = None
        base = 0 if rotate == "auto" else int(rotate)
        turns = (0, 90, 270, 180) if rotate == "auto" else (base,)
        self._home = _Way(base, float(confidence))
        levels = (self._home.confidence, min(self._home.confidence, LOW_CONFIDENCE))
        #: All ways to look, the likelier first; the tracker's own way is left out when searching.
        self._ways = list(dict.fromkeys(_Way(turned, c) for c in levels for turned in turns))
        self._way = self._home
        self._tracker: Graph | None = None
        self._fresh = True  # no frame went through the tracker since it was made
        self._ms = 0
        self._here = False  # whether the frame before had a body
        self._seen_at = -math.inf  # when a body was last tracked
        self._lost_at: float | None = None  # when the search began; None while a body is tracked
        self._searched_at = -math.inf
        self._next_way = self._next_doubt = 0
        self._candidate: tuple[_Way, Detection, list[_Way]] | None = None
        self._people = People(wanted or Wanted())
        self._pointed: tuple[float, float] | None = None
        self._others: tuple[Detection, ...] = ()
        self._undecided = False
        self._same = SamePerson()
        self._body: Detection | None = None  # the body last tracked, in the picture as given
        self._look_at = math.inf
        #: The look that runs beside the tracking: since when, at whom, how, what it will bring.
        self._asked: tuple[float, Detection, _Way, Future[list[Detection]]] | None = None
        self._make_tracker(self._home)
        self._looks = Looks(str(self._path), self._home.confidence, self.log)

    # ------------------------------------------------------------------------------ one frame

    def picture_of(self, frame: Frame) -> Picture | None:
        """``frame`` as the model takes it, which can be made ahead in another thread.

        None for pixels that would break the model for good.
        """
        return self._turned(frame, self._home)

    def point_at(self, x: float, y: float) -> None:
        """Keep to the person at (x, y), shares of the picture, from the next frame on. May be
        called from any thread."""
        self._pointed = x, y

    def detect(self, frame: Frame, picture: Picture | None = None) -> Pose:
        """The pose in ``frame``, rounded as a track keeps it; a missing one if nobody is there.

        Args:
            frame: of one stream, in rising time.
            picture: ``picture_of(frame)`` if that was done elsewhere, to save the time here.

        Raises:
            ModelError: the model breaks on frame after frame.
        """
        if self._pointed is not None:
            self._people = People(Wanted(HERE, None, HERE, near=self._pointed))
            self._pointed, self._asked, self._look_at = None, None, frame.t
        rgb = None
        if picture is None or self._way.degrees != self._home.degrees or self._way.window:
            rgb = to_rgb(frame.image)
            picture = None if rgb is None else Graph.picture(self._way.seen(rgb))
        if picture is None:
            size = (0, 0) if np.ndim(frame.image) < 2 else np.shape(frame.image)[1::-1]
            return quantise(Pose.missing(frame.t, (int(size[0]), int(size[1]))))
        t, size = frame.t, (frame.image.shape[1], frame.image.shape[0])
        if self._others and self._body is not None:
            rgb = to_rgb(frame.image) if rgb is None else rgb
            assert rgb is not None
            picture = Graph.picture(self._way.seen(faded(rgb, self._others, self._body)))
        body = self._track(picture, t)
        if body is None:
            body = self._search(frame)
        self._here = body is not None
        if body is None:
            return quantise(Pose.missing(t, size))
        self._found(t)
        upright = self._body = self._way.back(body)
        if not self._same.update(t, frame.image, upright):
            return self._passed_by(frame, upright)
        if self._asked is None and t >= self._look_at:
            self._ask(frame, upright)
        if self._answered(t):
            self._choose()
        elif self._way.window is not None and not self._way.window.holds(upright):
            self._follow(upright)
        if self._people.awaiting:
            return quantise(Pose.missing(t, size))
        return quantise(upright.pose(t, 2 if self._undecided else 1))

    def _turned(self, frame: Frame, way: _Way) -> Picture | None:
        rgb = to_rgb(frame.image)
        return None if rgb is None else Graph.picture(way.seen(rgb))

    def _found(self, t: float) -> None:
        if self._lost_at is not None or t - self._seen_at > LOST_S:
            self._look_at = t + LOOK_FIRST_S
            self._people.forget()
            self._same.forget()
            self._others, self._undecided = (), False
        if self._lost_at is not None:
            self._looks.only(self._home.confidence)
        self._seen_at, self._lost_at, self._candidate = t, None, None
        self._next_way = 0

    # --------------------------------------------------------------------------------- graphs

    def _make_tracker(self, way: _Way) -> None:
        if self._tracker is not None:
            self._tracker.close()
            self._tracker = None
        self._tracker = Graph(str(self._path), way.confidence, video=True)
        self._way, self._fresh = way, True

    def _turn_to(self, way: _Way) -> None:
        """Track in another way: a turn needs nothing, another confidence a new graph."""
        if way.confidence != self._way.confidence:
            self._make_tracker(way)
        self._way = way

    def _track(self, picture: Picture, t: float) -> Detection | None:
        if self._tracker is None:
            raise ValueError("this landmarker is closed")
        # Whole milliseconds from 1 on that always rise, or the graph refuses them.
        self._ms = max(self._ms + 1, int(t * 1000) + 1)
        try:
            bodies = self._tracker.bodies(picture, self._ms)
        except (RuntimeError, ValueError) as error:
            if self._fresh:
                raise ModelError(
                    f"{self.model_name}: the pose model fails on every frame "
                    f"({one_line(error, 200)}); run `formcheck doctor` or try another --model"
                ) from error
            self.log.append(f"model restarted at t={t:.2f} s ({one_line(error, 200)})")
            self._make_tracker(self._way)
            return None
        self._fresh = False
        body = bodies[0] if bodies else None
        if body is not None and not (self._here or self._way == self._home or plausible(body)):
            return None  # what this way brings was only believed for the body it was found by
        return body

    # ---------------------------------------------------------------------------- the searches

    def _search(self, frame: Frame) -> Detection | None:
        """Look at a frame in which the tracker has nobody in one more way.

        Returns:
            The body, tracked from now on, when this look confirms it; else None.
        """
        t = frame.t
        if self._lost_at is None:
            if t - self._seen_at <= LOST_S:
                return None
            self._lost_at = t
            self._asked = self._body = None
            self._others = ()
            self._turn_to(self._home)
        before = None
        if self._candidate is not None:
            way, before, checks = self._candidate
        else:
            ways = [way for way in self._all_ways(frame) if way != self._way]
            eager = t - self._lost_at <= EAGER_S
            if not ways or (not eager and t - self._searched_at < SEARCH_EVERY_S):
                return None
            way = ways[self._next_way % len(ways)]
            checks = [way, *self._checks(way)]
            self._next_way += 1
        self._searched_at, self._candidate = t, None
        look, *checks = checks
        if before is not None and way.window is not None:
            look = replace(
                way, window=around(before)
            )  # another cut of the picture must show it, too
        picture = self._turned(frame, look)
        assert picture is not None
        found = self._looks.ask(picture, way.confidence).result()
        bodies = [look.back(b) for b in found if plausible(b)]
        if before is None:
            if bodies:
                self._candidate = way, bodies[0], checks
            return None
        if not any(same_place(before, b) for b in bodies):
            if checks:
                self._candidate = way, before, checks
            return None
        return self._begin(frame, replace(way, window=way.window and around(before)))

    def _begin(self, frame: Frame, way: _Way) -> Detection | None:
        """Track from this frame on in another way."""
        self._turn_to(way)
        picture = self._turned(frame, way)
        assert picture is not None
        body = self._track(picture, frame.t)
        if body is None:
            self._turn_to(self._home)
            return None
        part = "" if way.window is None else ", in a part of the picture"
        self.log.append(
            f"found at {way.degrees}°, confidence {way.confidence:g}{part}, t={frame.t:.2f} s"
        )
        return body

    def _all_ways(self, frame: Frame) -> list[_Way]:
        """All ways to look, the likelier first: the whole picture, then its parts."""
        size = (frame.image.shape[1], frame.image.shape[0])
        sure = [way for way in self._ways if way.confidence == self._home.confidence]
        return [*self._ways, *(replace(way, window=tile) for way in sure for tile in tiles(size))]

    def _checks(self, way: _Way) -> list[_Way]:
        """How a find by ``way`` may be confirmed on the frames that follow.

        At the asked confidence the same look again is enough. At the low one, objects in a room are
        taken for people again and again, but from one side only: a body is found from another side,
        too.
        """
        if way.confidence == self._home.confidence:
            return [way]
        turns = range(way.degrees + 90, way.degrees + 360, 90)
        return [replace(way, degrees=turned % 360) for turned in turns]

    # ------------------------------------------------------------------------- several people

    def _ask(self, frame: Frame, held: Detection) -> None:
        """Ask for a look at who is there besides the held one, who is painted over: of two who are
        close together the detector tells one. Others are upright, mostly; while the held one is
        doubted somebody may lie there, who is found in turned pictures only."""
        ways = [self._home]
        if self._people.doubtful:
            ways = [way for way in self._ways if way.confidence == self._home.confidence]
        way = ways[self._next_doubt % len(ways)]
        self._next_doubt += 1
        rgb = to_rgb(frame.image)
        assert rgb is not None
        picture = Graph.picture(way.seen(faded(rgb, [held], None)))
        self._asked = frame.t, held, way, self._looks.ask(picture, self._home.confidence)

    def _answered(self, t: float) -> bool:
        """Whether a look was asked for whose answer counts by now."""
        return self._asked is not None and t >= self._asked[0] + LOOK_TAKES_S

    def _take(self) -> tuple[float, Detection, _Way, list[Detection]]:
        """The answer of that look: when and beside whom it was asked for, how it looked, and who
        is there, in the picture as given."""
        assert self._asked is not None
        (t, held, way, look), self._asked = self._asked, None
        return t, held, way, [way.back(b) for b in look.result() if plausible(b)]

    def _choose(self) -> None:
        """Take in the look that was asked for: who is there, and whom to keep to."""
        t, held, way, bodies = self._take()
        verdict = self._people.update(t, held, bodies)
        self._others, self._undecided = verdict.others, verdict.undecided
        if verdict.why and verdict.why not in self.notes:
            self.notes.append(verdict.why)
        if verdict.change_to is not None:
            self.log.append(f"changed to another person at t={t:.2f} s")
            self._body = verdict.change_to
            self._same.forget()
            x, y = self._body.hips / self._body.size
            self.changed_to = float(x), float(y)
            self._make_tracker(way)
        many = self._others or self._people.doubtful
        self._look_at = t + (LOOK_MANY_S if many else LOOK_EVERY_S)

    def _passed_by(self, frame: Frame, passer: Detection) -> Pose:
        """Somebody took the tracker along: nobody is seen until the held one is, who is looked for
        where last seen, with the passer-by painted over."""
        t, own = frame.t, self._same.own
        assert own is not None
        if self._asked is None:
            self._ask(frame, passer)
        elif self._answered(t):
            _, _, way, there = self._take()
            back = min(there, key=lambda b: leap(own, b), default=None)
            if back is not None and leap(own, back) < 1 and another_person(back, passer):
                self.log.append(f"back to the same person at t={t:.2f} s")
                self._body, self._others = back, (passer,)
                self._make_tracker(way)
        return quantise(Pose.missing(t, passer.size))

    def _follow(self, body: Detection) -> None:
        """Move the part of the picture that is looked at with the person in it."""
        self._make_tracker(replace(self._way, window=around(body)))

    # -------------------------------------------------------------------------------- closing

    def close(self) -> None:
        """Close every graph; may be called twice."""
        self._looks.close()
        tracker, self._tracker = self._tracker, None
        if tracker is not None:
            tracker.close()

    def __enter__(self) -> Landmarker:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
