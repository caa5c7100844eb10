"""Draws docs/rooms.svg: the rooms of src/formcheck in the order of the import contracts.

Run it after a change of the layers or of a room's first sentence: ``python tools/rooms.py``.
A test fails while the picture is out of date.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from html import escape
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "rooms.svg"
WIDTH, LEFT, GAP, LINE, PAD = 920, 70, 10, 17, 10


def contracts() -> list[dict[str, Any]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        found: list[dict[str, Any]] = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return found


def rows() -> list[list[str]]:
    """The rooms, top first; rooms of one row do not import each other."""
    (order,) = (c for c in contracts() if c["type"] == "layers")
    names = [[part.strip() for part in re.split(r"[|:]", layer)] for layer in order["layers"]]
    short = [[name.strip("()").removeprefix("formcheck.") for name in row] for row in names]
    return [row for row in short if row != ["__main__"]]


def pure() -> set[str]:
    """The rooms with no picture, clock, database or screen."""
    wanted = {"cv2", "time"}
    sources = [
        c["source_modules"] for c in contracts() if wanted <= set(c.get("forbidden_modules", ()))
    ]
    return {name.removeprefix("formcheck.") for found in sources for name in found}


def holds(room: str) -> str:
    """The first sentence of a room's docstring, without its code marks."""
    path = ROOT / "src" / "formcheck" / room.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return re.split(r"(?<=\.)\s", " ".join(text.replace("`", "").split()), maxsplit=1)[0]


def _box(room: str, x: float, y: float, width: float, height: float, clean: bool) -> list[str]:
    path = ROOT / "src" / "formcheck" / room
    name = f"{room}/" if path.is_dir() else f"{room}.py"
    parts = [
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="5" '
        f'fill="{"#e3f1ee" if clean else "#fff"}" stroke="#0b6e6e"/>',
        f'<text x="{x + PAD:g}" y="{y + 20:g}" font-weight="bold">{escape(name)}</text>',
    ]
    for i, line in enumerate(_lines(room, width)):
        parts.append(
            f'<text x="{x + PAD:g}" y="{y + 20 + (i + 1) * LINE:g}" font-size="13">'
            f"{escape(line)}</text>"
        )
    return parts


def _lines(room: str, width: float) -> list[str]:
    return textwrap.wrap(holds(room), int((width - 2 * PAD) / 6.6))


def picture() -> str:
    """The SVG."""
    y, body, clean = 10.0, [], pure()
    for row in rows():
        width = (WIDTH - LEFT - 10 - GAP * (len(row) - 1)) / len(row)
        height = 30 + LINE * max(len(_lines(room, width)) for room in row)
        for i, room in enumerate(row):
            body += _box(room, LEFT + i * (width + GAP), y, width, height, room in clean)
        y += height + GAP
    arrow = (
        f'<path d="M34 14V{y - 24:g}m-7 -12l7 14l7 -14" fill="none" stroke="#1c2b39" '
        'stroke-width="2"/>'
        f'<text transform="translate(22 {y / 2:g}) rotate(-90)" text-anchor="middle">'
        "imports go down, never back</text>"
    )
    note = f'<text x="{LEFT}" y="{y + 12:g}" font-size="13">Tinted: pure (no picture, no clock, no '
    note += "database, no screen).</text>"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 24:g}" role="img" '
        'font-family="sans-serif" font-size="15" fill="#1c2b39">'
        "<title>The rooms of formcheck, each importing only from those below it</title>"
        f'<rect width="{WIDTH}" height="{y + 24:g}" fill="#fbfaf7"/>'
    )
    return "\n".join([head, arrow, *body, note, "</svg>"]) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    print(PICTURE)
