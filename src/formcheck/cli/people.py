"""``formcheck people FOLDER``: clips or results of people by day, one page a person."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import FormcheckError, InputError, UsageError
from ..files import (
    CLIP_SUFFIXES,
    LABEL_SUFFIX,
    MOST_DOCUMENT,
    parse_json,
    read_text,
    refuse_overwriting,
)
from ..sinks import check_output, replace_text
from . import common
from .options import ModelName

if TYPE_CHECKING:
    from ..report.people import Clip, Named

__all__ = ["register"]

#: Which pseudonym is whose; beside the people, never beside the pages.
KEY = "pseudonyms.json"
#: Letters and digits that are not taken for one another.
_LETTERS = "ACDEFHJKLMNPRTUVWXY34679"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("people")(people)


def people(
    folder: Annotated[Path, typer.Argument(help="Clips or results, by person and day.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the pages.")],
    pseudonym: Annotated[
        bool, typer.Option("--pseudonym", help=f"Pseudonyms for names; FOLDER/{KEY} keeps them.")
    ] = False,
    model: ModelName = None,
) -> None:
    """One page a person (first and last day, trends, faults) and one of everybody, from files named
    PERSON/2026-11-02_hip_bridge.json or PERSON_2026-11-02_hip_bridge.mp4."""
    from ..catalogue.registry import all_drills
    from ..report.people import people as by_person
    from ..report.people_page import overview, person_page

    sources = _sources(folder)
    if os.path.isdir(out) and os.path.samefile(folder, out):
        raise UsageError(f"{out}: expected another folder for the pages than that of the people")
    names = sorted({who.person for who in sources.values()})
    shown = _pseudonyms(folder, names) if pseudonym else {name: name for name in names}
    files = _files(shown.values())
    pages = [out / "index.html", *(out / name for name in files.values())]
    common.make_folders(pages)
    refuse_overwriting([*sources, folder / KEY], pages)
    for page in pages:
        check_output(page, "the page")
    clips, failed = [], 0
    for path, who in sources.items():
        try:
            clips += list(_clips(path, who, shown[who.person], model))
        except FormcheckError as error:
            failed += 1
            common.complain(error)
    everybody = by_person(clips)
    if not everybody:
        raise InputError(f"{folder}: none of the {len(sources)} files holds a drill")
    titles = {drill.name: drill.title
              for drill in all_drills(common.settings().drills_folder).values()}  # fmt: skip
    for person in everybody:
        replace_text(out / files[person.name], person_page(person, everybody, titles))
    replace_text(out / "index.html", overview(everybody, files, titles))
    print(out / "index.html")
    if failed:
        common.warn(f"{failed} of {len(sources)} files could not be used")
        raise typer.Exit(InputError.exit_code)


def _sources(folder: Path) -> dict[Path, Named]:
    """Results, and clips without a result of the same name beside them, by who and when.

    Raises:
        InputError: there is no such folder, or nothing in it is named by person and day.
    """
    from ..report.people import named

    if not os.path.isdir(folder):
        raise InputError(f"{folder}: expected a folder of people, there is none")
    endings = (*CLIP_SUFFIXES, ".json")
    found = sorted(p for p in folder.rglob("*") if p.name.lower().endswith(endings))
    found = [p for p in found if not p.name.endswith(LABEL_SUFFIX) and p != folder / KEY]
    results = {p.with_suffix("") for p in found if p.suffix.lower() == ".json"}
    videos = {p.with_suffix("") for p in found if p.suffix.lower() not in (".json", ".npz")}
    sources, other = {}, 0
    for path in found:
        suffix, stem = path.suffix.lower(), path.with_suffix("")
        if suffix != ".json" and (stem in results or (suffix == ".npz" and stem in videos)):
            continue
        who = named(path.relative_to(folder))
        if who is None:
            other += 1
        else:
            sources[path] = who
    if not sources:
        raise InputError(
            f"{folder}: expected files like PERSON/2026-11-02_hip_bridge.json, found none"
        )
    if other:
        common.warn(f"{other} files name no person and day, left out (see formcheck people --help)")
    return sources


def _clips(path: Path, who: Named, shown: str, model: str | None) -> Iterable[Clip]:
    from dataclasses import replace

    from ..report.people import clip_of

    documents = _results(path) if path.suffix.lower() == ".json" else [_scored(path, who, model)]
    for document in documents:
        try:
            clip = clip_of(replace(who, person=shown), document)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InputError(
                f"{path}: expected a result of formcheck score, {error} is missing or wrong; "
                "score the clip again"
            ) from error
        if clip is None:
            common.warn(f"{path}: no drill was recognised; left out")
        else:
            yield clip


def _results(path: Path) -> list[dict[str, Any]]:
    from ..events import RESULT_SCHEMA

    try:
        document = parse_json(read_text(path, MOST_DOCUMENT))
        if not isinstance(document, dict) or document.get("schema") != RESULT_SCHEMA:
            raise ValueError(f"it is no {RESULT_SCHEMA}")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(
            f"{path}: expected a result of formcheck score ({why}); score the clip again"
        ) from error
    return [document]


def _scored(path: Path, who: Named, model: str | None) -> dict[str, Any]:
    from ..api import score
    from ..catalogue.registry import drill_names

    said = common.settings()
    starts = [n for n in drill_names(said.drills_folder)
              if re.match(rf"{re.escape(n)}(?![a-z0-9])", who.rest)]  # fmt: skip
    drill = max(starts, key=len, default="auto")
    result = score(path, drill, model=model or said.model, drills_folder=said.drills_folder)
    return result.to_dict()


def _files(shown: Iterable[str]) -> dict[str, str]:
    """The page of each person; names that differ in signs only get numbers."""
    found: dict[str, str] = {}
    for name in shown:
        stem = re.sub(r"[^\w-]+", "_", name).strip("_") or "person"
        stem = f"{stem}_" if stem.casefold() == "index" else stem
        taken, number = {f.casefold() for f in found.values()}, 2
        made = f"{stem}.html"
        while made.casefold() in taken:
            made, number = f"{stem}-{number}.html", number + 1
        found[name] = made
    return found


def _pseudonyms(folder: Path, names: Iterable[str]) -> Mapping[str, str]:
    """A pseudonym a person, drawn at random and kept in ``folder``, so that it stays the same.

    Raises:
        InputError: what is kept cannot be read.
        UsageError: it cannot be written.
    """
    path, known = folder / KEY, dict[str, str]()
    if os.path.lexists(path):
        try:
            known = parse_json(read_text(path))
            if not isinstance(known, dict) or not all(
                isinstance(v, str) and re.fullmatch(r"P-\w{4,8}", v) for v in known.values()
            ):
                raise ValueError("it is no table of pseudonyms")
        except (OSError, ValueError) as error:
            raise InputError(
                f"{path}: expected the pseudonyms of earlier pages ({error}); put it right, or "
                "move it away to begin anew"
            ) from error
    new = [name for name in names if name not in known]
    for name in new:
        made = ""
        while not made or made in known.values():
            made = "P-" + "".join(secrets.choice(_LETTERS) for _ in range(4))
        known[name] = made
    if new:
        check_output(path, "the pseudonyms")
        replace_text(path, json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    return {name: known[name] for name in names}
