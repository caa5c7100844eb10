"""What the page asks for besides the session: each address with its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ..catalogue.figures import outline_of
from ..catalogue.registry import all_drills, get_drill
from ..errors import UsageError, one_line
from . import diary, drills, today
from .cameras import cameras
from .guard import REPORT_POLICY

if TYPE_CHECKING:
    from ..drill import Drill
    from ..journal import Journal
    from .bridge import Bridge
    from .clips import Clips

__all__ = ["MOST_JSON", "Answers", "body", "refused"]

T = TypeVar("T")
#: Bytes of a JSON body.
MOST_JSON = 256 << 10


class Answers:
    """The routes below ``/api``.

    Args:
        settings: what the settings say, for the page.
        change: keeps other settings.
    """

    def __init__(
        self, bridge: Bridge, clips: Clips, settings: Callable[[], Mapping[str, Any]],
        change: Callable[[Mapping[str, Any]], None],
    ) -> None:  # fmt: skip
        self._bridge, self._clips = bridge, clips
        self._settings, self._change = settings, change

    @property
    def outline(self) -> Route:
        """Where to lie or stand; all that a telephone asks for."""
        return Route("/api/drills/{name}/outline", self._outline)

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/api/today", self._today),
            Route("/api/note", self._note, methods=["POST"]),
            Route("/api/drills", self._drills),
            Route("/api/drills/{name}", self._card),
            self.outline,
            Route("/api/plans", self._plans, methods=["GET"]),
            Route("/api/plans", self._save_plan, methods=["POST"]),
            Route("/api/cameras", self._cameras),
            Route("/api/diary", self._diary),
            Route("/api/report", self._report),
            Route("/api/export", self._export),
            Route("/api/forget", self._forget, methods=["POST"]),
            Route("/api/clip", self._clip, methods=["GET"]),
            Route("/api/clip", self._take_clip, methods=["POST"]),
            Route("/api/clip", self._drop_clip, methods=["DELETE"]),
            Route("/api/clip/{kind}", self._clip_file),
            Route("/api/settings", self._said, methods=["GET"]),
            Route("/api/settings", self._say, methods=["POST"]),
        ]

    def _with(self, work: Callable[[Journal], T]) -> T:
        with closing(self._bridge.home.journal()) as journal:
            return work(journal)

    def _known(self) -> Mapping[str, Drill]:
        return all_drills(self._bridge.home.drills)

    # -- today, drills, plans --------------------------------------------------------------------

    def _today(self, request: Request) -> Response:
        home, name = self._bridge.home, request.query_params.get("plan", "")
        return JSONResponse(self._with(lambda j: today.today(j, home, self._known(), name)))

    async def _note(self, request: Request) -> Response:
        said = await body(request)
        keep = lambda j: today.note(j, said.get("walked"), said.get("note"))  # noqa: E731
        await run_in_threadpool(self._with, keep)
        return JSONResponse({})

    def _drills(self, request: Request) -> Response:
        return JSONResponse({"drills": drills.cards(self._known())})

    def _card(self, request: Request) -> Response:
        drill = get_drill(request.path_params["name"], self._bridge.home.drills)
        return JSONResponse(drills.card(drill))

    def _outline(self, request: Request) -> Response:
        drill = get_drill(request.path_params["name"], self._bridge.home.drills)
        return JSONResponse(outline_of(drill))

    def _plans(self, request: Request) -> Response:
        return JSONResponse({"plans": drills.plans(self._bridge.home.plans, self._known())})

    async def _save_plan(self, request: Request) -> Response:
        said = await body(request)
        folder = self._bridge.home.plans
        name = await run_in_threadpool(drills.save_plan, said, folder, self._known())
        return JSONResponse({"name": name})

    def _cameras(self, request: Request) -> Response:
        setup = self._bridge.board["setup"] or {}
        now, phone = str(setup.get("source", "0")), self._bridge.feed.here
        return JSONResponse({"cameras": cameras(now, phone)})

    # -- the diary -------------------------------------------------------------------------------

    def _diary(self, request: Request) -> Response:
        return JSONResponse(self._with(lambda j: diary.diary(j, self._known())))

    def _report(self, request: Request) -> Response:
        asked = request.query_params.get("session", "")
        number = int(asked) if asked.isdecimal() and len(asked) < 12 else None
        page = self._with(lambda j: diary.report(j, self._known(), number))
        return HTMLResponse(page, headers={"content-security-policy": REPORT_POLICY})

    def _export(self, request: Request) -> Response:
        kind = request.query_params.get("kind", "json")
        name, data = self._with(lambda j: diary.exported(j, kind))
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(data, media_type="application/octet-stream", headers=headers)

    async def _forget(self, request: Request) -> Response:
        said = await body(request)
        words = await run_in_threadpool(self._with, lambda j: diary.forget(j, said))
        return JSONResponse({"said": words})

    # -- a clip ------------------------------------------------------------------------------------

    def _clip(self, request: Request) -> Response:
        return JSONResponse(self._clips.state)

    async def _take_clip(self, request: Request) -> Response:
        asked = request.query_params
        try:
            await self._clips.take(asked.get("name", ""), asked.get("drill", ""), request.stream())
        except ClientDisconnect:
            return JSONResponse({}, 400)
        return JSONResponse(self._clips.state)

    def _drop_clip(self, request: Request) -> Response:
        self._clips.cancel()
        return JSONResponse(self._clips.state)

    def _clip_file(self, request: Request) -> Response:
        path = self._clips.file(request.path_params["kind"])
        if path is None:
            return JSONResponse({"error": "there is no such file of a clip"}, 404)
        saves = request.query_params.get("save") is not None
        return FileResponse(path, filename=path.name if saves else None)

    # -- settings ----------------------------------------------------------------------------------

    def _said(self, request: Request) -> Response:
        return JSONResponse(dict(self._settings()))

    async def _say(self, request: Request) -> Response:
        said = await body(request)
        await run_in_threadpool(self._change, said)
        return JSONResponse(dict(self._settings()))


async def refused(request: Request, error: Exception) -> Response:
    """An error of ours as an answer."""
    return JSONResponse({"error": one_line(error)}, 400)


async def body(request: Request) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        UsageError: it is too long, or none.
    """
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > MOST_JSON:
            raise UsageError("expected a short JSON document, it is too long")
    try:
        said = json.loads(data)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise UsageError("expected a JSON object")
    return said
