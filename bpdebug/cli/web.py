"""The screen in a browser on this machine: textual-serve runs it, and only the person who started it gets in.

The debugger can run code, so no other page and no other user may reach it: the server listens on the loopback
address only, the first page needs the key that is in the printed address, and all else needs the cookie that it
set, the right Host (against names that an attacker points at 127.0.0.1) and, for the connection, the right Origin.
"""

from __future__ import annotations

import importlib.util
import os
import select
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from aiohttp import web

__all__ = ["add_web_options", "end_with_server", "in_browser", "page_words", "serve"]

_HOST = "127.0.0.1"
_COOKIE = "bpdebug-key"
_QUIT_S = 1.0
"""What a process behind a browser takes at most to end when it was asked to."""


def add_web_options(parser: object) -> None:
    """`--web` and `--port`."""
    add = parser.add_argument  # type: ignore[attr-defined]
    add("--web", action="store_true", help="show the screen in a browser on this machine")
    add("--port", metavar="N", type=int, default=0, help="with --web: the port (default: a free one)")


def in_browser() -> bool:
    """Whether this process is the one behind a browser, which needs no terminal."""
    return "web_driver" in os.environ.get("TEXTUAL_DRIVER", "")


def end_with_server() -> None:
    """Let this process, the one behind a browser, end where its server was killed and can't ask it to."""

    def wait() -> None:
        watching = select.poll()
        watching.register(0, 0)  # nothing is read here: only the end of its input is told
        watching.poll()
        time.sleep(_QUIT_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="bpdebug-server", daemon=True).start()


def page_words(arguments: Sequence[str], of_script: int) -> list[str]:
    """The command line behind a page: the same one without `--web` and `--port`.

    Args:
        arguments: of this program.
        of_script: how many at their end are the script's, which are left alone.
    """
    ours = list(arguments[: len(arguments) - of_script])
    kept = []
    while ours:
        word = ours.pop(0)
        if word == "--port":
            ours.pop(0)
        elif word != "--web" and not word.startswith("--port="):
            kept.append(word)
    return [*kept, *arguments[len(arguments) - of_script :]]


def serve(arguments: Sequence[str], of_script: int, port: int) -> int:
    """Serve what this program shows until Ctrl-C; each opened page is a screen of its own.

    Args:
        arguments, of_script: as for `page_words`.
        port: 0 for a free one.

    Raises:
        UsageError: the extra `web` isn't installed, or the port can't be had.
    """
    if importlib.util.find_spec("textual_serve") is None:
        raise UsageError("--web needs an extra; to install it: pip install 'bpdebug[web]'")
    import logging
    import secrets

    from textual_serve.server import Server

    port = _free_port(port)
    key = secrets.token_urlsafe(16)

    class Guarded(Server):
        """Answers only to who has the key."""

        def initialize_logging(self) -> None:
            """Nothing: stdout is data, and a line for each request says nothing to the person."""

        async def on_startup(self, app: web.Application) -> None:
            sys.stderr.write(
                f"bpdebug: the screen is at http://{_HOST}:{port}/?key={key}\n"
                "bpdebug: whoever has this address can use it; Ctrl-C ends it\n"
            )
            sys.stderr.flush()

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(_guard(port, key))
            return app

    # A page's program may end after the server that started it, of which asyncio would warn.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    command = shlex.join([sys.executable, "-m", "bpdebug", *page_words(arguments, of_script)])
    Guarded(command, host=_HOST, port=port, title="bpdebug", public_url=f"http://{_HOST}:{port}").serve()
    return 0


def _guard(port: int, key: str) -> Callable[..., Awaitable[web.StreamResponse]]:
    import secrets

    from aiohttp import web

    host = f"{_HOST}:{port}"
    policy = (
        "default-src 'self' data:; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        f"connect-src 'self' ws://{host}"
    )

    @web.middleware
    async def guard(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.host != host:
            raise web.HTTPForbidden(text=f"use http://{host}/ with the key that bpdebug printed")
        given = request.query.get("key", "") if request.path == "/" else ""
        known = secrets.compare_digest(request.cookies.get(_COOKIE, ""), key)
        if not known and not secrets.compare_digest(given, key):
            raise web.HTTPForbidden(text="the address that bpdebug printed has a key; use it whole")
        if request.path == "/ws" and request.headers.get("Origin") != f"http://{host}":
            raise web.HTTPForbidden(text="this connection must come from bpdebug's own page")
        response = await handler(request)
        if request.path == "/":
            # Nothing from elsewhere (the page asks for a font), and the key in the address goes nowhere.
            response.headers["Content-Security-Policy"] = policy
            response.headers["Referrer-Policy"] = "no-referrer"
            response.set_cookie(_COOKIE, key, httponly=True, samesite="Strict")
        return response

    return guard


def _free_port(port: int) -> int:
    """The port, or a free one for 0.

    Raises:
        UsageError: it can't be listened on.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except (OSError, OverflowError) as error:
            raise UsageError(f"--port {port}: can't listen on it ({error})") from None
        return int(probe.getsockname()[1])
