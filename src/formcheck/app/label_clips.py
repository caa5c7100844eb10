"""The clips that a rater labels: found once, known to the page by ids, with their drafts.

A rater's files lie in one folder, ``labels/RATER`` beside the clips: ``CLIP.label.json`` and, while
it is worked on, ``drafts/CLIP.json``. Nothing of another rater, and no label beside a clip, is ever
read, so that a second rater is blind.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..catalogue.registry import all_drills, free_name
from ..errors import InputError, LabelError, UsageError, one_line
from ..files import LABEL_SUFFIX, VIDEO_SUFFIXES, listed, parse_json, plain, read_text
from ..labels import read_label_file
from ..run.teaching import Lesson
from ..sinks import replace_text
from ..teach import label_reps
from . import labelling
from .label_work import Work
from .labelling import Film
from .scratch import Scratch

if TYPE_CHECKING:
    from ..drill import Drill

__all__ = ["LabelClips", "rater_folder"]


def rater_folder(name: str) -> str:
    """The name of a rater's folder: letters, digits, hyphens and underscores, in lower case.

    Raises:
        UsageError: nothing is left of the name, or it is too long.
    """
    made = re.sub(r"[^\w-]+", "_", name.strip()).strip("_").casefold()
    if not made or len(made) > 60:
        raise UsageError(f"--rater: expected a name of up to 60 letters, got {name!r}")
    return made


class LabelClips:
    """One rater's clips and labels.

    Args:
        folder: with videos.
        rater: who labels.
        drills_folder: drills of one's own.
        model: the pose model, by which signals are made.
        signal: whether a clip's signal is shown without being asked for.

    Raises:
        InputError: no such folder, or no video in it.
        UsageError: two clips of one name, or labels cannot be written there.
    """

    def __init__(
        self, folder: Path, rater: str, *, drills_folder: Path | None = None, model: str = "full",
        signal: bool = True,
    ) -> None:  # fmt: skip
        self.rater, self.signal, self._drills_folder = rater.strip(), signal, drills_folder
        self._clips = _videos(folder)
        self.folder = folder / "labels" / rater_folder(rater)
        self._drafts = self.folder / "drafts"
        try:
            self._drafts.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._drafts):
                pass
        except OSError as error:
            raise UsageError(
                f"{self._drafts}: labels cannot be written there ({error.strerror}); choose a "
                "folder that you may write to"
            ) from error
        self._films: dict[str, tuple[Film, list[float]]] = {}
        self._guard = threading.Lock()
        self._made = Scratch("label")
        self._work = Work(model, drills_folder, self._made.folder)

    # -- what there is -----------------------------------------------------------------------------

    def path(self, key: str) -> Path:
        """The clip of an id.

        Raises:
            UsageError: there is none.
        """
        found = self._clips.get(key)
        if found is None:
            raise UsageError("there is no such clip; load the page again")
        return found

    def drills(self) -> Mapping[str, Drill]:
        return all_drills(self._drills_folder)

    def overview(self) -> dict[str, Any]:
        """The rater and every clip, with how far it is."""
        clips = [{"id": k, "name": plain(p.name), "state": self._state(p)}
                 for k, p in self._clips.items()]  # fmt: skip
        return {"rater": self.rater, "signal": self.signal, "folder": plain(str(self.folder)),
                "clips": clips}  # fmt: skip

    def _state(self, clip: Path) -> str:
        try:
            draft = self._draft(clip)
        except LabelError:
            return "begun"  # what is wrong is said when it is opened
        if draft["done"]:
            return "done"
        return "begun" if draft["reps"] or draft["cannot_tell"] or draft["notes"] else "new"

    def film(self, key: str) -> tuple[Film, list[float]]:
        """A clip's length and the time of each of its frames.

        Raises:
            InputError: it cannot be read.
        """
        from ..vision.clip import VideoFile

        path = self.path(key)
        with self._guard:
            if key not in self._films:
                with VideoFile(path, as_it_is=True) as clip:
                    times = [round(t, 4) for t in clip.times()]
                    fps = clip.fps
                step = (times[-1] / (len(times) - 1)) if len(times) > 1 else 1 / (fps or 25.0)
                self._films[key] = Film(plain(path.name), times[-1] + step, fps), times
            return self._films[key]

    # -- drafts and labels -------------------------------------------------------------------------

    def _draft_path(self, clip: Path) -> Path:
        return self._drafts / f"{clip.stem}.json"

    def _label_path(self, clip: Path) -> Path:
        return self.folder / f"{clip.stem}{LABEL_SUFFIX}"

    def _draft(self, clip: Path) -> dict[str, Any]:
        """What was marked so far, of the draft, else of the label.

        Raises:
            LabelError: a file of this rater is damaged, or another's.
        """
        path, label = self._draft_path(clip), self._label_path(clip)
        if os.path.lexists(path):
            try:
                said = parse_json(read_text(path))
                kept = {k: said[k] for k in ("prefilled", "signal_shown", "done")}
                return {**labelling.clean(said), **kept}
            except (OSError, ValueError, KeyError, TypeError, AttributeError, UsageError) as error:
                raise LabelError(
                    f"{path}: expected a draft of a label, but {one_line(error)}; move it away"
                ) from error
        asked = {"prefilled": False, "signal_shown": False, "done": False}
        if os.path.lexists(label):
            said = read_label_file(label)
            if said.get("rater") is None:
                raise LabelError(f"{label}: this label names no rater; move it away")
            kept = {k: said.get(k, False) for k in ("prefilled", "signal_shown")}
            return {**labelling.draft_of(said), **kept, "done": True}
        return {**labelling.clean({"drill": self._guess(clip)}), **asked}

    def _guess(self, clip: Path) -> str | None:
        """The drill that the file's name begins with."""
        starts = [n for n in self.drills() if re.match(rf"{re.escape(n)}(?![a-z0-9])", clip.stem)]
        return max(starts, key=len, default=None)

    def opened(self, key: str) -> dict[str, Any]:
        """All of a clip that the page needs."""
        film, times = self.film(key)
        draft = self._draft(self.path(key))
        return {"id": key, "name": film.name, "seconds": film.seconds, "times": times,
                "draft": draft, "problem": self._problem(draft, film)}  # fmt: skip

    def save(self, key: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a draft, at once and whole; gives what still keeps it from being a label."""
        clip, (film, _) = self.path(key), self.film(key)
        with self._guard:
            before = self._draft(clip)
            kept = {k: before[k] for k in ("prefilled", "signal_shown")}
            draft = {**labelling.clean(said), **kept, "done": False}
            if {**draft, "done": before["done"]} == before:
                draft = before
            self._write(self._draft_path(clip), draft)
        return {"problem": self._problem(draft, film), "done": draft["done"]}

    def finish(self, key: str) -> dict[str, Any]:
        """Write the label of the draft.

        Raises:
            UsageError: the draft contradicts itself, or the file cannot be written.
        """
        from .. import __version__

        clip, (film, _) = self.path(key), self.film(key)
        with self._guard:
            draft = self._draft(clip)
            told = f"formcheck {__version__}" if draft["prefilled"] is True else draft["prefilled"]
            about = {"rater": self.rater, "prefilled": told, "signal_shown": draft["signal_shown"]}
            drill = self.drills().get(draft["drill"] or "")
            label = labelling.finished(draft, film, drill, about)
            self._write(self._label_path(clip), label)
            self._write(self._draft_path(clip), {**draft, "done": True})
        return {"written": self._label_path(clip).name}

    def _write(self, path: Path, value: Mapping[str, Any]) -> None:
        try:
            replace_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")
        except OSError as error:
            raise UsageError(f"{path}: it cannot be written ({error.strerror})") from error

    def _problem(self, draft: Mapping[str, Any], film: Film) -> str:
        try:
            labelling.checked(draft, film, self.drills().get(draft["drill"] or ""))
        except UsageError as error:
            return one_line(error)
        return ""

    # -- what formcheck sees -----------------------------------------------------------------------

    def seen(self, key: str, drill: str, *, marks: bool = False) -> dict[str, Any]:
        """The main measure over time, and only where asked for the marks that formcheck would set;
        either is noted in the draft, and so in the label. Begins the work if it has not begun.

        Raises:
            UsageError: there is no such drill.
        """
        clip = self.path(key)
        if drill not in self.drills():
            raise UsageError("choose the drill first")
        found = self._work.seen(key, clip, drill)
        if found["state"] != "ready":
            return found
        with self._guard:
            draft = self._draft(clip)
            noted = {"signal_shown": True, **({"prefilled": True} if marks else {})}
            if any(not draft[k] for k in noted):
                self._write(self._draft_path(clip), {**draft, **noted})
        shown = {k: found[k] for k in ("state", "measure", "unit", "t", "value")}
        if marks:
            shown["reps"] = labelling.proposed(found["result"])
        return shown

    # -- a drill from a clip -------------------------------------------------------------------

    def teach(self, key: str, name: str, hold: bool) -> dict[str, Any]:
        """Begin to teach a drill of this name by the clip and the marks of its draft.

        Raises:
            UsageError: the name is not fit or taken, or the marks are too few.
        """
        clip, (film, _) = self.path(key), self.film(key)
        if self._drills_folder is None:
            raise UsageError("there is no folder for drills; name one in the settings")
        free_name(name, self._drills_folder)
        label = labelling.lesson(self._draft(clip), film, hold)
        label_reps(label, film.name)
        return self._work.teach(key, name, Lesson(clip, label), self._drills_folder)

    def lesson(self, key: str) -> dict[str, Any]:
        """How far that is, and in the end what was written and what it counts."""
        self.path(key)
        return self._work.lesson(key)

    def copy(self, key: str) -> dict[str, Any]:
        """A copy that a browser can play; begins to make it."""
        return self._work.copy(key, self.path(key))

    def copied(self, key: str) -> Path | None:
        self.path(key)
        made = self._work.copy_path(key)
        return made if made.is_file() else None

    def close(self) -> None:
        """Drafts stay; copies do not."""
        self._work.close()
        self._made.close()


def _videos(folder: Path) -> dict[str, Path]:
    if not os.path.isdir(folder):
        raise InputError(f"{folder}: expected a folder with clips to label, there is none")
    found = [p for p in listed(folder, "") if p.suffix.lower() in VIDEO_SUFFIXES and p.is_file()]
    if not found:
        known = ", ".join(VIDEO_SUFFIXES)
        raise InputError(f"{folder}: expected clips ({known}) in this folder, found none")
    stems: dict[str, Path] = {}
    for path in found:
        other = stems.setdefault(path.stem.casefold(), path)
        if other is not path:
            raise UsageError(
                f"{path.name} and {other.name}: their labels would have one name; rename one"
            )
    return {str(n): path for n, path in enumerate(found, 1)}
