"""``formcheck report``: sessions or a scored clip as one HTML file."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError, UsageError
from ..files import MOST_DOCUMENT, parse_json, read_text, to_stdout
from ..sinks import BaseSink, check_output, replace_text
from . import common, diary

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..report import Report
    from ..report.data import Seen, Still
    from ..sinks.info import Sink


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
        Path | None,
        typer.Option(metavar="FILE", help="Video to show; for a CLIP made, annotated, if new."),
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
    if what is None and video is not None:
        raise UsageError("--video goes with a clip or a result; name one: report CLIP --video FILE")
    made = video is not None and not os.path.lexists(video)  # the clip's, annotated
    read = [what, result, None if made else video]
    common.protect([out, video if made else None], read, model)
    check_output(out, "the report")
    if what is None:
        found = _of_sessions(session, since)
    elif what.suffix.lower() == ".json" and result is not None:
        raise UsageError("report expects CLIP RESULT in this order, or the RESULT alone")
    elif what.suffix.lower() == ".json":
        found = _of_result(what, None, video, model, faces, out)
    elif result is not None:
        found = _of_result(result, what, video, model, faces, out)
    else:
        found = _of_clip(what, drill, video, model, faces, out)
    replace_text(out, render(found))
    if not to_stdout(out):
        print(out)


def _of_sessions(number: int | None, since: str | None) -> Report:
    from .. import __version__
    from ..catalogue.registry import all_drills
    from ..journal import default_path
    from ..report import from_journal

    day = diary.parse_day(since, "--since").isoformat() if since else None
    if not default_path().exists():
        raise InputError(
            f"there is no journal yet ({default_path()}); begin with formcheck live start-small"
        )
    with diary.open_journal() as journal:
        rows = journal.sessions()
        if not rows:
            raise InputError(
                "the journal has no session yet; begin with formcheck live start-small"
            )
        if number is not None:
            if not 1 <= number <= len(rows):
                raise UsageError(f"--session: expected 1 to {len(rows)}, got {number}")
            rows = [rows[number - 1]]
        elif day is not None:
            latest = rows[-1]["day"]
            rows = journal.sessions(day)
            if not rows:
                raise InputError(
                    f"the journal has no session since {day}; the last one was on {latest}"
                )
        else:
            # One that was opened and left again has nothing to show.
            rows = [r for r in rows if journal.children("sets", r["id"])][-1:] or rows[-1:]
        return from_journal(journal, rows, all_drills(common.settings().drills_folder), __version__)


def _document(path: Path, clip: Path | None) -> dict[str, Any]:
    """The result of ``clip``, or the only one in the file."""
    from ..events import RESULT_SCHEMA

    try:
        text = read_text(path, MOST_DOCUMENT)
    except OSError as error:
        raise InputError(f"{path}: cannot be read as a result ({error.strerror})") from error
    try:
        found = [parse_json(text)]
    except ValueError:
        try:  # several stand one a line
            found = [parse_json(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise InputError(
                f"{path}: expected a result of formcheck score --json, it is no JSON document"
            ) from error
    if not found or any(not isinstance(d, dict) or d.get("schema") != RESULT_SCHEMA for d in found):
        raise InputError(
            f"{path}: expected a result ({RESULT_SCHEMA}); make one with formcheck score --json"
        )
    if clip is None:
        if len(found) > 1:
            raise UsageError(f"{path}: {len(found)} results; name the clip: report CLIP RESULT")
        return dict(found[0])
    whole = clip.absolute().parts
    for document in found:
        parts = Path(str(document.get("clip"))).parts
        if parts and whole[-len(parts) :] == parts:
            return dict(document)
    of = found[0].get("clip") if len(found) == 1 else f"{len(found)} other clips"
    raise UsageError(
        f"{path} is the result of {of}, not of {clip.name}; give that clip, "
        "and its annotated video with --video"
    )


def _of_result(
    path: Path, clip: Path | None, video: Path | None, model: str | None, faces: bool, out: Path
) -> Report:
    from ..catalogue.registry import get_drill
    from ..errors import UnknownDrill
    from ..report import from_result
    from ..report.data import with_stills

    for file in (clip, video):
        if file is not None and not file.is_file():
            raise InputError(f"{file}: no such file; check the name")
    document = _document(path, clip)
    try:
        drill = get_drill(str(document.get("drill")), common.settings().drills_folder)
    except UnknownDrill:
        drill = None  # somebody else's own drill: the report does without its words
    try:
        found = from_result(document, drill, video=_beside(video or clip, out))
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a whole result ({error}); score the clip again") from error
    pictures = _stills(clip, found.sessions[0].sets[0].seen, None, model, faces)
    return with_stills(found, pictures)


def _beside(video: Path | None, out: Path) -> str | None:
    """The video's address as seen from the report."""
    if video is None or video.suffix.lower() == ".npz":
        return None
    try:
        path = os.path.relpath(video, out.parent).replace(os.sep, "/")
    except ValueError:  # another drive of Windows has no relative address
        return video.resolve().as_uri()
    # A space or a # in a file's name means something else in an address.
    return "".join(
        c if c.isalnum() or c in "-_.~/" else "".join(f"%{b:02X}" for b in c.encode()) for c in path
    )


