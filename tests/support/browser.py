"""A real browser without a window, driven over its DevTools protocol; everything of it ends with it."""

from __future__ import annotations

import asyncio
import base64
import shutil
import subprocess
from pathlib import Path
from typing import Any

__all__ = ["Browser", "browser_program"]

_START_S = 60.0


def browser_program() -> str | None:
    """The browser that there is on this machine, None if there is none."""
    return shutil.which("chromium") or shutil.which("google-chrome")


class Browser:
    """One page. Use as an asynchronous context manager."""

    def __init__(self, directory: Path, address: str) -> None:
        self._directory = directory
        self._address = address
        self._number = 0

    async def __aenter__(self) -> Browser:
        import aiohttp

        program = browser_program()
        assert program is not None
        flags = (
            "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"
            " --disable-sync --disable-quic --no-first-run --remote-debugging-port=0 --window-size=1400,800"
        )
        self._process = subprocess.Popen(
            [program, *flags.split(), f"--user-data-dir={self._directory}", self._address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._session = aiohttp.ClientSession()
        port_file = self._directory / "DevToolsActivePort"
        for _ in range(int(_START_S / 0.1)):
            if port_file.exists() and port_file.read_text().strip():
                break
            await asyncio.sleep(0.1)
        port = port_file.read_text().splitlines()[0]
        page: dict[str, Any] | None = None
        for _ in range(int(_START_S / 0.1)):
            async with self._session.get(f"http://127.0.0.1:{port}/json") as answer:
                pages = await answer.json()
            page = next((one for one in pages if one["type"] == "page" and "127.0.0.1" in one["url"]), None)
            if page is not None:
                break
            await asyncio.sleep(0.1)
        assert page is not None
        self._socket = await self._session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._session.close()
        self._process.kill()
        self._process.wait()

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and wait for its answer."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            message = await self._socket.receive_json(timeout=_START_S)
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]

    async def wait_until(self, expression: str) -> None:
        """Wait until a JavaScript expression is true."""
        for _ in range(int(_START_S / 0.1)):
            found = await self.call("Runtime.evaluate", expression=f"Boolean({expression})")
            if found["result"].get("value"):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{expression} did not become true in {_START_S} s")

    async def click(self, x: int, y: int) -> None:
        """Click at this place of the page, in pixels."""
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press(self, key: str) -> None:
        """Type one character."""
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def picture(self) -> bytes:
        """What the page looks like, as PNG."""
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])
