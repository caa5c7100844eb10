"""``formcheck report``: sessions or a scored clip as one HTML file."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError, UsageError
from ..sinks import BaseSink, check_output, replace_text
from . import common, diary

if TYPE_CHECKING:
    from ..pose import Pose
    from ..report import Report


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    what: Annotated[
        Path | None,
        typer.Argument(metavar="[CLIP|RESULT]", help="A clip or track to score, or a result JSON."),
    ] = None,
    result: Annotated[
        Path | None, typer.Argument(metavar="[RESULT]", help="The clip's result JSON.")
    ] = None,
    last: Annotated[bool, typer.Option("--last", help="The last session (the default).")] = False,
    session: Annotated[
        int | None, typer.Option(metavar="N", help="This session, 1 is the first.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help="All sessions from this day on.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file.")] = Path("report.html"),
    drill: Annotated[str | None, typer.Option(help="The clip's drill.")] = None,
    video: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Show this (annotated) video beside it.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="lite, full, heavy or the path of a .task file.")
    ] = None,
    faces: Annotated[bool, typer.Option("--faces", help="Do not blur faces in stills.")] = False,
) -> None:
    """One HTML file that opens offline and prints well."""
    from ..report import render

    chosen = sum([last, session is not None, since is not None])
    if chosen > 1 or (chosen and what is not None):
        raise UsageError("report expects one of --last, --session, --since, or a clip or result")
    check_output(out, "the report")
    if what is None:
        found = _of_sessions(session, since)
    elif what.suffix.lower() == ".json":
        if result is not None:
            raise UsageError("report expects CLIP RESULT in this order, or the RESULT alone")
        found = _of_result(_document(what), video, out)
    elif result is not None:
        found = _of_result(_document(result), video or what, out)
    else:
        found = _of_clip(what, drill, video, model, faces, out)
    replace_text(out, render(found))
    print(out)


def _of_sessions(number: int | None, since: str | None) -> Report:
    from .. import __version__
    from ..registry import all_drills
    from ..report import from_journal

    day = diary.parse_day(since, "--since").isoformat() if since else None
    with diary.open_journal() as journal:
        rows = journal.sessions(day)
        if number is not None:
            if not 1 <= number <= len(rows):
                raise UsageError(f"--session: expected 1 to {len(rows)}, got {number}")
            rows = [rows[number - 1]]
        elif day is None:
            rows = [r for r in rows if journal.children("sets", r["id"])][-1:]
        if not rows:
            raise InputError(
                "the journal has no session for this report; begin with formcheck live start-small"
            )
        return from_journal(journal, rows, all_drills(common.settings().drills_folder), __version__)


def _document(path: Path) -> dict[str, Any]:
    from ..events import RESULT_SCHEMA

    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise InputError(
            f"{path}: expected one result of formcheck score --json, it is no JSON document"
        ) from error
    if not isinstance(document, dict) or document.get("schema") != RESULT_SCHEMA:
        raise InputError(
            f"{path}: expected a result ({RESULT_SCHEMA}); make one with formcheck score --json"
        )
    return document


def _of_result(document: dict[str, Any], video: Path | None, out: Path) -> Report:
    from ..errors import UnknownDrill
    from ..registry import get_drill
    from ..report import from_result

    try:
        drill = get_drill(str(document.get("drill")), common.settings().drills_folder)
    except UnknownDrill:
        drill = None  # an own drill of somebody else's: the report does without its words
    try:
        return from_result(document, drill, video=_beside(video, out))
    except KeyError as error:
        raise InputError(f"the result lacks {error}; score the clip again") from error


def _beside(video: Path | None, out: Path) -> str | None:
    """The video's address as seen from the report."""
    if video is None or video.suffix.lower() == ".npz":
        return None
    path = os.path.relpath(video, out.parent).replace(os.sep, "/")
    # A space or a # in a file's name means something else in an address.
    return "".join(
        c if c.isalnum() or c in "-_.~/" else "".join(f"%{b:02X}" for b in c.encode()) for c in path
    )


def _of_clip(
    clip: Path, drill: str | None, video: Path | None, model: str | None, faces: bool, out: Path
) -> Report:
    """Score the clip, and keep what a report shows besides the result."""
    from ..capture import open_source
    from ..journal.trace import Trace
    from ..models import find_model
    from ..report import from_result
    from ..report.stills import moments, stills
    from ..runner import provenance
    from .score import _Job, _score_one

    settings = common.settings()
    track = clip.suffix.lower() == ".npz"
    found_model = None if track else find_model(model or settings.model)
    job = _Job(drill, None, common.asked(None, None), found_model, None, None,
               settings.drills_folder)  # fmt: skip
    kept = _Kept(Trace())
    name, result, judged = _score_one(clip, job, [kept], False)
    document = result.to_dict(name, kept.provenance or provenance())
    pictures = []
    wanted = moments(document["faults"], [*document["reps"], *document["holds"]])
    if wanted and not track:
        with ExitStack() as stack:
            frames = stack.enter_context(open_source(str(clip)))
            pictures = stills(frames, kept.poses, wanted, faces=faces)
    return from_result(
        document,
        judged,
        trace=kept.trace.to_dict(result),
        video=_beside(video or clip, out),
        stills=pictures,
    )


class _Kept(BaseSink):
    """The trace and the poses of a set."""

    name = "report"

    def __init__(self, trace: Any) -> None:
        self.trace = trace
        self.poses: list[Pose] = []
        self.provenance: dict[str, Any] = {}

    def start(self, info: Any) -> None:
        self.provenance = dict(info.provenance)

    def write(self, frame: Any, pose: Pose, step: Any) -> None:
        self.trace.add(step)
        if not self.poses or pose.t > self.poses[-1].t:
            self.poses.append(pose)
