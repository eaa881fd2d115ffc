"""Takes arrays of a device into the log: their rows at once, their figures and bytes when the device is through."""

from __future__ import annotations

import contextlib
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

from ..log.contents import UNPLACED
from ..log.forgetting import forgetting
from ..log.keep import FULL, Keep
from ..log.recent_contents import Entry
from ..log.tensor_store import TensorStore
from .batches import Batches
from .content import OnDevice
from .kernel import MeasureKernel

__all__ = ["LATE", "DeviceArrays"]

LATE = 1 << 16
"""In place of TensorFlag bits that are not known yet; above all flags of tensors and events."""

_STREAM_PER_THREAD = 2
"""cudaStreamPerThread: in each thread it means another one."""
_CAPTURED = "it was made while work was captured into a CUDA graph, which computes later"
_CONTENT_ONLY = Keep(values=False)
_NEEDED = ("Device", "Event", "Stream", "alloc", "alloc_pinned_memory", "get_current_stream", "runtime")


class _Library:
    """An array library whose arrays are recorded so: its kernel and its batches."""

    def __init__(self, xp: Any, wake: Callable[[], None], is_over: Callable[[], bool]) -> None:
        self.runtime = xp.cuda.runtime
        self.cuda = xp.cuda
        self.contiguous = xp.ascontiguousarray
        self.kernel = MeasureKernel(xp)
        self.batches = Batches(xp, wake, is_over)

    def is_capturing(self) -> bool:
        """Whether what is put into the current stream is not computed, but becomes a CUDA graph."""
        stream = self.cuda.get_current_stream()
        return bool(stream.ptr) and bool(stream.is_capturing())  # the default stream can't do that


def _judged(entry: Entry) -> Entry:
    """The entry with the flags that its content has."""
    content = entry[5]
    if entry[1] != LATE or type(content) is not OnDevice:
        return entry
    return (entry[0], content.flags, *entry[2:])


