"""What several commands share: words to the person, drills, labels, doses, progress."""

from __future__ import annotations

import errno
import glob
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from .. import files
from ..errors import FormcheckError, InputError, UsageError
from ..files import CLIP_SUFFIXES, is_stream, plain, recordings, refuse_overwriting
from ..sinks import BaseSink

if TYPE_CHECKING:
    from ..body.pose import Side
    from ..config import Settings
    from ..drill import Dose, Drill
    from ..sinks.info import RunInfo


def settings() -> Settings:
    """The user's settings; the commands are the only place that reads them."""
    from ..config import load_settings

    return load_settings()


def warn(line: str) -> None:
    """One line that does not end the work."""
    print(f"formcheck: {' '.join(line.split())}", file=sys.stderr, flush=True)


def complain(error: FormcheckError) -> None:
    """One line for work that failed while other work goes on."""
    print(f"formcheck: error: {' '.join(str(error).split())}", file=sys.stderr, flush=True)


def parse_side(text: str) -> Side | None:
    """``auto`` (None), ``left`` or ``right``."""
    from ..body.pose import Side

    try:
        return None if text == "auto" else Side(text)
    except ValueError:
        raise UsageError(f"--side: expected auto, left or right, got {text!r}") from None


def note_side(drill: Drill, side: Side | None) -> None:
    """One line where a side was named for a drill that has none."""
    from ..drill import Sides

    if side is not None and drill.sides is Sides.NONE:
        warn(f"--side: {drill.title} has no sides; going on without --side {side}")


def check_rotate(text: str) -> None:
    """Raise UsageError unless ``--rotate`` names a turn."""
    if text not in ("auto", "0", "90", "180", "270"):
        raise UsageError(f"--rotate: expected auto, 0, 90, 180 or 270, got {text!r}")


def expand(paths: Iterable[Path]) -> list[Path]:
    """Clips by name; a folder stands for the clips in it.

    Where a folder holds a clip and its own pose track, only the clip is taken.

    Raises:
        InputError: a folder holds no clip.
    """
    clips: list[Path] = []
    for path in paths:
        if not os.path.isdir(path):
            clips.append(path)
            continue
        found = [p for p in files.listed(path, "") if p.suffix.lower() in CLIP_SUFFIXES]
        videos = {p.stem for p in found if p.suffix.lower() != ".npz"}
        found = [p for p in found if p.suffix.lower() != ".npz" or p.stem not in videos]
        if not found:
            raise InputError(
                f"{path}: expected clips ({', '.join(CLIP_SUFFIXES)}) in this folder, found none"
            )
        clips += found
    return clips


def find_clips(texts: Iterable[str], lists: list[Path] | None = None) -> list[str]:
    """Clips by name, folder, pattern (``clips/**/*.mp4``), URL, or a ``.txt`` list of these.

    A list has one entry a line, counted from the list's own folder; ``#`` begins a comment.
    A clip that is named twice is taken twice. ``lists`` is given the lists that were read.

    Raises:
        InputError: a folder, pattern or list gives no clip.
    """
    found: list[str] = []
    for text in texts:
        path = files.expand(text)
        if "://" in text:
            found.append(text)
        elif path.suffix.lower() == ".txt" and os.path.isfile(path):
            if lists is not None:
                lists.append(path)
            found += find_clips(_lines(path), lists)
        elif glob.has_magic(text) and not os.path.lexists(path):
            hits = sorted(glob.glob(str(path), recursive=True))
            clips = [hit for hit in hits if Path(hit).suffix.lower() in CLIP_SUFFIXES]
            if not clips:
                raise InputError(f"{text}: expected clips to fit this pattern, found none")
            found += clips
        else:
            found += [str(clip) for clip in expand([path])]
    return found


def _lines(path: Path) -> list[str]:
    try:
        # The name of a file need not be UTF-8.
        text = files.read_text(path, errors="surrogateescape")
        if "\0" in text:
            raise OSError(errno.EILSEQ, "it is no text")
    except OSError as error:
        raise InputError(
            f"{path}: expected a list of clips (text), it cannot be read ({error.strerror})"
        ) from error
    lines = [line.strip() for line in text.splitlines()]
    entries = [line for line in lines if line and not line.startswith("#")]
    if not entries:
        raise InputError(f"{path}: expected a list of clips, one a line; it is empty")
    return [entry if "://" in entry else str(path.parent / entry) for entry in entries]


