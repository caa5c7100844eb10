"""Parts of the picture to look at more closely: who is small in it is found in none of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .detection import Detection
from .frames import Image

__all__ = ["Window", "around", "tiles"]

#: Where tiles begin, as a share of each side of the picture, the last up to its end: three by
#: three, half over each other. The model finds nobody below a third of a picture's height
#: (measured: 0.35, lying 0.45 of its width), so these bring it to 0.16 and 0.2.
STARTS = (0.0, 0.27, 0.54)
#: A window around a person is so many times as long as the person, and moves when the person comes
#: closer to its edge than the second number, as a share of it.
ROOM, EDGE = 2.2, 0.06


@dataclass(frozen=True)
class Window:
    """A part of a picture of ``size``: pixels from (left, top) on, ``width`` by ``height``."""

    left: int
    top: int
    width: int
    height: int
    size: tuple[int, int]

    def of(self, image: Image) -> Image:
        """That part of ``image``."""
        return image[self.top : self.top + self.height, self.left : self.left + self.width]

    def whole(self, body: Detection) -> Detection:
        """A body seen in this part, in the whole picture."""
        return body.moved(self.left, self.top, self.size)

    @cached_property
    def _sides(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.left + self.width, self.top + self.height

    def holds(self, body: Detection) -> bool:
        """Whether a body of the whole picture is clear of the edges that lie inside of it."""
        left, top, right, bottom = body.box
        x, y = EDGE * self.width, EDGE * self.height
        x0, y0, x1, y1 = self._sides
        return bool(
            (x0 == 0 or left > x0 + x)
            and (y0 == 0 or top > y0 + y)
            and (x1 == self.size[0] or right < x1 - x)
            and (y1 == self.size[1] or bottom < y1 - y)
        )


def tiles(size: tuple[int, int]) -> list[Window]:
    """Overlapping parts of a picture, the likelier first: the middle, then below, then above."""
    width, height = (side - int(STARTS[2] * side) for side in size)
    middle_first = (STARTS[1], STARTS[0], STARTS[2])
    return [
        Window(int(x * size[0]), int(y * size[1]), width, height, size)
        for y in (STARTS[1], STARTS[2], STARTS[0])
        for x in middle_first
    ]


def around(body: Detection) -> Window:
    """The part of the picture around a small body, in the shape of the picture."""
    width, height = body.size
    left, top, right, bottom = body.box
    share = min(1.0, ROOM * max((right - left) / width, (bottom - top) / height))
    w, h = max(64, int(share * width)), max(64, int(share * height))
    x = min(max(0, int((left + right - w) / 2)), max(0, width - w))
    y = min(max(0, int((top + bottom - h) / 2)), max(0, height - h))
    return Window(x, y, min(w, width), min(h, height), body.size)
