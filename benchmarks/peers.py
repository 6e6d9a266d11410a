"""Environments of their own for the libraries we compare with, and a way to time a script in one of them."""

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

WORK = Path(__file__).parent / ".work"
ROOT = Path(__file__).parents[1]
LIFETIMES = ("lifetimes==0.11.3", "numpy<2", "pandas<2.2", "scipy<1.12", "setuptools<80")


def peer_python(name: str, *packages: str) -> Path:
    """The interpreter of an environment that holds these packages, made on first use."""
    folder = WORK / name
    python, done = folder / "bin" / "python", folder / "installed.txt"
    if not done.exists() or done.read_text() != "\n".join(packages):
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        done.write_text("\n".join(packages))
    return python


def run_peer(python: Path, script: str, *arguments: str, timeout: float = 7200) -> Any:
    """What the script prints as its last line, read as JSON; it may import `benchmarks.timing`."""
    command = [str(python), "-W", "ignore", "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, cwd=ROOT)
    if done.returncode:
        sys.exit(f"the peer failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])
