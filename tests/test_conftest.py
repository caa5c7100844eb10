"""The ceiling on what CI may skip."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(("most", "code"), [("3", 0), ("2", 1), (None, 0)])
def test_more_skips_than_ci_may_have_fail_with_their_reasons(
    tmp_path: Path, most: str | None, code: int
) -> None:
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "@pytest.mark.parametrize('n', range(3))\n"
        "def test_b(n): pytest.skip('no such thing here')\n"
    )
    env = {k: v for k, v in os.environ.items() if k != "FORMCHECK_MAX_SKIPS"}
    env["PYTHONPATH"] = os.pathsep.join(
        [str(Path(__file__).parent), *filter(None, [env.get("PYTHONPATH")])]
    )
    if most is not None:
        env["FORMCHECK_MAX_SKIPS"] = most
    asked = [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "conftest", "-p",
             "no:cacheprovider", "test_some.py"]  # fmt: skip
    ran = subprocess.run(asked, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert "no such thing here" in ran.stdout
    assert ("3 tests were skipped, at most 2 may be here" in ran.stdout) is (code == 1)