def names(clips: Sequence[str]) -> list[str]:
    """What results call the clips: the file's name; where files in several folders have the same
    one, as much of the end of the path as tells them apart."""
    parts = {c: tuple(c.split("/")[2:]) if "://" in c else Path(os.path.abspath(c)).parts
             for c in clips}  # fmt: skip
    found: dict[str, tuple[str, ...]] = {}
    for length in range(1, 1 + max(map(len, parts.values()), default=0)):
        times = Counter(whole[-length:] for whole in set(parts.values()))
        for clip, whole in parts.items():
            if clip not in found and (times[whole[-length:]] == 1 or length == len(whole)):
                found[clip] = whole[-length:]
    return [plain("/".join(found[clip])) for clip in clips]


def places(
    path: Path | None, suffix: str, names: Iterable[str], many: bool, what: str
) -> dict[str, Path]:
    """Where each clip's own output goes, by the clip's name: ``path``, or files in that folder.

    Clips whose names differ in the suffix only keep it: ``a.mp4.npz`` beside ``a.mov.npz``.

    Raises:
        UsageError: there are several clips and ``path`` is no folder.
    """
    names = dict.fromkeys(names)  # a clip that is named twice has one output
    if path is None:
        return {}
    if not many or is_stream(path):
        return dict.fromkeys(names, path)
    if (os.path.exists(path) and not os.path.isdir(path)) or path.suffix.lower() == suffix:
        raise UsageError(f"{path}: several clips need a folder for their {what}; name a folder")
    stems = Counter(str(PurePath(name).with_suffix("")) for name in names)
    targets = {}
    for name in names:
        stem = str(PurePath(name).with_suffix(""))
        targets[name] = path / f"{stem if stems[stem] == 1 else name}{suffix}"
    return targets


def make_folders(files: Iterable[Path]) -> None:
    """Make the folders that ``files`` are to lie in.

    Raises:
        UsageError: one cannot be made.
    """
    for folder in {file.parent for file in files}:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = error.strerror
            raise UsageError(f"{folder}: the folder cannot be made ({why})") from error


def protect(
    outputs: Iterable[str | Path | None],
    given: Iterable[str | Path | None],
    model: str | Path | None = None,
) -> None:
    """See, before any work, that no output replaces anything this command may read.

    That is what was ``given`` (files, and the clips, tracks and labels of folders), the labels
    beside clips, the model's file, the settings, the diary, and the person's drills and plans.

    Raises:
        UsageError: one would; see :func:`~formcheck.files.refuse_overwriting`.
    """
    from ..folders import config_file
    from ..journal import default_path

    said, read = settings(), [config_file(), default_path()]
    read += [*files.listed(said.drills_folder, ".py"), *files.listed(said.plans_folder, ".toml")]
    read += [Path(name) for name in (model, said.model) if name is not None]
    for path in given:
        read += [] if path is None else recordings(path)
    refuse_overwriting(read, outputs)


def asked(reps: int | None, hold_s: float | None, base: Dose | None = None) -> Dose:
    """The dose: what the person asks for, over what the plan or label asks for.

    Raises:
        UsageError: not above zero.
    """
    from ..drill import Dose

    dose = base or Dose()
    for name, value in (("--reps", reps), ("--hold", hold_s)):
        if value is not None and not value > 0:
            raise UsageError(f"{name}: expected more than 0, got {value}")
    if reps is not None:
        dose = replace(dose, reps=reps)
    return dose if hold_s is None else replace(dose, hold_s=hold_s)


class Progress(BaseSink):
    """A bar with the time left on a terminal's stderr, for work of more than a second.

    Args:
        total: where the work ends, in seconds of the clip (or bytes); None is not known yet.
        label: what is being done.
    """

    name = "progress"

    def __init__(self, total: float | None, label: str) -> None:
        self._total, self._label = total, label
        self._began = time.monotonic()
        self._bar: Any = None
        self._task: Any = None
        self._wanted = sys.stderr.isatty()

    def start(self, info: RunInfo) -> None:
        self._began = time.monotonic()
        self._total = info.seconds

    def write(self, frame: Any, pose: Any, step: Any) -> None:
        self.reach(pose.t)

    def expect(self, total: float | None) -> None:
        """It has become known where the work ends."""
        self._total = total

    def reach(self, t: float) -> None:
        """The work has got to ``t`` of the total."""
        if not self._wanted:
            return
        if self._bar is None and time.monotonic() - self._began > 1.0:
            self._open()
        if self._bar is not None:
            self._bar.update(self._task, completed=min(t, self._total or t))

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(self._label, total=self._total)
        self._bar.start()

    def close(self, result: Any = None) -> None:
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.stop()

    def __exit__(self, *error: object) -> None:
        self.close()
