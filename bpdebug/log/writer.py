"""Writes a run directory while the run goes on.

The training appends to buffers; one thread of ours writes them, `FLUSH_AFTER_S` after the first byte came in if
nothing else was said, in the order that the schema promises: bytes, statistics, tensor records, definitions, bodies,
index.
Only that thread touches the files, so a Ctrl-C that hits the training anywhere leaves whole events behind.

When the disk is full or gone, recording stops with one warning and the training goes on. After a fork the child's
copy writes nothing.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..native import fields_of
from .contents_writer import ContentsWriter
from .interning import Interning
from .late_events import LateEvent, LateEvents
from .mutex import Mutex
from .pending_events import PendingEvents
from .recent_contents import Entry
from .records import Event
from .round_writer import Round, RoundWriter
from .run_files import RunFiles
from .schema import EVENT_INDEX, NOTHING, TENSOR_INDEX, TENSOR_STATISTICS, Kind
from .telling import tell
from .tensor_store import TensorStore
from .turns import Turns

__all__ = ["LogWriter"]

FLUSH_AFTER_S = 0.02
"""Less than half of the promised 50 ms.

Rarer writes cost the training less, but a run that is killed then loses more of its end.
"""
GRACE_S = 0.003
"""So much later it is written without a turn, where the training would offer one, but is busy with something else."""
LATE_S = 0.01
"""So much later than that a busy machine, or a script that keeps the interpreter's lock, may let a write begin."""
BYTES_WAITING = 64 << 20
EVENT_BYTES = 1 << 10
"""So much memory for unwritten events, each counted so, or for output: then the next one waits for the disk."""
MOST_WAITING = BYTES_WAITING // EVENT_BYTES
"""Events that fill it."""
_USUAL_BODY_BYTES = 100

_clock = time.perf_counter_ns
_OUTPUT = int(Kind.output)
_RUN_FINISHED = int(Kind.run_finished)
_TIME = 13
"""Where the header of an event has `time_us`."""

_writers: weakref.WeakSet[LogWriter] = weakref.WeakSet()

if TYPE_CHECKING:
    _Fields = object
else:
    _Fields = fields_of("Writer")


