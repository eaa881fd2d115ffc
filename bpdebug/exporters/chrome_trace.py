"""Chrome's trace format, which ui.perfetto.dev and chrome://tracing open: where the time went.

Two groups of tracks: one track a thread, on which ops are nested in the calls of links, backward walks and updates;
and one track a link, with its forward ops and backward steps. Counters show memory and what was reported.
"""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import DamagedLog
from ..log import records as r
from ..log.schema import NOTHING, EventFlag, Kind
from ..text import clean
from ..timeline.curves import REPORT
from ..timeline.names import Names
from . import ExportOptions, ExportReport
from .event_tensors import LeftOut
from .plain_values import plain
from .selection import Selection

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["write"]

_THREADS, _LINKS = 1, 2
"""Process numbers: the groups of tracks."""
_TICK_NS = 1
_LAST_TIME_US = 0xFFFFFFFF
_MAX_NODES = 1 << 20
_KEPT = "kept for backward"
"""The counter of the bytes that the graph's ops keep for their backward steps; what two ops keep counts twice."""
_INSTANTS = (Kind.param_updated, Kind.grads_cleared, Kind.output, Kind.warned, Kind.failed, Kind.edited)


def write(reader: LogReader, stream: BinaryIO, options: ExportOptions) -> ExportReport:
    """Write the trace as one JSON object.

    Raises:
        OSError: the stream can't be written.
    """
    trace = _Trace(Names(reader), stream)
    left_out = LeftOut()
    for seq in Selection(reader, options).seqs():
        left_out.events += 1
        try:
            trace.add(seq, trace.names.body(seq))
        except DamagedLog:
            left_out.damaged += 1
    trace.finish()
    return left_out.report()


