"""What a result was made with: versions, model, machine."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass


__all__ = ["provenance"]


def provenance(landmarker: Any = None, meta: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Versions and model behind a result.

    Args:
        landmarker: the model that made the poses (``model_name``, ``sha256``), or None.
        meta: what a pose track says of the model that made it, where no landmarker ran.
    """

    def version(name: str) -> str | None:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return None

    from .. import __version__

    made: dict[str, Any] = {"formcheck": __version__}
    if landmarker is not None:
        made |= {
            "mediapipe": version("mediapipe"),
            "opencv": version("opencv-python") or version("opencv-contrib-python"),
            "model": landmarker.model_name,
            "model_sha256": landmarker.sha256,
        }
    else:
        made |= {k: (meta or {}).get(k) for k in ("mediapipe", "opencv", "model", "model_sha256")}
    return made
