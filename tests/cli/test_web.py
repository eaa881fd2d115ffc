"""`--web`: the same screen in a real browser, and nobody else gets in."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from bpdebug.cli import main
from bpdebug.cli.web import page_words
from bpdebug.log.reader import LogReader
from tests.support.browser import Browser, browser_program
from tests.support.example_run import write_example_run

aiohttp = pytest.importorskip("aiohttp", reason="needs the extra `web`")
pytest.importorskip("textual_serve", reason="needs the extra `web`")


def wait_for_listener(port):
    """The address is printed right before the server listens."""
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise AssertionError(f"nobody listens on port {port}")


@contextlib.contextmanager
def served(*words):
    """The address at which the screen of this command is."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bpdebug", *map(str, words)], stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            found = re.search(r"http://127\.0\.0\.1:\d+/\?key=\S+", process.stderr.readline())
            assert found is not None
            wait_for_listener(int(re.search(r":(\d+)/", found[0])[1]))
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
            said = process.stderr.read()
            assert process.wait(60) == 0
            assert "Loop" not in said


@pytest.fixture
def address(tmp_path, monkeypatch):
    """Where a recorded run is served."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    run = write_example_run(tmp_path / "run")
    with served("view", "--web", run) as found:
        yield found


async def test_only_who_has_the_key_and_comes_from_the_page_gets_in(address):
    page, _, key = address.partition("?key=")
    # A jar that takes cookies of addresses that are numbers, as browsers do.
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as person:

        async def status(path, **headers):
            async with person.get(path, headers=headers) as answer:
                return answer.status

        assert await status(page) == 403
        assert await status(f"{page}?key=wrong") == 403
        assert await status(f"{page}static/js/textual.js") == 403
        assert await status(f"{page}?key={key}", Host="evil.example") == 403
        async with person.get(address) as answer:
            assert answer.status == 200
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert await status(f"{page}static/js/textual.js") == 200
        assert await status(f"{page}ws", Origin="http://evil.example") == 403
        assert await status(f"{page}ws") == 403


@pytest.mark.skipif(browser_program() is None, reason="needs chromium")
async def test_a_browser_shows_the_screen_and_takes_keys(address, tmp_path):
    async with Browser(tmp_path / "browser", address) as page:
        await page.wait_until("document.body.classList.contains('-first-byte')")
        await page.wait_until("document.querySelector('.xterm-helper-textarea')")
        await page.click(300, 300)
        before = await page.picture()
        for _ in range(40):
            await page.press("G")
            if await page.picture() != before:
                break
        assert await page.picture() != before
        await page.press("q")
        await page.wait_until("document.body.classList.contains('-closed')")


SCRIPT = """
import numpy as np
import chainer
import chainer.functions as F

x = chainer.Variable(np.ones((2, 2), "f"))
for step in range(100):
    x = F.tanh(x)
"""


@pytest.mark.skipif(browser_program() is None, reason="needs chromium")
async def test_a_live_script_is_stepped_from_a_browser(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    with served("run", "--web", script) as address:
        async with Browser(tmp_path / "browser", address) as page:
            await page.wait_until("document.body.classList.contains('-first-byte')")
            await page.wait_until("document.querySelector('.xterm-helper-textarea')")
            await page.click(300, 300)
            events = 0
            for _ in range(600):
                await page.press("s")
                runs = list((tmp_path / "state" / "bpdebug" / "runs").glob("*/events.idx"))
                if runs:
                    with LogReader(runs[0].parent) as reader:
                        events = len(reader)
                if events > 5:
                    break
                await asyncio.sleep(0.1)
            assert 5 < events < 102  # as far as the keys went, and not to the script's end
            assert len(runs) == 1
            for _ in range(300):  # a page without a screen is one colour
                if len(await page.picture()) > 20_000:
                    break
                await asyncio.sleep(0.1)
            assert len(await page.picture()) > 20_000


def test_a_page_gets_all_options_but_those_of_the_server():
    words = [
        "run",
        "--web",
        "--break",
        "relu",
        "--port",
        "80",
        "--port=81",
        "train.py",
        "--web",
        "--port",
        "1",
    ]
    assert page_words(words, 4) == ["run", "--break", "relu", "train.py", "--web", "--port", "1"]
    assert page_words(["view", "runs/one", "--web"], 0) == ["view", "runs/one"]


def test_what_a_page_cannot_have_is_refused(tmp_path, capsys):
    script = tmp_path / "script.py"
    script.write_text("")
    assert main(["run", "--web", "--log", str(tmp_path / "log"), str(script)]) == 2
    assert "each opened page" in capsys.readouterr().err
    assert main(["run", "--web", "--port", "99999999", str(script)]) == 2
    assert "--port" in capsys.readouterr().err
