"""Whether the whole picture is turned: a phone on its side or upside down that did not say so.

Nothing in a picture says for sure where down is: who lies and draws a knee up looks like a turned
march. So a turn is believed by what it explains: the drill that was asked for is done in the turned
picture, while upright nothing of it was done and no other known drill is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..body.pose import Pose, turned_pose
from ..body.postures import lying, standing
from ..body.steady import Stabiliser
from ..judge.analyzer import Analyzer

if TYPE_CHECKING:
    from ..drill import Drill
    from ..events import SetResult, Step

__all__ = ["TURNS", "WhichWayUp", "picture_hint"]

#: Clockwise degrees that set a picture upright, the likelier first.
TURNS = (90, 270, 180)
#: So many repetitions settle it while the set still runs; at its end one is enough.
SURE_REPS = 3
#: What was not told within so many seconds of a person in view stays as it is.
GIVE_UP_S = 90.0
#: How much has to be done at the end of the set, and for which share of the time it was judged.
LEAST_REPS, LEAST_JUDGED = 2, 0.8
#: A hold of this length counts as the drill done, s; as the shortest of the drills' own attempts.
HOLD_S = 2.5
#: A repetition of another drill, upright, is looked for in so many poses a second.
OTHERS_EVERY_S = 0.1

#: The longer side of a picture over the shorter one, as cameras and telephones make them.
SHAPES = (1.0, 4 / 3, 3 / 2, 16 / 10, 16 / 9, 17 / 9, 2.0, 21 / 9)


class WhichWayUp:
    """Watches a set of ``drill`` for a picture that is turned; ``others`` are all known drills."""

    def __init__(self, drill: Drill, others: Iterable[Drill]) -> None:
        self._drill, self._others = drill, others
        self._turned = {degrees: Analyzer(drill) for degrees in TURNS}
        self._judged = dict.fromkeys(TURNS, 0)
        self._poses: list[Pose] = []
        self._open = True
        #: Degrees by which the picture may have to be turned, one of these; it is not sure.
        self.doubtful: tuple[int, ...] = ()

    def watch(self, step: Step, pose: Pose) -> int | None:
        """Take in a pose and what was judged of it; degrees to turn by once that is sure."""
        if not self._open:
            return None
        long = self._poses and pose.t - self._poses[0].t > GIVE_UP_S
        if _begun(self._drill, step) or long:
            self._close()
            return None
        if not pose.seen:
            return None
        self._poses.append(pose)
        for degrees, analyzer in self._turned.items():
            turned = analyzer.update(turned_pose(pose, degrees))
            self._judged[degrees] += turned.cannot_judge is None
            if turned.reps >= SURE_REPS and self._mostly(degrees):
                return self._settle(degrees)
        return None

    def at_the_end(self) -> int | None:
        """Degrees to turn by, when the stream has ended; None leaves it as it is."""
        if not self._open:
            return None
        for degrees, analyzer in self._turned.items():
            if self._mostly(degrees) and _done(analyzer, LEAST_REPS):
                return self._settle(degrees)
        return None

    def _mostly(self, degrees: int) -> bool:
        return self._judged[degrees] >= LEAST_JUDGED * len(self._poses)

    def _settle(self, degrees: int) -> int | None:
        """``degrees``, unless what is seen can be explained as it is."""
        upright = [
            _upright(pose, degrees) for pose in self._poses[:: max(1, len(self._poses) // 30)]
        ]
        other = self._other_drill()
        # Somebody who lies on the side does so either way round, only with the other leg on top.
        either = [
            turn
            for turn, analyzer in self._turned.items()
            if turn != degrees and self._mostly(turn) and _done(analyzer, 1)
        ]
        self._close()
        looks_upright = sum(upright) > len(upright) / 2
        if other is not None and looks_upright:
            return None
        if other is not None or either or looks_upright:
            self.doubtful = (degrees, *either)
            return None
        return degrees

    def _other_drill(self) -> Drill | None:
        due, few = -1.0, []
        for pose in self._poses:
            if pose.t >= due:
                due = pose.t + OTHERS_EVERY_S - 0.005
                few.append(pose)
        for drill in self._others:
            analyzer = Analyzer(drill)
            for pose in few:
                analyzer.update(replace(pose, people=1))
            if _done(analyzer, 1):
                return drill
        return None

    def _close(self) -> None:
        self._open, self._poses = False, []


def _begun(drill: Drill, step: Step) -> bool:
    """Whether something of the drill was done as the picture is: a repetition, or part of one, or
    as much of a hold."""
    running = step.hold_s if drill.kind == "hold" else 0.0
    return bool(step.reps or step.partial or step.holds) or running >= HOLD_S


def _upright(pose: Pose, degrees: int) -> bool:
    """Whether a body looks like one in a picture that is not turned: it stands, or lies in a
    picture that is wider than high."""
    body = Stabiliser().body(pose)
    if body is None:
        return False
    body.torso = max(1.0, abs(body.trunk.axis))
    wide = pose.size[0] >= pose.size[1]
    return standing(body) or (degrees != 180 and wide and lying(body))


def _done(analyzer: Analyzer, least: int) -> bool:
    """Whether the drill was done so many times, or held once."""
    analyzer.finish()
    result = analyzer.result()
    return sum(rep.complete for rep in result.reps) >= least or any(
        hold.seconds >= HOLD_S for hold in result.holds
    )


def picture_hint(way_up: WhichWayUp | None, size: tuple[int, int], result: SetResult) -> str:
    """What may be wrong with the picture of a set that has ended, in words; empty: nothing."""
    if way_up is not None and way_up.doubtful:
        turns = " or ".join(f"--rotate {degrees}" for degrees in way_up.doubtful)
        return f"the picture may lie on its side; if it does, judge it with {turns}"
    done = any(rep.complete for rep in result.reps) or result.holds
    if done or not _odd(size):
        return ""
    width, height = size
    return (
        f"{width} x {height} is an unusual shape of picture; if people look squashed in it, save "
        "it again with square pixels"
    )


def _odd(size: tuple[int, int]) -> bool:
    """Whether hardly a camera makes pictures of this shape."""
    short, long = sorted(size)
    return short > 0 and all(abs(long / short / shape - 1) > 0.03 for shape in SHAPES)
