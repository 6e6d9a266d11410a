"""Runs a program that kills servers and flushers, and hands over its verdict."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def kill(program: str, home: Path, kills: int, seed: int, url: str = "") -> dict[str, Any]:
    """What `python -m <program> <kills> <seed>` says of a home and database of its own."""
    environment = os.environ | {
        "REGARD_HOME": str(home),
        "REGARD_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "regard.project.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    command = [sys.executable, "-m", program, str(kills), str(seed)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict
