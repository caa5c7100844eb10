"""The addresses of the label page; clips go by ids that the server made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from ..wording import in_words
from .answers import body

if TYPE_CHECKING:
    from ..drill import Drill
    from .label_clips import LabelClips

__all__ = ["LabelAnswers"]


class LabelAnswers:
    """The routes below ``/api/label``."""

    def __init__(self, clips: LabelClips) -> None:
        self._clips = clips

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/api/label", self._overview),
            Route("/api/label/{key}", self._opened, methods=["GET"]),
            Route("/api/label/{key}", self._save, methods=["POST"]),
            Route("/api/label/{key}/finish", self._finish, methods=["POST"]),
            Route("/api/label/{key}/signal", self._signal, methods=["POST"]),
            Route("/api/label/{key}/teach", self._lesson, methods=["GET"]),
            Route("/api/label/{key}/teach", self._teach, methods=["POST"]),
            Route("/api/label/{key}/copy", self._copy, methods=["POST"]),
            Route("/api/label/{key}/video", self._video),
        ]

    def _overview(self, request: Request) -> Response:
        drills = [_card(drill) for drill in self._clips.drills().values()]
        return JSONResponse({**self._clips.overview(), "drills": drills})

    def _opened(self, request: Request) -> Response:
        return JSONResponse(self._clips.opened(request.path_params["key"]))

    async def _save(self, request: Request) -> Response:
        said = await body(request)
        key = request.path_params["key"]
        return JSONResponse(await run_in_threadpool(self._clips.save, key, said))

    def _finish(self, request: Request) -> Response:
        return JSONResponse(self._clips.finish(request.path_params["key"]))

    async def _signal(self, request: Request) -> Response:
        said = await body(request)
        key, drill = request.path_params["key"], str(said.get("drill") or "")

        def seen() -> dict[str, Any]:
            return self._clips.seen(key, drill, marks=said.get("marks") is True)

        return JSONResponse(await run_in_threadpool(seen))

    def _lesson(self, request: Request) -> Response:
        return JSONResponse(self._clips.lesson(request.path_params["key"]))

    async def _teach(self, request: Request) -> Response:
        said = await body(request)
        key, name = request.path_params["key"], str(said.get("name") or "")
        begun = await run_in_threadpool(self._clips.teach, key, name, said.get("hold") is True)
        return JSONResponse(begun)

    def _copy(self, request: Request) -> Response:
        return JSONResponse(self._clips.copy(request.path_params["key"]))

    def _video(self, request: Request) -> Response:
        key = request.path_params["key"]
        path = self._clips.path(key)
        if request.query_params.get("copy") is not None:
            copied = self._clips.copied(key)
            if copied is None:
                return JSONResponse({"error": "there is no copy of this clip"}, 404)
            path = copied
        return FileResponse(path)


def _card(drill: Drill) -> dict[str, Any]:
    faults = [
        {"code": f.code, "name": in_words(f.code), "saw": f.saw}
        for f in drill.faults
        if f.severity < 3
    ]
    return {"name": drill.name, "title": drill.title, "kind": drill.kind,
            "sides": drill.sides.value, "faults": faults}  # fmt: skip
