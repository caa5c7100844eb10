"""Work on clips in a thread, one at a time: their signals, and copies that a browser can play."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FormcheckError, UsageError, one_line
from ..run.loop import Control
from ..sinks import BaseSink

if TYPE_CHECKING:
    from ..body.pose import Pose
    from ..events import Step
    from ..run.teaching import Lesson
    from ..sinks.info import RunInfo
    from ..vision.frames import Frame

__all__ = ["Work"]

Job = Callable[[dict[str, Any], Control], dict[str, Any]]


class Work:
    """At most one job runs; one for another clip ends it. What is done is kept in memory.

    Args:
        folder: for copies.
    """

    def __init__(self, model: str, drills_folder: Path | None, folder: Path) -> None:
        self._model, self._drills_folder, self._folder = model, drills_folder, folder
        self._guard = threading.Lock()
        self._jobs: dict[tuple[str, ...], dict[str, Any]] = {}
        self._control = Control()
        self._thread: threading.Thread | None = None

    def seen(self, key: str, clip: Path, drill: str) -> dict[str, Any]:
        """``working`` with ``done``, ``failed`` with ``error``, or ``ready`` with what was seen."""
        return self._state(
            ("seen", key, drill), lambda state, control: self._scored(clip, drill, state, control)
        )

    def copy(self, key: str, clip: Path) -> dict[str, Any]:
        """The same of a copy, which lies at :meth:`copy_path` when it is ready."""
        return self._state(
            ("copy", key), lambda state, control: self._copied(key, clip, state, control)
        )

    def teach(self, key: str, name: str, lesson: Lesson, folder: Path) -> dict[str, Any]:
        """Begin a lesson; one of this clip that is over is forgotten."""
        told = ("taught", key)
        with self._guard:
            if self._jobs.get(told, {"state": "none"})["state"] != "working":
                self._jobs.pop(told, None)
        return self._state(
            told, lambda state, control: self._taught(name, lesson, folder, state, control)
        )

    def lesson(self, key: str) -> dict[str, Any]:
        """The same of a lesson, with ``written`` and ``said``; ``none`` when none was begun, or
        another clip ended it."""
        with self._guard:
            return dict(self._jobs.get(("taught", key), {"state": "none"}))

    def copy_path(self, key: str) -> Path:
        return self._folder / f"{key}.mp4"

    def close(self) -> None:
        self._control.end = "quit"
        if self._thread is not None:
            self._thread.join(10.0)

    def _state(self, name: tuple[str, ...], job: Job) -> dict[str, Any]:
        with self._guard:
            if name not in self._jobs:
                self._control.end = "quit"
                before, self._control = self._thread, Control()
                state = self._jobs[name] = {"state": "working", "done": 0.0}
                self._thread = threading.Thread(
                    target=self._run, args=(name, state, job, self._control, before),
                    name="label", daemon=True,
                )  # fmt: skip
                self._thread.start()
            return dict(self._jobs[name])

    def _run(
        self, name: tuple[str, ...], state: dict[str, Any], job: Job, control: Control,
        before: threading.Thread | None,
    ) -> None:  # fmt: skip
        if before is not None:
            before.join()
        try:
            found = job(state, control) if control.end is None else {}
        except FormcheckError as error:
            found = {"state": "failed", "error": one_line(error)}
        except Exception as error:  # noqa: BLE001 - the page says it; the server goes on
            found = {"state": "failed", "error": f"unexpected {type(error).__name__}: {error}"}
        with self._guard:
            if control.end is not None:  # another clip came: begun again when it is asked for
                self._jobs.pop(name, None)
            else:
                self._jobs[name] = found

    # -- in the thread -------------------------------------------------------------------------

    def _scored(
        self, clip: Path, drill: str, state: dict[str, Any], control: Control
    ) -> dict[str, Any]:
        from ..run.task import Task, judge

        own = str(self._drills_folder) if self._drills_folder else None
        task = Task(str(clip), clip.name, drill, model=self._model, drills_folder=own)
        curve = _Curve(state)
        judged = judge(task, clip, [curve], control=control)
        if control.end is not None:
            return {}
        result = judged.result().to_dict(clip.name, {})
        main = judged.drill.main
        return {"state": "ready", "measure": main.name.replace("_", " "), "unit": main.unit,
                "t": curve.t, "value": curve.value, "result": result}  # fmt: skip

    def _taught(
        self, name: str, lesson: Lesson, folder: Path, state: dict[str, Any], control: Control
    ) -> dict[str, Any]:
        from ..run.teaching import poses_of, said, taught_drill
        from ..vision.clip import VideoFile

        with VideoFile(lesson.good) as film:
            seconds = film.duration_s or 0.0

        def told(t: float) -> None:
            if seconds:
                state["done"] = round(min(1.0, t / seconds), 3)

        def read(clip: Path) -> list[Pose]:
            poses = poses_of(clip, self._model, control=control, told=told)
            if control.end is not None:
                raise UsageError("another clip was opened, nothing is written")
            return poses

        file, taught = taught_drill(name, lesson, folder, read)
        return {"state": "ready", "written": file.name, "said": said(taught, lesson)}

    def _copied(
        self, key: str, clip: Path, state: dict[str, Any], control: Control
    ) -> dict[str, Any]:
        from ..sinks.video import VideoWriter
        from ..vision.clip import VideoFile

        with VideoFile(clip, as_it_is=True) as film:
            writer = VideoWriter(self.copy_path(key), film.fps, warn=lambda line: None)
            try:
                for frame in film:
                    if control.end is not None:
                        return {}
                    writer.write(frame.image, frame.t)
                    if film.duration_s:
                        state["done"] = round(min(1.0, frame.t / film.duration_s), 3)
                writer.close()
            finally:
                writer.close(keep=False)
        return {"state": "ready"}


class _Curve(BaseSink):
    """The main measure of every frame, None where it could not be measured."""

    name = "curve"

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state
        self._total: float | None = None
        self.t: list[float] = []
        self.value: list[float | None] = []

    def start(self, info: RunInfo) -> None:
        self._total = info.seconds

    def write(self, frame: Frame | None, pose: Pose, step: Step) -> None:
        value = step.signals.get(step.main, math.nan)
        self.t.append(round(step.t, 3))
        self.value.append(round(float(value), 4) if math.isfinite(value) else None)
        if self._total:
            self._state["done"] = round(min(1.0, step.t / self._total), 3)