class LogWriter(Interning, _Fields):
    """The one writer of a run directory; `create` makes one. Safe to use from several threads."""

    def __init__(self, files: RunFiles, flush_after_s: float | None = None) -> None:
        self._flush_after_s = FLUSH_AFTER_S if flush_after_s is None else flush_after_s
        self.due_us = int(self._flush_after_s * 1e6)
        """So long after it was woken the writer's thread is offered a turn."""
        self._patience_us = int((self._flush_after_s + LATE_S) * 1e6)
        self._mutex = Mutex()
        super().__init__(self._mutex)
        self.directory = files.directory
        self.store = TensorStore(self.layout, self._mutex, self.hurry)
        self.stopped = False
        """Nothing is written any more: closed, failed, or in a forked child."""
        self._files = files
        self._contents = ContentsWriter(files.directory, self.store)
        self.started_ns = _clock()
        """By `time.perf_counter_ns`: times of events count from here."""
        self.pending = PendingEvents()
        self._end: int | None = None
        """So many events the run has, once its end is among them: threads that go on may add more behind it."""
        self._output_bytes = 0
        self._late = LateEvents()
        self._rounds = RoundWriter(files, self._contents, self.pending, self._late, self.store, self)
        self._dropping: list[int] = []
        self._dropped_bytes = 0
        self._turns = Turns()
        self._progress = threading.Condition(self._mutex)
        self._rounds_begun = 0
        self._rounds_done = 0
        self._waiting = 0
        """So many threads wait for a round to be done."""
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="bpdebug-log", daemon=True)
        _writers.add(self)
        self._thread.start()
        self.store.staging.writing_thread = self._thread.ident

    @staticmethod
    def create(
        directory: str | os.PathLike[str], script: str = "", flush_after_s: float | None = None
    ) -> LogWriter:
        """Begin a run in `directory`, which is made where it doesn't exist.

        Args:
            script: what is run, as the person named it.
            flush_after_s: so long what was added may wait for the disk; None: `FLUSH_AFTER_S`.

        Raises:
            RunDirectoryExists: there is something in it already.
            LogError: it can't be made or written.
        """
        return LogWriter(RunFiles.create(directory, script), flush_after_s)

    @property
    def mutex(self) -> Any:
        """Held while anything is added; whoever numbers events holds it around `append`, too."""
        return self._mutex

    # ---- what the recorder calls ------------------------------------------------------------------------------

    def tensor(self, array: np.ndarray, device: str = "cpu") -> int:
        """The row of the content that `array` has now; the same content has one row."""
        return self.store.put(array, device)[0]

    def tensor_entry(self, array: np.ndarray, device: str = "cpu") -> Entry:
        """As `tensor`, with the TensorFlag bits of the content."""
        return self.store.put(array, device)

    def append(
        self,
        kind: int,
        body: Event,
        phase: int = 0,
        depth: int = 0,
        iteration: int = 0,
        scope: int = NOTHING,
        label: int = NOTHING,
        site: int = NOTHING,
        node: int = NOTHING,
        ordinal: int = 1,
        thread: int = 0,
        flags: int = 0,
        partner: int = NOTHING,
        parent: int = NOTHING,
        time_us: int | None = None,
        value: float = 0.0,
    ) -> int:
        """Add an event; the fields are those of `schema.EVENT_INDEX`.

        Args:
            body: the writer's thread encodes it, soon: nothing in it may change any more.

        Returns:
            Its seq. The time is taken now unless given.
        """
        if time_us is None:
            time_us = (_clock() - self.started_ns) // 1000
        header = (
            kind, phase, depth, iteration, scope, label, site, node, ordinal,
            thread, flags, partner, parent, time_us, value,
        )  # fmt: skip
        with self._mutex:
            seq = self.add(body, header)
        self.let_write(time_us)
        return seq

    def add(self, body: Event, header: tuple[Any, ...]) -> int:
        """As `append`, with all but the body in the order of its arguments.

        Call it with the mutex held, and `let_write` when it was given back.
        """
        pending = self.pending
        if self.stopped:
            return pending.count
        seq = pending.add(body, header)
        if not pending.awake:
            self.wake(header[_TIME])
        if header[0] == _OUTPUT:
            self._output_bytes += len(body.text)  # type: ignore[union-attr]
        elif header[0] == _RUN_FINISHED:
            self._end = seq + 1
        return seq

    def let_write(self, now_us: int) -> None:
        """Wait for the thread that writes where too much was added, or where it should have begun by now.

        An op in the midst of something else that this thread adds, as in a signal's handler, doesn't wait: the thread
        that writes would get the mutex, and take what isn't whole.
        """
        pending = self.pending
        if self.stopped or self._mutex._is_owned():
            return
        if pending.awake:
            waited_us = now_us - pending.woken_us
            if waited_us > self._patience_us:
                self.give_way(now_us)
            elif waited_us > self.due_us:
                self._turns.offer()
        if pending.waiting > MOST_WAITING or self._output_bytes > BYTES_WAITING:
            self.flush()

    def add_late(self, body: Event, header: tuple[Any, ...], late: LateEvent) -> int:
        """As `add`, for an event that `late` completes before it is written."""
        seq = self.pending.count
        if not self.stopped:
            self._late.add(seq, body, late)
        return self.add(body, header)

    def wake(self, now_us: int) -> None:
        """Tell the writer's thread that something waits."""
        self.pending.awake = True
        self.pending.woken_us = now_us
        self._turns.wake()

    def give_way(self, now_us: int) -> None:
        """The writer's thread should have begun by now: wait for it, or the disk; little must be lost at a kill."""
        self.pending.woken_us = now_us
        self.flush()

    def drop_segments(self, segments: Iterable[int], why: str, stored_bytes: int = 0) -> None:
        """Remove the files of these segments, none of which is being written; the log says that and why.

        Args:
            stored_bytes: of the tensors in them.
        """
        with self._mutex:
            self._dropped_bytes += stored_bytes
            for segment in segments:
                self.drop(segment, why)
                self._dropping.append(segment)

    @property
    def ended(self) -> bool:
        """Nothing will be written any more: nobody has to wait for the disk."""
        return self.stopped or not self._thread.is_alive()

    @property
    def size_bytes(self) -> int:
        """About how large the log is, with what isn't on disk yet."""
        return (
            self.pending.written_bytes
            + self.pending.waiting * _USUAL_BODY_BYTES
            + self.event_count * EVENT_INDEX.itemsize
            + (self.store.count * (TENSOR_INDEX.itemsize + TENSOR_STATISTICS.itemsize) + self.kept_bytes)
        )

    @property
    def kept_bytes(self) -> int:
        """How many bytes of tensors the log keeps: without those that were dropped."""
        return self.store.stored_bytes - self._dropped_bytes

    @property
    def event_count(self) -> int:
        """Events appended so far."""
        return self.pending.count

    @property
    def written(self) -> tuple[int, int]:
        """How many events are on disk, and the iteration of the last of them."""
        return self._files.written

    def flush(self) -> None:
        """Return when all that was added so far can be read by others.

        In the thread that writes, where a finalizer of the script's may run, at once: nobody else would write it.
        """
        if threading.current_thread() is self._thread:
            return
        with self._progress:
            wanted = self._rounds_begun + 1
            try:
                self._waiting += 1
                self._turns.hurry()
                while self._rounds_done < wanted and not self.stopped and self._thread.is_alive():
                    self._progress.wait(0.5)
            finally:
                self._waiting -= 1

    def say_stopped(self, why: str) -> None:
        """Leave word in the log that nothing more is recorded, though the run may go on."""
        with contextlib.suppress(OSError):
            self._files.say_stopped(why)

    def close(self) -> None:
        """Write everything and close the files; doing it twice does no harm."""
        if not self.stopped:
            self.flush()
        with self._mutex:
            self._closing = True
        self._turns.hurry()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(10.0)
        self.store.close()

    # ---- the thread that writes -------------------------------------------------------------------------------

    def hurry(self) -> None:
        """Let the thread that writes begin now."""
        self._turns.hurry()

    def _run(self) -> None:
        turns = self._turns
        while True:
            turns.sleep()
            if not self._closing:
                turns.rest(self._seconds_left())
            # In this order: what is appended from here on is in this round, or wakes us again.
            turns.begin()
            self.pending.awake = False
            with self._mutex:
                closing = self._closing
            try:
                self._write_all()
            except Exception as error:
                self._give_up(error)
            if closing or self.stopped:
                break
        self.stopped = True
        self.store.close()
        with self._progress:
            self._progress.notify_all()
        self._contents.close()
        self._files.close()

    def _seconds_left(self) -> float:
        """How long what was appended first may still wait; a turn is offered before that if the training goes on."""
        now_us = (_clock() - self.started_ns) // 1000
        waited_us = now_us - self.pending.woken_us if self.pending.awake else 0
        waited_us = max(waited_us, 0)  # an event may be given a time to come
        grace_s = GRACE_S if self._turns.are_offered else 0.0
        return self._flush_after_s + grace_s - waited_us / 1e6

    def _write_all(self) -> None:
        with self._mutex:
            self._rounds_begun += 1
            # What is referred to is taken after what refers to it.
            events = self.pending.take()
            definitions = self.take_lines()
            tensors = self.store.take()
            self._output_bytes = 0
            late = self._late.take()
            dropping, self._dropping = self._dropping, []
        self._rounds.write(
            Round(events, definitions, tensors, late, dropping, self._end), self._turns, self._seconds_to_rest
        )
        with self._progress:
            self._rounds_done = self._rounds_begun
            self._progress.notify_all()

    def _seconds_to_rest(self) -> float:
        return 0.0 if self._waiting or self._closing else self._seconds_left()

    def _give_up(self, error: Exception) -> None:
        self.stopped = True
        reason = f"{type(error).__name__}: {error}"  # a fault of ours
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
        self.say_stopped(reason)
        tell(f"recording stopped, the log can't be written: {reason} ({self.directory}); the script goes on")

    def _forget(self) -> None:
        """In a forked child: the files belong to the parent, and our thread doesn't exist here."""
        self.stopped = True
        # Another thread may have held any of these at that moment, and would never let go of it here.
        self._mutex = self._lock = Mutex()
        self._progress = threading.Condition(self._mutex)
        self._turns = Turns()
        self.store.forget()
        self._files.close()  # else the run would count as being written until the child is gone


def _after_fork_in_child() -> None:
    for writer in list(_writers):
        writer._forget()


os.register_at_fork(after_in_child=_after_fork_in_child)
