"""Who may talk to the server: the browser that was given the address, and nobody else.

The server listens on this machine only, but any page of the web can make a browser send requests to
it, and a name of the web can be made to point here (DNS rebinding). So every request needs a cookie
that only the printed address gives, a Host that is ours, and, where it changes anything or opens a
websocket, an Origin that is ours.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from html import escape
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

__all__ = ["REPORT_POLICY", "Door", "Guard"]

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: No inline code, no inline style, nothing from anywhere else.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self' {sockets}; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
#: The report is a document with its style inside; it may run nothing and load nothing.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-modals"
)
_HEADERS: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


class Door:
    """One way in: the hosts it answers to, and the secrets that open it.

    Args:
        hosts: ``name:port`` as a browser writes them into Host.
        cookie: the name of its cookie; cookies do not know ports, so the port belongs in it.
        scheme: ``http`` or ``https``.

    Attributes:
        token: opens it again and again; for the printed address.
        home: the page that who is let in comes to.
    """

    #: Said to whom it stays shut.
    not_let_in = (
        "Open the address that formcheck printed when it was started; it ends in a long token. "
        "If you closed that window, start formcheck app again."
    )

    def __init__(self, hosts: Collection[str], cookie: str, scheme: str = "http") -> None:
        self.hosts, self.cookie, self.scheme = frozenset(hosts), cookie, scheme
        self.token = secrets.token_urlsafe(32)
        self.home = "/"
        self._tickets: set[str] = set()
        self._pass = secrets.token_urlsafe(32)

    def ticket(self) -> str:
        """A secret that opens it once: other people of this machine can read a browser's command
        line, so what stands there must be spent when they do."""
        made = secrets.token_urlsafe(32)
        self._tickets.add(made)
        return made

    def opens(self, token: str) -> bool:
        """Whether this opens it; a ticket is spent by it."""
        given = token.encode("utf-8", "replace")
        if secrets.compare_digest(given, self.token.encode()):
            return True
        for ticket in list(self._tickets):
            if secrets.compare_digest(given, ticket.encode()):
                self._tickets.discard(ticket)
                return True
        return False

    def knows(self, cookies: str) -> bool:
        """Whether a Cookie header holds the pass."""
        try:
            jar = SimpleCookie(cookies)
        except CookieError:
            return False
        found = jar.get(self.cookie)
        value = "" if found is None else found.value
        return secrets.compare_digest(value.encode("utf-8", "replace"), self._pass.encode())

    @property
    def set_cookie(self) -> str:
        secure = "; Secure" if self.scheme == "https" else ""
        return f"{self.cookie}={self._pass}; Path=/; HttpOnly; SameSite=Strict{secure}"

    @property
    def policy(self) -> str:
        """The content policy of everything behind this door."""
        kind = "wss" if self.scheme == "https" else "ws"
        return _POLICY.format(sockets=" ".join(f"{kind}://{host}" for host in sorted(self.hosts)))


class Guard:
    """Stands before the application; see the module."""

    def __init__(self, app: App, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refused = self._refused(scope)
        if scope["type"] == "websocket":
            if refused is None:
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        if refused is None:
            await self._app(scope, receive, self._with_headers(send))
        else:
            status, title, text, extra = refused
            await _answer(self._with_headers(send), status, title, text, extra)

    def _refused(self, scope: Scope) -> tuple[int, str, str, dict[str, str]] | None:
        """Status, title, words and headers of the answer; None lets it through."""
        headers: dict[str, str] = {}
        for raw, value in scope["headers"]:
            name = raw.decode("latin-1")
            if name in ("host", "origin") and name in headers:
                return 400, "Not for us", "Two of one header.", {}
            joined = f"{headers[name]}; " if name in headers else ""
            headers[name] = joined + value.decode("latin-1")
        host, door = headers.get("host", ""), self._door
        if host not in door.hosts:
            return 421, "Not for us", f"This is formcheck, not {host[:80]}.", {}
        origin, ours = headers.get("origin"), f"{door.scheme}://{host}"
        changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if (origin is not None and origin != ours) or (changes and origin is None):
            return 403, "Not from here", "This request comes from another page.", {}
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if token and scope["type"] == "http" and scope["path"] == "/" and door.opens(token):
            # Not a redirect: a Strict cookie is not sent along on one that began elsewhere.
            go = {"set-cookie": door.set_cookie, "refresh": f"0; url={door.home}"}
            return 200, "formcheck", "One moment.", go
        if not door.knows(headers.get("cookie", "")):
            return 403, "Not let in", door.not_let_in, {}
        return None

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                have = {name for name, _ in message.get("headers", ())}
                told = {**_HEADERS, "content-security-policy": self._door.policy}
                more = [
                    (name.encode(), value.encode())
                    for name, value in told.items()
                    if name.encode() not in have
                ]
                message = {**message, "headers": [*message.get("headers", ()), *more]}
            await send(message)

        return sending


async def _answer(send: Send, status: int, title: str, text: str, extra: Mapping[str, str]) -> None:
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><link rel="icon" '
        f'href="data:,"><title>{escape(title)}'
        f"</title></head><body><main><h1>{escape(title)}</h1><p>{escape(text)}</p></main>"
        "</body></html>"
    ).encode()
    headers = {"content-type": "text/html; charset=utf-8", **extra}
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": page})
