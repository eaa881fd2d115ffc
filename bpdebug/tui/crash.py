"""What to say when the screen itself fails: two lines for the person, the traceback into a file for us."""

from __future__ import annotations

import traceback
from pathlib import Path

from ..errors import BpdebugError, ScreenError
from ..text import clean
from .preferences import preferences_file

__all__ = ["told"]


def told(error: BaseException, directory: Path) -> BpdebugError:
    """The error to raise for what ended the screen that showed the run in `directory`.

    An error that is meant for people stays as it is. Of any other, the traceback goes to `crash.txt` beside the
    remembered settings: nobody wants it over the shell's prompt.
    """
    if isinstance(error, BpdebugError):
        return error
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    what = clean(f"{type(error).__name__}: {error}".split("\n", 1)[0])
    target = preferences_file().with_name("crash.txt")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        written = f"; please report it with {target}"
    except OSError:
        written = ""
    return ScreenError(f"the screen failed: {what}{place}{written}\nThe run is kept in {directory}")
