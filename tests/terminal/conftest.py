"""A pseudo-terminal with a person's eyes and hands: what stands on its screen, and keys to press."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest

from bpdebug.text import cell_width

LONG_S = 60
"""How long to wait for what must come."""

# The terminal becomes the controlling one, so that it sends SIGWINCH and Ctrl-C as a real one does.
LAUNCH = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "bpdebug", *sys.argv[1:]])
"""

ESCAPE = re.compile(
    r"\x1b\[(?P<private>[?<>=]?)(?P<numbers>[0-9;:]*)[ $]?(?P<final>[@-~])"
    r"|\x1b[\]P_^X].*?(?:\x07|\x1b\\)"
    r"|\x1b[()].|\x1b[^\[\]P_^X]",
    re.DOTALL,
)
UNFINISHED = re.compile(r"\x1b(?:\[[?<>=]?[0-9;:]*[ $]?|[\]P_^X][^\x07\x1b]*\x1b?)?$")


class Screen:
    """As much of a terminal as a full-screen program needs: cells, a cursor, and modes that are switched on."""

    def __init__(self, width, height):
        self.modes = {7, 25}  # lines wrap, the cursor is shown
        self.resize(width, height)
        self._rest = ""

    def resize(self, width, height):
        self.width, self.height = width, height
        self.cells = [[" "] * width for _ in range(height)]
        self.row = self.column = 0

    def feed(self, text):
        text = self._rest + text
        unfinished = UNFINISHED.search(text)
        self._rest = unfinished[0] if unfinished else ""
        place, end = 0, len(text) - len(self._rest)
        while place < end:
            escape = ESCAPE.match(text, place)
            if escape:
                if escape["final"]:
                    self._control(escape["private"], escape["numbers"], escape["final"])
                place = escape.end()
            else:
                self._put(text[place])
                place += 1

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def _put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.row += 1
            if self.row >= self.height:
                self.cells = [*self.cells[1:], [" "] * self.width]
                self.row = self.height - 1
        elif character == "\b":
            self.column = max(self.column - 1, 0)
        elif character >= " ":
            width = cell_width(character)
            if self.column + width <= self.width and width:
                self.cells[self.row][self.column] = character
                self.cells[self.row][self.column + 1 : self.column + width] = [""] * (width - 1)
            self.column += width

    def _control(self, private, numbers, final):
        values = [int(number) if number.isdigit() else 0 for number in numbers.split(";")]
        if private == "?" and final in "hl":
            (self.modes.update if final == "h" else self.modes.difference_update)(values)
        elif private:
            return
        elif final in "Hf":
            row, column = (*values, 1, 1)[:2] if numbers else (1, 1)
            self.row = min(max(row, 1), self.height) - 1
            self.column = min(max(column, 1), self.width) - 1
        elif final == "J":
            self.cells = [[" "] * self.width for _ in range(self.height)]
        elif final == "K":
            self.cells[self.row][self.column :] = [" "] * (self.width - self.column)


class Terminal:
    """`bpdebug` with the words of its command line, in a terminal of its own."""

    def __init__(self, words, directory, width=150, height=40):
        self.screen = Screen(width, height)
        self.ours, theirs = pty.openpty()
        # Not the first time: no word of welcome in the last line.
        remembered = directory / "state" / "bpdebug" / "screen.json"
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text("{}")
        self.size(width, height)
        self.settings = termios.tcgetattr(self.ours)
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=directory,
            env={
                **os.environ,
                "TERM": "xterm-256color",
                "XDG_CONFIG_HOME": str(directory / "config"),
                "XDG_STATE_HOME": str(directory / "state"),
            },
            start_new_session=True,
        )
        # Kept open, so that what is on the terminal, and its settings, can be read after the program has ended.
        self._theirs = theirs
        self._open = True

    def size(self, width, height):
        """Resize; the terminal tells the program, and has read what came until now, as terminals do."""
        self._read(0)
        self.screen.resize(width, height)
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def press(self, *keys):
        for key in keys:
            os.write(self.ours, key.encode())

    def paste(self, text):
        """As terminals send what is pasted, reading meanwhile: the program may write while it is still being sent."""
        data = b"\x1b[200~" + text.encode() + b"\x1b[201~"
        while data:
            _, writable, _ = select.select([], [self.ours], [], 0.05)
            if writable:
                data = data[os.write(self.ours, data[:1024]) :]
            self._read(0)

    def hang_up(self):
        """Close the terminal's window."""
        os.close(self.ours)
        os.close(self._theirs)
        self._open = False

    def see(self, *texts, without=(), last_line=""):
        """Wait until all `texts` stand on the screen, nothing of `without` does, and `last_line` is in the last line.

        Returns:
            The screen's text.
        """
        deadline = time.monotonic() + LONG_S
        while True:
            shown = self.screen.text()
            good = all(text in shown for text in texts) and last_line in shown.split("\n")[-1]
            if good and not any(text in shown for text in without):
                return shown
            if time.monotonic() > deadline:
                pytest.fail(f"not all of {texts!r} came on the screen (or {without!r} did not go):\n{shown}")
            self._read(0.05)

    def end(self):
        """Wait until the program has ended, and read its last words; gives the exit status."""
        deadline = time.monotonic() + LONG_S
        while self.process.poll() is None:
            self._read(0.05)
            assert time.monotonic() < deadline, self.screen.text()
        while self._read(0.05):
            pass
        return self.process.returncode

    def assert_sane(self):
        """The terminal is as it was: echoing, line by line, on its normal screen, with cursor and without mouse."""
        assert termios.tcgetattr(self.ours) == self.settings
        assert self.screen.modes == {7, 25}

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        if self._open:
            os.close(self._theirs)
            os.close(self.ours)

    def _read(self, timeout_s):
        ready, _, _ = select.select([self.ours], [], [], timeout_s)
        if ready:
            self.screen.feed(os.read(self.ours, 65536).decode(errors="replace"))
        return bool(ready)


@pytest.fixture
def terminal(tmp_path):
    """Opens terminals in an empty directory that holds `script.py`."""
    opened = []

    def open_one(*words, script=None, **size):
        if script is not None:
            (tmp_path / "script.py").write_text(script, encoding="utf-8")
        opened.append(Terminal(words, tmp_path, **size))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()
