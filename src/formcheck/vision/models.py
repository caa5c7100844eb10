"""The pose models: which exist, where they are, and a check that each is what it claims to be.

``lite`` and ``full`` come with formcheck. ``heavy`` is fetched when the person asks for it, which
is the only time that anything here uses a network. Every file is checked against the sha256 of
``manifest.json`` before it is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import IO

from ..errors import ModelError, UsageError
from ..files import expand
from ..folders import data_dir

__all__ = ["Entry", "Model", "find_model", "get_model", "known_models", "locate"]

#: Called while a model is fetched with the bytes so far and the bytes in all (None: not said).
Progress = Callable[[int, "int | None"], None]

_HERE = Path(__file__).resolve().parents[1]
#: In an installed package, and in a checkout.
_FOLDERS = (_HERE / "_models", _HERE.parent.parent / "models")
#: What a pose landmarker bundle is made of.
_PARTS = {"pose_detector.tflite", "pose_landmarks_detector.tflite"}
_BLOCK = 1 << 20
#: More than any pose model; a server that never ends must not fill the disk.
_MOST_BYTES = 256 << 20
_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Model:
    """A model file that may be used. ``name`` is the manifest's, or the file's own stem."""

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True)
class Entry:
    """What the manifest says of one model. ``url`` is None for those that come with formcheck."""

    name: str
    file: str
    sha256: str
    about: str
    source: str
    licence: str
    url: str | None = None
    also_sha256: Mapping[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> frozenset[str]:
        """The sha256 of every build of this model that is known to be right."""
        return frozenset((self.sha256, *self.also_sha256.values()))


@cache
def _folder() -> Path:
    for folder in _FOLDERS:
        if (folder / "manifest.json").is_file():
            return folder
    raise ModelError(f"{_FOLDERS[0]}: expected the pose models here; install formcheck again")


@cache
def known_models() -> Mapping[str, Entry]:
    """The models of the manifest by name.

    Raises:
        ModelError: the manifest is not there (a broken installation).
    """
    manifest = json.loads((_folder() / "manifest.json").read_text(encoding="utf-8"))
    found = {}
    for name, said in manifest["models"].items():
        about = {k: said[k] for k in ("file", "sha256", "about", "source")}
        found[name] = Entry(
            name,
            **about,
            licence=manifest["licence"],
            url=said.get("url"),
            also_sha256=said.get("also_sha256", {}),
        )
    return found


def _entry(name: str) -> Entry:
    known = known_models()
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise UsageError(
        f"model: expected {', '.join(known)} or the path of a .task file, got {name!r}; "
        f"{hint}`formcheck models` lists them"
    )


def locate(name: str) -> Path:
    """Where the model of this name lies, or would lie once fetched; nothing is checked.

    Raises:
        UsageError: no model has this name.
    """
    entry = _entry(name)
    return (data_dir() / "models" if entry.url else _folder()) / entry.file


def find_model(model: str | Path = "full") -> Model:
    """The model of this name or path, checked.

    Args:
        model: ``lite``, ``full``, ``heavy``, or the path of your own ``.task`` bundle.

    Raises:
        ModelError: it is missing, is not what the manifest says, or is no bundle.
        UsageError: neither a model's name nor a path.
    """
    text = os.fspath(model)
    is_path = isinstance(model, Path) or text.endswith(".task") or os.path.exists(text)
    if is_path and text not in known_models():
        return _own(expand(text))
    entry, path = _entry(text), locate(text)
    if not path.is_file():
        if entry.url:
            raise ModelError(
                f"model {text}: not here yet; fetch it with `formcheck models get {text}`, "
                "or take --model full"
            )
        raise ModelError(
            f"{path}: expected the model {text}, no such file; install formcheck again"
        )
    digest = _sha256(path)
    if digest not in entry.accepted:
        get = f"`formcheck models get {text}`" if entry.url else "install formcheck again"
        raise ModelError(
            f"{path}: expected the model {text} (sha256 {entry.sha256[:12]}…), "
            f"the file is another or damaged ({digest[:12]}…); {get}"
        )
    return Model(text, path, digest)


def _own(path: Path) -> Model:
    """A bundle that the user brings: any build, but a pose landmarker."""
    if not os.path.isfile(path):
        there = "no regular file" if os.path.lexists(path) else "no such file"
        what = "a folder" if os.path.isdir(path) else there
        raise ModelError(
            f"{path}: expected a pose model (.task), {what}; `formcheck models` lists what there is"
        )
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise zipfile.BadZipFile(f"larger than {_MOST_BYTES >> 20} MB")
        with zipfile.ZipFile(path) as bundle:
            parts = set(bundle.namelist())
        digest = _sha256(path)
    except (OSError, ValueError, RuntimeError, struct.error, zipfile.BadZipFile) as error:
        raise ModelError(
            f"{path}: expected a pose model (.task, a zip archive), it cannot be read as one; "
            "get it again"
        ) from error
    if not parts >= _PARTS:
        raise ModelError(
            f"{path}: expected a pose landmarker bundle, it has no {min(_PARTS - parts)}; "
            "is it the bundle of another task?"
        )
    for entry in known_models().values():
        if digest in entry.accepted:
            return Model(entry.name, path, digest)
    return Model(path.stem, path, digest)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


# ------------------------------------------------------------------------------- fetching one


def get_model(name: str, url: str | None = None, progress: Progress | None = None) -> Model:
    """The model of this name, fetched into the user's data folder if it is not here.

    A file takes its place only when it is whole and its sha256 is right; until then there is
    the old one or none.

    Args:
        name: one of :func:`known_models`.
        url: another address than the manifest's (a mirror); its file must have the same sha256.
        progress: called with (bytes so far, bytes in all or None).

    Raises:
        UsageError: no such model.
        ModelError: it cannot be fetched or kept, or is not the file that the manifest describes.
    """
    entry = _entry(name)
    try:
        return find_model(name)
    except ModelError:
        source = url or entry.url
        if not source or not entry.url:
            raise  # it comes with formcheck: there is nothing to fetch
    target = locate(name)
    part: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, part_name = tempfile.mkstemp(dir=target.parent, prefix=f".{name}-", suffix=".part")
        part = Path(part_name)
        with os.fdopen(handle, "wb") as file:
            digest = _fetch(source, name, file, progress)
            file.flush()
            os.fsync(file.fileno())
        if digest not in entry.accepted:
            raise ModelError(
                f"{source}: expected the model {name} with sha256 {entry.sha256}, got {digest}; "
                "nothing was kept; try again, or name a file of your own with --model PATH"
            )
        os.replace(part, target)
        part = None
    except OSError as error:
        raise ModelError(
            f"{target}: the model cannot be kept ({error.strerror or error}); "
            "free some room or set FORMCHECK_DATA_DIR"
        ) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
    return Model(name, target, digest)


def _fetch(url: str, name: str, file: IO[bytes], progress: Progress | None) -> str:
    """Copy what is at ``url`` into ``file``; the sha256 of it."""
    # Imported here: nothing but this function may reach a network, and it starts slowly.
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import urlopen

    if not url.startswith(("https://", "http://")):
        raise UsageError(f"--url: expected an http(s) address, got {url!r}")
    digest, done = hashlib.sha256(), 0
    try:
        answer = urlopen(url, timeout=_TIMEOUT_S)
        with answer:
            length = answer.headers.get("Content-Length", "")
            total = int(length) if length.isdigit() else None
            while block := answer.read(_BLOCK):
                done += len(block)
                if done > _MOST_BYTES:
                    raise ModelError(
                        f"{url}: expected the model {name}, the answer is over "
                        f"{_MOST_BYTES >> 20} MB; check the address"
                    )
                digest.update(block)
                _keep(file, block)
                if progress is not None:
                    progress(done, total)
    except _CannotKeep as error:
        raise error.cause from None
    except (OSError, HTTPException, ValueError) as error:
        why = f"HTTP {error.code}" if isinstance(error, HTTPError) else _why(error)
        raise ModelError(
            f"{url}: the model {name} cannot be fetched ({why}); check the connection, or download "
            "it in a browser and use --model PATH"
        ) from error
    if total is not None and done < total:
        raise ModelError(f"{url}: the connection ended after {done} of {total} bytes; try again")
    return digest.hexdigest()


class _CannotKeep(Exception):
    """The disk failed, not the network: both raise the same type but need different messages."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _keep(file: IO[bytes], block: bytes) -> None:
    try:
        file.write(block)
    except OSError as error:
        raise _CannotKeep(error) from error


def _why(error: BaseException) -> str:
    reason = getattr(error, "reason", None) or error
    return str(getattr(reason, "strerror", None) or reason or type(error).__name__)
