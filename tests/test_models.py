"""Models: the right file or a clear refusal, and a fetch that leaves the right file or nothing."""

from __future__ import annotations

import hashlib
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from formcheck.errors import FormcheckError, ModelError, UsageError
from formcheck.vision import models
from formcheck.vision.models import Model, find_model, get_model, known_models, locate


def bundle(path: Path, *parts: str) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for part in parts or ("pose_detector.tflite", "pose_landmarks_detector.tflite"):
            file.writestr(part, f"weights of {part}" * 1000)
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def one_line(error: pytest.ExceptionInfo[FormcheckError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


# ----------------------------------------------------------------------------------- finding


@pytest.mark.parametrize("name", ["lite", "full"])
def test_the_models_that_come_along_are_what_the_manifest_says(name: str) -> None:
    found = find_model(name)
    assert (found.name, found.sha256) == (name, known_models()[name].sha256)
    assert sha256(found.path) == found.sha256


def test_heavy_names_its_official_address_and_hash() -> None:
    heavy = known_models()["heavy"]
    assert heavy.sha256 == "64437af838a65d18e5ba7a0d39b465540069bc8aae8308de3e318aad31fcbc7b"
    assert heavy.url is not None
    assert heavy.url.startswith("https://storage.googleapis.com/mediapipe-models/")
    assert all(entry.licence == "Apache-2.0" for entry in known_models().values())


def test_a_model_that_was_not_fetched_says_how_to() -> None:
    with pytest.raises(ModelError) as error:
        find_model("heavy")
    assert "formcheck models get heavy" in one_line(error)
    assert error.value.exit_code == 3


def test_a_model_that_is_another_file_is_refused() -> None:
    path = locate("heavy")
    path.parent.mkdir(parents=True)
    bundle(path)
    with pytest.raises(ModelError) as error:
        find_model("heavy")
    assert "another or damaged" in one_line(error)
    assert sha256(path)[:12] in one_line(error)


def test_an_unknown_name_is_a_usage_error_with_the_nearest() -> None:
    with pytest.raises(UsageError) as error:
        find_model("hevy")
    assert "did you mean heavy?" in one_line(error)
    with pytest.raises(UsageError, match="did you mean heavy"):
        get_model("hevy")


def test_a_bundle_of_ones_own_is_taken_by_path(tmp_path: Path) -> None:
    path = bundle(tmp_path / "mine.task")
    assert find_model(path) == find_model(str(path)) == Model("mine", path, sha256(path))


def test_a_known_bundle_keeps_its_name_wherever_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "downloaded.task"
    path.write_bytes(find_model("lite").path.read_bytes())
    assert find_model(path).name == "lite"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "a folder"),
        (lambda path: path.write_bytes(b""), "zip archive"),
        (lambda path: path.write_text("not a model"), "zip archive"),
        (lambda path: bundle(path, "pose_detector.tflite"), "no pose_landmarks_detector.tflite"),
        (lambda path: bundle(path, "hand_detector.tflite"), "no pose_detector.tflite"),
    ],
)
def test_what_is_no_pose_bundle_is_refused(tmp_path: Path, make, said: str) -> None:
    path = tmp_path / "mine.task"
    make(path)
    with pytest.raises(ModelError) as error:
        find_model(path)
    assert said in one_line(error)
    assert str(path) in one_line(error)


# ---------------------------------------------------------------------------------- fetching


@contextmanager
def served(body: bytes, *, status: int = 200, length: int | None = None) -> Iterator[str]:
    """One file at a loopback address; ``length`` is what the server promises to send."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/heavy.task"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The bytes of a bundle that stands for heavy: the manifest has its hash."""
    body = bundle(tmp_path / "heavy.task").read_bytes() + b"\0" * (3 << 20)
    known = dict(known_models())
    known["heavy"] = replace(
        known["heavy"], sha256=hashlib.sha256(body).hexdigest(), also_sha256={}
    )
    monkeypatch.setattr(models, "known_models", lambda: known)
    return body


