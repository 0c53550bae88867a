"""The built site, and a browser that can reach nothing else."""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import build
import pytest
import serving
from filelock import FileLock
from playwright.sync_api import sync_playwright
from project import ROOT

ARCHIVE = (
    ROOT / os.environ.get("PYODIDE", "../shared/third-party/pyodide-0.27.7.tar.xz")
).resolve()
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # a request to another host fails, whoever makes it; stopping each in the test instead holds up
    # those to this one, and an icon that JupyterLab replaces meanwhile counts as failed
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id):
    """Build the book, with the live engine inside where its archive is, and return its folder."""
    options = ["--pyodide", str(ARCHIVE)] if ARCHIVE.exists() else []
    folder = tmp_path_factory.getbasetemp()
    built = (folder if worker_id == "master" else folder.parent) / "built"
    with FileLock(f"{built}.lock"):  # one process builds, the other waits for it
        if not built.exists():
            done = subprocess.run(
                [sys.executable, "tools/build.py", *options],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                pytest.fail(f"the book does not build:\n{done.stdout[-3000:]}{done.stderr[-6000:]}")
            built.touch()
    return build.HTML


@pytest.fixture(scope="session")
def address(site):
    """Serve the site."""
    with serving.serve(site) as where:
        yield where


@pytest.fixture(scope="module")
def chromium():
    """Start Chromium; not for the whole session, since two folders import this fixture."""
    program = serving.chromium()
    if program is None:
        pytest.fail(serving.MISSING) if os.environ.get("CI") else pytest.skip(serving.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        yield browser
        browser.close()


class Visit:
    """A browser context that writes down what came, and all that a reader should never meet."""

    def __init__(self, browser, **options):
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(180_000)  # for what hangs; a busy machine is slow
        self.responses, self.faults = [], []
        self.context.on("request", self._request)
        self.context.on("response", self._response)
        self.context.on("requestfailed", self._failed)
        self.context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))
        self.context.on("console", self._console)

    def _request(self, request):
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            self.faults.append(f"another host was asked: {request.url}")

    def _response(self, response):
        self.responses.append(response)
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")

    def _failed(self, request):
        # a page that is left stops its own requests
        if request.failure != "net::ERR_ABORTED":
            self.faults.append(f"{request.failure}: {request.url}")

    def _console(self, message):
        if message.type == "error":
            self.faults.append(f"console: {message.text}")


@pytest.fixture
def visit(chromium):
    """Open a browser context of 1280 × 900; the test reads its `faults`."""
    made = Visit(chromium, viewport={"width": 1280, "height": 900})
    yield made
    made.context.close()
