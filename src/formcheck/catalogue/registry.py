"""Where drills are found: the built-in files, installed packages, the user's own folder."""

from __future__ import annotations

import importlib
import importlib.util
import keyword
import os
import pkgutil
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from .. import drills
from ..drill import Drill
from ..drill.old import changed
from ..errors import UnknownDrill, UsageError
from ..files import listed

__all__ = ["all_drills", "drill_names", "free_name", "get_drill", "load_drill_file"]

#: Letters of a drill's name.
LONGEST_NAME = 60

ENTRY_POINTS = "formcheck.drills"


@cache
def _built_in() -> Mapping[str, Drill]:
    found: dict[str, Drill] = {}
    for module in pkgutil.iter_modules(drills.__path__):
        drill = importlib.import_module(f"{drills.__name__}.{module.name}").DRILL
        found[drill.name] = drill
    for point in entry_points(group=ENTRY_POINTS):
        try:
            drill = point.load()
        except Exception as error:
            why = changed(error) or f"expected a drill, got {type(error).__name__}: {error}"
            raise UsageError(
                f"entry point {point.name!r} ({point.value}): {why}; fix or uninstall that package"
            ) from error
        found[_checked(drill, f"entry point {point.name!r}").name] = drill
    return dict(sorted(found.items()))


def all_drills(folder: Path | None = None) -> Mapping[str, Drill]:
    """Every drill by name; ``folder`` holds the user's own files, which go before built-in ones.

    Raises:
        UsageError: a file in the folder is not a drill.
    """
    found = dict(_built_in())
    for path in listed(folder, ".py") if folder else ():
        drill = load_drill_file(path)
        found[drill.name] = drill
    return found


def drill_names(folder: Path | None = None) -> tuple[str, ...]:
    """The names of all drills, the user's own of ``folder`` among them, in alphabetical order."""
    return tuple(all_drills(folder))


def get_drill(name: str, folder: Path | None = None) -> Drill:
    """The drill of this name.

    Raises:
        UnknownDrill: there is none; the message names the nearest and lists them all.
    """
    known = all_drills(folder)
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise UnknownDrill(f"no drill is called {name!r}; {hint}There are: {', '.join(known)}")


def free_name(name: str, folder: Path) -> None:
    """See that a new drill in ``folder`` may be called so.

    Raises:
        UsageError: the name is not fit, or taken, or a file of it is there already.
    """
    fit = re.fullmatch(r"[a-z][a-z0-9_]*", name) and not keyword.iskeyword(name)
    if not fit or len(name) > LONGEST_NAME:
        raise UsageError(
            f"expected a name of up to {LONGEST_NAME} small letters, digits and _ (as arm_raise), "
            f"got {name[: 2 * LONGEST_NAME]!r}"
        )
    if name in drill_names():
        raise UsageError(f"a drill called {name} is there already; choose another name")
    for path in (folder / f"{name}.py", folder / "tests" / f"test_{name}.py"):
        if os.path.lexists(path):
            raise UsageError(f"{path}: it is there already and stays as it is; choose another name")


def load_drill_file(path: Path) -> Drill:
    """The ``DRILL`` of a file.

    Raises:
        UsageError: the file cannot be run or has no ``DRILL``.
    """
    if not os.path.isfile(path):
        raise UsageError(f"{path.name}: expected a drill file with a DRILL, it is no regular file")
    spec = importlib.util.spec_from_file_location(f"formcheck_user_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        drill = module.DRILL
    except Exception as error:
        got = f"expected a drill file with a DRILL, got {type(error).__name__}: {error}"
        raise UsageError(f"{path.name}: {changed(error) or got}") from error
    return _checked(drill, path.name)


def _checked(drill: object, where: str) -> Drill:
    if not isinstance(drill, Drill):
        raise UsageError(f"{where}: expected a formcheck Drill, got {type(drill).__name__}")
    return drill
