"""Checks that a log alone tells the truth: everything in it follows from the rest of it, bit for bit."""

from __future__ import annotations

import functools

import numpy as np

from bpdebug.errors import CannotRerun
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.reader import LogReader
from bpdebug.log.records import BackwardBody, ForwardBody, GradAccumulatedBody
from bpdebug.rerun import ComputedOp
from bpdebug.timeline.names import Names
from bpdebug.timeline.op_call import op_call

__all__ = ["check_log"]


def check_log(reader: LogReader, runner: EngineOps) -> tuple[int, int, set[str]]:
    """Run every recorded op again on its recorded inputs, forward and backward, and add every gradient up again.

    Returns:
        How many forward ops and backward steps came out as recorded, and the classes of ops that can't be run
        again, because the script defines them itself.

    Raises:
        AssertionError: something in the log doesn't follow from the rest.
    """
    names = Names(reader)
    forwards = backwards = 0
    foreign: set[str] = set()

    @functools.lru_cache(maxsize=64)
    def again(seq: int) -> ComputedOp | None:
        try:
            return runner.run(op_call(names, seq))
        except CannotRerun:
            body = names.body(seq)
            assert isinstance(body, ForwardBody)
            foreign.add(names.op(body.op).cls)
            return None

    for seq in range(len(reader)):
        body = names.body(seq)
        if isinstance(body, ForwardBody):
            computed = again(seq)
            if computed is not None:
                forwards += 1
                for slot, y in zip(body.y, computed.y, strict=True):
                    _same(reader, slot.tensor, y, f"{reader.address(seq)}: y")
        elif isinstance(body, BackwardBody):
            assert body.forward is not None
            computed = again(body.forward)
            if computed is not None:
                backwards += 1
                _check_step(reader, seq, body, computed)
        elif isinstance(body, GradAccumulatedBody) and body.before is not None:
            assert body.add is not None
            summed = reader.array(body.before) + reader.array(body.add)
            _same(reader, body.after, summed, f"{reader.address(seq)}: after")
    return forwards, backwards, foreign


def _check_step(reader: LogReader, seq: int, body: BackwardBody, computed: ComputedOp) -> None:
    gys = [None if gy is None else reader.array(gy) for gy in body.gy]
    wanted = [place for place, gx in enumerate(body.gx) if gx is not None]
    gxs = computed.vjp(gys, wanted)
    for place in wanted:
        _same(reader, body.gx[place], gxs[place], f"{reader.address(seq)}: gx of input {place}")


def _same(reader: LogReader, tensor: int | None, found: np.ndarray | None, what: str) -> None:
    if tensor is None or found is None:
        assert tensor is None
        assert found is None
        return
    recorded = reader.array(tensor)
    assert (recorded.dtype, recorded.shape) == (found.dtype, found.shape), what
    assert recorded.tobytes() == found.tobytes(), f"{what}: recorded {recorded}, again {found}"
