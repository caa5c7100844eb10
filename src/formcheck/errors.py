"""Every error a user can meet. Each message is one line: expected, came, what to do next.

FormcheckError            exit 1
├── UsageError            exit 2   unknown drill, bad option
│   └── UnknownDrill
├── InputError            exit 3   missing, unreadable, empty, no camera
│   └── LabelError                 the label beside a clip is wrong
└── ModelError            exit 3   model missing or not what the manifest says
"""

from __future__ import annotations

__all__ = [
    "FormcheckError",
    "InputError",
    "LabelError",
    "ModelError",
    "UnknownDrill",
    "UsageError",
    "one_line",
]


class FormcheckError(Exception):
    """Base of all errors that are shown to the user as one line."""

    exit_code = 1


class UsageError(FormcheckError):
    """What was asked for does not exist or does not fit together."""

    exit_code = 2


class UnknownDrill(UsageError):
    """No drill has this name."""


class InputError(FormcheckError):
    """The input cannot be read or holds nothing to judge."""

    exit_code = 3


class LabelError(InputError):
    """The label beside a clip is wrong; it costs that clip only, and the exit code is 3."""


class ModelError(FormcheckError):
    """The pose model is missing, broken, or not the one its manifest describes."""

    exit_code = 3


def one_line(said: object, most: int | None = None) -> str:
    """A message, or what an error says, on one line of at most ``most`` characters; an error
    without words is called by its type."""
    words = " ".join(str(said).split())[:most]
    return words or (type(said).__name__ if isinstance(said, BaseException) else "")
