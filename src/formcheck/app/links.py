"""The open pages: what each is told, what it asks, and which of them steers the session.

Only one page steers: the one that began the session, or took it over. It is known by a name that
its browser keeps over a reload. Everything here runs in the server's loop, except what is marked.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from ..errors import FormcheckError, one_line

if TYPE_CHECKING:
    from .bridge import Bridge

__all__ = ["Link", "Links"]

#: Messages that may wait for one page; one that takes none is closed.
MOST_WAITING = 64


class Link:
    """One open page."""

    def __init__(self, socket: WebSocket, page: str) -> None:
        self.socket, self.page = socket, page
        self.waiting: asyncio.Queue[bytes | str | None] = asyncio.Queue(MOST_WAITING)

    def send(self, message: bytes | str | None) -> None:
        """Send soon; None closes. A page that takes nothing any more is closed."""
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(None)

    async def sending(self) -> None:
        while (message := await self.waiting.get()) is not None:
            if isinstance(message, bytes):
                await self.socket.send_bytes(message)
            else:
                await self.socket.send_text(message)
        await self.socket.close()


class Links:
    """All open pages.

    Attributes:
        closed_at: ``time.monotonic()`` when the last page closed; None while one is open, or before
            the first.
        phone: whether a telephone may come.
    """

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._links: list[Link] = []
        self._others: list[Link] = []  # a telephone
        self._steers = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closed_at: float | None = None
        self.phone = False
        bridge.board.listen(lambda state: self.soon(self._tell))

    @property
    def number(self) -> int:
        return len(self._links) + len(self._others)

    def soon(self, call: Callable[..., None], *values: Any) -> None:
        """From any thread: in the server's loop."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nobody is there to be told
                loop.call_soon_threadsafe(call, *values)

    # -- a telephone: open like a page, but it never takes the session from one -----------------

    def came(self, link: Link) -> None:
        """It is open now."""
        self._loop = asyncio.get_running_loop()
        self._others.append(link)
        self.closed_at = None
        self._bridge.pages(self.number)
        self._tell()

    def went(self, link: Link) -> None:
        """It is closed."""
        self._others.remove(link)
        self._count()
        self._tell()

    def _count(self) -> None:
        if not self.number:
            self.closed_at = time.monotonic()
        self._bridge.pages(self.number)

    # -- one page --------------------------------------------------------------------------------

    async def page(self, socket: WebSocket) -> None:
        """A page is open, until it is closed."""
        self._loop = asyncio.get_running_loop()
        await socket.accept()
        link = Link(socket, socket.query_params.get("page", "")[:40])
        self._links.append(link)
        self.closed_at = None
        self._arrived(link)
        sending = asyncio.create_task(link.sending())
        try:
            while True:
                self._heard(link, await socket.receive_text())
        except (WebSocketDisconnect, KeyError, RuntimeError):
            pass  # it was closed, or sent what is no text
        finally:
            self._gone(link)
            sending.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError, OSError):
                await sending

    def _arrived(self, link: Link) -> None:
        others = {other.page for other in self._links if other is not link}
        if link.page == self._steers or self._steers not in others:
            self._steer(link)
        self._bridge.pages(self.number)
        self._tell()

    def _gone(self, link: Link) -> None:
        self._links.remove(link)
        if link is self._steering:
            self._bridge.pictures.to(None)
        self._count()

    # -- what pages say ----------------------------------------------------------------------------

    def _heard(self, link: Link, text: str) -> None:
        try:
            said = json.loads(text)
            wish, value = str(said["do"]), said.get("value")
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        steering = link is self._steering
        if wish == "drawn" and steering and isinstance(value, int):
            self._bridge.pictures.drawn(value)
        elif wish == "wide" and steering and isinstance(value, int):
            self._bridge.pictures.wide = value
        elif wish == "take":
            self._steer(link)
            self._tell()
        elif wish == "start" and isinstance(value, dict):
            self._start(link, value)
        elif steering:
            self._bridge.do(wish, value)

    def _start(self, link: Link, what: dict[str, Any]) -> None:
        try:
            self._bridge.start(what)
        except FormcheckError as error:
            link.send(json.dumps({"error": one_line(error)}))
            return
        self._steer(link)
        self._tell()

    # -- who steers ----------------------------------------------------------------------------

    @property
    def _steering(self) -> Link | None:
        """The page that steers, the last one of its name."""
        named = [link for link in self._links if link.page == self._steers]
        return named[-1] if named else None

    def _steer(self, link: Link) -> None:
        self._steers = link.page
        self._links.remove(link)
        self._links.append(link)
        self._bridge.pictures.to(lambda message: self.soon(link.send, message))

    def _tell(self) -> None:
        """Every page gets the state, and whether the session is another page's."""
        state, steering = {**self._bridge.board.state, "phone": self.phone}, self._steering
        for link in self._links:
            elsewhere = link is not steering and state["mode"] != "idle"
            link.send(json.dumps({"state": {**state, "elsewhere": elsewhere}}))
