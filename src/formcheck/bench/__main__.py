"""``python -m formcheck.bench``: the command without the rest of the CLI."""

from __future__ import annotations

import sys


def main() -> None:
    import typer

    from ..errors import FormcheckError
    from .command import bench

    try:
        typer.run(bench)
    except FormcheckError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
