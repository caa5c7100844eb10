"""What reasons, camera places, units and names are called in words to a person, here only.

The window, the terminal, the report, the voice and the set-up guide all read this. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Protocol

from .events import Reason

__all__ = [
    "PLACES",
    "REASONS",
    "SETUP",
    "UNITS",
    "Place",
    "Unit",
    "Wording",
    "amount",
    "because",
    "camera_advice",
    "in_words",
    "title_of",
    "to_be_judged",
]


class Titled(Protocol):
    """What has a title, such as a drill."""

    @property
    def title(self) -> str: ...


@dataclass(frozen=True)
class Wording:
    """One reason in the forms that are needed.

    Attributes:
        short: for the window, read from a mat three metres away.
        do: what to do about it, the window's second line.
        because: the second half of a sentence in the past, for the terminal and the report.
        spoken: said while a set is being set up; ``{part}`` stands for a hidden part of the body.
        camera: whether moving the camera can help.
    """

    short: str
    do: str
    because: str
    spoken: str
    camera: bool = False


REASONS: Mapping[Reason, Wording] = {
    Reason.NO_PERSON: Wording(
        short="I cannot see you",
        do="Bring your whole body into the picture",
        because="nobody was in view",
        # A body without head and feet is mostly not found at all: these words fit that, too.
        spoken="I cannot see you. Come into the picture, head to feet",
    ),
    Reason.WRONG_VIEW: Wording(
        short="I need another view",
        do="Turn yourself or move the camera",
        because="the camera did not see you from where this drill needs it",
        spoken="I need another view. Turn, or move the camera",
        camera=True,
    ),
    Reason.CAMERA_TOO_LOW: Wording(
        short="The camera is too low",
        do="Raise it so that it looks down on you",
        because="the camera stood too low",
        spoken="Raise the camera to table height, looking down",
        camera=True,
    ),
    Reason.JOINTS_HIDDEN: Wording(
        short="I cannot see enough of you",
        do="Uncover the joints I need to see",
        because="the joints this drill looks at were hidden",
        spoken="I cannot see your {part} well. Move a little",
        camera=True,
    ),
    Reason.NOT_IN_START_POSITION: Wording(
        short="Get into the start position",
        do="Then keep still a moment",
        because="you were not in the start position",
        spoken="Get into the start position",
    ),
    Reason.SEVERAL_PEOPLE: Wording(
        short="More than one person here",
        do="Only you should be in the picture",
        because="more than one person was in view",
        spoken="I see two people. One at a time, please",
    ),
    Reason.WRONG_EXERCISE: Wording(
        short="This looks like another exercise",
        do="Go back to the start position",
        because="the movement was not this exercise",
        spoken="This looks like another exercise. Go back to the start position",
    ),
    Reason.TOO_NEAR: Wording(
        short="You are too close",
        do="Move back until head and feet show",
        because="you were too close, and a part of you was out of the picture",
        spoken="You are too close. Move back from the camera",
        camera=True,
    ),
    Reason.TOO_FAR: Wording(
        short="You are too far away",
        do="Come closer to the camera",
        because="you were too far away",
        spoken="You are far away. Come closer to the camera",
        camera=True,
    ),
    Reason.TILTED: Wording(
        short="The camera is tilted",
        do="Set it level",
        because="the camera was tilted",
        spoken="The camera is tilted. Please set it level",
        camera=True,
    ),
    Reason.TOO_DARK: Wording(
        short="It is too dark",
        do="Turn on a light",
        because="the picture was too dark",
        spoken="It is too dark. Please turn on a light",
    ),
    Reason.TOO_NOISY: Wording(
        short="The picture is too grainy",
        do="Turn on more light",
        because="the picture was too grainy",
        spoken="The picture is too grainy. Please turn on more light",
    ),
    Reason.BLURRED: Wording(
        short="The picture is blurred",
        do="Wipe the camera's lens",
        because="the picture was blurred",
        spoken="The picture is blurred. Please wipe the lens",
    ),
    Reason.BACKLIT: Wording(
        short="The light is behind you",
        do="Turn the camera away from the window",
        because="the light came from behind you",
        spoken="The light is behind you. Turn the camera away from the window",
        camera=True,
    ),
    Reason.CAMERA_MOVING: Wording(
        short="The camera is moving",
        do="Put it down on something firm",
        because="the camera moved",
        spoken="The camera is moving. Put it down on something firm",
        camera=True,
    ),
    Reason.STUTTERING: Wording(
        short="The picture stutters",
        do="Close other programs, or use a cable",
        because="too few pictures came",
        spoken="The picture stutters. Close other programs, or use a cable",
    ),
    Reason.FROZEN: Wording(
        short="The camera stands still",
        do="Unplug it and plug it in again",
        because="the camera stood still",
        spoken="The camera stands still. Unplug it and plug it in again",
    ),
    Reason.PICTURE_CHANGED: Wording(
        short="The picture has changed",
        do="Get into the start position again",
        because="the picture changed to another one",
        spoken="The picture has changed. Get into the start position again",
    ),
}

#: What else may have to be put right before a set, as it is spoken.
SETUP: Mapping[str, str] = {
    "head_cut": "Your head is out of the picture. Move back a little",
    "feet_cut": "Your feet are out of the picture. Move back a little",
    "wrong_side": "Lie on your other side",
    "far_side": "Turn round: your {side} side to the camera",
}


@dataclass(frozen=True)
class Place:
    """Where a drill wants the camera: ``where`` seen from the person, ``turn`` what to do, and
    ``judged`` the same where it counts already and only form cannot be judged."""

    where: str
    turn: str
    judged: str


#: By the name of a drill's view.
PLACES: Mapping[str, Place] = {
    "front": Place("in front of you", "Turn to face the camera", "Face the camera"),
    "side": Place("at your side", "Turn your side to the camera", "Turn side-on"),
    "foot": Place("at your feet", "Put the camera at your feet", "Put the camera at your feet"),
    "back": Place("behind you", "Turn your back to the camera", "Turn your back"),
}


@dataclass(frozen=True)
class Unit:
    """A unit of a measure: what follows a number, its name, and what it means."""

    sign: str
    name: str
    means: str


UNITS: Mapping[str, Unit] = {
    "deg": Unit("°", "degrees", "an angle in the picture"),
    "deg/s": Unit("°/s", "degrees a second", "how quickly an angle changes"),
    "T": Unit(" T", "torso lengths", "1 is the way from the middle of the shoulders to the "
              "middle of the hips, so that it is the same near and far from the camera"),
    "T/s": Unit(" T/s", "torso lengths a second", "a speed"),
    "%T": Unit(" % T", "hundredths of a torso length", "a hundredth of T"),
    "ratio": Unit("", "times", "one length or time over another of the same person"),
    "share": Unit("", "share", "0 is none of it, 1 all of it"),
    "s": Unit(" s", "seconds", "time of the recording, not of the computer"),
    "cm": Unit(" cm", "centimetres", "only in labels of rendered people, whose size is known"),
}  # fmt: skip


def amount(value: float, unit: str, form: str = ".3g") -> str:
    """``8.5°``, ``0.25 T``, ``1.2 s``: a value as a person reads it; NaN is a dash."""
    if not isfinite(value):
        return "–"
    return f"{value:{form}}{UNITS[unit].sign if unit in UNITS else f' {unit}'.rstrip()}"


def because(reason: str) -> str:
    """Why something was not judged; a reason that is not known (of a newer version) by name."""
    known = {r.value for r in Reason}
    return REASONS[Reason(reason)].because if reason in known else in_words(reason)


def to_be_judged(view: str) -> str:
    """What to do where a drill of this view counts and its faults cannot be judged."""
    turn = PLACES[view].judged if view in PLACES else "Turn, or move the camera,"
    return f"{turn} and I can check your form too"


def camera_advice(view: str) -> dict[str, str]:
    """What to do about a reason, by its name, where the drill's view says it better;
    ``counted_only`` is for where it counts and form cannot be judged."""
    if view not in PLACES:
        return {}
    return {
        Reason.WRONG_VIEW.value: f"Put the camera {PLACES[view].where}",
        "counted_only": to_be_judged(view),
    }


def in_words(name: str) -> str:
    """The name of a fault, a measure or a drill as a person reads it: ``trunk lean``."""
    return name.replace("_", " ")


def title_of(name: str, drill: Titled | None = None) -> str:
    """What a drill is called: its own title, or its name in words where it is not known here."""
    return drill.title if drill is not None else in_words(name).capitalize()
