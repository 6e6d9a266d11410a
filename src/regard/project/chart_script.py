"""The script that draws charts (Vega-Lite), bundled once from the installed vl-convert and kept in the home folder."""

import gzip
import os
from importlib.metadata import version
from pathlib import Path

from django.conf import settings


def library_name() -> str:
    """Carries the version, so that a browser may keep the file for good."""
    return f"charts-{version('vl-convert-python')}.js"


def bundle_chart_script() -> Path:
    """The packed script; made on first use (about two seconds), written whole or not at all."""
    path = Path(settings.REGARD_HOME) / "static" / f"{library_name()}.gz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(gzip.compress(_bundle().encode(), compresslevel=6, mtime=0))
        fresh.replace(path)
    return path


def _bundle() -> str:
    import vl_convert  # 30 MB: only for whoever makes the bundle

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
