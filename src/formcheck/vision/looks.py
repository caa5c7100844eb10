"""Looks at single pictures for several bodies, beside the tracking of one."""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor

from ..errors import one_line
from .detection import Detection
from .graph import Graph, Picture
from .threads import give_way


class Looks:
    """Looks at single pictures for several bodies, one after the other on a thread of its own."""

    def __init__(self, model: str, confidence: float, log: list[str]) -> None:
        self._model, self._log = model, log
        self._graphs: dict[float, Graph] = {}
        self._thread = ThreadPoolExecutor(1, "look", give_way)
        # Make the first graph during the first frames, or the first look would have to wait.
        self._thread.submit(self._graph, confidence)

    def ask(self, picture: Picture, confidence: float) -> Future[list[Detection]]:
        """A future of the bodies found; empty if the graph broke."""
        return self._thread.submit(self._look, picture, confidence)

    def only(self, confidence: float) -> None:
        """Drop the graphs of other confidences."""
        self._thread.submit(self._drop, keep=confidence)

    def close(self) -> None:
        """Close once the current look is done; may be called twice."""
        with contextlib.suppress(RuntimeError):  # it is closed already
            self._thread.submit(self._drop)
        self._thread.shutdown()

    def _graph(self, confidence: float) -> Graph:
        if confidence not in self._graphs:
            self._graphs[confidence] = Graph(self._model, confidence, video=False)
        return self._graphs[confidence]

    def _look(self, picture: Picture, confidence: float) -> list[Detection]:
        try:
            return self._graph(confidence).bodies(picture, 0)
        except (RuntimeError, ValueError) as error:
            self._log.append(f"search model restarted ({one_line(error, 200)})")
            if confidence in self._graphs:
                self._graphs.pop(confidence).close()
            return []

    def _drop(self, keep: float | None = None) -> None:
        for confidence in [c for c in self._graphs if c != keep]:
            self._graphs.pop(confidence).close()
