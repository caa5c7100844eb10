"""The server of the page: on this machine only, behind a guard, gone when nobody needs it."""

from __future__ import annotations

import asyncio
import socket
import time
import webbrowser
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing, nullcontext
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from ..errors import FormcheckError, InputError
from ..vision.silence import few_heaps, give_back
from .answers import Answers, refused
from .bridge import Bridge
from .clips import Clips
from .guard import Door, Guard
from .label_answers import LabelAnswers
from .label_clips import LabelClips
from .links import Links
from .phone import Phone

__all__ = ["PAGES", "PORT", "Site", "serve"]

#: Taken if it is free, so that the browser finds its own settings again.
PORT = 8737
#: Seconds after the last page closed until the server ends.
STAYS_S = 600.0
#: Memory that is free goes back to the system this often, s.
GIVE_BACK_S = 20.0
#: The addresses of the page; its script shows the right part.
PAGES = (
    "/", "/session", "/diary", "/drills", "/plans", "/clip", "/phone", "/settings", "/label",
)  # fmt: skip
#: Bytes of a message of a page.
MOST_MESSAGE = 256 << 10

STATIC = Path(__file__).with_name("static")


class Site:
    """What is served, and its state.

    Args:
        label: the addresses of the label page, where clips are labelled.

    Attributes:
        leave: ends the server; set by :func:`serve`.
        phone: the door for a telephone; None where there is none.
    """

    def __init__(
        self, bridge: Bridge, answers: Answers, close: Callable[[], None],
        label: LabelAnswers | None = None,
    ) -> None:  # fmt: skip
        self.bridge, self.links = bridge, Links(bridge)
        self.phone: Phone | None = None
        self._answers, self._close, self._label = answers, close, label
        self.leave: Callable[[], None] = lambda: None

    def app(self) -> Starlette:
        """The application, without its guard."""
        routes = [
            *(Route(path, self._index) for path in PAGES),
            Mount("/static", StaticFiles(directory=STATIC)),
            WebSocketRoute("/ws", self.links.page),
            *self._answers.routes,
            *(self._label.routes if self._label else ()),
            Route("/api/phone", self._phone, methods=["GET", "POST"]),
            Route("/api/leave", self._leave, methods=["POST"]),
        ]
        return Starlette(
            routes=routes,
            exception_handlers={FormcheckError: refused},
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(self._watch())
        door = nullcontext() if self.phone is None else self.phone.served(self._answers)
        async with door:
            try:
                yield
            finally:
                watching.cancel()
                await run_in_threadpool(self.bridge.close)
                await run_in_threadpool(self._close)

    async def _watch(self) -> None:
        """Notice that the last page is gone, or that the computer has slept; keep memory flat."""
        due = time.monotonic() + GIVE_BACK_S
        while True:
            await asyncio.sleep(0.5)  # the camera has to be off 5 s after the last page closed
            self.bridge.look_at_clock()
            closed = self.links.closed_at
            if closed is not None:
                self.bridge.pages(self.links.number)
                if time.monotonic() - closed > STAYS_S:
                    self.leave()
            if time.monotonic() > due:
                due = time.monotonic() + GIVE_BACK_S
                await run_in_threadpool(give_back)

    async def _index(self, request: Request) -> Response:
        if self._label is None:
            return FileResponse(STATIC / "index.html")
        page = (STATIC / "index.html").read_text(encoding="utf-8")
        return HTMLResponse(page.replace("<body>", "<body data-labels>"))

    async def _phone(self, request: Request) -> Response:
        """The door for a telephone; a POST makes a new code."""
        if self.phone is None:
            return JSONResponse({"on": False})
        if request.method == "POST":
            self.phone.renew()
        return JSONResponse(self.phone.state)

    async def _leave(self, request: Request) -> Response:
        self.leave()
        return JSONResponse({})


def bound(port: int | None) -> socket.socket:
    """A socket that listens on this machine only.

    Args:
        port: None takes :data:`PORT`, or any free one.

    Raises:
        InputError: that port is taken.
    """
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for wanted in (PORT, 0) if port is None else (port,):
        try:
            made.bind(("127.0.0.1", wanted))
            made.listen(128)  # who comes before the server is up waits
        except OSError as error:
            why = error.strerror or str(error)
            continue
        return made
    made.close()
    raise InputError(f"port {port}: cannot listen there ({why}); name another, or leave --port out")


def _config(app: Guard) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=MOST_MESSAGE,
        ws_per_message_deflate=False,  # JPEG does not get smaller
        timeout_graceful_shutdown=3,
    )


def serve(
    bridge: Bridge,
    clips: Clips,
    *,
    settings: Callable[[], Mapping[str, Any]] = dict,
    change: Callable[[Mapping[str, Any]], None] = lambda said: None,
    port: int | None = None,
    ready: Callable[[str], None] = lambda address: None,
    browser: bool = True,
    label: LabelClips | None = None,
    phone: tuple[str, Path] | None = None,
) -> None:
    """Serve the page until it is left.

    Args:
        label: clips to label; the page opens with them.
        settings: what the settings say, for the page; ``change`` keeps others.
        ready: told the address, with its token, once it listens.
        browser: whether a browser is opened.
        phone: lets a telephone in at this address of ours; the folder keeps the certificate.

    Raises:
        InputError: the port is taken.
        UsageError: ``phone`` cannot be; see :class:`~formcheck.app.phone.Phone`.
        KeyboardInterrupt: Ctrl-C; what runs is saved.
    """
    few_heaps()  # before there are threads, each with a heap of its own
    with closing(bound(port)) as listening:
        number = listening.getsockname()[1]
        door = Door((f"127.0.0.1:{number}", f"localhost:{number}"), f"formcheck_{number}")
        door.home = "/" if label is None else "/label"

        def close() -> None:
            clips.close()
            if label is not None:
                label.close()

        answers = Answers(bridge, clips, settings, change)
        site = Site(bridge, answers, close, LabelAnswers(label) if label else None)
        if phone is not None:
            site.phone = Phone(bridge, site.links, *phone)
            site.links.phone = True
        server = uvicorn.Server(_config(Guard(site.app(), door)))

        def leave() -> None:
            server.should_exit = True

        site.leave = leave
        here = f"http://127.0.0.1:{number}/"
        ready(f"{here}?token={door.token}")
        if browser:
            webbrowser.open(f"{here}?token={door.ticket()}")
        server.run(sockets=[listening])
