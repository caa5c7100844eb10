"""One clip as a task: all that decides its result, and its judging, here or in a worker."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..body.pose import Pose, Side
from ..drill import Dose
from ..errors import FormcheckError, InputError, UsageError, one_line
from ..files import check_file
from ..sinks.csv import rows
from ..vision import kept as kept
from .labels import dose_for, drill_for
from .whom import whom

if TYPE_CHECKING:
    from ..drill import Drill
    from ..events import SetResult, Step
    from ..judge.analyzer import Analyzer
    from ..judge.recognise import Recogniser
    from ..sinks.info import RunInfo, Sink
    from ..vision.clip import VideoFile
    from ..vision.frames import Frame
    from ..vision.models import Model
    from ..vision.track import PoseTrack
    from .loop import Control, Ended

__all__ = ["Failed", "Judged", "Scored", "Task", "about", "judge", "score_task"]

#: Seconds between frames with ``--stride auto``. Over the 67 development clips ten frames a second
#: count all that twenty do; at 0.15 s a fault is missed, at 0.2 s a foot that touches the floor.
STRIDE_S = 0.1


@dataclass(frozen=True)
class Task:
    """One clip and all that decides its result.

    Attributes:
        clip: path, or a URL that fsspec knows.
        name: what results call it.
        drill, side, dose: what is judged; the drill ``auto`` is recognised, an empty one is what
            the clip's label or name says.
        model: name or path of the pose model; None for a pose track.
        start_s, end_s: judge only this part.
        stride: ``all`` frames, or ``auto``: one every :data:`STRIDE_S`.
        person: who of several is judged: ``left``, ``right`` or a number; empty finds out.
        rotate: clockwise degrees to turn the picture by, ``0``, ``90``, ``180`` or ``270``;
            ``auto`` finds out whether it is turned.
        drills_folder: the user's own drills.
        cache: folder where landmarks are kept; None keeps and takes none.
        made_by: what :func:`about` says where the task was made; a worker must say the same.
    """

    clip: str
    name: str
    drill: str
    side: Side | None = None
    dose: Dose = field(default_factory=Dose)
    model: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    stride: str = "all"
    person: str = ""
    rotate: str = "auto"
    drills_folder: str | None = None
    cache: str | None = None
    made_by: tuple[tuple[str, str], ...] = ()

    def of(self, clip: str, name: str) -> Task:
        """The same for one clip, with the dose that its label asks for.

        Raises:
            InputError: the label cannot be read.
        """
        track = clip.lower().endswith(".npz")
        return replace(
            self,
            clip=clip,
            name=name,
            dose=dose_for(Path(clip), self.dose),
            model=None if track else self.model,
            made_by=self.made_by[:1] if track else self.made_by,
            stride="all" if track else self.stride,
        )

    @property
    def folder(self) -> Path | None:
        return Path(self.drills_folder) if self.drills_folder else None

    @property
    def key(self) -> str:
        """A hash of the clip's content and of all that decides the result.

        Raises:
            InputError: the clip cannot be read.
        """
        parts = asdict(self)
        for name in ("clip", "model", "cache", "drills_folder"):  # where things are
            del parts[name]
        parts["content"] = content(self.clip)
        parts["drills"] = _folder_hash(self.drills_folder)
        text = json.dumps(parts, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Scored:
    """A clip's result document, its rows of the table, and warnings met on the way."""

    document: dict[str, Any]
    rows: tuple[tuple[str, ...], ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """Why a clip has no result, in one line. ``refused``: the worker may not score at all."""

    why: str
    refused: bool = False


def is_url(clip: str) -> bool:
    return "://" in clip


def content(clip: str) -> str:
    """What tells this content of the clip from any other.

    Raises:
        InputError: it cannot be read.
    """
    try:
        if is_url(clip):
            system, path = _filesystem(clip)
            return str(system.ukey(path))
        check_file(Path(clip), "a clip or a pose track")
        return kept.file_sha256(Path(clip))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError(f"{clip}: cannot be read ({why}); check the name and the rights") from None


def _filesystem(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise UsageError(
            f"{url}: clips behind URLs need fsspec; pip install 'formcheck[cluster]'"
        ) from error
    try:
        system, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{url}: fsspec cannot open it ({error}); check the URL") from error
    return system, path


@cache
def _folder_hash(folder: str | None) -> str:
    """Of the user's own drills."""
    digest = hashlib.sha256()
    for path in sorted(Path(folder).glob("*")) if folder else ():
        if path.is_file():
            digest.update(os.fsencode(path.name) + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def about(model: str | None) -> tuple[tuple[str, str], ...]:
    """The versions here that decide a result.

    Raises:
        ModelError: the model is not here.
    """
    from .. import __version__
    from ..vision.models import find_model

    here = {"formcheck": f"{__version__} ({kept.source_hash()})"}
    if model is not None:
        here["mediapipe"] = kept.mediapipe_version()
        here["model"] = find_model(model).sha256
    return tuple(here.items())


def differs(theirs: Iterable[tuple[str, str]], ours: Iterable[tuple[str, str]]) -> str | None:
    """What differs, in words; None if nothing does."""
    other = dict(theirs)
    for name, value in ours:
        if other.get(name) != value:
            return f"its {name} is {other.get(name, 'missing')[:40]}, here it is {value[:40]}"
    return None


def score_task(task: Task) -> Scored | Failed:
    """Score one clip; runs in a worker. Whatever is wrong with the clip is in the answer."""
    try:
        here = about(task.model)
        if task.made_by and (why := differs(here, task.made_by)):
            return Failed(f"this worker was refused: {why}", refused=True)
        with fetched(task.clip) as path:
            return score_here(task, path)
    except FormcheckError as error:
        return Failed(one_line(error))
    except Exception as error:  # noqa: BLE001 - one clip's bug is not the end of the others
        return Failed(f"{task.clip}: unexpected {type(error).__name__}: {error}")


@contextlib.contextmanager
def fetched(clip: str) -> Iterator[Path]:
    """The clip as a file here; one behind a URL is fetched and thrown away afterwards."""
    if not is_url(clip):
        yield Path(clip)
        return
    system, source = _filesystem(clip)
    with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
        target = Path(folder, Path(source).name)
        try:
            system.get_file(source, str(target))
        except OSError as error:
            raise InputError(f"{clip}: cannot be fetched ({error})") from error
        yield target


def score_here(task: Task, path: Path, sinks: Sequence[Sink] = ()) -> Scored:
    """Score the clip of a task, which lies at ``path``; raises what :func:`judge` raises, and
    InputError where the clip broke off."""
    warnings: list[str] = []
    judged = judge(task, path, sinks, warnings.append)
    result = judged.result()
    document = result.to_dict(task.name, dict(judged.info.provenance))
    said = tuple(line.removeprefix("warning: ") for line in warnings)
    return Scored(document, tuple(rows(result, judged.info)), said)


@dataclass(frozen=True)
class Judged:
    """How a clip's set ended, by which drill it was judged, and what sinks were told of it."""

    ended: Ended
    analyzer: Analyzer | Recogniser
    info: RunInfo

    @property
    def drill(self) -> Drill:
        return self.analyzer.drill

    def result(self) -> SetResult:
        """The result of the whole clip.

        Raises:
            InputError: the clip broke off.
            KeyboardInterrupt: Ctrl-C.
        """
        if self.ended.error is not None:
            raise self.ended.error
        if self.ended.how == "interrupted":
            raise KeyboardInterrupt
        return self.ended.result


def judge(
    task: Task,
    path: Path,
    sinks: Sequence[Sink] = (),
    warn: Callable[[str], None] = lambda line: None,
    control: Control | None = None,
) -> Judged:
    """Judge the clip of a task, which lies at ``path``.

    Args:
        task: what is judged and how.
        path: the clip as a file here.
        sinks: entered context managers, told of every frame and of the result.
        warn: takes one line for the person.
        control: ends it early.

    Raises:
        InputError: the clip cannot be read, or has no frames.
        UsageError: there is no such drill, or nothing says which it is.
        ModelError: the model is missing or damaged.
    """
    from ..vision.models import find_model

    model = None if task.model is None else find_model(task.model)
    judged, better = _judge(task, path, sinks, warn, model, control, Look())
    while better is not None:
        if better.turn:
            warn(
                f"warning: {task.name}: the picture lies on its side or upside down; it is judged "
                f"turned clockwise by {better.turn} degrees"
            )
        judged, better = _judge(task, path, sinks, warn, model, control, better)
    return judged


@dataclass(frozen=True)
class Look:
    """How a clip is looked at: as it is at first, and once more where that shows how it should be.

    Attributes:
        turn: clockwise degrees by which the picture is turned.
        near: where the one who exercises has the hips, as shares of the picture: told only after a
            while where somebody else was found first, so the clip is then judged from its start.
    """

    turn: int = 0
    near: tuple[float, float] | None = None


def _judge(
    task: Task,
    path: Path,
    sinks: Sequence[Sink],
    warn: Callable[[str], None],
    model: Model | None,
    control: Control | None,
    look: Look,
) -> tuple[Judged, Look | None]:
    """Judge the clip looked at so; and how it would better be looked at."""
    from ..catalogue.registry import all_drills
    from .loop import run_set
    from .opened import opened
    from .turned import WhichWayUp, picture_hint

    stream, more = _stream(task, path, model, look.turn)
    with opened(stream, model, name=task.name, warn=warn) as clip:
        # Whether the clip can be read comes before which drill it shows.
        drill, analyzer = _analyzer(task, path)
        info = clip.info.of(drill)
        way_up = None
        if drill is not None and not look.turn and task.rotate == "auto":
            way_up = WhichWayUp(drill, all_drills(task.folder).values())
        better: Look | None = None

        def until(step: Step, pose: Pose, frame: Frame | None) -> str | None:
            nonlocal better
            place = clip.landmarker.changed_to if clip.landmarker and not look.near else None
            if place:
                better = replace(look, near=place)
            elif turn := way_up.watch(step, pose) if way_up else None:
                better = replace(look, turn=turn)
            return "anew" if better else None

        def again() -> bool:
            nonlocal better
            if turn := way_up.at_the_end() if way_up else None:
                better = replace(look, turn=turn)
            return better is not None

        with clip.seen(whom(drill, task.person, look.near)) as seen:
            ended = run_set(
                seen,
                analyzer,
                [*sinks, *more],
                info=info,
                control=control,
                until=until,
                again=again,
                warn=warn,
            )
    if better is None and drill is not None:
        hint = picture_hint(way_up, info.size, ended.result)
        if hint:
            warn(f"warning: {task.name}: {hint}")
    return Judged(ended, analyzer, info), better


def _stream(
    task: Task, path: Path, model: Model | None, turn: int
) -> tuple[VideoFile | PoseTrack, Sequence[Sink]]:
    """Where the poses come from, and what keeps those that the model finds."""
    from ..sinks.track import Track
    from ..vision.clip import VideoFile
    from ..vision.track import PoseTrack

    rotate = turn if task.rotate == "auto" else int(task.rotate)
    if model is None:
        return PoseTrack(path, task.start_s, task.end_s, rotate=rotate), ()
    every = STRIDE_S if task.stride == "auto" else 0.0
    if not task.cache or every or rotate or task.start_s is not None or task.end_s is not None:
        return VideoFile(path, task.start_s, task.end_s, every_s=every, rotate=rotate), ()
    said = f"{task.drill} {task.person}"
    track = kept.track_path(Path(task.cache), path, model.sha256, said)
    if track.exists():
        return PoseTrack(track), ()
    clip = VideoFile(path)
    track.parent.mkdir(parents=True, exist_ok=True)
    return clip, (Track(track),)


def _analyzer(task: Task, path: Path) -> tuple[Drill | None, Analyzer | Recogniser]:
    """The judge of a task, and its drill, None where that is yet to be recognised."""
    from ..catalogue.registry import all_drills
    from ..judge.analyzer import Analyzer
    from ..judge.recognise import AUTO, Recogniser

    if task.drill == AUTO:
        drills = all_drills(task.folder).values()
        return None, Recogniser(drills, side=task.side, dose=task.dose)
    drill = drill_for(path, task.drill or None, task.folder)
    return drill, Analyzer(drill, side=task.side, dose=task.dose)
