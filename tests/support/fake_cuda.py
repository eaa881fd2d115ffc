"""`cuda` and `RawKernel` of the fake device's array module: streams, events, memory, and the kernel that measures.

As strict as a device is where one forgets something:

* What is done in the current stream happens at once, in the order of the array ops; what is put into another stream
  happens when somebody has asked twice whether an event behind it is done, or waits for it, and not before: a
  copy to the host that is looked at too early shows rubbish, one from an array that was changed since shows the change.
* A copy in one stream of what another one has written raises, unless it waits for an event behind that; so does what
  writes into memory that is still to be copied.
* Memory is full of rubbish at first. A kernel or copy outside of what was allocated raises, as does the time between
  events that nobody knows to be done.
* Inside `only_waits("name")` no other thread may ask for an event, or wait for anything.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import threading
import weakref
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy
from device_figures import measured
from fake_device import FakeArray, HostCopyError

from bpdebug.devices import kernel

__all__ = ["RawKernel", "copies", "cuda", "launches", "only_waits"]

_RUBBISH = 0xCD
_waiting_threads: list[str] = []
_clock = itertools.count(1)
_memories: weakref.WeakValueDictionary[int, Memory] = weakref.WeakValueDictionary()
copies: list[int] = []
"""The bytes of all copies to the host."""
launches: list[Any] = []
"""The streams of all launches of the kernel."""


@contextlib.contextmanager
def only_waits(thread_name: str) -> Iterator[None]:
    """Inside, only threads of this name may wait for the device."""
    _waiting_threads.append(thread_name)
    try:
        yield
    finally:
        _waiting_threads.pop()


def _may_wait() -> None:
    name = threading.current_thread().name
    if _waiting_threads and name != _waiting_threads[-1]:
        raise HostCopyError(f"thread {name} waits for the device")


_current = threading.local()


def _current_device() -> int:
    return getattr(_current, "device", 0)


class Memory:
    """Memory of the device, under CuPy's name for its address."""

    def __init__(self, size: int) -> None:
        self._bytes = numpy.full(size, _RUBBISH, numpy.uint8)
        self.ptr = self._bytes.ctypes.data
        self.written: dict[Stream, int] = {}
        """Up to which place of each stream."""
        self.copies = 0
        """That were asked for and have not been made."""
        _memories[self.ptr] = self

    @property
    def size(self) -> int:
        return self._bytes.size


def _memory(address: int, size: int) -> Memory:
    for begin, memory in list(_memories.items()):
        if begin <= address and address + size <= begin + memory.size:
            return memory
    raise RuntimeError(f"cudaErrorIllegalAddress: {size} bytes at {address:#x}")


def _nothing() -> None:
    """What is left of work that is done."""


_running = threading.RLock()
"""Held while a stream does its work."""


class Stream:
    """A queue of work. `ptr` 0 is the default one."""

    numbers = itertools.count(1)

    def __init__(self, null: bool = False, non_blocking: bool = False) -> None:
        assert _current_device() == 0  # where all arrays are
        self.ptr = 0 if null else next(self.numbers)
        self._work: list[Callable[[], None]] = []
        self._done = 0
        self.captures = False
        self._waited_for: dict[int, int] = {}
        _streams[self.ptr] = self

    def submit(self, work: Callable[[], None]) -> None:
        self._work.append(work)
        if self is get_current_stream():
            self.run(len(self._work))

    @property
    def submitted(self) -> int:
        return len(self._work)

    def run(self, until: int) -> None:
        with _running:  # work that another thread has begun is not done yet
            while self._done < until:
                work = self._work[self._done]
                self._work[self._done] = _nothing  # which would keep memory alive
                self._done += 1
                work()

    def wait_event(self, event: Event) -> None:
        stream, place = event.place
        self._waited_for[stream.ptr] = max(place, self._waited_for.get(stream.ptr, 0))
        self.submit(lambda: stream.run(place))

    def comes_after(self, stream: Stream, place: int) -> bool:
        """Whether what is put into it now is done after all up to this place of another one."""
        return stream is self or self._waited_for.get(stream.ptr, 0) >= place

    def synchronize(self) -> None:
        _may_wait()
        self.run(len(self._work))

    def is_capturing(self) -> bool:
        return self.captures

    def __enter__(self) -> Stream:
        _current.stack = [*getattr(_current, "stack", []), self]
        return self

    def __exit__(self, *args: Any) -> None:
        _current.stack = _current.stack[:-1]


