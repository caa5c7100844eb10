"""The set-up page: what the camera sees, and what is in place already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..body.pose import Pose
from ..coach.setup_check import SetupGuide, checks
from ..vision.pipeline import Seen

if TYPE_CHECKING:
    from ..coach.session import Item
    from ..sinks.info import RunInfo
    from .board import Board
    from .screen import Screen

__all__ = ["SettingUp"]


class SettingUp:
    """Looks at frames before the first set.

    Args:
        item: the set that comes; None where the drill is to be recognised.
    """

    def __init__(
        self, item: Item | None, info: RunInfo, screen: Screen, board: Board, source: str
    ) -> None:
        self._guide = None if item is None else SetupGuide(item.drill)
        self._screen, self._board = screen, board
        self._about = {
            "drill": item.drill.name if item else "",
            "title": item.drill.title if item else "",
            "camera": item.drill.camera if item else "",
            "how": item.drill.setup if item else "",
            "source": source,
        }
        screen.notice = None
        screen.start(info.of(item.drill if item else None))
        self._show(None, known=False)

    def look(self, item: Seen | Pose | None) -> bool:
        """Show a frame, or that the camera is silent; whether the start position has been held for
        long enough to begin."""
        if item is None:
            self._screen.idle(None)
            return False
        frame, pose = (item.frame, item.pose) if isinstance(item, Seen) else (None, item)
        if self._guide is not None:
            self._guide.update(pose)
            self._show(self._guide)
        self._screen.watch(frame, pose)
        return self._guide is not None and self._guide.ready(pose.t)

    def _show(self, guide: SetupGuide | None, known: bool = True) -> None:
        problem = guide.problem if guide else None
        self._board.show(
            mode="setup",
            setup={
                **self._about,
                "checks": checks(problem.code if problem else None, known),
                "say": problem.say if problem else "",
            },
        )
