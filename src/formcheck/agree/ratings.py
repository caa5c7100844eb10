"""What one rater said of each clip: a person's label, or a result of formcheck."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError, LabelError
from ..events import RESULT_SCHEMA
from ..files import LABEL_SUFFIX, MOST_DOCUMENT, parse_json, read_text
from ..labels import check_spans, read_label_file

__all__ = ["Part", "Rating", "read_ratings"]


@dataclass(frozen=True)
class Part:
    """A repetition or hold: its time (None: not said), seconds held, and fault -> severity 1-3."""

    from_s: float | None
    to_s: float | None
    seconds: float | None
    faults: Mapping[str, int]


@dataclass(frozen=True)
class Rating:
    """One clip as one rater saw it.

    ``count`` is the number of whole repetitions, None for a timed drill; ``refused`` means "cannot
    be judged"; ``person`` is who is in the clip (the clip itself where nobody said).
    """

    clip: str
    drill: str
    person: str
    refused: bool
    count: int | None
    reps: tuple[Part, ...]
    holds: tuple[Part, ...]


def read_ratings(folder: Path, wrong: list[LabelError]) -> dict[str, Rating]:
    """Ratings by the clip's name without suffix: of ``*.label.json``, and of results (``.json``
    and ``.jsonl`` of ``formcheck score``). What is wrong with a file is added to ``wrong``.

    Raises:
        InputError: there is no such folder, or no rating in it.
    """
    if not folder.exists():
        raise InputError(f"{folder}: no such folder; name one with labels or results")
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.json*"))
    found: dict[str, Rating] = {}
    for path in files:
        try:
            ratings = list(_of_file(path))
        except LabelError as error:
            wrong.append(error)
            continue
        for rating in ratings:
            if rating.clip in found:
                wrong.append(LabelError(f"{path}: {rating.clip} is rated twice; kept the first"))
            found.setdefault(rating.clip, rating)
    if not found and not wrong:
        raise InputError(
            f"{folder}: expected *{LABEL_SUFFIX} files or results of formcheck score, found none"
        )
    return found


def _of_file(path: Path) -> Iterable[Rating]:
    if path.name.endswith(LABEL_SUFFIX):
        data = read_label_file(path)
        try:
            yield _of_label(data)
        except ValueError as error:
            raise LabelError(f"{path}: {error}; correct the label") from error
        return
    if path.suffix not in (".json", ".jsonl"):
        return
    try:
        text = read_text(path, MOST_DOCUMENT)
        lines = text.splitlines() if path.suffix == ".jsonl" else [text]
        documents = [parse_json(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise LabelError(f"{path}: expected results of formcheck score ({error})") from error
    for document in documents:
        if isinstance(document, dict) and document.get("schema") == RESULT_SCHEMA:
            yield _of_result(document)


def _of_result(document: Mapping[str, Any]) -> Rating:
    reps = [r for r in document["reps"] if r["complete"]]
    did_nothing = not (document["reps"] or document["holds"])
    refused_s = document.get("refused_s") or 0.0
    return Rating(
        Path(str(document["clip"])).stem,
        document["drill"] or "",
        Path(str(document["clip"])).stem,
        did_nothing and 2 * refused_s >= document["seconds"],
        len(reps) if document["reps"] or not document["holds"] else None,
        tuple(Part(r["start_s"], r["end_s"], r["hold_s"], _faults(r["faults"])) for r in reps),
        tuple(
            Part(h["from_s"], h["to_s"], h["seconds"], _faults(h["faults"]))
            for h in document["holds"]
        ),
    )


def _of_label(data: Mapping[str, Any]) -> Rating:
    clip = Path(str(data["clip"])).stem
    timed = data.get("kind") == "hold"
    rows = [r for r in data.get("reps") or () if r.get("complete", True) is not False]
    spans = [Part(r.get("start_s"), r.get("end_s"), r.get("hold_s"), _faults(r.get("faults")))
             for r in rows]  # fmt: skip
    holds = [Part(h.get("from_s"), h.get("to_s"), h.get("seconds"), _faults(h.get("faults")))
             for h in data.get("holds") or ()]  # fmt: skip
    length = data.get("seconds")
    for what, parts in (("repetition", spans), ("hold", holds)):
        check_spans(what, [(p.from_s, p.to_s, p.seconds) for p in parts], length)
    count = data.get("count")
    return Rating(
        clip,
        str(data.get("drill") or ""),
        str(data.get("person") or clip),
        data.get("view_ok") is False or bool(data.get("cannot_tell")),
        None if timed else (count if isinstance(count, int) else len(rows)),
        () if timed else tuple(spans),
        tuple(holds),
    )


def _faults(rows: Iterable[Mapping[str, Any]] | None) -> dict[str, int]:
    """Fault -> severity; one that nobody graded is 1. What cannot be seen is not claimed."""
    found: dict[str, int] = {}
    for row in rows or ():
        severity = row.get("severity")
        grade = severity if isinstance(severity, int) else 1
        if row.get("visible") != "not_visible" and grade > 0:
            found[str(row["code"])] = max(min(grade, 3), found.get(str(row["code"]), 0))
    return found
