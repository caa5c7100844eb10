"""``formcheck extract``: clips to pose tracks, or to copies that show nobody's face."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError, UsageError
from .options import ModelName

if TYPE_CHECKING:
    from ..vision.models import Model


def register(app: typer.Typer) -> None:
    app.command("extract")(extract)


def extract(
    clips: Annotated[list[Path], typer.Argument(metavar="CLIP…", help="Videos or folders.")],
    out: Annotated[
        Path, typer.Option(metavar="OUT", help="The .npz, or a folder for several clips.")
    ] = Path("."),
    model: ModelName = None,
    blur_faces: Annotated[
        bool, typer.Option("--blur-faces", help="Write a copy (.mp4) with the face made coarse.")
    ] = False,
    outline_only: Annotated[
        bool, typer.Option("--outline-only", help="Write the body as lines (.mp4), no picture.")
    ] = False,
) -> None:
    """Write the poses of clips as tracks (.npz); `score` takes them in place of the clips. Or write
    copies for sharing, without sound: with --blur-faces or --outline-only."""
    from ..sinks import check_output
    from ..vision.models import find_model
    from . import common

    if blur_faces and outline_only:
        raise UsageError("--blur-faces and --outline-only: expected one of them")
    copies = blur_faces or outline_only
    suffix, what = (".mp4", "the copy") if copies else (".npz", "the pose track")
    found = [c for c in common.expand(clips) if c.suffix.lower() != ".npz" or c in clips]
    alone = len(found) == 1 and out.suffix.lower() == suffix and not os.path.isdir(out)
    names = common.names([str(clip) for clip in found])
    targets = common.places(out, suffix, names, not alone, "files")
    common.protect(targets.values(), [*clips, *found], model)
    found_model = find_model(model or common.settings().model)
    if not alone:
        common.make_folders(targets.values())
    for target in targets.values():
        check_output(target, what)
    failed = 0
    for clip, name in zip(found, names, strict=True):
        try:
            if copies:
                _copy_one(clip, name, targets[name], found_model, outline_only)
            else:
                _extract_one(clip, name, targets[name], found_model)
        except InputError as error:
            if len(found) == 1:
                raise
            failed += 1
            common.complain(error)
    if failed:
        common.warn(f"{failed} of {len(found)} clips could not be read")
        raise typer.Exit(InputError.exit_code if failed == len(found) else 1)


def _extract_one(clip: Path, name: str, target: Path, model: Model) -> None:
    from ..run.provenance import provenance
    from ..vision.clip import VideoFile
    from ..vision.landmarker import Landmarker
    from ..vision.picture import PictureWatch
    from ..vision.pipeline import Seen, looked_at
    from ..vision.track import TrackWriter
    from . import common

    with ExitStack() as stack:
        stream = stack.enter_context(VideoFile(clip))
        landmarker = stack.enter_context(Landmarker(model))
        made = provenance(landmarker)
        del made["formcheck"]
        writer = TrackWriter(target, {"clip": name, "fps": stream.fps, **made})
        bar = stack.enter_context(common.Progress(stream.duration_s, name))
        seen = 0
        for item in stack.enter_context(looked_at(stream, landmarker, watch=PictureWatch())):
            assert isinstance(item, Seen)
            pose = item.pose
            seen += pose.seen
            writer.write(pose)
            bar.reach(pose.t)
        bar.close()
        writer.close()  # not on an error: half a track would pass for a whole one
        for line in stream.warnings:
            common.warn(f"warning: {line}")
        if not seen:
            common.warn(f"warning: {name}: nobody was found in any frame")


def _copy_one(clip: Path, name: str, target: Path, model: Model, lines_only: bool) -> None:
    from ..run.anonymous import write_anonymous
    from ..vision.clip import VideoFile
    from ..vision.landmarker import Landmarker
    from . import common

    with VideoFile(clip) as film:
        duration_s = film.duration_s
    with Landmarker(model) as landmarker, common.Progress(duration_s, name) as bar:
        seen = write_anonymous(
            clip, target, landmarker, lines_only=lines_only, reach=bar.reach, warn=common.warn
        )
    if not seen:
        what = "the copy is empty" if lines_only else "all of the copy is coarse"
        common.warn(f"warning: {name}: nobody was found in any frame; {what}")
