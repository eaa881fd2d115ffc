"""Puts events into the log with the header that they all share.

Not for deciding what an event holds: the `*_events` files do.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..capture import CapturePlan
from ..devices.content import OnDevice
from ..devices.device_arrays import LATE, DeviceArrays
from ..devices.late import Comparison, Late
from ..log.keep import FULL, Keep
from ..log.lent import LENT_BYTES, Content, same_content
from ..log.recent_contents import Entry
from ..log.records import Event, WarnedBody
from ..log.schema import NOTHING, EventFlag, Kind
from ..log.telling import tell
from ..log.writer import LogWriter
from ..native import fields_of
from .arrays import to_host
from .call_site import CallSites
from .capturing import Capturing
from .nesting import NO_PHASE, Opener, Threads
from .ordinals import Ordinals
from .progress import Progress

__all__ = ["Emitter", "OnEvent"]

EVERYTHING = CapturePlan()
_READ: dict[int, tuple[Keep, Keep]] = {}
"""What to keep of tensors that an event only reads, by the identity of what it keeps of others, which it holds."""

OnEvent = Callable[[Mapping[str, Any]], None]

_clock = time.perf_counter_ns

NONFINITE = int(EventFlag.nonfinite)
VALUE = int(EventFlag.value)
PARAMETER = int(EventFlag.parameter)
DURING = int(EventFlag.during_backward)

CONTENT: Final = 5
"""Where an `Entry` of the tensor store has the content id."""

ALL_KINDS = (1 << len(Kind)) - 1

CAPTURE = "capture"
"""The category of the warning that says what is captured from there on, before the name of the policy."""

_emitters: weakref.WeakSet[Emitter] = weakref.WeakSet()

if TYPE_CHECKING:
    _Fields = object
else:
    _Fields = fields_of("Emitter")


class Emitter(_Fields):
    """Iteration, phase, nesting, ordinal, site and tensors of events; safe to use from several threads."""

    def __init__(
        self, writer: LogWriter, on_event: OnEvent | None = None, plan: CapturePlan = EVERYTHING
    ) -> None:
        self.writer = writer
        self.capturing = Capturing(plan, writer)
        self.on_event = on_event
        self.frames_up = 1
        """Counted from a method that a front end calls (1), the frame from which on there may be frames of the user."""
        self.observer_only_reads = False
        """Whether `on_event` neither writes into the arrays of an event nor lets anybody else do so."""
        self.shown = ALL_KINDS
        """The kinds of events that `on_event` is called with: bit k for kind k."""
        self.shown_nonfinite = 0
        """As `shown`, of those that it is called with only where they made something that isn't finite."""
        self.observer_ignores_tensors = False
        """Whether `on_event` asks neither what is in the arrays of an event, nor whether that is finite."""
        self.unsettled: list[Any] = []
        """What a front end sees to before an event, such as printed text: where there is some it calls `settle`."""
        self.settle: Callable[[], None] = self.unsettled.clear
        self.disabled = False
        """Nothing is recorded any more: after a failure, after the end, or in a forked child."""
        self._fault = ""
        """Why, where it is one of ours."""
        self.is_the_scripts: Callable[[BaseException], bool] = lambda error: False
        """Tells of an exception that ours met whether the script raised it, in a handler of a signal."""
        self.call_sites = CallSites(writer)
        self.parameters: dict[int, Callable[[], Any]] = {}
        """The script's parameters by their numbers, held weakly: call one to get it, or None when it is gone."""
        self.owner = object()
        """Marks what this recorder leaves on the framework's objects."""
        self._lock = writer.mutex
        self._put = writer.store.put
        self._lend = writer.store.lend
        self.take_back = writer.store.take_back
        """Called with an array that was given as `private` before anybody may write into it, or into a view of it."""
        self.devices = DeviceArrays(writer.store, writer.hurry, lambda: writer.ended)
        """Takes arrays of a GPU; a front end tells it their module (`array_module`), and when they may change."""
        self._progress = Progress()
        self.threads = Threads(writer)
        self._ordinals = Ordinals()
        self._last_node = 0
        self._edited: dict[tuple[str, int], Content] = {}
        """The content that the person last gave the `value` or the `gradient` of a variable, by its number."""
        _emitters.add(self)

    @property
    def iteration(self) -> int:
        """The number of the iteration that goes on."""
        return self._progress.iteration

    @property
    def on_iteration(self) -> Callable[[int], None] | None:
        """Told of each iteration that begins, before its first event."""
        return self._progress.on_iteration

    @on_iteration.setter
    def on_iteration(self, told: Callable[[int], None] | None) -> None:
        self._progress.on_iteration = told

    def fail(self, error: BaseException) -> None:
        """Stop recording because of our own fault; says so once on stderr, and the training goes on.

        Raises:
            RecursionError: that is the fault: the script has filled its stack. What it called fails, as it would have
                a few calls deeper, and recording goes on.
            Exception: `is_the_scripts`: it only broke into ours, and recording goes on.
        """
        if isinstance(error, RecursionError) or self.is_the_scripts(error):
            raise error
        if self.disabled:
            return
        self.disabled = True
        if self.writer.stopped:
            return
        self._fault = f"a fault of its own: {type(error).__name__}: {error}"
        # What fails here is done by `close`.
        with contextlib.suppress(Exception):
            tell(f"recording stopped by {self._fault}; the script goes on")
            self.writer.flush()
            self.writer.say_stopped(self._fault)

    def flush(self) -> None:
        """Return when everything recorded so far can be read by others."""
        self.writer.flush()

    def close(self) -> None:
        """Write everything and stop recording."""
        self.disabled = True
        self.writer.close()
        if self._fault:
            self.writer.say_stopped(self._fault)

    def tensor(self, array: Any, keep: Keep = FULL) -> int | None:
        """The row of the content that `array` has now, None for None."""
        return None if array is None else self._entry(array, keep)[0]

    def _keep(self, phase: int, scope: int, label: int) -> Keep:
        """What is to be kept of the tensors of an event with this phase, scope and label."""
        capturing = self.capturing
        if not capturing.selective:
            return FULL
        return capturing.keep(phase, scope, label, self._progress.iteration)

    def _entry(self, array: Any, keep: Keep = FULL, private: bool = False) -> Entry:
        if type(array) is np.ndarray:
            if private and array.nbytes >= LENT_BYTES and (self.on_event is None or self.observer_only_reads):
                return self._lend(array, keep, self.on_event is not None)
            return self._put(array, "cpu", keep)
        unseen = self.on_event is None or self.observer_ignores_tensors
        if unseen or self.observer_only_reads:
            entry = self.devices.put(array, keep, private, judge=not unseen)
            if entry is not None:
                return entry
        host, device = to_host(array)
        return self._put(host, device, keep)

    def _content(self, array: Any) -> Content:
        """What the content that `array` has now is known by; nothing is kept of it."""
        if type(array) is np.ndarray:
            return self.writer.store.content_of(array)
        if self.on_event is None or self.observer_ignores_tensors or self.observer_only_reads:
            found = self.devices.content_of(array)
            if found is not None:
                return found
            if self.devices.is_capturing(array):
                return b""
        return self.writer.store.content_of(to_host(array)[0])

    def _changed_outside(
        self,
        content: Content,
        shown: Content,
        number: int,
        of: str,
        place: Any = None,
        compared: list[Comparison] | None = None,
    ) -> bool:
        """Whether `of` a variable is `content`, and neither an event showed that last nor the person put it there.

        Args:
            place, compared: where contents are on a device, and so aren't known yet, it is False, and `compared` gets
                what will tell for `place`; without these it is waited for.
        """
        if content is shown or not content or not shown:
            return False
        if compared is not None and (type(content) is OnDevice or type(shown) is OnDevice):
            said = self._edited.get((of, number))
            compared.append(Comparison(place, content, (shown,) if said is None else (shown, said)))
            return False
        if same_content(content, shown):
            return False
        said = self._edited.get((of, number))
        return said is None or not same_content(content, said)

    def _unlooked(self, keep: Keep) -> Keep:
        """For what an event reads, where little is kept: whether it is finite was looked at when it was made."""
        if not keep.small_bytes:
            return keep
        known = _READ.get(id(keep))
        if known is None:
            known = _READ[id(keep)] = keep, dataclasses.replace(keep, finite=False)
        return known[1]

    def _keep_of_read(self, keep: Keep, read: Sequence[Any], made: Sequence[Any]) -> Keep:
        """What to keep of what an event reads, where `keep` is for what it makes: of what it passes on the same."""
        less = self._unlooked(keep)
        if less is keep or any(one is other is not None for one in made for other in read):
            return keep
        return less

    def _rows(
        self, arrays: Any, known: dict[int, Entry] | None = None, keep: Keep = FULL, private: bool = False
    ) -> tuple[list[int | None], int]:
        """Rows of several arrays (None for None), and the nonfinite flag if one of them isn't finite.

        LATE is among the flags where that isn't known yet of one: `_late` finds it out.

        `known` holds what was looked at while nothing could change it, by identity: an array is read once.
        `private`: nobody writes into what is not in `known` before `take_back` is called for it.
        """
        rows: list[int | None] = []
        flags = 0
        if known is None:
            known = {}
        for array in arrays:
            if array is None:
                rows.append(None)
                continue
            entry = known.get(id(array))
            if entry is None:
                if type(array) is np.ndarray and (not private or array.nbytes < LENT_BYTES):
                    entry = self._put(array, "cpu", keep)
                else:
                    entry = self._entry(array, keep, private)
                known[id(array)] = entry
            rows.append(entry[0])
            if entry[1]:
                flags |= LATE if entry[1] == LATE else NONFINITE
        return rows, flags

    def _late(self, arrays: Any, known: Mapping[int, Entry]) -> Late:
        """What finds out whether these arrays, which an event made, are finite."""
        return Late(known[id(array)][CONTENT] for array in arrays if array is not None)

    def _emit(
        self,
        kind: int,
        body: Event,
        label: int,
        phase: int = NO_PHASE,
        scope: int = -1,
        site: int = NOTHING,
        node: int = NOTHING,
        flags: int = 0,
        partner: int = NOTHING,
        value: float = 0.0,
        late: Late | None = None,
    ) -> int:
        """Append an event and tell `on_event`; returns its seq.

        Phase and scope are the current ones unless given.
        """
        writer = self.writer
        if writer.stopped:
            self.disabled = True
            return 0
        thread = self.threads.state
        progress = self._progress
        if phase < 0:
            phase = thread.phase if thread.phase >= 0 else progress.phase
        if scope < 0:
            scope = thread.scope
        if self.devices.in_use:
            late = late or Late()
            late.first_row = self.writer.store.first_rows.of
            flags &= ~LATE
        with self._lock:
            iteration = progress.iteration
            ordinal = self._ordinals.next(iteration, phase, scope, label)
            header = (
                kind, phase, len(thread.stack), iteration, scope, label, site, node, ordinal, thread.number,
                flags, partner, thread.parent, (_clock() - writer.started_ns) // 1000, value,
            )  # fmt: skip
            seq = writer.add(body, header) if late is None else writer.add_late(body, header, late)
        with contextlib.suppress(RecursionError):  # the event is in the log; the next one does it
            writer.let_write(header[-2])
        if self.capturing.bounded and (told := self.capturing.step_down(iteration)):
            category = f"{CAPTURE} {self.capturing.now}"
            self._emit(Kind.warned, WarnedBody(category, told), writer.text(f"warning:{category}"))
        if self.on_event is not None:
            arrays, thread.arrays = thread.arrays, None
            if not (self.shown >> kind & 1 or (flags & NONFINITE and self.shown_nonfinite >> kind & 1)):
                return seq
            self.on_event(
                {
                    "seq": seq,
                    "kind": int(kind),
                    "phase": phase,
                    "depth": header[2],
                    "iteration": iteration,
                    "scope": scope,
                    "label": label,
                    "site": site,
                    "node": node,
                    "ordinal": ordinal,
                    "thread": thread.number,
                    "flags": flags,
                    "partner": partner,
                    "parent": header[-3],
                    "time_us": header[-2],
                    "value": value,
                    "body": body,
                    "arrays": arrays or {},
                }
            )
        return seq

    def _emit_opening(
        self, kind: int, body: Event, label: int, opener: Opener, flags: int = 0, value: float = 0.0
    ) -> None:
        """Emit an event that encloses what follows, until `ThreadState.close` takes `opener` off."""
        opener.seq = self._emit(
            kind, body, label, opener.phase, opener.scope, opener.site, flags=flags, value=value
        )
        self.threads.state.open(opener)

    def _emit_closing(
        self, kind: int, body: Event, label: int, opener: Opener, flags: int = 0, value: float = 0.0
    ) -> None:
        """Emit the counterpart of an opening event; `opener` has been taken off."""
        self._emit(
            kind,
            body,
            label,
            opener.phase,
            opener.scope,
            opener.site,
            flags=flags,
            partner=opener.seq,
            value=value,
        )


def _after_fork_in_child() -> None:
    for emitter in list(_emitters):
        emitter.disabled = True


os.register_at_fork(after_in_child=_after_fork_in_child)
