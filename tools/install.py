"""Make the environments of the book without make: .venv and, for JupyterLite, .venv-lite.

Any Python from 3.11 on runs this, on Windows too:

    py tools/install.py
    .venv\\Scripts\\python tools/build.py
    .venv\\Scripts\\python -m http.server --directory _build/html
"""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def make(name: str, lock: str, *more: str) -> None:
    """Make an environment with the locked packages in it."""
    folder = ROOT / name
    if not folder.exists():
        venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    for options in (["-r", lock], list(more)):
        if options:
            call = [str(python), "-m", "pip", "install", "--quiet", *options]
            subprocess.run(call, cwd=ROOT, check=True)


if __name__ == "__main__":
    make(".venv", "requirements.lock", "--no-deps", "--no-build-isolation", "--editable", ".")
    make(".venv-lite", "requirements-lite.lock")
