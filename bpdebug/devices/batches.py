"""Memory of a device for what is recorded, on its way to the host.

What was measured and copied in one stream gathers in a batch. The writer's thread closes it, and fetches it by copies
in a stream of its own, which wait for an event of the script's stream: the training waits for nobody, unless all
batches are on their way.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .faults import DeviceFault, wait
from .kernel import MEASURED, PARTS_BYTES

if TYPE_CHECKING:
    from .content import OnDevice

__all__ = ["Batch", "Batches"]

TENSORS = 4096
"""In one batch at most."""
VALUE_BYTES = 16 << 20
"""Of memory of the device for copies of tensors, in one batch; one that is larger gets a batch for itself."""
MOST_BATCHES = 4
"""In all: when none is free, the training waits for the disk. Those of large tensors count by their size."""
_ALIGNED = 256
_NEAR = 1 << 12
"""Two copies cost more than one that has so many bytes between them."""


class Batch:
    """Some tensors: what was measured of each, and copies of their bytes where these are wanted.

    Made, filled and fetched with its device as the current one.

    Args:
        stream: a number for the current stream.
    """

    def __init__(self, xp: Any, device: int, stream: int, value_bytes: int) -> None:
        self._cuda = cuda = xp.cuda
        self.device = device
        self.value_bytes = value_bytes
        # Memory of the pool belongs to the current stream until the device has come to an event behind this.
        self._results = cuda.alloc(TENSORS * MEASURED.itemsize)
        self._parts = cuda.alloc(PARTS_BYTES)
        cuda.runtime.memsetAsync(self._parts.ptr, 0, PARTS_BYTES, cuda.get_current_stream().ptr)
        self._values = cuda.alloc(value_bytes) if value_bytes else None
        self._filling = cuda.Event(disable_timing=True)
        self._fetched = cuda.Event(disable_timing=True)
        self._host_results = self._host_values = np.empty(0, np.uint8)
        self.reset(stream)

    def reset(self, stream: int) -> None:
        """Begin anew, for tensors of this stream: all that was in it is on the host."""
        self.stream = stream
        self.count = 0
        self.filled = 0
        self.unread = 0
        self.closed = False
        self.asked_for = False
        self.arrived = False
        self.contents: list[OnDevice] = []
        """The tensors that are in it, in their order."""
        self._copied: set[int] = set()

    def has_room(self, size: int, stream: int) -> bool:
        """Whether one more tensor of this stream, with so many bytes to be copied, can come in."""
        return (
            not self.closed
            and stream == self.stream
            and self.count < TENSORS
            and self.filled + size <= self.value_bytes
        )

    def add(self, measure: Callable[[int, int, int], None], size: int) -> tuple[int, int]:
        """Let `measure(to, out, parts)` put one tensor into it, in the current stream.

        Returns:
            Its place, and where its bytes begin (-1: nowhere).
        """
        place, begin = self.count, self.filled if size else -1
        to = self._values.ptr + begin if size and self._values is not None else 0
        measure(to, self._results.ptr + place * MEASURED.itemsize, self._parts.ptr)
        self._filling.record()
        self.count += 1
        self.unread += 1
        self.filled += -(-size // _ALIGNED) * _ALIGNED
        return place, begin

    def ask(self, stream: Any) -> None:
        """Let `stream` copy all figures to the host; nothing comes in any more."""
        self.asked_for = True
        stream.wait_event(self._filling)
        self._copy_figures(stream)
        self._fetched.record(stream)

    def wait(self) -> None:
        """Return when the figures are on the host."""
        wait(self._cuda.runtime, self._fetched)
        self.arrived = True

    def fetch_values(self, begin: int, size: int, is_known: Callable[[OnDevice], bool], stream: Any) -> None:
        """Return when the bytes of a tensor are on the host; those of others that aren't known come, too."""
        if begin in self._copied:
            return
        wanted = [(begin, size)]
        if not self._copied:
            wanted = self._new(is_known) or wanted
        if begin not in [place for place, _ in wanted]:
            wanted.append((begin, size))
        if not len(self._host_values):
            self._host_values = self._pinned(self.value_bytes)
        assert self._values is not None
        for first, end in _together(wanted):
            self._copy(self._host_values[first:], self._values.ptr + first, end - first, stream)
        self._fetched.record(stream)
        wait(self._cuda.runtime, self._fetched)
        self._copied.update(place for place, _ in wanted)

    def _new(self, is_known: Callable[[OnDevice], bool]) -> list[tuple[int, int]]:
        """Where the bytes of the tensors are that nobody has met, each content once."""
        wanted = []
        met: set[tuple[bytes, int]] = set()
        for content in self.contents:
            if content.begin >= 0 and not is_known(content):
                key = content.identify(), content.layout
                if key not in met:
                    met.add(key)
                    wanted.append((content.begin, content.size))
        return wanted

    def look(self, stream: Any) -> None:
        """Return when the figures of all that came in until now are on the host; more may come in afterwards."""
        stream.wait_event(self._filling)
        self._copy_figures(stream)
        self._fetched.record(stream)
        wait(self._cuda.runtime, self._fetched, impatient=True)

    def _copy_figures(self, stream: Any) -> None:
        if not len(self._host_results):
            self._host_results = self._pinned(TENSORS * MEASURED.itemsize)
        self._copy(self._host_results, self._results.ptr, self.count * MEASURED.itemsize, stream)

    def _copy(self, host: np.ndarray, address: int, size: int, stream: Any) -> None:
        runtime = self._cuda.runtime
        runtime.memcpyAsync(host.ctypes.data, address, size, runtime.memcpyDeviceToHost, stream.ptr)

    def result(self, place: int) -> np.ndarray:
        """The `MEASURED` of the tensor at this place, once it has arrived."""
        size = MEASURED.itemsize
        return self._host_results[place * size : (place + 1) * size].view(MEASURED)[0]

    def bytes_of(self, begin: int, size: int) -> np.ndarray:
        """The bytes of a tensor, once they have arrived; the next batch in this memory overwrites them."""
        return self._host_values[begin : begin + size]

    def _pinned(self, size: int) -> np.ndarray:
        """Memory of the host that the device copies to by itself; else of the common kind, which is slower."""
        try:
            pointer = self._cuda.alloc_pinned_memory(size)
        except Exception:
            return np.empty(size, np.uint8)
        return np.frombuffer(pointer, np.uint8, size)


