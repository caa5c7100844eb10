"""One session in a thread of its own: begun, pressed and ended from the page.

The leader and its front live in that thread; what the page sees is the board and the pictures.
There is one session at a time, and one page that steers it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FormcheckError, UsageError, one_line
from ..lead.leader import DrillLeader, Leader, RunSet, Wait
from ..lead.sets import lead
from .board import Board
from .feed import PHONE, Feed
from .front import Left, Options, PageFront
from .pictures import Pictures

if TYPE_CHECKING:
    from ..coach.plans import Plan
    from ..coach.session import Item
    from ..journal import Journal
    from ..lead.leader import Done

__all__ = ["Bridge", "Home"]

#: Without a page a session pauses after the first, and ends, saved, after the second; without one
#: outside a set the camera goes off after the third. Seconds.
PAUSE_S, GIVE_UP_S, CAMERA_OFF_S = 3.0, 120.0, 3.0
#: A shorter sleep, seconds, is none: where the system does not tell, its clock may have been set.
SLEPT_S = 5.0

#: What a page's person hears and reads instead of what a terminal's does.
_WORDS = {
    "last_words": "Two short questions wait on the page. Answer them when you are up",
    "note_walk": "note it on the page Today",
}


@dataclass(frozen=True)
class Home:
    """Where the person's things are: how the diary is opened, own drills, own plans."""

    journal: Callable[[], Journal]
    drills: Path | None = None
    plans: Path | None = None


@dataclass(frozen=True)
class _Wanted:
    """What is to be led: its title, what makes the leader once there is a diary, and its plan."""

    title: str
    leader: Callable[[Journal], Leader]
    plan: Plan | None = None


