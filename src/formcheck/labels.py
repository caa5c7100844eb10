"""The label file beside a clip (``formats.md``), read and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from .errors import LabelError
from .files import brief, parse_json, read_text

__all__ = ["SCHEMA", "check_spans", "read_label_file"]

SCHEMA = "formcheck.label/1"

_Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _whole(value: Any) -> bool:
    return _number(value) and not isinstance(value, float) and (value is None or value >= 0)


def _yes_no(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _texts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(v, str) for v in value))


def _objects(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(v, dict) for v in value))


def _file_name(value: Any) -> bool:
    return isinstance(value, str) and value == Path(value).name != "" and "\0" not in value


_Keys = Mapping[str, tuple[_Check, str]]
_TOP: _Keys = {
    **dict.fromkeys(("drill", "kind", "side", "view", "source", "notes"), (_text, "a text")),
    "clip": (_file_name, "the name of a file"),
    "count": (_whole, "a whole number"),
    "not_drills": (_texts, "a list of texts"),
    "reps": (_objects, "a list of objects"),
    "holds": (_objects, "a list of objects"),
}
_TIMES = ("start_s", "peak_s", "hold_end_s", "end_s", "hold_s", "from_s", "to_s", "seconds")
_REP: _Keys = {
    **dict.fromkeys(_TIMES, (_number, "a number")),
    "complete": (_yes_no, "true, false or null"),
    "faults": (_objects, "a list of objects"),
}
_FAULT: _Keys = {
    **dict.fromkeys(("code", "unit", "visible"), (_text, "a text")),
    "magnitude": (_number, "a number"),
}


def _checked(data: Mapping[str, Any], keys: _Keys, where: str = "") -> None:
    for key, (fits, wanted) in keys.items():
        if key in data and not fits(data[key]):
            raise ValueError(f"{where}{key}: expected {wanted}, got {brief(data[key])}")


def read_label_file(path: Path) -> dict[str, Any]:
    """What the label file says; keys that ``formats.md`` names have the right type or are null.

    Raises:
        LabelError: it cannot be read, is no label, or a value is of the wrong type (named).
    """
    try:
        data = parse_json(read_text(path))
        if not isinstance(data, dict):
            raise ValueError(f"expected an object, got {brief(data)}")
        _checked(data, _TOP)
        dose = data.get("dose")
        _checked(dose if isinstance(dose, dict) else {}, _REP, "dose: ")
        for name in ("reps", "holds"):
            for n, item in enumerate(data.get(name) or (), 1):
                _checked(item, _REP, f"{name} {n}: ")
                for fault in item.get("faults") or ():
                    _checked(fault, _FAULT, f"{name} {n}: faults: ")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise LabelError(
            f"{path}: expected a label (JSON, formcheck.label/1), but {why}; fix or remove it"
        ) from error
    return data


def check_spans(
    what: str, spans: Iterable[tuple[float | None, float | None, float | None]], length: Any
) -> None:
    """See that movements do not contradict one another, nor the clip.

    Args:
        what: what they are called in the message.
        spans: start, end and seconds held of each, None where nobody said.
        length: of the clip in seconds; no number where nobody said.

    Raises:
        ValueError: one ends before it starts, starts before the last one ends, ends after the
            clip, or is held longer than it lasts; half a second is forgiven at the clip's end.
    """
    last = -1.0
    for n, (a, b, held) in enumerate(spans, 1):
        if a is None or b is None:
            continue
        if b <= a:
            raise ValueError(f"{what} {n} ends at {b:g} s, before it starts at {a:g} s")
        if a < last:
            raise ValueError(f"{what} {n} starts at {a:g} s, before the one before ends")
        if isinstance(length, (int, float)) and b > length + 0.5:
            raise ValueError(f"{what} {n} ends at {b:g} s, the clip at {length:g} s")
        if held is not None and held > b - a + 0.5:
            raise ValueError(f"{what} {n} is held {held:g} s, and lasts {b - a:g} s")
        last = b
