"""A session whose script is paused, and answers when the test says so."""

from __future__ import annotations

from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder

__all__ = ["PausedScript"]


class PausedScript:
    """Paused at its first event, until `record` makes more.

    Attributes:
        evaluated, completed, edits: what it was asked.
        pauses: how often it was told to pause.
    """

    def __init__(self, directory):
        self.writer = LogWriter.create(directory, script="/home/ada/live.py")
        self.recorder = Recorder(self.writer)
        self.state, self.paused_at, self.why, self.exit_status = "paused", 0, "start", None
        self.on_change = self.on_answer = None
        self.evaluated, self.completed, self.edits, self.pauses = [], [], [], 0
        self.recorder.run_started(["live.py"], "/home/ada/live.py", "/", {"python": "3"}, ["cpu"], "0")
        self.recorder.flush()

    def evaluate(self, text):
        self.evaluated.append(text)
        return len(self.evaluated)

    def complete(self, text):
        self.completed.append(text)
        return 1000 + len(self.completed)

    def edit(self, text, *target):
        self.edits.append((text, *target))
        return 2000 + len(self.edits)

    def pause(self):
        self.pauses += 1

    def set_breakpoints(self, breakpoints):
        pass

    def take_raw_output(self):
        return b""

    def terminate(self):
        pass

    def wait(self, timeout_s=None):
        return True
