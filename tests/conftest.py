"""No test touches the person's own folders or settings; CI does not skip more than it may."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

# A job in the background ignores Ctrl-C and so would all it starts; the tests send it on purpose.
signal.signal(signal.SIGINT, signal.default_int_handler)
# The program asks OpenCV to be quiet before it loads it; here a test may have loaded it first.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home: Path = tmp_path_factory.mktemp("home")
    (home / "settings.toml").touch()
    monkeypatch.setenv("FORMCHECK_CONFIG", str(home / "settings.toml"))
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(home / "data"))
    monkeypatch.setenv("FORMCHECK_CACHE_DIR", str(home / "cache"))


ReadOnly = Callable[[str, Callable[[Path], object]], AbstractContextManager[Path]]


@pytest.fixture
def read_only() -> ReadOnly:
    """``with read_only(name, make) as path``: a file that ``make(path)`` wrote, in a folder
    where nobody may write. Root may anywhere, so it is another user meanwhile."""

    @contextmanager
    def read_only(name: str, make: Callable[[Path], object]) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as folder:  # pytest's own are hidden from other users
            path = Path(folder) / name
            make(path)
            path.chmod(0o444)
            path.parent.chmod(0o555)
            root = hasattr(os, "geteuid") and os.geteuid() == 0
            try:
                if root:
                    os.seteuid(65534)  # nobody
                yield path
            finally:
                if root:
                    os.seteuid(0)
                path.parent.chmod(0o755)

    return read_only


# -- what is skipped: `-ra` prints each with its reason ------------------------------------------


def _too_many(config: pytest.Config) -> str | None:
    """Why CI does not accept what was skipped; it sets the most that it does."""
    most = os.environ.get("FORMCHECK_MAX_SKIPS")
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = len(reporter.stats.get("skipped", ())) if reporter else 0
    if most is None or skipped <= int(most):
        return None
    return f"{skipped} tests were skipped, at most {most} may be here: install what they need"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK and _too_many(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    why = _too_many(config)
    if why is not None:
        terminalreporter.write_line(f"FAILED: {why}", red=True)
