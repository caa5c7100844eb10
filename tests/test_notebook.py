"""The notebook of docs/: its cells run, and its page and pictures are those that it gave."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    monkeypatch.setenv("MPLBACKEND", "agg")
    return import_module("notebook")


def given(notebook: Any) -> list[str]:
    """What each cell printed or gave, as text; of a plot only that there is one."""
    outputs = [out for cell in notebook["cells"] for out in cell.get("outputs", ())]
    return [out.get("text") or out["data"].get("text/plain", "plot") for out in outputs]


def test_the_page_and_the_pictures_are_of_the_notebook(tool: Any) -> None:
    notebook = tool.read()
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page(notebook), "run: tools/notebook.py"
    pictures = {path.name: path.read_bytes() for path in tool.PICTURES.iterdir()}
    assert pictures == tool.pictures(notebook), "run: tools/notebook.py"


def test_the_cells_run_and_say_what_the_page_says(tool: Any) -> None:
    kept, notebook = tool.read(), tool.read()
    tool.run(notebook)
    result, plot, counts, agreed, differences = given(notebook)
    was = given(kept)
    assert counts == was[2]
    # Other processors find other last digits: the counts stay.
    assert result.split(", form")[0] == was[0].split(", form")[0]
    assert agreed.splitlines()[:3] == was[3].splitlines()[:3]
    assert [plot, differences] == ["plot", "plot"]
