"""Headless Chromium over its debugging pipe: pages looked at as people see them, at a width, in light, dark or print.

No driver is needed and no network: the browser speaks JSON over two file descriptors. `where()` is empty where there is none.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip


def where() -> str:
    """The path of a Chromium on this machine; empty if there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), "")


class Tab:
    """One page of the browser."""

    def __init__(self, into: int, out: int) -> None:
        self.into, self.out, self.last, self.rest = into, out, 0, b""
        self.session = ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command and its answer; events in between are dropped, but for one that somebody waits for."""
        self.last += 1
        message: dict[str, Any] = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.into, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self.last:
                if "error" in heard:
                    raise RuntimeError(f"{method}: {heard['error']}")
                return heard["result"]

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            part = os.read(self.out, 1 << 20)
            if not part:
                raise RuntimeError("the browser has ended")
            self.rest += part
        one, _, self.rest = self.rest.partition(b"\0")
        return json.loads(one)

    def open(self, path: Path, width: int = 1280, height: int = 900, scheme: str = "light", media: str = "screen") -> None:
        """A file at a width, as `scheme` (light, dark) and `media` (screen, print) have it, when all of it is there."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.ask("Emulation.setEmulatedMedia", media=media, features=features)
        self.ask("Page.navigate", url=path.resolve().as_uri())
        while self._hear().get("method") != "Page.loadEventFired":
            pass

    def run(self, script: str) -> Any:
        """What an expression of JavaScript comes to; promises are waited for."""
        found = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(json.dumps(found["exceptionDetails"])[:2000])
        return found["result"].get("value")

    def picture(self, path: Path, whole: bool = True, clip: dict[str, float] | None = None) -> None:
        """The page as PNG: all of it, or what a clip (x, y, width, height) holds."""
        more = {"clip": {"scale": 1, **clip}} if clip else {}
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **more)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def tab() -> Iterator[Tab]:
    """A browser for as long as the block lasts."""
    read_by_it, into = os.pipe()
    out, written_by_it = os.pipe()
    home = tempfile.TemporaryDirectory(prefix="stilts-claims-browser-", ignore_cleanup_errors=True)

    def place() -> None:
        # Chromium reads commands from 3 and answers on 4; above 9 neither copy can cover the other.
        high = [os.dup2(one, at) for one, at in ((read_by_it, 20), (written_by_it, 21))]
        os.dup2(high[0], 3)
        os.dup2(high[1], 4)

    browser = subprocess.Popen(
        [where(), *FLAGS, f"--user-data-dir={home.name}", "about:blank"],
        preexec_fn=place, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(read_by_it)
    os.close(written_by_it)
    try:
        yield Tab(into, out)
    finally:
        os.close(into)
        os.close(out)
        browser.terminate()
        try:
            browser.wait(10)
        except subprocess.TimeoutExpired:
            browser.kill()
            browser.wait()
        home.cleanup()
