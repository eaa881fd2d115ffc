"""A live run as the screen sees it: a state, commands that never block, and a call at each change."""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import selectors
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..errors import CannotRerun
from ..launch import KEEP_ALL, CaptureOptions
from .endings import describe_end, shell_status
from .process import RawOutput, ScriptProcess

if TYPE_CHECKING:
    import numpy as np

    from ..protocol import Activity, Computed, FromChild, ToChild
    from ..stepping import Breakpoint, Goal

__all__ = ["Session", "State"]

State = Literal["starting", "running", "paused", "ended"]

_LOOK_FOR_END_S = 0.05
"""How often to look whether the process still lives, where nothing else tells."""
_GENTLE_S = 0.3
_COMPUTE_S = 20.0
_KILL_S = 1.0
"""After being asked to end, the child gets SIGTERM after the first time and SIGKILL after the second."""
_LAST_WORDS_S = 0.2
"""How long to read on after the process has ended: others may hold its pipes open for ever."""


class Session:
    """The script's process and what it is doing; `start` makes one.

    All that happens is noticed on one thread of the session's own, which also calls `on_change`.
    """

    def __init__(self, process: ScriptProcess, directory: Path) -> None:
        self.directory = directory
        self.state: State = "starting"
        self.paused_at: int | None = None
        """The event that the child waits after, while it is paused."""
        self.why = ""
        """Why it is paused (`start`, `step`, `breakpoint`, `pause`, `failed`), or how it ended, in words."""
        self.exit_status: int | None = None
        """Once it has ended: as a shell reports it, 128 + n for signal n."""
        self.on_change: Callable[[], None] | None = None
        self.on_answer: Callable[[int, str], None] | None = None
        """Called from the session's thread with number and text of an answer to `edit` or `evaluate`."""
        self.activity: Activity | None = None
        """The latest answer to `ask_activity`; None where none has come since the run went on."""
        self.on_activity: Callable[[], None] | None = None
        """Called from the session's thread when `activity` has come."""
        self._numbers = itertools.count(1)
        self._gone_on = 0
        self._computing: dict[int, queue.SimpleQueue[Computed]] = {}
        self._process = process
        self._raw = RawOutput()
        self._received = b""
        self._outgoing: deque[ToChild] = deque()
        self._told_end: tuple[int, str] | None = None
        self._terminated_at: float | None = None
        self._process_gone = threading.Event()
        self._changed = threading.Condition()
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._thread = threading.Thread(target=self._follow, name="bpdebug-session", daemon=True)
        self._thread.start()

    @classmethod
    def start(
        cls,
        script: str,
        args: list[str],
        log_directory: str | os.PathLike[str],
        real_chainer: bool = False,
        capture_output: bool = True,
        capture: CaptureOptions = KEEP_ALL,
    ) -> Session:
        """Start `script`, which will pause at its first event and write its log to `log_directory`.

        Raises:
            SessionError: the process can't be started.
        """
        directory = Path(log_directory)
        process = ScriptProcess(script, args, directory, real_chainer, capture_output, capture)
        return cls(process, directory)

    @property
    def pid(self) -> int:
        return self._process.popen.pid

    # ---- commands: each returns at once -----------------------------------------------------------------------

    def go(self, goal: Goal) -> None:
        """Let the child run until `goal`, a breakpoint or `pause`; nothing if it has ended."""
        from ..protocol import Go

        with self._changed:
            if self.state not in ("paused", "running"):
                return
            self.state, self.paused_at, self.why = "running", None, ""
            self.activity = None
            self._gone_on += 1
            number = self._gone_on
            self._changed.notify_all()
        self._send(Go(goal=goal, number=number))

    def pause(self) -> None:
        """Stop a running child at its next event."""
        from ..protocol import Pause

        self._send(Pause())

    def ask_activity(self) -> None:
        """Ask what a running child does; `activity` will say it."""
        from ..protocol import AskActivity

        self._send(AskActivity())

    def set_breakpoints(self, breakpoints: list[Breakpoint]) -> None:
        """Replace all breakpoints."""
        from ..protocol import SetBreakpoints

        self._send(SetBreakpoints(breakpoints=list(breakpoints)))

    def edit(self, text: str, field: str = "", place: int = 0, variable: int = 0, of: str = "value") -> int:
        """Change a tensor of the paused child, see `protocol.Edit`; the number that the answer will have."""
        from ..protocol import Edit

        number = next(self._numbers)
        self._send(Edit(number=number, text=text, field=field, place=place, variable=variable, of=of))
        return number

    def evaluate(self, text: str) -> int:
        """Evaluate `text` in the frame of the paused script; the number that the answer will have."""
        from ..protocol import Evaluate

        number = next(self._numbers)
        self._send(Evaluate(number=number, text=text))
        return number

    def complete(self, text: str) -> int:
        """Complete the name at the end of `text` in that frame; the number of the answer, a line for each text."""
        from ..protocol import Evaluate

        number = next(self._numbers)
        self._send(Evaluate(number=number, text=text, complete=True))
        return number

    def compute(
        self,
        forward: int,
        x: Sequence[np.ndarray],
        gy: Sequence[np.ndarray | None] | None = None,
        column: tuple[int, Sequence[int]] | None = None,
    ) -> tuple[list[np.ndarray], list[np.ndarray | None]]:
        """Have the paused child compute the script's own function of event `forward`, see `protocol.Compute`.

        Unlike the other commands this waits for the answer: it isn't for the thread of the screen.

        Raises:
            CannotRerun: it can't, or does not answer.
        """
        from ..protocol import Compute, pack, unpack

        if self.state != "paused":
            raise CannotRerun("only the script can compute this op again, and it is not paused")
        number = next(self._numbers)
        waiting = self._computing[number] = queue.SimpleQueue()
        try:
            arrays = [one for one in pack(x) if one is not None]
            place = None if column is None else (column[0], list(column[1]))
            self._send(Compute(number, forward, arrays, None if gy is None else pack(gy), place))
            answer = self._answer_of(waiting)
            if answer.problem:
                raise CannotRerun(answer.problem)
            return [y for y in unpack(answer.y) if y is not None], unpack(answer.found)
        finally:
            del self._computing[number]

    def _answer_of(self, waiting: queue.SimpleQueue[Computed]) -> Computed:
        give_up_at = time.monotonic() + _COMPUTE_S
        while time.monotonic() < give_up_at:
            with contextlib.suppress(queue.Empty):
                return waiting.get(timeout=_LOOK_FOR_END_S)
            if self.state != "paused":
                raise CannotRerun("only the script can compute this op again, and it has gone on")
        raise CannotRerun(f"the script's process gave no answer within {_COMPUTE_S:g} s")

    def terminate(self) -> None:
        """End the child and what it has started; `wait` tells when it is gone."""
        if self._terminated_at is None:
            self._terminated_at = time.monotonic()
            self._nudge()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Block until the process is gone.

        Returns:
            Whether it is.
        """
        return self._process_gone.wait(timeout_s)

    def wait_for(self, *states: State, timeout_s: float | None = None) -> bool:
        """Block until the state is one of `states`, or `ended`.

        Returns:
            Whether it is one of `states`.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.state in states or self.state == "ended", timeout_s)
            return self.state in states

    @property
    def raw_output(self) -> bytes:
        """What the child wrote past `sys.stdout` and `sys.stderr`, at descriptor level; the latest MiB."""
        return self._raw.peek()

    def take_raw_output(self) -> bytes:
        """`raw_output` since the last call of this."""
        return self._raw.take()

    # ---- the session's thread ---------------------------------------------------------------------------------

    def _send(self, message: ToChild) -> None:
        self._outgoing.append(message)
        self._nudge()

    def _nudge(self) -> None:
        with contextlib.suppress(OSError):  # full: it is awake already; closed: it has ended
            self._wake.send(b".")

    def _follow(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ, self._wakened)
            selector.register(self._process.socket, selectors.EVENT_READ, self._hear)
            for pipe in (self._process.popen.stdout, self._process.popen.stderr):
                if pipe is not None:
                    selector.register(pipe, selectors.EVENT_READ, self._overhear)
            while self._process.popen.poll() is None:
                self._serve(selector, _LOOK_FOR_END_S)
                self._press()
            last_words_until = time.monotonic() + _LAST_WORDS_S
            while len(selector.get_map()) > 1 and time.monotonic() < last_words_until:
                self._serve(selector, _LAST_WORDS_S)
        self._process_ended()

    def _serve(self, selector: selectors.BaseSelector, timeout_s: float) -> None:
        for key, _ in selector.select(timeout_s):
            if not key.data(key.fileobj):
                selector.unregister(key.fileobj)

    def _wakened(self, woken: socket.socket) -> bool:
        from ..protocol import encode

        woken.recv(4096)
        while self._outgoing:
            with contextlib.suppress(OSError):  # the child is gone, or about to: poll() will tell
                self._process.socket.sendall(encode(self._outgoing.popleft()) + b"\n")
        return True

    def _hear(self, control: socket.socket) -> bool:
        from ..protocol import decode_from_child

        try:
            received = control.recv(65536)
        except OSError:
            received = b""
        *lines, self._received = (self._received + received).split(b"\n")
        for line in lines:
            self._heard(decode_from_child(line))
        return bool(received)

    def _heard(self, message: FromChild) -> None:
        from ..protocol import Activity, Answer, Computed, Ended, Paused, Ready

        if isinstance(message, Ready):
            self._change("running", None, "")
        elif isinstance(message, Paused):
            # One from before the latest `Go`: the child is told to go on already.
            self._change("paused", message.seq, message.why, after=message.go)
        elif isinstance(message, Activity):
            with self._changed:
                if self.state != "running" or message.go != self._gone_on:
                    return
                self.activity = message
            if self.on_activity is not None:
                self.on_activity()
        elif isinstance(message, Answer):
            if self.on_answer is not None:
                self.on_answer(message.number, message.text)
        elif isinstance(message, Computed):
            waiting = self._computing.get(message.number)
            if waiting is not None:
                waiting.put(message)
        elif isinstance(message, Ended):
            self._told_end = (message.status, message.why)
            self.exit_status = message.status
            self._change("ended", None, message.why)

    def _overhear(self, pipe: object) -> bool:
        data = os.read(pipe.fileno(), 65536)  # type: ignore[attr-defined]
        self._raw.add(data)
        return bool(data)

    def _press(self) -> None:
        """Where the child was asked to end: first by the socket, then by signals."""
        if self._terminated_at is None:
            return
        waited_s = time.monotonic() - self._terminated_at
        if waited_s < _GENTLE_S:
            with contextlib.suppress(OSError):
                self._process.socket.shutdown(socket.SHUT_RDWR)
        else:
            self._process.signal_group(signal.SIGTERM if waited_s < _KILL_S else signal.SIGKILL)

    def _process_ended(self) -> None:
        returncode = self._process.popen.wait()
        if self._terminated_at is not None:
            self._process.signal_group(signal.SIGKILL)  # what it has started and left behind
        self._process.close()
        self._wake.close()
        self._woken.close()
        status = shell_status(returncode)
        if self._told_end is None:
            why = "ended by the debugger" if self._terminated_at is not None else describe_end(returncode)
        elif status != self._told_end[0]:
            how = (
                describe_end(returncode) if returncode < 0 else f"the process ended with status {returncode}"
            )
            why = f"{self._told_end[1]}, but then {how}"
        else:
            why = self._told_end[1]
        self._leave_word(why)
        self.exit_status = status
        self._process_gone.set()
        if (self.state, self.why) != ("ended", why):
            self._change("ended", None, why)

    def _leave_word(self, why: str) -> None:
        from ..log.ending import say_ended  # brings NumPy, for which nothing waits here

        say_ended(self.directory, self.pid, why)

    def _change(self, state: State, paused_at: int | None, why: str, after: int | None = None) -> None:
        """Be in another state, unless that was before a `Go` with a later number than `after`."""
        with self._changed:
            if after is not None and after != self._gone_on:
                return
            self.paused_at, self.why, self.state = paused_at, why, state
            self._changed.notify_all()
        if self.on_change is not None:
            self.on_change()
