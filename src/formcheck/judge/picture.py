"""Which reason stands when nothing can be judged: what is wrong with the picture goes before what
follows from it. Pure.

A picture's fault (:data:`~formcheck.body.pose.PICTURE_FAULTS`) is measured all the time. It is said
only where nobody can be judged; somebody who is seen well in a dim room hears nothing of it. Two
faults leave nothing to judge whoever is seen: a camera that stands still, and one that stutters.
"""

from __future__ import annotations

from math import exp

from ..body.framing import cut_off, is_small, is_tilted
from ..body.measures import Body
from ..body.pose import Pose
from ..events import Reason

__all__ = ["PictureReasons"]

#: Faults that leave nothing to judge, and what hides or blurs a body.
_BLIND = frozenset({Reason.FROZEN, Reason.STUTTERING})
_POOR = frozenset({Reason.TOO_DARK, Reason.TOO_NOISY, Reason.BLURRED, Reason.BACKLIT})
#: What a body that is cut off, small or tilted may be taken for.
_MISTAKEN = (
    Reason.NO_PERSON,
    Reason.JOINTS_HIDDEN,
    Reason.NOT_IN_START_POSITION,
    Reason.WRONG_VIEW,
)
_HIDDEN = (Reason.NO_PERSON, Reason.JOINTS_HIDDEN)
#: A body must have been framed badly for most of so many seconds (EC): somebody who walks out of
#: the picture is cut off for one.
FRAMED_S = 3.0
#: The slope, degrees, from which a camera spoils a posture (EC; measured: at 20 all is judged).
TILTED_DEG = 12.0


class PictureReasons:
    """Follows the poses of one stream and names the reason.

    ``moves`` is whether the camera does.
    """

    def __init__(self) -> None:
        self._t: float | None = None
        self._shares = {Reason.TOO_NEAR: 0.0, Reason.TOO_FAR: 0.0, Reason.TILTED: 0.0}
        self._changed = False  # another picture came, and nothing was judged since
        self.moves = False

    def note(self, pose: Pose, body: Body | None) -> None:
        """Take in a pose; ``body`` is its steady one."""
        if pose.picture == Reason.PICTURE_CHANGED.value:
            self.__init__()  # type: ignore[misc]
            self._changed = True
        self.moves = pose.picture == Reason.CAMERA_MOVING.value
        if body is None or not pose.seen:
            return
        now = {
            Reason.TOO_NEAR: cut_off(pose) not in ("", "part"),
            Reason.TOO_FAR: is_small(pose),
            Reason.TILTED: is_tilted(body, TILTED_DEG),
        }
        gain = 1.0 if self._t is None else 1 - exp(-min(pose.t - self._t, 1.0) / FRAMED_S)
        self._t = pose.t
        for reason, here in now.items():
            self._shares[reason] += gain * (here - self._shares[reason])

    def of(self, reason: Reason | None, pose: Pose) -> Reason | None:
        """The reason to give instead of ``reason``, which the body alone gives."""
        fault = Reason(pose.picture) if pose.picture else None
        if fault in _BLIND:
            return fault
        if reason is None:
            self._changed = False
            return None
        if reason in _HIDDEN and fault in _POOR:
            return fault
        framed = self.framed(reason)
        if framed is not reason:
            return framed
        if reason in _MISTAKEN and self._changed:
            return Reason.PICTURE_CHANGED
        return Reason.CAMERA_MOVING if self.moves else reason

    def framed(self, reason: Reason) -> Reason:
        """The fault of the framing that ``reason`` follows from, as far as that was seen."""
        worst = max(self._shares, key=self._shares.__getitem__)
        mistaken = _HIDDEN if worst is Reason.TOO_FAR else _MISTAKEN
        return worst if reason in mistaken and self._shares[worst] > 0.5 else reason
