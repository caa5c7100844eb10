"""An icon that starts the page with a click."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from ..errors import UsageError

__all__ = ["install", "shortcut"]

_WINDOWS = (
    "on Windows: right-click the desktop, New, Shortcut, and type: formcheck app; "
    "that is all it needs"
)


def shortcut(platform: str, home: Path, python: str) -> tuple[Path, str]:
    """Where the file goes and what is in it.

    Args:
        platform: as ``sys.platform``.
        home: the person's folder.
        python: the interpreter that formcheck is installed for.

    Raises:
        UsageError: this system's shortcuts are made by hand; the message says how.
    """
    if platform == "win32":
        raise UsageError(_WINDOWS)
    if platform == "darwin":
        text = f"#!/bin/sh\nexec {shlex.quote(python)} -m formcheck app\n"
        return home / "Desktop" / "formcheck.command", text
    quoted = '"' + "".join(f"\\{c}" if c in '"`$\\' else c for c in python).replace("%", "%%") + '"'
    icon = Path(__file__).with_name("static") / "icon.svg"
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        "Name=formcheck",
        "Comment=A form checker for exercise",
        f"Exec={quoted} -m formcheck app",
        f"Icon={icon}",
        "Terminal=true",
        "Categories=Sports;Utility;",
    ]
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return data / "applications" / "formcheck.desktop", "\n".join(lines) + "\n"


def install() -> Path:
    """Write the shortcut for this person; gives where it is.

    Raises:
        UsageError: it is made by hand here, or cannot be written.
    """
    path, text = shortcut(sys.platform, Path.home(), sys.executable)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    except OSError as error:
        raise UsageError(f"{path}: the shortcut cannot be written ({error.strerror})") from error
    return path
