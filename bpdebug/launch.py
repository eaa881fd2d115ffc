"""How the script's process is started: its command line, and the settings that travel in it.

Both halves read this page: the debugger builds the command, the child reads the settings back. It imports the
standard library's light part only, because the child is started before anything slow is imported.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

__all__ = ["BOOTSTRAP", "KEEP_ALL", "CaptureOptions", "ChildSettings", "child_command"]

BOOTSTRAP = Path(__file__).resolve().parent / "debuggee" / "bootstrap.py"


@dataclasses.dataclass(frozen=True)
class CaptureOptions:
    """How much of a run's tensors is recorded, as the command line was told it; `capture.plan_of` reads it."""

    policy: str = "full"
    iterations: str | None = None
    max_bytes: str | None = None
    keep_when: str | None = None
    until: str | None = None


KEEP_ALL = CaptureOptions()


@dataclasses.dataclass(frozen=True)
class ChildSettings:
    """What the child must know before it runs the script.

    `control` is the number of an inherited socket to the debugger, or None for a run that nobody steps. `screen`
    says that the terminal belongs to the debugger: output is recorded and not passed on. `progress` allows a
    progress line on stderr. `capture` says how much of the tensors is recorded. `gradcheck` is a file to which
    the gradient checks of the first `gradcheck_walks` backward walks go, after which the process ends; empty for an
    ordinary run. `iterations` and `seconds` bound a run that is only to be looked at for so long. `flush_after_s` is
    how long what is recorded may wait for the disk, None for the writer's own limit. `parent` is the process that
    starts it, and `lifeline` the end of a pipe that ends with that one, for a child without `control`.
    """

    log_directory: str
    control: int | None = None
    screen: bool = False
    real_chainer: bool = False
    progress: bool = False
    capture: CaptureOptions = KEEP_ALL
    gradcheck: str = ""
    gradcheck_walks: int = 1
    iterations: int | None = None
    seconds: float | None = None
    flush_after_s: float | None = None
    parent: int = 0
    lifeline: int | None = None

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ChildSettings:
        fields = json.loads(text)
        return cls(**{**fields, "capture": CaptureOptions(**fields["capture"])})


def child_command(settings: ChildSettings, script: str, args: list[str]) -> list[str]:
    """The command that runs `script` with `args` under the recorder."""
    return [sys.executable, str(BOOTSTRAP), settings.to_json(), script, *args]
