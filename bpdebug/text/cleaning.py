"""Foreign text (what a script printed, named or raised) made safe to put on a terminal.

A log may come from anyone. An escape sequence in it could move the cursor, rename the window or answer for
the keyboard; a direction override could show a path backwards. Here such characters become visible instead.
"""

from __future__ import annotations

import re

__all__ = ["clean", "plain_lines"]

# C0 and C1 controls, DEL, line and paragraph separators, direction controls, soft hyphen, byte order mark
# and other invisible marks, language tags, interlinear marks, lone surrogates. The zero-width joiners stay:
# scripts and emoji need them.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)

_ESCAPE_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"  # OSC and other strings: titles, links, clipboard
    r"|\x1b[ -/]*[0-~]"  # two-character sequences
)


def _visible(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def clean(text: str, keep: str = "") -> str:
    """`text` with every control character and invisible mark made visible: `␛[31m`, `␊`, `\\u202e`.

    Args:
        text: any text at all, lone surrogates included.
        keep: characters to leave as they are, such as `"\\n"`.

    Returns:
        A text that a terminal only prints, one line unless `keep` has the newline, that UTF-8 can encode.
    """
    if text.isascii() and text.isprintable():
        return text
    if not keep:
        return _UNSAFE.sub(_visible, text)
    return _UNSAFE.sub(lambda found: found.group() if found.group() in keep else _visible(found), text)


def plain_lines(text: str) -> list[str]:
    """What a terminal would show of printed `text`, as clean lines without colours.

    Escape sequences are taken out, a carriage return starts the line again (a progress bar is one line), a
    backspace takes a character back, tabs become spaces. The last item is what follows the last newline,
    often "".
    """
    text = _ESCAPE_SEQUENCE.sub("", text)
    return [clean(_overtyped(line).expandtabs(8)) for line in text.split("\n")]


def _overtyped(line: str) -> str:
    """What stays of one line after its carriage returns and backspaces."""
    line = line.rstrip("\r")
    if "\r" in line:
        shown = ""
        for piece in line.split("\r"):
            shown = piece + shown[len(piece) :]
        line = shown
    while "\b" in line:
        line, count = re.subn("[^\x08]\x08", "", line)
        if not count:
            line = line.replace("\b", "")
    return line
