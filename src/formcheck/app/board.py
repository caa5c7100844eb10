"""What a session shows outside its pictures: written by the session's thread, read by every page.

One mapping, whole at any time: a page that is loaded again shows the same as before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["IDLE", "Board"]

#: Nothing runs. ``mode`` is ``idle``, ``asking`` (a form waits), ``opening`` (the camera),
#: ``setup``, ``live`` or ``done``.
IDLE: Mapping[str, Any] = MappingProxyType(
    {
        "mode": "idle",
        "what": None,  # {kind, name, title}
        "told": (),  # [{about, lines}]
        "form": None,  # {questions: [...]}
        "camera": False,  # whether the camera is on
        "paused": "",  # why nothing is judged, empty where it is
        "buttons": (),
        "setup": None,
        "said": "",  # the last line said
        "warnings": (),
        "done": None,
    }
)


class Board:
    """The state and who is told of its changes; safe to use from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._state: dict[str, Any] = dict(IDLE)
        self._listeners: list[Callable[[dict[str, Any]], None]] = []

    def __getitem__(self, key: str) -> Any:
        return self._state[key]

    @property
    def state(self) -> dict[str, Any]:
        """All of it, as JSON takes it."""
        with self._guard:
            return dict(self._state)

    def show(self, **changes: Any) -> None:
        """Change these; whoever listens is told, if anything did change."""
        with self._guard:
            if all(self._state.get(key) == value for key, value in changes.items()):
                return
            self._state.update(changes)
            state, listeners = dict(self._state), list(self._listeners)
        for listener in listeners:
            listener(state)

    def clear(self, **but: Any) -> None:
        """As if nothing had run, but for these."""
        self.show(**{**IDLE, **but})

    def listen(self, listener: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        """Tell ``listener`` of every change, from whichever thread; gives what ends that."""
        with self._guard:
            self._listeners.append(listener)

        def stop() -> None:
            with self._guard:
                self._listeners.remove(listener)

        return stop
