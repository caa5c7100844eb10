"""One telephone as camera and screen: its own door on the local network, off unless asked for.

Behind this door there is one page, its script and one websocket: no diary, no export, no settings.
The code on the computer's page lets one browser in, once; another one only after the person has
asked the computer for a new code, which shuts the first one out.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from ..errors import FormcheckError, InputError, UsageError
from .answers import refused
from .certificate import certificate, fingerprint
from .feed import MOST_BYTES, PHONE
from .guard import Door, Guard
from .links import Link

if TYPE_CHECKING:
    from .answers import Answers
    from .bridge import Bridge
    from .links import Links

__all__ = ["PORT", "OneDoor", "Phone", "own_address"]

#: Taken if it is free.
PORT = 8738
#: Connections that may be open at once; one telephone needs a handful.
MOST_OPEN = 24
#: Characters of what it says.
MOST_TEXT = 64 << 10
#: What a telephone may ask of a session.
WISHES = ("ouch", "next", "pause", "again", "switch", "end", "answers", "begin", "sound", "seen")

#: Why a link ends for good; the page does not try again.
_TWICE = json.dumps({"bye": "formcheck is open a second time on this telephone. Go on there."})
_SHUT_OUT = json.dumps({"bye": "The computer has let another telephone in. Scan its new code."})

STATIC = Path(__file__).with_name("static")


def own_address() -> str:
    """This machine's address in the local network. Nothing is sent to find it.

    Raises:
        UsageError: it is in none.
    """
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe,
    ):
        probe.connect(("192.0.2.1", 9))  # kept for documents; a datagram socket sends nothing yet
        found = str(probe.getsockname()[0])
        if not ipaddress.ip_address(found).is_loopback:
            return found
    raise UsageError(
        "--phone: this computer is in no network; join the telephone's Wi-Fi, or name its address "
        "with --phone-address"
    )


class OneDoor(Door):
    """Lets one browser in, once, by a code; see the module.

    Attributes:
        code: what lets in; spent by the first who brings it.
        taken: whether somebody has.
    """

    not_let_in = (
        "Scan the code that formcheck shows on the computer, on its page Telephone. A code lets "
        "one telephone in, once. For another one ask for a new code there."
    )

    def __init__(self, host: str, cookie: str) -> None:
        super().__init__((host,), cookie, "https")
        self.code, self.taken = secrets.token_urlsafe(32), False

    def renew(self) -> None:
        """Another code; whoever was let in before is not any more."""
        self.code, self.taken = secrets.token_urlsafe(32), False
        self._pass = secrets.token_urlsafe(32)

    def opens(self, token: str) -> bool:
        same = secrets.compare_digest(token.encode("utf-8", "replace"), self.code.encode())
        if self.taken or not same:
            return False
        self.taken = True
        return True


class _Server(uvicorn.Server):
    """A second server in the loop of the first, which takes the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Phone:
    """The door, and what the computer's page shows of it.

    Args:
        address: of this machine, that is listened on; no other.
        folder: keeps the certificate.

    Raises:
        UsageError: the extra is not installed, or the address is none of ours.
    """

    def __init__(self, bridge: Bridge, links: Links, address: str, folder: Path) -> None:
        self._pem = certificate(folder, _checked(address), None)
        self.fingerprint = fingerprint(self._pem)
        self._listening = _bound(address)
        self.host = f"{address}:{self._listening.getsockname()[1]}"
        self.door = OneDoor(self.host, f"formcheck_phone_{self.host.rsplit(':', 1)[1]}")
        self._bridge, self._links = bridge, links
        self._link: Link | None = None
        self._speaks = False
        bridge.speak_elsewhere = self._speak
        bridge.feed.wanted = lambda on: self._say({"wanted": on})
        bridge.board.listen(lambda state: self._say({"state": state}))

    # -- on the computer -------------------------------------------------------------------------

    @property
    def state(self) -> dict[str, Any]:
        """For the computer's page."""
        import segno

        url = f"https://{self.host}/?token={self.door.code}"
        shown = not self.door.taken
        return {
            "on": True,
            "address": f"https://{self.host}/",
            "fingerprint": self.fingerprint,
            "code": segno.make(url, error="m").svg_data_uri(scale=4, border=4) if shown else "",
            "url": url if shown else "",
            "taken": self.door.taken,
            "here": self._link is not None,
            "ready": self._bridge.feed.here,
        }

    def renew(self) -> None:
        """A new code; the telephone that was let in is shut out."""
        self.door.renew()
        if self._link is not None:
            self._link.send(_SHUT_OUT)
            self._link.send(None)

    # -- the server ------------------------------------------------------------------------------

    def app(self, answers: Answers) -> Starlette:
        """What stands behind the door."""
        return Starlette(
            routes=[
                Route("/", self._page),
                Mount("/static", StaticFiles(directory=STATIC)),
                WebSocketRoute("/ws", self.page),
                answers.outline,
            ],
            exception_handlers={FormcheckError: refused},
        )

    async def _page(self, request: Request) -> Response:
        return FileResponse(STATIC / "phone.html")

    @contextlib.asynccontextmanager
    async def served(self, answers: Answers) -> AsyncIterator[None]:
        """Listen, as long as the context lasts."""
        server = _Server(
            uvicorn.Config(
                Guard(self.app(answers), self.door),
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="websockets-sansio",
                ws_max_size=MOST_BYTES,
                ws_per_message_deflate=False,
                limit_concurrency=MOST_OPEN,
                timeout_graceful_shutdown=2,
                ssl_certfile=str(self._pem),
                ssl_keyfile=str(self._pem),
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[self._listening]))
        try:
            yield
        finally:
            server.should_exit = True
            if self._link is not None:
                self._link.send(None)
            await serving
            self._listening.close()

    # -- the telephone -----------------------------------------------------------------------------

    async def page(self, socket: WebSocket) -> None:
        """The telephone's page is open, until it is closed; a newer one takes its place."""
        await socket.accept()
        link = Link(socket, PHONE)
        if self._link is not None:
            self._link.send(_TWICE)
            self._link.send(None)
        self._link = link
        feed = self._bridge.feed
        feed.gone()  # it says itself when its camera is ready
        self._links.came(link)
        self._bridge.heads.to(lambda message: self._links.soon(link.send, message))
        link.send(json.dumps({"state": self._bridge.board.state}))
        sending = asyncio.create_task(link.sending())
        try:
            while self._link is link and (message := await socket.receive()):
                if message["type"] == "websocket.disconnect":
                    break
                if not self._heard(link, message.get("bytes"), message.get("text")):
                    await socket.close(1003)
                    break
        except (WebSocketDisconnect, RuntimeError):
            pass  # it was closed meanwhile
        finally:
            self._links.went(link)
            if self._link is link:
                self._link, self._speaks = None, False
                self._bridge.heads.to(None)
                feed.gone()
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, RuntimeError, OSError):
                await sending

    def _heard(self, link: Link, picture: bytes | None, text: str | None) -> bool:
        """Whether that was a picture or words; what is neither closes the link."""
        feed = self._bridge.feed
        if picture is not None:
            number = feed.put(picture)
            if number is not None:
                link.send(json.dumps({"got": number}))
            return number is not None
        try:
            said = json.loads(text if text and len(text) < MOST_TEXT else "")
            wish, value = str(said["do"]), said.get("value")
        except (ValueError, KeyError, TypeError, AttributeError):
            return True
        if wish == "drawn" and isinstance(value, int):
            self._bridge.heads.drawn(value)
        elif wish == "ready":
            (feed.came if value is True else feed.gone)()
        elif wish == "speaks":
            self._speaks = value is True
        elif wish == "turn" and value in (0, 90, 180, 270) and not isinstance(value, bool):
            feed.turn = value
            if self._bridge.board["mode"] == "setup" and feed.on:
                self._bridge.do("camera", PHONE)  # a picture of another shape is another stream
        elif wish in WISHES:
            self._bridge.do(wish, value)
        return True

    def _say(self, message: dict[str, Any]) -> None:
        """From any thread: tell the telephone, if it is there."""
        link = self._link
        if link is not None:
            self._links.soon(link.send, json.dumps(message))

    def _speak(self, text: str | None) -> bool:
        """Let the telephone say this (None: be silent); False where it is not to."""
        if not self._speaks:
            return False
        self._say({"say": text})
        return True


def _checked(address: str) -> str:
    try:
        found = ipaddress.IPv4Address(address)
    except ValueError as error:
        raise UsageError(
            f"--phone-address: expected an address like 192.168.1.20, got {address!r}"
        ) from error
    if found.is_unspecified or not (found.is_private or found.is_loopback):
        raise UsageError(
            f"--phone-address: expected this computer's address in the local network, got {address}"
        )
    return address


def _bound(address: str) -> socket.socket:
    """A socket on this address alone.

    Raises:
        InputError: it is not ours.
    """
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    why = ""
    for port in (PORT, 0):
        try:
            made.bind((address, port))
            made.listen(32)
        except OSError as error:
            why = error.strerror or str(error)
            continue
        return made
    made.close()
    raise InputError(f"--phone: cannot listen on {address} ({why}); name another --phone-address")
