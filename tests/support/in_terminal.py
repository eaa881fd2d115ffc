"""A command on a pseudo-terminal."""

import os
import pty

__all__ = ["in_terminal"]


def in_terminal(bpdebug_process, *words, **how):
    """Run with stdin, stdout and stderr on a terminal; gives the status and all that was shown."""
    ours, theirs = pty.openpty()
    try:
        done = bpdebug_process(
            *words,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            capture_output=False,
            start_new_session=True,
            **how,
        )
        os.close(theirs)
        return done.returncode, read_all(ours)
    finally:
        os.close(ours)


def read_all(descriptor):
    shown = b""
    while True:
        try:
            data = os.read(descriptor, 65536)
        except OSError:  # the other end is closed
            return shown
        if not data:
            return shown
        shown += data
