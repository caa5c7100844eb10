"""The page of a recorded clip: taken in, scored in a thread, and gone with the server.

The clip goes into a temporary folder under a name of ours; what the person's browser calls it is
only shown. There is one clip at a time: the next one takes the place of the last.
"""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FormcheckError, UsageError, one_line
from ..files import VIDEO_SUFFIXES, plain
from ..run.loop import Control
from ..sinks import BaseSink
from .scratch import Scratch

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..events import Step
    from ..sinks.info import RunInfo
    from ..vision.frames import Frame
    from .bridge import Home

__all__ = ["MOST_UPLOAD", "Clips"]

#: Bytes of a clip: half an hour of a telephone's full HD.
MOST_UPLOAD = 4 << 30
#: What may be fetched of a scored clip, by the name in its address.
FILES = {"video": "annotated.mp4", "json": "result.json", "csv": "result.csv"}


class Clips:
    """At most one clip, what is being done with it, and what came of it."""

    def __init__(self, home: Home, model: str, most: int = MOST_UPLOAD) -> None:
        self._home, self._model, self._most = home, model, most
        self._scratch = Scratch("clip")
        self._folder = self._scratch.folder
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._control = Control()
        self._state: dict[str, Any] = {"state": "none"}

    @property
    def state(self) -> dict[str, Any]:
        """``none``, ``taking``, ``working`` (with ``done`` and ``left_s``), ``ready`` or
        ``failed``, with what belongs to it."""
        return dict(self._state)

    async def take(self, name: str, drill: str, parts: AsyncIterator[bytes]) -> None:
        """Take a clip in as it comes, and begin to score it.

        Raises:
            UsageError: it is no video by its name, too large, empty, or another one is worked on.
        """
        shown = plain(Path(name.replace("\\", "/")).name)[:120] or "clip"
        suffix = Path(shown).suffix.lower()
        if suffix not in VIDEO_SUFFIXES:
            known = ", ".join(VIDEO_SUFFIXES)
            raise UsageError(f"{shown}: expected a video ({known}), got {suffix or 'no ending'}")
        with self._guard:
            if self._state["state"] in ("taking", "working"):
                raise UsageError("another clip is worked on; cancel it first, or wait for it")
            self._state = {"state": "taking", "name": shown}
        self._empty()
        path, size = self._folder / f"clip{suffix}", 0
        try:
            with path.open("wb") as out:
                async for part in parts:
                    size += len(part)
                    if size > self._most:
                        raise UsageError(f"{shown}: it is larger than {self._most >> 20} MB")
                    out.write(part)
            if not size:
                raise UsageError(f"{shown}: the file is empty")
        except BaseException:
            self._state = {"state": "none"}
            self._empty()
            raise
        self._control = Control()
        self._state = {"state": "working", "name": shown, "done": 0.0, "left_s": None}
        self._thread = threading.Thread(
            target=self._work, args=(path, shown, drill), name="clip", daemon=True
        )
        self._thread.start()

    def cancel(self) -> None:
        """Stop what is being done and forget the clip."""
        self._control.end = "quit"
        thread = self._thread
        if thread is not None:
            thread.join(10.0)
        self._empty()
        self._state = {"state": "none"}

    def file(self, kind: str) -> Path | None:
        """A file that came of it; None where there is none of this kind."""
        name = FILES.get(kind)
        path = None if name is None else self._folder / name
        return path if path is not None and path.is_file() else None

    def close(self) -> None:
        """Nothing of it stays."""
        self.cancel()
        self._scratch.close()

    def _empty(self) -> None:
        for path in self._folder.iterdir():
            path.unlink(missing_ok=True)

    # -- the thread ----------------------------------------------------------------------------

    def _work(self, path: Path, name: str, drill: str) -> None:
        try:
            self._state = self._scored(path, name, drill)
        except FormcheckError as error:
            words = one_line(error).replace(str(path), name)
            self._state = {"state": "failed", "name": name, "error": words}
        except Exception as error:  # noqa: BLE001 - the page says it; the server goes on
            words = f"unexpected {type(error).__name__}: {error}"
            self._state = {"state": "failed", "name": name, "error": words}

    def _scored(self, path: Path, name: str, drill: str) -> dict[str, Any]:
        from ..run.task import Task, judge
        from ..sinks.csv import CsvReps
        from ..sinks.jsonl import JsonResults
        from ..sinks.video import AnnotatedVideo

        own = str(self._home.drills) if self._home.drills else None
        task = Task(str(path), name, drill, model=self._model, drills_folder=own)
        files = {kind: self._folder / name for kind, name in FILES.items()}
        warnings: list[str] = []
        with (
            AnnotatedVideo(files["video"]) as video,
            JsonResults(str(files["json"])) as results,
            CsvReps(files["csv"]) as table,
        ):
            sinks = [video, results, table, _Progress(self._state)]
            judged = judge(task, path, sinks, warnings.append, self._control)
        if self._control.end is not None:
            return {"state": "none"}
        result = judged.result()
        document = result.to_dict(name, dict(judged.info.provenance))
        title = judged.drill.title if result.drill else ""
        return {"state": "ready", "name": name, "title": title, "result": document,
                "warnings": warnings, "plays": _plays()}  # fmt: skip


class _Progress(BaseSink):
    """How far it has come, as a share, and the time left."""

    name = "progress"

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state
        self._began = time.monotonic()
        self._total: float | None = None

    def start(self, info: RunInfo) -> None:
        self._began, self._total = time.monotonic(), info.seconds

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None:
        if self._total:
            done = min(1.0, step.t / self._total)
            spent = time.monotonic() - self._began
            left = spent * (1 - done) / done if spent > 1 and done > 0.02 else None
            self._state.update(done=round(done, 3), left_s=None if left is None else round(left))


def _plays() -> bool:
    """Whether a browser can play the annotated video: H.264 needs PyAV."""
    try:
        import av  # noqa: F401
    except ImportError:
        return False
    return True
