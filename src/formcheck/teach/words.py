"""The measures that are tried on a clip, each a word of the drill language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..body.measures import Body
from ..drill import of

__all__ = ["WORDS", "Word"]


@dataclass(frozen=True)
class Word:
    """A measure with ``{s}`` for the side it is of and ``{o}`` for the other one.

    Attributes:
        name: as results call it.
        unit: ``deg`` or ``T``.
        word: of ``formcheck.drill.of``.
        said: its arguments; those with a name as in the drill language.
    """

    name: str
    unit: str
    word: str
    said: tuple[tuple[str, str], ...] = ()

    @property
    def from_anywhere(self) -> bool:
        """Whether an upright body reads the same from every side: heights, but those of hands and
        of one side over the other, of which the farther stands higher in the picture."""
        two_sides = any("{o}" in value for _, value in self.said)
        return self.word == "height" and "wrist" not in self.name and not two_sides

    @property
    def sided(self) -> bool:
        """Whether it differs between left and right."""
        return any("{" in value for _, value in self.said)

    def _filled(self, moving: bool) -> list[tuple[str, str]]:
        # A far limb that works is read as drawn: the camera sees less of it.
        s, o = ("drawn working", "drawn other") if moving else ("near", "drawn far")
        if self.word in ("thigh_forward", "abduction", "outward"):
            s = "working" if moving else "near"
        return [(key, value.format(s=s, o=o)) for key, value in self.said]

    def of(self, moving: bool) -> Callable[[Body], float]:
        """The function of a body, for the moving limb or the near side."""
        word: Any = getattr(of, self.word)
        said = self._filled(moving)
        if not said:
            return word  # type: ignore[no-any-return]
        plain = [value for key, value in said if not key]
        return word(*plain, **{k: v for k, v in said if k})  # type: ignore[no-any-return]

    def code(self, moving: bool) -> str:
        """The same as an author would write it."""
        said = ", ".join(f'{k}="{v}"' if k else f'"{v}"' for k, v in self._filled(moving))
        return f"of.{self.word}({said})" if said else f"of.{self.word}"


def _height(name: str, a: str, above: str) -> Word:
    return Word(name, "T", "height", (("", a), ("above", above)))


def _gap(name: str, a: str, b: str) -> Word:
    return Word(name, "T", "gap", (("", a), ("", b)))


def _angle(name: str, a: str, at: str, b: str) -> Word:
    return Word(name, "deg", "joint_angle", (("", a), ("at", at), ("b", b)))


WORDS = (
    _angle("hip_angle", "{s} shoulder", "{s} hip", "{s} knee"),
    _angle("knee_angle", "{s} hip", "{s} knee", "{s} ankle"),
    _angle("arm_angle", "{s} elbow", "{s} shoulder", "{s} hip"),
    _angle("elbow_angle", "{s} shoulder", "{s} elbow", "{s} wrist"),
    Word("trunk_incline", "deg", "incline", (("", "hips"), ("to", "shoulders"))),
    Word("thigh_incline", "deg", "incline", (("", "{s} hip"), ("to", "{s} knee"))),
    Word("shin_incline", "deg", "incline", (("", "{s} ankle"), ("to", "{s} knee"))),
    Word("leg_out", "deg", "abduction", (("", "{s}"),)),
    Word("thigh_forward", "deg", "thigh_forward", (("", "{s}"),)),
    _height("hips_over_ankles", "hips", "ankles"),
    _height("hips_over_shoulders", "hips", "shoulders"),
    _height("shoulders_over_ankles", "shoulders", "ankles"),
    _height("knee_over_hip", "{s} knee", "{s} hip"),
    _height("ankle_over_hip", "{s} ankle", "{s} hip"),
    _height("ankle_over_knee", "{s} ankle", "{s} knee"),
    _height("foot_over_foot", "{s} ankle", "{o} ankle"),
    _height("knee_over_knee", "{s} knee", "{o} knee"),
    _height("wrist_over_shoulder", "{s} wrist", "{s} shoulder"),
    Word("knee_aside", "T", "outward", (("", "{s} knee"), ("past", "{s} ankle"), ("side", "{s}"))),
    Word(
        "hand_aside", "T", "outward", (("", "{s} wrist"), ("past", "{s} shoulder"), ("side", "{s}"))
    ),
    _gap("knees_apart", "{s} knee", "{o} knee"),
    _gap("feet_apart", "{s} ankle", "{o} ankle"),
    _gap("knee_from_shoulder", "{s} knee", "{s} shoulder"),
    _gap("ankle_from_hip", "{s} ankle", "{s} hip"),
)