class Bridge:
    """Starts, steers and ends sessions; all methods may be called from any thread.

    Attributes:
        pictures, heads: for the page that steers, and, without pixels, for a telephone.
        feed: what a telephone sends; it is the camera while one is ready.
        speak_elsewhere: of :func:`~formcheck.sinks.voice.open_voice`.
    """

    def __init__(self, home: Home, options: Callable[[], Options]) -> None:
        self.home, self._options = home, options
        self.board, self.feed = Board(), Feed()
        self.heads = Pictures(pixels=False)
        self.pictures = Pictures(also=self.heads)
        self.speak_elsewhere: Callable[[str | None], bool] = lambda text: False
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._front: PageFront | None = None
        self._away_since: float | None = None
        self._slept = _slept_s()

    @property
    def runs(self) -> bool:
        """Whether a session is on."""
        return self._thread is not None and self._thread.is_alive()

    # -- begun -----------------------------------------------------------------------------------

    def start(self, what: Mapping[str, Any]) -> None:
        """Begin a session: ``{"kind": "plan" | "drill" | "setup", "name": …}``, for a plan also
        ``warm`` and ``whole``.

        Raises:
            UsageError, InputError: there is no such thing, or a session is on already.
        """
        kind, name = what.get("kind"), str(what.get("name", ""))
        with self._guard:
            if self.runs:
                raise UsageError("a session is on already; end it first")
            wanted = self._wanted(kind, name, what)
            self.pictures.ages.clear()
            about = {"kind": kind, "name": name, "title": wanted.title}
            self.board.clear(mode="opening", what=about)
            self._thread = threading.Thread(
                target=self._run, args=(wanted,), name="session", daemon=True
            )
            self._thread.start()

    def _wanted(self, kind: Any, name: str, what: Mapping[str, Any]) -> _Wanted:
        from ..catalogue.registry import all_drills
        from ..coach.plans import find_plan
        from ..lead.plan import PlanLeader

        drills = all_drills(self.home.drills)
        if kind == "plan":
            plan = find_plan(name, self.home.plans)
            warm, whole = what.get("warm") is True, what.get("whole") is True
            return _Wanted(
                plan.title,
                lambda journal: PlanLeader(journal, plan, drills, warm=warm, whole=whole, **_WORDS),
                plan,
            )
        if kind not in ("drill", "setup") or name not in drills:
            raise UsageError(f"no drill is called {name[:60]!r}; choose one on the page of drills")
        drill = drills[name]
        kept = kind == "drill"  # looking into the camera asks nothing and keeps nothing
        return _Wanted(
            drill.title,
            lambda journal: DrillLeader(journal if kept else None, drills, drill, None, drill.dose),
        )

    def _run(self, wanted: _Wanted) -> None:
        """The session's thread."""
        try:
            with closing(self.home.journal()) as journal:
                leader = wanted.leader(journal)
                self._front = front = PageFront(
                    self._seeing(),
                    self.board,
                    self.pictures,
                    plan=wanted.plan is not None,
                    coming=lambda: _coming(leader),
                    facts=lambda: _facts_due(wanted.plan, journal),
                )
                journal.warn = front.warn
                done = lead(leader, front)
                self._show_done(done, journal)
        except Left:
            self.board.clear()
        except FormcheckError as error:
            self._failed(str(error))
        except Exception as error:  # noqa: BLE001 - the page says it; the server goes on
            self._failed(f"unexpected {type(error).__name__}: {error}")
        finally:
            self._front = None

    def _seeing(self) -> Options:
        """The options, with a telephone among the cameras."""
        options = self._options()
        others = options.open_stream

        def opened(source: str) -> Any:
            return self.feed.camera() if source == PHONE else others(source)

        return replace(
            options,
            open_stream=opened,
            source=PHONE if self.feed.here else options.source,
            elsewhere=lambda text: self.speak_elsewhere(text),
        )

    def _failed(self, line: str) -> None:
        done = {"status": "failed", "error": one_line(line)}
        self.board.clear(mode="done", what=self.board["what"], done=done)

    def _show_done(self, done: Done, journal: Journal) -> None:
        told = self.board["told"]
        shown = {
            "status": done.status,
            "how": done.how,
            "lines": list(done.lines),
            "error": one_line(done.error) if done.error else "",
            "sets": len(done.results),
            "saved": journal.problem is None,
            "problem": journal.problem or "",
        }
        what, warnings = self.board["what"], self.board["warnings"]
        self.board.clear(mode="done", what=what, told=told, warnings=warnings, done=shown)

    # -- steered ---------------------------------------------------------------------------------

    def do(self, wish: str, value: Any = None) -> None:
        """What the page asks of the session; nothing where none is on."""
        front = self._front
        if wish == "seen" and self.board["mode"] == "done" and not self.runs:
            self.board.clear()
        elif front is not None:
            front.do(wish, value)

    def pages(self, number: int) -> None:
        """So many pages are open; called at every change and about once a second."""
        now = time.monotonic()
        front, away = self._front, self._away_since
        if number:
            self._away_since = None
            if front is not None and away is not None and self.board["paused"] == _AWAY:
                front.pause("")
                front.warn(f"The page was away for {now - away:.0f} s. Nothing was lost.")
            return
        self._away_since = away = now if away is None else away
        if front is None:
            return
        mode, gone = self.board["mode"], now - away
        patience = {"setup": CAMERA_OFF_S, "opening": CAMERA_OFF_S, "live": GIVE_UP_S}
        if gone > patience.get(mode, float("inf")):
            front.leave()
        elif mode == "live" and gone > PAUSE_S and not self.board["paused"]:
            front.pause(_AWAY)

    def look_at_clock(self) -> None:
        """Called about twice a second: a computer that has slept says so, and what runs is paused.
        The camera's clock stands still in its sleep, so nothing else notices."""
        slept, self._slept = _slept_s() - self._slept, _slept_s()
        front = self._front
        if slept < SLEPT_S or front is None:
            return
        if self.board["mode"] == "live" and not self.board["paused"]:
            front.pause(_SLEPT)
        front.warn(f"The computer slept for {slept:.0f} s. What was done before is in the diary.")

    def close(self, wait_s: float = 6.0) -> None:
        """End what runs, saved, and wait for it."""
        deadline = time.monotonic() + wait_s
        while self.runs and time.monotonic() < deadline:
            self.do("end")
            thread = self._thread
            assert thread is not None
            thread.join(0.5)
        self.pictures.close()
        self.heads.close()


_AWAY = "The page was closed"
_SLEPT = "The computer slept"


def _slept_s() -> float:
    """Seconds that this machine has slept; only differences mean anything."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return (time.time() if boot is None else time.clock_gettime(boot)) - time.monotonic()


def _coming(leader: Leader) -> Item | None:
    """The set that comes next; a leader that waits for frames gives the same move again."""
    move = leader.next()
    return move.item if isinstance(move, (Wait, RunSet)) else None


def _facts_due(plan: Plan | None, journal: Journal) -> list[str]:
    """What the drills of the plan depend on and the person was never asked."""
    from ..coach.safety import facts_for

    known = journal.facts()
    names = [entry.name for entry in plan.drills] if plan is not None else []
    return [fact for fact in facts_for(names) if fact not in known]
