"""Many clips: each is a task of its own, spread over processes, none scored twice.

    tasks ──window──> executor (processes here, or a cluster) ──> store ──> results, table

A worker that dies takes its clip with it and nothing else. What is done is in the store before
the next clip is handed out, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from multiprocessing import connection
from pathlib import Path
from typing import IO, Any, Protocol

from ..body.pose import Side
from ..drill import Dose
from ..errors import FormcheckError, InputError, UsageError
from ..files import Part
from ..sinks.csv import COLUMNS, rows
from ..vision import kept as kept

__all__ = [
    "OUTPUTS", "Failed", "Local", "Pool", "Scored", "Store", "Task", "about", "score_task",
    "spread",
]  # fmt: skip


# ---------------------------------------------------------------------------------- one clip

#: Seconds between frames with ``--stride auto``. Over the 67 development clips ten frames a second
#: count all that twenty do; at 0.15 s a fault is missed, at 0.2 s a foot that touches the floor.
STRIDE_S = 0.1


@dataclass(frozen=True)
class Task:
    """One clip and all that decides its result.

    Attributes:
        clip: path, or a URL that fsspec knows.
        name: what results call it.
        drill, side, dose: what is judged; the drill ``auto`` is recognised.
        model: name or path of the pose model; None for a pose track.
        start_s, end_s: judge only this part.
        stride: ``all`` frames, or ``auto``: one every :data:`STRIDE_S`.
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
    drills_folder: str | None = None
    cache: str | None = None
    made_by: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """A hash of the clip's content and of all that decides the result.

        Raises:
            InputError: the clip cannot be read.
        """
        parts = asdict(self)
        for name in ("clip", "model", "cache", "drills_folder"):  # where things lie
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
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
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
    """What is not the same, in words; None when nothing is."""
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
        with _local(task.clip) as path:
            return _score(task, path)
    except FormcheckError as error:
        return Failed(" ".join(str(error).split()))
    except Exception as error:  # noqa: BLE001 - one clip's bug is not the end of the others
        return Failed(f"{task.clip}: unexpected {type(error).__name__}: {error}")


@contextlib.contextmanager
def _local(clip: str) -> Iterator[Path]:
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


def _score(task: Task, path: Path) -> Scored:
    from ..catalogue.registry import all_drills, get_drill
    from ..judge.analyzer import Analyzer
    from ..judge.recognise import AUTO, Recogniser
    from ..sinks.info import Sink
    from ..sinks.track import Track
    from ..vision.clip import VideoFile
    from ..vision.models import find_model
    from ..vision.track import PoseTrack
    from .loop import run
    from .opened import opened

    folder = Path(task.drills_folder) if task.drills_folder else None
    analyzer: Analyzer | Recogniser
    if task.drill == AUTO:
        analyzer = Recogniser(all_drills(folder).values(), side=task.side, dose=task.dose)
    else:
        analyzer = Analyzer(get_drill(task.drill, folder), side=task.side, dose=task.dose)
    every = STRIDE_S if task.stride == "auto" else 0.0
    whole = task.start_s is None and task.end_s is None and not every
    model = None if task.model is None else find_model(task.model)
    track = None
    if model is not None and task.cache and whole:
        track = kept.track_path(Path(task.cache), path, model.sha256)
    stream: VideoFile | PoseTrack
    sinks: list[Sink] = []
    if model is None:
        stream = PoseTrack(path, task.start_s, task.end_s)
    elif track is not None and track.exists():
        stream = PoseTrack(track)
    else:
        stream = VideoFile(path, task.start_s, task.end_s, every_s=every)
        if track is not None:
            track.parent.mkdir(parents=True, exist_ok=True)
            sinks.append(Track(track))
    with opened(stream, model, name=task.name) as judged:
        info = replace(judged.info, drill=task.drill)
        with judged.seen() as seen:
            result = run(seen, analyzer, sinks, info=info)
    document = result.to_dict(task.name, dict(info.provenance))
    return Scored(document, tuple(rows(result, info)), tuple(stream.warnings))


# ----------------------------------------------------------------------------------- workers


class Pool(Protocol):
    """Where tasks are worked on: an executor of ``concurrent.futures``, and how to mend it."""

    #: Tasks that may be handed out at a time.
    window: int

    def submit(self, task: Task) -> Future[Scored | Failed]: ...

    def mend(self) -> None:
        """Replace an executor that broke."""

    def alone(self, task: Task) -> Scored | Failed:
        """Work on a task with nothing else beside it, so that a crash is its own."""

    def lost(self) -> bool:
        """Whether the whole pool went away for good."""


