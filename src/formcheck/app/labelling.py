"""A label in the making: what a rater has marked so far, and the label file that comes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..labels import SCHEMA, check_spans

if TYPE_CHECKING:
    from ..drill import Drill

__all__ = ["Film", "checked", "clean", "draft_of", "finished", "lesson", "proposed"]

TIMES = ("start_s", "peak_s", "hold_end_s", "end_s")
_NAMES = {"start_s": "start", "peak_s": "top", "hold_end_s": "end of its hold", "end_s": "end"}
#: Marks of one clip, letters of a note, and seconds of a clip.
MOST_REPS, MOST_NOTE, LONGEST_S = 2000, 2000, 1e6

Draft = dict[str, Any]


@dataclass(frozen=True)
class Film:
    """A clip as its label names it."""

    name: str
    seconds: float
    fps: float | None


def clean(said: Mapping[str, Any]) -> Draft:
    """What a page says of a clip, with known keys and types only; it may contradict itself.

    Raises:
        UsageError: a value is none that a rater can give.
    """
    reps = said.get("reps") or []
    if not isinstance(reps, list) or len(reps) > MOST_REPS:
        raise UsageError(f"reps: expected a list of at most {MOST_REPS} marks")
    side, drill, notes = said.get("side"), said.get("drill"), said.get("notes") or ""
    if side not in (None, "left", "right"):
        raise UsageError("side: expected left, right or nothing")
    if not isinstance(drill, (str, type(None))) or not isinstance(notes, str):
        raise UsageError("drill and notes: expected texts")
    return {
        "drill": drill or None,
        "side": side,
        "cannot_tell": said.get("cannot_tell") is True,
        "notes": notes[:MOST_NOTE],
        "reps": sorted((_rep(rep) for rep in reps), key=_order),
    }


def _order(rep: Mapping[str, Any]) -> float:
    return min((rep[key] for key in TIMES if rep[key] is not None), default=math.inf)


def _rep(said: Any) -> dict[str, Any]:
    if not isinstance(said, Mapping):
        raise UsageError("reps: expected an object a mark")
    rep: dict[str, Any] = {key: _seconds(key, said.get(key)) for key in TIMES}
    complete = said.get("complete", True)
    if complete not in (True, False, None):
        raise UsageError("complete: expected true, false or null")
    faults = said.get("faults") or {}
    if not isinstance(faults, Mapping):
        raise UsageError("faults: expected a severity by each code")
    for code, grade in faults.items():
        if not isinstance(code, str) or grade not in (1, 2, 3):
            raise UsageError(f"{code}: expected a severity of 1, 2 or 3")
    return {**rep, "complete": complete, "faults": {c: int(g) for c, g in faults.items()}}


def _seconds(key: str, value: Any) -> float | None:
    if value is None:
        return None
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= LONGEST_S:
        raise UsageError(f"{key}: expected seconds from the clip's first frame")
    return round(float(value), 3)


def checked(draft: Mapping[str, Any], film: Film, drill: Drill | None) -> None:
    """See that a draft can become a label.

    Raises:
        UsageError: it contradicts itself or is not whole; one line that says where.
    """
    if drill is None:
        raise UsageError(f"{film.name}: it is not said which drill this is; choose it")
    what = "repetition" if drill.kind == "reps" else "hold"
    reps = draft["reps"]
    if draft["cannot_tell"] and reps:
        raise UsageError(
            f"{film.name}: it says “cannot tell” and has {len(reps)} marked; take one back"
        )
    codes = {fault.code for fault in drill.faults}
    try:
        for n, rep in enumerate(reps, 1):
            _whole(f"{what} {n}", rep, codes)
        spans = [(r["start_s"], r["end_s"], _held(r)) for r in reps]
        check_spans(what, spans, film.seconds)
    except ValueError as error:
        raise UsageError(f"{film.name}: {error}; correct it") from error


def _whole(name: str, rep: Mapping[str, Any], codes: set[str]) -> None:
    for key in ("start_s", "end_s"):
        if rep[key] is None:
            raise ValueError(f"{name} has no {_NAMES[key]}")
    if rep["hold_end_s"] is not None and rep["peak_s"] is None:
        raise ValueError(f"{name} has the end of a hold and no top")
    if rep["end_s"] <= rep["start_s"]:
        raise ValueError(
            f"{name} ends at {rep['end_s']:g} s, before it starts at {rep['start_s']:g} s"
        )
    marked = [(key, rep[key]) for key in TIMES if rep[key] is not None]
    for (before, a), (after, b) in pairwise(marked):
        if b < a:
            raise ValueError(
                f"{name}: its {_NAMES[after]} at {b:g} s comes before its {_NAMES[before]} at "
                f"{a:g} s"
            )
    other = sorted(set(rep["faults"]) - codes)
    if other:
        raise ValueError(f"{name}: {other[0]} is no fault of this drill")


def _held(rep: Mapping[str, Any]) -> float | None:
    if rep["peak_s"] is None or rep["hold_end_s"] is None:
        return None
    return round(float(rep["hold_end_s"] - rep["peak_s"]), 3)


def finished(
    draft: Mapping[str, Any], film: Film, drill: Drill | None, about: Mapping[str, Any]
) -> dict[str, Any]:
    """The label: ``formcheck.label/1`` with the rater's name.

    Args:
        about: ``rater``, ``prefilled`` (formcheck's name and version where it proposed the marks,
            else false) and ``signal_shown``.

    Raises:
        UsageError: of :func:`checked`.
    """
    checked(draft, film, drill)
    assert drill is not None
    timed = drill.kind != "reps"
    label: dict[str, Any] = {
        "schema": SCHEMA, "clip": film.name, "drill": drill.name, "side": draft["side"],
        "kind": drill.kind, "source": "rater", **about, "view_ok": not draft["cannot_tell"],
        "cannot_tell": draft["cannot_tell"], "fps": film.fps, "seconds": round(film.seconds, 3),
        "reps": [_as_label(rep) for rep in draft["reps"]], "holds": [], "notes": draft["notes"],
    }  # fmt: skip
    if timed:
        label["holds"] = [_hold(rep) for rep in label["reps"] if rep["complete"] is not False]
    elif not draft["reps"] and not draft["cannot_tell"]:
        label["count"] = 0
    return label


def lesson(draft: Mapping[str, Any], film: Film, hold: bool) -> dict[str, Any]:
    """The marks that are whole, as the label of a clip that teaches a drill.

    Raises:
        UsageError: one contradicts itself.
    """
    whole = [
        rep for rep in draft["reps"] if rep["start_s"] is not None and rep["end_s"] is not None
    ]
    try:
        for n, rep in enumerate(whole, 1):
            _whole(f"mark {n}", rep, set(rep["faults"]))
    except ValueError as error:
        raise UsageError(f"{film.name}: {error}; correct it") from error
    reps = [_as_label(rep) for rep in whole]
    held = [_hold(rep) for rep in reps if hold and rep["complete"] is not False]
    return {"kind": "hold" if hold else "reps", "seconds": round(film.seconds, 3), "reps": reps,
            "holds": held}  # fmt: skip


def _as_label(rep: Mapping[str, Any]) -> dict[str, Any]:
    faults = [
        {"code": code, "magnitude": None, "unit": None, "visible": "clear", "severity": grade}
        for code, grade in sorted(rep["faults"].items())
    ]
    times = {key: rep[key] for key in TIMES}
    return {**times, "hold_s": _held(rep), "complete": rep["complete"], "faults": faults}


def _hold(rep: Mapping[str, Any]) -> dict[str, Any]:
    """The time in position: from the top, where it was marked, to the end of the hold."""
    a = rep["start_s"] if rep["peak_s"] is None else rep["peak_s"]
    b = rep["end_s"] if rep["hold_end_s"] is None else rep["hold_end_s"]
    return {"from_s": a, "to_s": b, "seconds": round(b - a, 3), "faults": rep["faults"]}


def draft_of(label: Mapping[str, Any]) -> Draft:
    """The draft that a label came of.

    Raises:
        UsageError: it holds what a rater cannot mark here.
    """
    reps = [
        {**rep, "faults": {f["code"]: f.get("severity") or 1 for f in rep.get("faults") or ()}}
        for rep in label.get("reps") or ()
    ]
    return clean({**label, "reps": reps})


def proposed(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The marks that formcheck would set, of its result."""
    reps = [
        {"start_s": r["start_s"], "peak_s": r["peak_s"], "end_s": r["end_s"],
         "hold_end_s": min(r["peak_s"] + r["hold_s"], r["end_s"]) if r["hold_s"] else None,
         "complete": r["complete"], "faults": _grades(r)}
        for r in document["reps"]
    ] or [
        {"start_s": h["from_s"], "end_s": h["to_s"], "faults": _grades(h)}
        for h in document["holds"]
    ]  # fmt: skip
    return list(clean({"reps": reps})["reps"])


def _grades(part: Mapping[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for fault in part["faults"]:
        if fault["severity"] > 0:
            found[fault["code"]] = max(fault["severity"], found.get(fault["code"], 0))
    return found
