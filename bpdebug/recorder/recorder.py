"""The calls by which a front end and the child process say what happens; each becomes one event of the log.

`Recorder` is put together from `RunEvents` (what the child process reports: start, output, warnings, end),
`GraphEvents` (walks, gradients, and by its base `ForwardEvents` links and ops) and `UpdateEvents` (optimizers), which
share `Emitter`: iteration, phase, nesting, addresses, call sites, and tensors.

Arrays may change right after a call: their content is copied before it returns, but for those that the caller calls
`private`: of them it says when they may change (`take_back`). Nothing here changes an argument.
"""

from __future__ import annotations

from .run_events import RunEvents
from .update_events import UpdateEvents

__all__ = ["Recorder"]


class Recorder(RunEvents, UpdateEvents):
    """Writes down a run.

    Args:
        writer: where to.
        on_event: called after each event is appended, with a dict of its index fields, `seq`, `body`, and `arrays`:
            the very arrays of the event by the field of its body (`{"x": (...), "y": (...)}`). It may block, and it
            may write into the arrays, unless `observer_only_reads`.
        plan: how much of the tensors is kept; everything unless said.
    """
