"""Environments of their own for the libraries we compare with, and a way to time a script in one of them."""

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

WORK = Path(__file__).parent / ".work"


def peer_python(name: str, *packages: str) -> Path:
    """The interpreter of an environment that holds these packages, made on first use."""
    folder = WORK / name
    python, done = folder / "bin" / "python", folder / "installed.txt"
    if not done.exists() or done.read_text() != "\n".join(packages):
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        done.write_text("\n".join(packages))
    return python


def run_peer(python: Path, script: str, *arguments: str, timeout: float = 3600) -> Any:
    """What the script prints as its last line, read as JSON."""
    command = [str(python), "-W", "ignore", "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode:
        sys.exit(f"the peer failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])
