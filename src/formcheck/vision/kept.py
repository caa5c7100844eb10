"""Landmarks of clips that were looked at before, so that tuning a rule needs no model.

A clip's landmarks are kept as a pose track under the user's cache folder. Its name is a hash of
all that could change them: the clip's bytes, the model's bytes, the version of mediapipe, and
the code that turns a clip into poses.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path

from ..folders import cache_dir

__all__ = ["code_version", "default_folder", "file_sha256", "source_hash", "track_path"]

#: The modules whose code decides what the landmarks of a clip are.
_CODE = [
    "frames", "clip", "track", "detection", "graph", "looks", "people", "windows", "fading",
    "landmarker", "standstill", "picture", "pipeline",
]  # fmt: skip


def default_folder() -> Path:
    """Where landmarks are kept for this user."""
    return cache_dir() / "poses"


def file_sha256(path: Path) -> str:
    """Hex sha256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _meaning(source: str) -> str:
    """The code without comments, docstrings and layout: what it does, not what it says."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            continue
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


@cache
def code_version() -> str:
    """A hash of the code between a clip's bytes and its poses; imports none of it."""
    folder = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for name in _CODE:
        source = folder / f"{name}.py"
        if source.exists():
            digest.update(_meaning(source.read_text(encoding="utf-8")).encode())
    return digest.hexdigest()


@cache
def source_hash() -> str:
    """A hash of every source file of formcheck: its version, also while it is being worked on."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def mediapipe_version() -> str:
    """Of the installed mediapipe, without importing it."""
    try:
        return importlib.metadata.version("mediapipe")
    except importlib.metadata.PackageNotFoundError:
        return "none"


def track_path(folder: Path, clip: Path, model_sha256: str, whom: str = "") -> Path:
    """Where the landmarks of ``clip`` are, or are to be, kept; ``whom`` is what was said of whom to
    look for."""
    parts = (file_sha256(clip), model_sha256, mediapipe_version(), code_version(), whom)
    return folder / (hashlib.sha256(" ".join(parts).encode()).hexdigest()[:32] + ".npz")