def _begin_worker() -> None:
    """Ctrl-C ends a worker without a word, and so does the end of the process that began it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: Any) -> None:
    connection.wait([sentinel])
    os._exit(1)  # nobody is left to clean up for


class Local:
    """Processes of this machine, one model in each; a context manager."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self.window = 2 * jobs  # one in each process, one ready for it
        self._pool = self._new(jobs)

    @staticmethod
    def _new(jobs: int) -> ProcessPoolExecutor:
        # spawn: a fork would copy whatever threads the model or OpenCV run here
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin_worker)

    def submit(self, task: Task) -> Future[Scored | Failed]:
        return self._pool.submit(score_task, task)

    def mend(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._new(self.jobs)

    def alone(self, task: Task) -> Scored | Failed:
        with self._new(1) as pool:
            return pool.submit(score_task, task).result()

    def lost(self) -> bool:
        return False

    def __enter__(self) -> Local:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def spread(tasks: Iterable[Task], pool: Pool) -> Iterator[tuple[Task, Scored | Failed]]:
    """Every task with its answer, as they come in. Takes tasks only as fast as they are done.

    When a worker process dies, all tasks that were out may be to blame: they are done again one
    by one, and the one that does it again has failed.

    Raises:
        UsageError: a worker has other versions than the task wants.
    """
    todo = iter(tasks)
    flying: dict[Future[Scored | Failed], Task] = {}
    while True:
        suspects: list[Task] = []
        try:
            while len(flying) < pool.window and (task := next(todo, None)) is not None:
                suspects = [task]
                flying[pool.submit(task)] = task
                suspects = []
        except BrokenExecutor:
            pass  # it died between two tasks
        if not flying and not suspects:
            return
        for future in wait(flying, return_when=FIRST_COMPLETED).done if flying else ():
            task = flying.pop(future)
            try:
                answer = future.result()
            except BrokenExecutor:
                suspects.append(task)
                continue
            except Exception as error:  # noqa: BLE001 - what a cluster says of a lost task
                answer = Failed(f"{task.clip}: its worker was lost ({type(error).__name__})")
            if isinstance(answer, Failed) and answer.refused:
                raise UsageError(answer.why)
            yield task, answer
        if suspects:
            suspects += flying.values()
            flying.clear()
            pool.mend()
            for task in suspects:
                try:
                    answer = pool.alone(task)
                except BrokenExecutor:
                    answer = Failed(
                        f"{task.clip}: its process ended without a word; the file may crash the "
                        "decoder or need more memory than there is"
                    )
                yield task, answer


# ------------------------------------------------------------------------------------- store


#: What a store writes into its folder.
OUTPUTS = ("done.jsonl", "results.jsonl", "reps.csv")


class Store:
    """What is done, in a folder: ``done.jsonl`` grows by one line a clip, and tells later runs.

    A line that a killed run left half written is cut off. :meth:`write` makes ``results.jsonl``
    and ``reps.csv`` of it, in the order of the clips, whatever the order they were done in.

    Raises:
        UsageError: the folder cannot be written, or another run is at work in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file: IO[bytes] = (folder / "done.jsonl").open("a+b")
        except OSError as error:
            raise UsageError(
                f"{folder}: results cannot be written there ({error.strerror}); name another --out"
            ) from error
        if not _lock(self._file):
            self._file.close()
            raise UsageError(f"{folder}: another run is at work in it; wait or name another --out")
        self._places: dict[str, tuple[str, int]] = {}
        self._read()

    def _read(self) -> None:
        self._file.seek(0)
        place = 0
        for line in self._file:
            try:
                said: Any = json.loads(line) if line.endswith(b"\n") else None
                self._places[said["clip"]] = said["key"], place
            except (ValueError, TypeError, KeyError):
                if line.endswith(b"\n"):
                    place += len(line)
                    continue
                break
            place += len(line)
        self._file.truncate(place)

    def has(self, task: Task, key: str) -> bool:
        """Whether this very task is done."""
        return self._places.get(task.clip, ("", 0))[0] == key

    def add(self, task: Task, key: str, scored: Scored) -> None:
        """Keep the answer to a task; once this returns it outlives the process."""
        line = json.dumps(
            {"clip": task.clip, "key": key, "rows": scored.rows, "result": scored.document},
            ensure_ascii=False,
            allow_nan=False,
        )
        place = self._file.seek(0, os.SEEK_END)
        self._file.write(line.encode() + b"\n")
        self._file.flush()
        self._places[task.clip] = key, place

    def write(self, clips: Iterable[str]) -> None:
        """Write the results and the table of those of ``clips`` that are done."""
        with (
            _whole(self.folder / "results.jsonl") as results,
            _whole(self.folder / "reps.csv") as table,
        ):
            sheet = csv.writer(table, lineterminator="\n")
            sheet.writerow(COLUMNS)
            for clip in clips:
                if clip not in self._places:
                    continue
                self._file.seek(self._places[clip][1])
                said = json.loads(self._file.readline())
                results.write(json.dumps(said["result"], ensure_ascii=False) + "\n")
                sheet.writerows(said["rows"])

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


def _lock(file: IO[bytes]) -> bool:
    """Keep other runs out until the file is closed, where the system can."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[IO[str]]:
    """A text file that appears when it is whole."""
    with Part(path) as part:
        with part.path.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.keep()
