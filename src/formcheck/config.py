"""The person's settings: one small TOML file, every key checked by name and type.

A whole file, with the values that hold when a key is left out::

    model = "full"              # lite, full, heavy or the path of a .task file
    source = 0                  # camera: index, device path, or address of a stream
    size = "1280x720"           # asked of the camera
    fps = 30
    mirror = true               # show the picture as a mirror; it is judged as it is
    voice = true                # speak the count and the cues
    speech_command = []         # e.g. ["espeak-ng", "-s", "150"]; empty: the system's own voice
    drills_folder = "…"         # own drills; else `drills` in the data folder
    plans_folder = "…"          # own plans; else `plans` in the data folder

Only the commands read it; everything else is given values.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .errors import UsageError
from .files import MOST_SETTINGS, brief, expand, parse_toml, read_text
from .folders import config_file, data_dir

__all__ = ["Settings", "changed", "load_settings", "parse_settings"]


def _data(name: str) -> Callable[[], Path]:
    return lambda: data_dir() / name


@dataclass(frozen=True)
class Settings:
    """What the settings file says; see the top of this file."""

    model: str = "full"
    source: str = "0"
    size: tuple[int, int] = (1280, 720)
    fps: float = 30.0
    mirror: bool = True
    voice: bool = True
    speech_command: tuple[str, ...] = ()
    drills_folder: Path = field(default_factory=_data("drills"))
    plans_folder: Path = field(default_factory=_data("plans"))


# Each reads one TOML value and says, where it cannot, what it expected.


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("a text in quotes")
    return value


def _folder(value: Any) -> Path:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("a folder's path in quotes")
    return expand(value)


def _camera(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000:
        return str(value)
    if isinstance(value, str) and value.strip() and "\0" not in value:
        return value
    raise ValueError("a camera's number, or a device path or address in quotes")


def _size(value: Any) -> tuple[int, int]:
    sides = value.lower().split("x") if isinstance(value, str) else []
    digits = all(len(s) < 9 and s.strip().isdecimal() for s in sides)
    if len(sides) != 2 or not digits or not all(16 <= int(s) <= 8192 for s in sides):
        raise ValueError('a size such as "1280x720"')
    return int(sides[0]), int(sides[1])


def _rate(value: Any) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (number and 1 <= value <= 240):
        raise ValueError("frames a second, 1 to 240")
    return float(value)


def _command(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        try:
            return tuple(shlex.split(value))
        except ValueError:  # quotes that do not close
            value = None
    if not isinstance(value, list) or not all(
        isinstance(word, str) and "\0" not in word for word in value
    ):
        raise ValueError('a command, e.g. ["espeak-ng", "-s", "150"]')
    return tuple(value)


_KEYS: Mapping[str, Callable[[Any], Any]] = {
    "model": _text,
    "source": _camera,
    "size": _size,
    "fps": _rate,
    "mirror": _yes_no,
    "voice": _yes_no,
    "speech_command": _command,
    "drills_folder": _folder,
    "plans_folder": _folder,
}

#: Settings of earlier versions, and what to do about a file that still has one.
_GONE: Mapping[str, str] = {"language": "it never changed anything; delete that line"}


def parse_settings(text: str, where: str = "settings") -> Settings:
    """The settings that a TOML text holds; ``where`` names it in errors.

    Raises:
        UsageError: it is no TOML, or a key or value is not known; the message names the key.
    """
    try:
        said = parse_toml(text)
    except ValueError as error:
        raise UsageError(f"{where}: expected TOML, it cannot be read ({error}); fix it") from error
    values: dict[str, Any] = {}
    for key, value in said.items():
        if key not in _KEYS:
            if key in _GONE:
                raise UsageError(f"{where}: {key!r} is no longer a setting; {_GONE[key]}")
            near = get_close_matches(key, _KEYS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(_KEYS)}"
            raise UsageError(f"{where}: no setting is called {brief(key)}; {hint}")
        try:
            values[key] = _KEYS[key](value)
        except ValueError as error:
            came = brief(value)
            raise UsageError(f"{where}: {key}: expected {error}, got {came}; fix it") from None
    return Settings(**values)


def changed(text: str, values: Mapping[str, str | bool]) -> str:
    """The text of a settings file with these keys set; everything else in it stays.

    Raises:
        UsageError: a key or value is not known, or the text was no settings file before.
    """
    import json

    parse_settings(text)
    lines = text.splitlines()
    for key, value in values.items():
        line = f"{key} = {json.dumps(value)}"
        at = [n for n, old in enumerate(lines) if old.split("=")[0].strip() == key]
        if at:
            lines[at[0]] = line
        else:
            lines.insert(0, line)
    made = "\n".join(lines) + "\n"
    parse_settings(made)
    return made


def load_settings(path: Path | None = None) -> Settings:
    """The person's settings; where there is no file, those that hold without one.

    Args:
        path: the file; else ``FORMCHECK_CONFIG``, else ``settings.toml`` in the user's settings
            folder. A named file must exist.

    Raises:
        UsageError: it cannot be read, or a key or value is not known.
    """
    named = path is not None or bool(os.environ.get("FORMCHECK_CONFIG"))
    path = path or config_file()
    try:
        text = read_text(path, MOST_SETTINGS)
    except FileNotFoundError:
        if named:
            raise UsageError(
                f"{path}: expected the settings file, no such file; check FORMCHECK_CONFIG"
            ) from None
        return Settings()
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f"{path}: the settings cannot be read ({why}); fix it") from error
    return parse_settings(text, str(path))
