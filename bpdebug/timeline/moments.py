"""Makes the moment of an event: its header, body and references put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import DamagedLog
from ..log.records import BackwardBody, Event
from ..log.schema import NOTHING, EventFlag, Kind
from ..text import clean
from .curves import loss_at
from .facts import facts_of, title_of
from .moment import Moment
from .tensors import tensors_of

if TYPE_CHECKING:
    from .latest import Latest
    from .names import Names

__all__ = ["make_moment"]


def make_moment(names: Names, latest: Latest, seq: int) -> Moment:
    """The moment of event `seq`; of a damaged event, what its index record still says."""
    header = names.reader.index[seq]
    body: Event | None = None
    damage = ""
    try:
        body = names.body(seq)
        address = clean(names.reader.address(seq))
    except DamagedLog as error:
        damage, address = clean(str(error)), f"event {seq}"
    kind = names.kind(header)
    partner, parent = int(header["partner"]), int(header["parent"])
    caller = body.caller if isinstance(body, BackwardBody) else None
    loss, loss_name = loss_at(names, latest, seq)
    return Moment(
        seq=seq,
        address=address,
        kind=kind if kind is not None else Kind.failed,
        phase=names.phase(header),
        iteration=int(header["iteration"]),
        depth=int(header["depth"]),
        scope=names.scope(header["scope"]),
        label=names.text(header["label"]),
        thread=names.thread(header["thread"]),
        time_us=int(header["time_us"]),
        title="this event can't be read" if body is None else title_of(names, seq, body),
        frames=names.frames(header["site"]),
        caller_frames=names.frames(caller),
        tensors=[] if body is None else tensors_of(names, seq, body),
        facts=[damage] if body is None else facts_of(names, seq, body),
        loss=loss,
        partner=None if partner == NOTHING else partner,
        parent=None if parent == NOTHING else parent,
        nonfinite=bool(header["flags"] & EventFlag.nonfinite),
        body=body,
        loss_name=loss_name,
    )
