"""Runs docs/notebook.ipynb and writes it, its page and its pictures: ``python tools/notebook.py``.

The site's tool shows no notebooks, so docs/notebook.md is made of the notebook's cells and what
they gave. A test runs the cells and fails while the page is old. No kernel and no port: the cells
run here, one after the other, so that they hold plain Python only.
"""

from __future__ import annotations

import ast
import base64
import io
import json
import os
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent.parent / "docs"
NOTEBOOK, PAGE, PICTURES = DOCS / "notebook.ipynb", DOCS / "notebook.md", DOCS / "notebook"

Notebook = dict[str, Any]


def read() -> Notebook:
    """The notebook as it lies in docs/."""
    made: Notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return made


def run(notebook: Notebook) -> None:
    """Run every cell, in docs/ and in one namespace; what they give is kept in them."""
    os.environ["MPLBACKEND"] = "agg"
    names: dict[str, Any] = {"__name__": "__main__"}
    before = Path.cwd()
    os.chdir(DOCS)
    try:
        for n, cell in enumerate(_code(notebook), 1):
            cell["execution_count"] = n
            cell["outputs"] = _run(source(cell), names, n)
    finally:
        os.chdir(before)


def _run(text: str, names: dict[str, Any], n: int) -> list[dict[str, Any]]:
    """What a cell prints, the value of its last line, and the plots that it drew."""
    body = ast.parse(text).body
    quiet = text.rstrip().endswith(";")
    last = body.pop() if body and isinstance(body[-1], ast.Expr) and not quiet else None
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(ast.Module(body, []), f"cell {n}", "exec"), names)
        value = None if last is None else eval(ast.unparse(last), names)
    outputs: list[dict[str, Any]] = []
    if said.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout", "text": said.getvalue()})
    if value is not None:
        shown = {"text/plain": repr(value)}
        if hasattr(value, "_repr_html_"):
            shown["text/html"] = value._repr_html_()
        outputs.append({"output_type": "execute_result", "execution_count": n, "metadata": {},
                        "data": shown})  # fmt: skip
    if "plt" in names:
        outputs += [{"output_type": "display_data", "metadata": {}, "data": {"image/png": png}}
                    for png in _drawn(names["plt"])]  # fmt: skip
    return outputs


def _drawn(plt: Any) -> list[str]:
    found = []
    for number in plt.get_fignums():
        file = io.BytesIO()
        plt.figure(number).savefig(file, dpi=100, metadata={"Software": None})
        found.append(base64.b64encode(file.getvalue()).decode())
    plt.close("all")
    return found


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _code(notebook: Notebook) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def pictures(notebook: Notebook) -> dict[str, bytes]:
    """Name -> PNG of every plot."""
    drawn = [out["data"]["image/png"] for cell in _code(notebook) for out in cell["outputs"]
             if "image/png" in out.get("data", {})]  # fmt: skip
    return {f"{n}.png": base64.b64decode(data) for n, data in enumerate(drawn, 1)}


def page(notebook: Notebook) -> str:
    """The notebook as Markdown."""
    parts, plot = [], 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            parts.append(source(cell))
            continue
        parts.append(f"```python\n{source(cell)}\n```")
        for out in cell["outputs"]:
            data = out.get("data", {})
            if "image/png" in data:
                plot += 1
                parts.append(f"![The plot that the lines above draw](notebook/{plot}.png)")
            else:
                text = out.get("text") or data["text/plain"]
                parts.append(f"```text\n{''.join(text).rstrip()}\n```")
    parts.append("This page was made from [the notebook](notebook.ipynb) by `tools/notebook.py`.")
    return "\n\n".join(parts) + "\n"


def main() -> None:
    notebook = read()
    run(notebook)
    NOTEBOOK.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PICTURES.mkdir(exist_ok=True)
    for name, data in pictures(notebook).items():
        (PICTURES / name).write_bytes(data)
    PAGE.write_text(page(notebook), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