def _of_clip(
    clip: Path, drill: str | None, video: Path | None, model: str | None, faces: bool, out: Path
) -> Report:
    """Score the clip, and keep what a report shows besides the result."""
    from ..journal.trace import Trace
    from ..report import from_result
    from ..report.data import with_stills
    from ..run.provenance import provenance
    from ..run.task import Task
    from .score import score_one

    settings = common.settings()
    base = Task("", "", drill or "", model=model or settings.model,
                drills_folder=str(settings.drills_folder))  # fmt: skip
    kept = _Kept(Trace())
    sinks: list[Sink] = [kept]
    with ExitStack() as stack:
        if video is not None and not video.exists():
            from ..sinks.video import AnnotatedVideo

            sinks.append(stack.enter_context(AnnotatedVideo(video)))
        judged = score_one(clip, base, sinks, clip.name)
    result = judged.ended.result
    document = result.to_dict(clip.name, kept.provenance or provenance())
    trace, shown = kept.trace.to_dict(result), _beside(video or clip, out)
    found = from_result(document, judged.drill, trace=trace, video=shown)
    pictures = _stills(clip, found.sessions[0].sets[0].seen, kept.poses, model, faces)
    return with_stills(found, pictures)


def _is_track(clip: Path) -> bool:
    return clip.suffix.lower() == ".npz"


def _stills(
    clip: Path | None,
    seen: Sequence[Seen],
    poses: Sequence[Pose] | None,
    model: str | None,
    faces: bool,
) -> list[Still]:
    """Pictures of the worst moments; ``poses`` that are not at hand are looked for there."""
    from ..report.stills import stills
    from ..vision.source import open_source

    if clip is None or not seen or _is_track(clip):
        return []
    with ExitStack() as stack:
        if poses is None:
            poses = _poses_at(clip, [s.at for s in seen], model)
        frames = stack.enter_context(open_source(str(clip)))
        return stills(frames, poses, seen, faces=faces)


def _poses_at(clip: Path, moments: Sequence[float], model: str | None) -> list[Pose]:
    """The body around those moments, so that its face can be found."""
    from ..vision.landmarker import Landmarker
    from ..vision.models import find_model
    from ..vision.source import open_source

    with ExitStack() as stack:
        frames = stack.enter_context(open_source(str(clip)))
        landmarker = stack.enter_context(Landmarker(find_model(model or common.settings().model)))
        last = max(moments) + 0.1
        return [
            landmarker.detect(frame)
            for frame in itertools.takewhile(lambda f: f.t <= last, frames)
            if any(abs(frame.t - t) <= 0.1 for t in moments)
        ]


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