class _Track:
    """One line of slices: time never runs back on it, so that slices nest as they were made."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.open: list[int] = []

    def at(self, time_ns: int) -> int:
        """The time at which the next thing on this track is drawn."""
        self.now_ns = max(time_ns, self.now_ns + _TICK_NS)
        return self.now_ns


class _Trace:
    """Writes events of the format while it is told events of the log."""

    def __init__(self, names: Names, stream: BinaryIO) -> None:
        self.names = names
        self._write = stream.write
        self._tracks: dict[tuple[int, int], _Track] = {}
        self._graph: OrderedDict[int, int] = OrderedDict()
        self._gradients: dict[int, int] = {}
        self._memory = {_KEPT: 0, "gradients of parameters": 0}
        self._iteration = -1
        self._begun = False
        for group, name in ((_THREADS, "threads"), (_LINKS, "links")):
            self._emit({"ph": "M", "name": "process_name", "pid": group, "args": {"name": name}})

    def add(self, seq: int, body: r.Event) -> None:
        """Draw event `seq`."""
        header = self.names.reader.index[seq]
        kind, thread = Kind(int(header["kind"])), int(header["thread"])
        track = self._track(_THREADS, thread)
        time_ns = int(header["time_us"]) * 1000
        if (
            int(header["time_us"]) == _LAST_TIME_US
        ):  # the log counts no further: go on from what was drawn last
            time_ns = track.now_ns + max(getattr(body, "ns", 0), 0)
        if int(header["iteration"]) != self._iteration:
            self._iteration = int(header["iteration"])
            self._graph.clear()
            self._memory[_KEPT] = 0
        if kind in (Kind.forward, Kind.backward):
            self._op(seq, header, time_ns, max(getattr(body, "ns", 0), 0))
        elif kind.opens:
            name = self.names.scope(header["scope"]) or self.names.text(header["label"])
            track.open.append(seq)
            self._slice("B", _THREADS, thread, track.at(time_ns), name, seq)
        elif kind.closes:
            self._close(track, thread, int(header["partner"]), time_ns)
        elif kind in _INSTANTS:
            name = self.names.text(header["label"])
            self._slice("i", _THREADS, thread, track.at(time_ns), name, seq, s="t")
        elif kind == Kind.reported and header["flags"] & EventFlag.value and math.isfinite(header["value"]):
            name = self.names.text(header["label"]).removeprefix(REPORT)
            self._counter(track.at(time_ns), name, {"value": float(header["value"])})
        if self._count(header, body):
            self._counter(track.at(time_ns), "memory (bytes)", self._memory)

    def finish(self) -> None:
        """Close what is still open, and the file."""
        for (group, number), track in self._tracks.items():
            while track.open:
                track.open.pop()
                self._slice("E", group, number, track.at(0))
        self._write(b"\n]}\n")

    # ---- slices -----------------------------------------------------------------------------------------------

    def _op(self, seq: int, header: Any, end_ns: int, duration_ns: int) -> None:
        name = self.names.text(header["label"])
        scope = int(header["scope"])
        places = [(_THREADS, int(header["thread"]))] + ([(_LINKS, scope)] if scope != NOTHING else [])
        for place in places:
            track = self._track(*place)
            self._slice("B", *place, track.at(max(end_ns - duration_ns, 0)), name, seq)
            self._slice("E", *place, track.at(end_ns))

    def _close(self, track: _Track, thread: int, opener: int, time_ns: int) -> None:
        if opener not in track.open:
            return  # it was opened before what is selected
        while track.open.pop() != opener:
            self._slice("E", _THREADS, thread, track.at(time_ns))
        self._slice("E", _THREADS, thread, track.at(time_ns))

    def _slice(
        self, ph: str, group: int, track: int, ns: int, name: str = "", seq: int = -1, **more: str
    ) -> None:
        event: dict[str, Any] = {"ph": ph, "pid": group, "tid": track, "ts": ns / 1000, **more}
        if seq >= 0:
            header = self.names.reader.index[seq]
            frames = self.names.frames(header["site"])
            event["name"] = name
            event["cat"] = self.names.phase(header).name
            event["args"] = {"address": clean(self.names.reader.address(seq)), "event": seq}
            if frames:
                event["args"]["line"] = clean(f"{frames[-1].path}:{frames[-1].line}")
        self._emit(event)

    def _track(self, group: int, number: int) -> _Track:
        found = self._tracks.get((group, number))
        if found is None:
            found = self._tracks[group, number] = _Track()
            name = self.names.thread(number) if group == _THREADS else self.names.scope(number)
            self._emit(
                {"ph": "M", "name": "thread_name", "pid": group, "tid": number, "args": {"name": name}}
            )
        return found

    # ---- counters ---------------------------------------------------------------------------------------------

    def _counter(self, ns: int, name: str, values: dict[str, Any]) -> None:
        self._emit({"ph": "C", "pid": _THREADS, "tid": 0, "ts": ns / 1000, "name": name, "args": values})

    def _count(self, header: Any, body: r.Event) -> bool:
        """Bring the memory counter up to date; whether it has changed."""
        before = dict(self._memory)
        node = int(header["node"])
        if isinstance(body, r.ForwardBody) and body.grad and node != NOTHING:
            self._let_go(node)
            self._graph[node] = body.kept
            self._memory[_KEPT] += self._graph[node]
            if len(self._graph) > _MAX_NODES:
                self._let_go(next(iter(self._graph)))
        elif isinstance(body, r.BackwardBody):
            self._let_go(node)
        elif isinstance(body, r.GradAccumulatedBody) and header["flags"] & EventFlag.parameter:
            self._gradients[body.var] = self._bytes(body.after)
        elif isinstance(body, r.GradsClearedBody) and not body.zeroed:
            for variable in body.vars:
                self._gradients.pop(variable, None)
        self._memory["gradients of parameters"] = sum(self._gradients.values())
        return self._memory != before

    def _let_go(self, node: int) -> None:
        self._memory[_KEPT] -= self._graph.pop(node, 0)

    def _bytes(self, tensor: int | None) -> int:
        layout = self.names.layout(tensor)
        if layout is None:
            return 0
        digits = "".join(filter(str.isdigit, layout.dtype[:4]))
        return math.prod(layout.shape) * int(digits or 0)

    def _emit(self, event: dict[str, Any]) -> None:
        start = b",\n" if self._begun else b'{"displayTimeUnit":"ns","traceEvents":[\n'
        self._begun = True
        self._write(start + json.dumps(plain(event), separators=(",", ":")).encode("ascii"))