def _together(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Pairs of begin and end, for pairs of begin and size in rising order: what is near each other is one."""
    found: list[tuple[int, int]] = []
    for begin, size in sorted(places):
        if found and begin - found[-1][1] <= _NEAR:
            found[-1] = found[-1][0], begin + size
        else:
            found.append((begin, begin + size))
    return found


@contextlib.contextmanager
def _faults_of_devices() -> Iterator[None]:
    """Whatever is raised inside becomes a DeviceFault."""
    try:
        yield
    except DeviceFault:
        raise
    except Exception as error:
        raise DeviceFault(f"the device gives no values: {type(error).__name__}: {error}") from error


class Batches:
    """The batches of a run.

    Args:
        xp: the array module.
        wake: called when the writer's thread should not wait.
        is_over: whether nothing will be written any more, so that nobody has to wait for room.
    """

    def __init__(self, xp: Any, wake: Callable[[], None], is_over: Callable[[], bool]) -> None:
        self._xp = xp
        self._wake = wake
        self.lock = threading.RLock()
        """Held while a tensor comes in."""
        self._room = threading.Condition(self.lock)
        self._fetching = threading.RLock()
        self._open: Batch | None = None
        self._on_their_way: list[Batch] = []
        self._free: list[Batch] = []
        self._streams: dict[int, Any] = {}
        self._is_over = is_over

    def with_room(self, size: int, device: int, stream: int) -> Batch | None:
        """A batch for one more tensor; waits where all are on their way. None when the recording is over.

        Args:
            size: of the bytes that are to be copied.
            device: the current one.
            stream: a number for the current one.

        Raises:
            MemoryError: the device has no more.
        """
        with self._room:
            batch = self._open
            if batch is not None and batch.device == device and batch.has_room(size, stream):
                return batch
            self._close_open()
            while self._on_their_way and self._is_crowded(size):
                if self._is_over():
                    return None
                self._wake()
                self._room.wait(1.0)
            batch = self._open = self._free_one(size, device, stream)
            return batch

    def _is_crowded(self, size: int) -> bool:
        waiting = sum(max(batch.value_bytes, VALUE_BYTES) for batch in self._on_their_way)
        return waiting + max(size, VALUE_BYTES) > MOST_BATCHES * VALUE_BYTES

    def _free_one(self, size: int, device: int, stream: int) -> Batch:
        for place, batch in enumerate(self._free):
            if batch.device == device and batch.value_bytes >= size:
                del self._free[place]
                batch.reset(stream)
                return batch
        wanted = max(size, VALUE_BYTES) if size else 0
        return Batch(self._xp, device, stream, wanted)

    def _close_open(self) -> None:
        batch, self._open = self._open, None
        if batch is not None:
            batch.closed = True
            if batch.unread:  # else an interrupt kept out what it was opened for
                self._on_their_way.append(batch)

    def look(self, batch: Batch) -> None:
        """Return when the figures of all that is in a batch are on the host.

        Raises:
            DeviceFault: that failed.
        """
        with self.lock:
            if batch is self._open:
                # Nothing comes in meanwhile; whoever fetches it comes when this is done.
                with _faults_of_devices(), self._xp.cuda.Device(batch.device):
                    batch.look(self._stream(batch.device))
                return
        self.fetch(batch)

    def fetch(self, batch: Batch) -> None:
        """Return when the figures of a batch, to which nothing comes any more, are on the host.

        Those of others that are closed set out, too.

        Raises:
            DeviceFault: that failed.
        """
        with self._fetching:
            if batch.arrived:
                return
            with self.lock:
                if batch is self._open:
                    self._close_open()
                setting_out = [other for other in self._on_their_way if not other.asked_for]
            with _faults_of_devices():
                for other in setting_out:
                    with self._xp.cuda.Device(other.device):
                        other.ask(self._stream(other.device))
                batch.wait()

    def fetch_values(self, content: OnDevice, batch: Batch, is_known: Callable[[OnDevice], bool]) -> None:
        """Return when the bytes of a tensor of a batch, whose figures were fetched, are on the host.

        Args:
            is_known: whether the bytes of one are not needed, as the same is on disk.

        Raises:
            DeviceFault: that failed.
        """
        with self._fetching, _faults_of_devices(), self._xp.cuda.Device(batch.device):
            batch.fetch_values(content.begin, content.size, is_known, self._stream(batch.device))

    def was_read(self, batch: Batch) -> None:
        """One of the tensors of a batch isn't needed any more."""
        with self._room:
            batch.unread -= 1
            if batch.unread or not batch.closed:
                return
            batch.contents = []
            if batch in self._on_their_way:
                self._on_their_way.remove(batch)
            # Large ones are not kept: the device's memory is the training's.
            if batch.value_bytes <= VALUE_BYTES and len(self._free) < MOST_BATCHES:
                self._free.append(batch)
            self._room.notify_all()

    def _stream(self, device: int) -> Any:
        stream = self._streams.get(device)
        if stream is None:
            # One that doesn't wait for the default stream, as others would.
            stream = self._streams[device] = self._xp.cuda.Stream(non_blocking=True)
        return stream