class Event:
    """A point in a stream."""

    def __init__(self, block: bool = False, disable_timing: bool = False) -> None:
        self.ptr = next(_events)
        _every_event[self.ptr] = self
        self._timing = not disable_timing
        self.place: tuple[Stream, int] = (null_stream, 0)
        self._recorded = self._known = False
        self._asked = 0

    def record(self, stream: Stream | None = None) -> None:
        stream = stream or get_current_stream()
        self.place = stream, stream.submitted
        self.time_ms = float(next(_clock))
        self._recorded, self._known, self._asked = True, False, 0

    def query(self) -> int:
        _may_wait()
        if not self._recorded:
            return 0  # as CUDA has it
        self._asked += 1
        if self._asked > 1:
            self._pass()
        return 0 if self._known else 600

    def synchronize(self) -> None:
        _may_wait()
        self._pass()

    def _pass(self) -> None:
        stream, place = self.place
        stream.run(place)
        self._known = True

    def elapsed_since(self, begin: Event) -> float:
        if not (self._timing and begin._timing and self._recorded and begin._recorded):
            raise RuntimeError("cudaErrorInvalidResourceHandle")
        if not self._known:
            raise RuntimeError("cudaErrorNotReady")
        return self.time_ms - begin.time_ms


_streams: dict[int, Stream] = {}
_events = itertools.count(1)
_every_event: weakref.WeakValueDictionary[int, Event] = weakref.WeakValueDictionary()
null_stream = Stream(null=True)


def get_current_stream() -> Stream:
    stack = getattr(_current, "stack", None)
    return stack[-1] if stack else null_stream


def _memset(address: int, value: int, size: int, stream: int) -> None:
    _write(address, size, _streams[stream], lambda: ctypes.memset(address, value, size))


def _memcpy(to: int, address: int, size: int, kind: int, stream: int) -> None:
    assert kind == 2, "to the host"
    memory = _memory(address, size)
    memory.copies += 1
    copies.append(size)

    def copy() -> None:
        ctypes.memmove(to, address, size)
        memory.copies -= 1

    if not memory.written or not all(
        map(_streams[stream].comes_after, *zip(*memory.written.items(), strict=True))
    ):
        raise RuntimeError("a copy doesn't wait for what it copies")
    _streams[stream].submit(copy)


def _write(address: int, size: int, stream: Stream, work: Callable[[], Any]) -> None:
    memory = _memory(address, size)
    if memory.copies:
        raise RuntimeError("written into before it was copied")
    stream.submit(work)
    memory.written[stream] = stream.submitted


class RawKernel:
    """Stands for the kernel `measure`, compiled with some options."""

    def __init__(self, code: str, name: str, options: tuple[str, ...] = ()) -> None:
        assert f"void {name}(" in code
        assert name == "measure"
        self._size = int(next(option for option in options if option.startswith("-DSIZE=")).partition("=")[2])

    def __call__(self, grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...]) -> None:
        array, to, size, out, parts = args
        assert type(array) is FakeArray
        assert _current_device() == array.device.id
        assert array.flags.c_contiguous
        assert (array.itemsize, array.size) == (self._size, size)
        assert 1 <= grid[0] <= kernel.BLOCKS
        assert {type(one) for one in args[1:]} == {
            numpy.uint64
        }  # others would not have the width that it reads
        stream = get_current_stream()
        launches.append(stream)
        host, found = array._host, measured(array._host).tobytes()
        _write(int(parts), kernel.PARTS_BYTES, stream, lambda: None)
        counter = ctypes.string_at(int(parts) + kernel.BLOCKS * kernel.TALLY_BYTES, 4)
        assert counter == bytes(4), "the counter of blocks must be zero before"
        if to:
            copied = host.tobytes()
            _write(int(to), len(copied), stream, lambda: ctypes.memmove(int(to), copied, len(copied)))
        _write(int(out), len(found), stream, lambda: ctypes.memmove(int(out), found, len(found)))


@contextlib.contextmanager
def _device(number: int) -> Iterator[None]:
    before = _current_device()
    _current.device = number
    try:
        yield
    finally:
        _current.device = before


cuda = SimpleNamespace(
    Device=_device,
    Event=Event,
    Stream=Stream,
    alloc=Memory,
    alloc_pinned_memory=lambda size: numpy.full(size, _RUBBISH, numpy.uint8),
    get_current_stream=get_current_stream,
    get_elapsed_time=lambda begin, end: end.elapsed_since(begin),
    runtime=SimpleNamespace(
        eventQuery=lambda address: _every_event[address].query(),
        getDevice=_current_device,
        memcpyAsync=_memcpy,
        memcpyDeviceToHost=2,
        memsetAsync=_memset,
    ),
)
