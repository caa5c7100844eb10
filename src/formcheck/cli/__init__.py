"""The ``formcheck`` command. One file a group of commands; each imports what it needs when run.

``formcheck --help`` must stay quick, so nothing heavy is imported here or at the top of a
command's file. Errors end in :func:`main` as one line on stderr; stdout carries data only.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from ..bench.command import bench
from ..errors import FormcheckError
from . import agree, diary, extract, info, live, people, report, score
from . import app as page

__all__ = ["app", "main"]

app = typer.Typer(
    name="formcheck",
    help="A local, private form checker for back-and-hip drills: counts repetitions, times "
    "holds and says what to work on. Nothing leaves this machine.",
    epilog="For general exercise. Not a medical device: it does not diagnose or treat.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (score, live, page, extract, info, diary, report, people, agree):
    group.register(app)
app.command("bench")(bench)


def _version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        print(f"formcheck {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error (in any place).")
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 a bar not met, 2 usage, 3 input, 130 Ctrl-C."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    for out in (sys.stdout, sys.stderr):  # a file's name may hold what is no character
        if isinstance(out, io.TextIOWrapper):
            out.reconfigure(errors="backslashreplace")
    given = [argument for argument in given if argument != "--debug"]
    code = _run(given, debug)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_stdout()
    sys.exit(code)


def _forget_stdout() -> None:
    """The reader is gone (`| head`): keep Python from reporting that at exit."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: list[str], debug: bool) -> int:
    try:
        code = app(arguments, prog_name="formcheck", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except FormcheckError as error:
        line, code, trace = str(error), error.exit_code, traceback.format_exc()
    except (KeyboardInterrupt, typer.Abort):
        print("formcheck: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _forget_stdout()
        return 0
    except Exception as error:  # noqa: BLE001 - nobody should see a traceback unasked
        if hasattr(error, "format_message"):  # typer's own: unknown option, missing argument
            line, code = error.format_message(), getattr(error, "exit_code", 2)
            if not line:
                return int(code)
            line = f"{line.rstrip('.')}; see formcheck --help"
        else:
            line = f"unexpected {type(error).__name__}: {error}; --debug shows where"
            code = 1
        trace = traceback.format_exc()
    if debug:
        print(trace, end="", file=sys.stderr)
    print(f"formcheck: error: {' '.join(line.split())}", file=sys.stderr)
    return int(code)
