"""The child's end of the socket to the debugger: messages in on a thread of their own, messages out at once.

Knows nothing of what the messages mean: `gate` does.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

import msgspec

from ..protocol import FromChild, ToChild, decode_to_child, encode

__all__ = ["Channel"]


class Channel:
    """One JSON line a message in both directions, over an inherited socket."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._socket.set_inheritable(False)

    def send(self, message: FromChild) -> None:
        """Tell the debugger; where it is gone, `listen` notices and this does nothing."""
        with contextlib.suppress(OSError):
            self._socket.sendall(encode(message) + b"\n")

    def listen(self, on_message: Callable[[ToChild], None], on_gone: Callable[[], None]) -> None:
        """Call back from a daemon thread: for each message, and once when the debugger is gone."""
        threading.Thread(
            target=self._listen, args=(on_message, on_gone), name="bpdebug-control", daemon=True
        ).start()

    def close(self) -> None:
        """Give up this process's hold on the socket, without ending the conversation of another that shares it."""
        self._socket.close()

    def _listen(self, on_message: Callable[[ToChild], None], on_gone: Callable[[], None]) -> None:
        pending = b""
        while True:
            try:
                received = self._socket.recv(65536)
            except OSError:
                received = b""
            if not received:
                on_gone()
                return
            *lines, pending = (pending + received).split(b"\n")
            for line in lines:
                with contextlib.suppress(
                    msgspec.DecodeError
                ):  # a message of another version: nothing to obey
                    on_message(decode_to_child(line))