class DeviceArrays:
    """Arrays of devices on their way into a log.

    Args:
        store: where rows and bytes go.
        wake: called when the writer's thread should not wait.
        is_over: whether nothing will be written any more.
    """

    def __init__(self, store: TensorStore, wake: Callable[[], None], is_over: Callable[[], bool]) -> None:
        self._store = store
        self._wake = wake
        self._is_over = is_over
        self.array_module: Callable[[Any], Any] | None = None
        """Gives the module of an array; the front end knows it. None: all arrays are fetched at once."""
        self._libraries: dict[type, _Library | None] = {}
        self._known: dict[int, tuple[weakref.ref[Any], Keep, Entry]] = {}
        self.in_use = False
        """Whether there was an array of a device ever."""
        self._inside = threading.local()
        store.on_new_segments = self.forget_known

    def put(self, array: Any, keep: Keep = FULL, private: bool = False, judge: bool = False) -> Entry | None:
        """Keep the content that `array` has now, or what `keep` wants of it, without waiting for its device.

        Args:
            private: nobody writes into it before `take_back` is called for it.
            judge: wait for what tells whether it is finite, though not for its bytes.

        Returns:
            Its row, LATE for its flags (unless `judge`), an `OnDevice` for its content; None where that is impossible.
        """
        known = self._known.get(id(array))
        if known is not None and known[0]() is array and (known[1] is keep or known[1] == keep):
            return _judged(known[2]) if judge else known[2]
        library = self._library_for(array)
        if library is None:
            return None
        if library.is_capturing():
            return self._store.without_bytes(array, f"cuda:{array.device.id}", _CAPTURED)
        kept = keep
        if keep.small_bytes and array.nbytes <= keep.small_bytes:
            kept = FULL
        elif not (keep.statistics or keep.finite):
            return self._store.without_bytes(array, f"cuda:{array.device.id}", keep.why)
        try:
            content = self._take(library, array, kept)
            if content is None:
                return None
            # What else is kept may hang on it: then the device has to be waited for.
            flags = content.flags if judge or (keep.small_bytes and keep.finite) else LATE
        except MemoryError:
            return None  # fetched at once it needs no memory of the device
        except Exception as error:
            self._give_up(type(array), error)
            return None
        self.in_use = True
        entry = (content.row, flags, content.layout, UNPLACED, 0, content)
        if private and array.base is None:
            self._remember(array, keep, entry)
        return entry

    def content_of(self, array: Any) -> OnDevice | None:
        """The content that `array` has now, of which nothing is kept; None where it can't be told so."""
        known = self._known.get(id(array))
        if known is not None and known[0]() is array:
            return known[2][5]  # type: ignore[return-value]
        library = self._library_for(array)
        if library is None or library.is_capturing():
            return None
        try:
            return self._take(library, array, _CONTENT_ONLY, row=False)
        except MemoryError:
            return None
        except Exception as error:
            self._give_up(type(array), error)
            return None

    def is_capturing(self, array: Any) -> bool:
        """Whether an array must not be looked at now, as work on it is captured into a CUDA graph."""
        library = self._libraries.get(type(array))
        return library is not None and library.is_capturing()

    def take_back(self, array: Any) -> None:
        """An array that was private may be written into from now on, or one that shares its memory."""
        base = getattr(array, "base", None)
        owner = array if base is None else base
        known = self._known.get(id(owner))
        if known is not None and known[0]() is owner:
            del self._known[id(owner)]

    def forget_known(self) -> None:
        """Whatever comes again is looked at again."""
        self._known.clear()

    # ---- the rest is ours -------------------------------------------------------------------------------------

    def _library_for(self, array: Any) -> _Library | None:
        """What takes this very array; None where it is to be fetched at once."""
        try:
            found = self._libraries[type(array)]
        except KeyError:
            found = self._library_of_new_type(array)
        if found is None or not array.size or not found.kernel.measures(array.dtype):
            return None
        return found

    def _library_of_new_type(self, array: Any) -> _Library | None:
        found = None
        if self.array_module is not None:
            xp = self.array_module(array)
            cuda = getattr(xp, "cuda", None)
            if hasattr(xp, "RawKernel") and all(hasattr(cuda, name) for name in _NEEDED):
                found = _Library(xp, self._wake, self._is_over)
        self._libraries[type(array)] = found
        return found

    def _give_up(self, array_type: type, error: Exception) -> None:
        """From now on arrays of this library are fetched at once; what is on its way still comes."""
        self._libraries[array_type] = None
        self._known.clear()
        if sys.__stderr__ is not None:
            with contextlib.suppress(OSError, ValueError):
                sys.__stderr__.write(
                    "bpdebug: arrays of the device are recorded the slow way, waiting for it each time: "
                    f"{type(error).__name__}: {error}\n"
                )

    def _take(self, library: _Library, array: Any, keep: Keep, row: bool = True) -> OnDevice | None:
        number = array.device.id
        if number != library.runtime.getDevice():
            with library.cuda.Device(number):
                return self._take_here(library, array, keep, row, number)
        return self._take_here(library, array, keep, row, number)

    def _take_here(
        self, library: _Library, array: Any, keep: Keep, row: bool, number: int
    ) -> OnDevice | None:
        """As `_take`, with its device as the current one."""
        sample = 0
        if row and keep.sample and not keep.values:
            step = -(-array.size // keep.sample)
            if step == 1:
                keep = FULL
            else:
                part = self._take_here(library, array.reshape(-1)[::step], FULL, True, number)
                if part is None:
                    return None
                sample = 1 + part.row
        if getattr(self._inside, "putting", False):
            return None  # a signal handler or a finalizer ran an op while this very thread was here
        self._inside.putting = True
        try:
            why = "" if keep.values else keep.why
            layout = self._store.layout_of(array, f"cuda:{number}", why) if row else 0
            with library.batches.lock:
                content = self._add(library, array, keep, number, layout, sample)
                if content is not None and row:
                    self._store.promise(content, content.size if keep.values else 0)
                elif content is not None:
                    self._store.look_later(content)
                return content
        finally:
            self._inside.putting = False

    def _add(
        self, library: _Library, array: Any, keep: Keep, number: int, layout: int, sample: int
    ) -> OnDevice | None:
        """Let the kernel put an array into a batch; None when nothing will be written any more."""
        flat = library.contiguous(array)
        stream = library.cuda.get_current_stream().ptr
        if stream == _STREAM_PER_THREAD:
            stream = -threading.get_ident()
        size = array.nbytes if keep.values else 0
        batch = library.batches.with_room(size, number, stream)
        if batch is None:
            return None
        unread, content = batch.unread, None
        try:
            place, begin = batch.add(lambda to, out, parts: library.kernel.launch(flat, to, out, parts), size)
            content = OnDevice(library.batches, batch, place, begin, array.nbytes, keep, layout, sample)
            batch.contents.append(content)
        finally:
            if content is None:  # a fault, or an interrupt: nobody will read it
                batch.unread = unread
        return content

    def _remember(self, array: Any, keep: Keep, entry: Entry) -> None:
        key, known = id(array), self._known
        known[key] = weakref.ref(array, forgetting(known, key)), keep, entry