def left_behind() -> list[str]:
    folder = locate("heavy").parent
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_model_is_fetched_checked_and_then_found(right: bytes) -> None:
    seen: list[tuple[int, int | None]] = []
    with served(right) as url:
        got = get_model("heavy", url, lambda done, total: seen.append((done, total)))
    assert got == find_model("heavy")
    assert got.path == locate("heavy")
    assert got.path.read_bytes() == right
    assert left_behind() == ["pose_landmarker_heavy.task"]
    assert seen[-1] == (len(right), len(right))
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert len(seen) > 1


def test_a_model_that_is_here_is_not_fetched_again(right: bytes) -> None:
    with served(right) as url:
        get_model("heavy", url)
    assert get_model("heavy", url).path == locate("heavy")  # the server is gone
    assert get_model("full").path == locate("full")  # and this one never had an address


def test_a_wrong_file_is_refused_and_nothing_is_kept(right: bytes) -> None:
    with served(right + b"!") as url, pytest.raises(ModelError) as error:
        get_model("heavy", url)
    line = one_line(error)
    assert models.known_models()["heavy"].sha256 in line
    assert hashlib.sha256(right + b"!").hexdigest() in line
    assert "nothing was kept" in line
    assert left_behind() == []


def test_a_wrong_file_leaves_the_old_one_in_place(right: bytes) -> None:
    path = locate("heavy")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"old and damaged")
    with served(b"wrong") as url, pytest.raises(ModelError):
        get_model("heavy", url)
    assert path.read_bytes() == b"old and damaged"
    with served(right) as url:
        assert get_model("heavy", url).path.read_bytes() == right


def test_a_connection_that_breaks_is_said_and_nothing_is_kept(right: bytes) -> None:
    with served(right[:-5], length=len(right)) as url, pytest.raises(ModelError) as error:
        get_model("heavy", url)
    assert "of " in one_line(error)
    assert str(len(right)) in one_line(error) or "cannot be fetched" in one_line(error)
    assert left_behind() == []


def test_an_answer_that_is_no_file_is_said(right: bytes) -> None:
    with served(b"gone", status=404) as url, pytest.raises(ModelError) as error:
        get_model("heavy", url)
    assert "HTTP 404" in one_line(error)
    assert "--model PATH" in one_line(error)
    assert left_behind() == []


def test_no_server_is_said(right: bytes) -> None:
    with served(b"") as url:
        pass
    with pytest.raises(ModelError, match="cannot be fetched") as error:
        get_model("heavy", url)
    assert "\n" not in str(error.value)
    assert left_behind() == []


def test_an_answer_without_end_is_cut(right: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_MOST_BYTES", 2 << 20)
    with served(right) as url, pytest.raises(ModelError, match="2 MB"):
        get_model("heavy", url)
    assert left_behind() == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "heavy.task"])
def test_only_web_addresses_are_fetched(right: bytes, url: str) -> None:
    with pytest.raises(UsageError, match="http"):
        get_model("heavy", url)
    assert left_behind() == []


def test_a_folder_that_cannot_be_written_is_said(
    right: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(tmp_path / "file"))
    with served(right) as url, pytest.raises(ModelError, match="cannot be kept") as error:
        get_model("heavy", url)
    assert "FORMCHECK_DATA_DIR" in one_line(error)


def test_a_full_disk_is_not_blamed_on_the_network(
    right: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: object, block: bytes) -> None:
        raise models._CannotKeep(OSError(28, "No space left on device"))

    monkeypatch.setattr(models, "_keep", full)
    with served(right) as url, pytest.raises(ModelError, match="No space left") as error:
        get_model("heavy", url)
    assert "cannot be kept" in one_line(error)
    assert left_behind() == []


def test_a_broken_installation_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_FOLDERS", (tmp_path / "a", tmp_path / "b"))
    models._folder.cache_clear()
    models.known_models.cache_clear()
    try:
        with pytest.raises(ModelError, match="install formcheck again"):
            known_models()
    finally:
        models._folder.cache_clear()
        models.known_models.cache_clear()


def test_the_manifest_says_where_each_model_is_from() -> None:
    manifest = json.loads((locate("full").parent / "manifest.json").read_text())
    for name, said in manifest["models"].items():
        assert said["source"], name
        assert len(said["sha256"]) == 64
