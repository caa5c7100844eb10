"""The site of docs/ is whole, current, and loads nothing from elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

import formcheck
from formcheck.wording import UNITS, amount

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

# ------------------------------------------------------------------------- the sources


def test_the_picture_of_the_rooms_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    rooms = import_module("rooms")
    assert rooms.PICTURE.read_text(encoding="utf-8") == rooms.picture(), "run: tools/rooms.py"


def test_every_room_stands_in_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    drawn = {room for row in import_module("rooms").rows() for room in row}
    there = {p.stem for p in (ROOT / "src" / "formcheck").iterdir() if not p.stem.startswith("_")}
    assert drawn == {room for room in there if room != "py"}


def test_the_table_of_units_is_that_of_the_code() -> None:
    page = (DOCS / "recorded.md").read_text(encoding="utf-8")
    for name, unit in UNITS.items():
        row = f"| `{name}` | {amount(1.5, name)} ({unit.name}) | {unit.means} |"
        assert (row in page) == (name != "cm"), row


def test_the_figures_of_the_accuracy_page_are_measured() -> None:
    sources = [(DOCS / name).read_text("utf-8") for name in ("benchmarks.md", "calibration.md")]
    measured = set(re.findall(r"\d+(?:\.\d+)?", "".join(sources)))
    page = (DOCS / "accuracy.md").read_text("utf-8")
    figures = set(re.findall(r"\d+(?:\.\d+)?", page))
    assert {"94.9", "90", "201", "9.59"} <= figures
    assert figures - measured == set()


def test_the_hooks_check_what_make_test_checks() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^test: .*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe is not None
    commands = [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe[1].splitlines()]
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (repo,) = hooks["repos"]
    assert [hook["entry"] for hook in repo["hooks"]] == commands
    assert {hook["language"] for hook in repo["hooks"]} == {"system"}  # nothing is fetched


def test_the_citation_names_the_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == formcheck.__version__
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## [{formcheck.__version__}] - " in changes


# ---------------------------------------------------------------------------- the site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("zensical", reason="the docs' tools need Python 3.11")
    home = tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / "mkdocs.yml", home)
    shutil.copytree(DOCS, home / "docs")
    (home / "src").symlink_to(ROOT / "src")
    ran = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=home,
        env=os.environ | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    assert "griffe:" not in said, said  # a docstring that does not fit its function
    return home / "out" / "site"


class _Page(HTMLParser):
    """What a page loads, what it links to, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.classes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.classes |= set(given.get("class", "").split())
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif given.get("rel") not in ("canonical", "prev", "next"):
            self.loads += [given[name] for name in ("src", "href", "data") if given.get(name)]


def pages(site: Path) -> Iterator[tuple[Path, _Page]]:
    for path in sorted(site.glob("*.html")):
        if path.name != "404.html":  # its links start at the server's root
            yield path, _Page(path.read_text(encoding="utf-8"))


def test_a_page_loads_nothing_from_elsewhere(site: Path) -> None:
    for path, page in pages(site):
        assert [link for link in page.loads if urlsplit(link).netloc] == [], path.name
        # The theme's script fetches these from elsewhere when a page asks for them.
        assert not page.classes & {"mermaid", "glightbox"}, path.name
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", text) == [], sheet.name


def test_what_a_page_shows_and_links_to_is_there(site: Path) -> None:
    """The strict build does not look for pictures and files."""
    missing = [
        (path.name, link)
        for path, page in pages(site)
        for link in (*page.loads, *page.links)
        if not urlsplit(link).scheme and (name := unquote(urlsplit(link).path))
        if not (path.parent / name).exists()
    ]
    assert missing == []


def test_every_public_name_is_on_the_api_page(site: Path) -> None:
    page = (site / "api.html").read_text(encoding="utf-8")
    names = [name for name in formcheck.__all__ if name != "__version__"]
    assert [name for name in names if f'id="formcheck.{name}"' not in page] == []


def test_every_name_for_drills_is_on_its_page(site: Path) -> None:
    page = (site / "api-drills.html").read_text(encoding="utf-8")
    drill = import_module("formcheck.drill")
    told = [name for name in drill.__all__ if callable(getattr(drill, name))]
    assert "Drill" in told
    assert [name for name in told if f'id="formcheck.drill.{name}"' not in page] == []
