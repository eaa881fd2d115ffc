# cython: boundscheck=False, wraparound=False
"""The contents that a tensor store met lately; see `log.recent_contents.RecentContentsInPython`.

Tables with open addressing, at which the garbage collector never looks: entries are tuples of numbers and ids.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from libc.stdint cimport int64_t, uint8_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

from ..log import recent

cdef Py_ssize_t FEWEST_SLOTS = 1 << 8

cdef enum:
    ID_BYTES = 16
    LINE_BYTES = 64  # of the processor's caches


cdef extern from *:
    """
    #if defined(__GNUC__)
    #define fetch(where) __builtin_prefetch(where)
    #else
    #define fetch(where)
    #endif
    """
    void fetch(const void* where) noexcept


@cython.final
@cython.no_gc
cdef class RecentContents:

    def __cinit__(self):
        self.remembered = recent.REMEMBERED
        begin(&self.young, FEWEST_SLOTS)

    def __dealloc__(self):
        forget(&self.young)
        forget(&self.old)

    def get(self, bytes content not None, int64_t variant=0):
        return self.find(bytes_of_id(content), variant)

    def set(self, bytes content not None, tuple entry not None, int64_t variant=0) -> None:
        self.remember(bytes_of_id(content), variant, entry)

    cdef tuple find(self, const uint8_t* content, int64_t variant):
        """The entry of a content, whose id has 16 bytes; None where it isn't known."""
        cdef tuple entry
        cdef Slot* slot
        if self.old.used:
            fetch(first_slot(&self.old, content))
        slot = slot_of(&self.young, content, variant)
        if slot.entry != NULL:
            return <tuple>slot.entry
        if self.old.used == 0:
            return None
        slot = slot_of(&self.old, content, variant)
        if slot.entry == NULL:
            return None
        entry = <tuple>slot.entry
        self.remember(content, variant, entry)
        return entry

    cdef int remember(self, const uint8_t* content, int64_t variant, tuple entry) except -1:
        cdef Slot* slot
        cdef Generation fresh, oldest
        cdef PyObject* before
        if self.young.used >= self.remembered:
            begin(&fresh, self.young.room)
            oldest, self.old, self.young = self.old, self.young, fresh
            forget(&oldest)
        elif 2 * (self.young.used + 1) > self.young.room:
            grow(&self.young)
        slot = slot_of(&self.young, content, variant)
        if slot.entry == NULL:
            memcpy(&slot.high, content, ID_BYTES)
            slot.variant = variant
            self.young.used += 1
        before = <PyObject*>slot.entry
        Py_INCREF(entry)
        slot.entry = <void*>entry
        Py_XDECREF(before)
        return 0


cdef const uint8_t* bytes_of_id(bytes content) except NULL:
    if PyBytes_GET_SIZE(content) != ID_BYTES:
        raise ValueError(f"a content id has {ID_BYTES} bytes, not {PyBytes_GET_SIZE(content)}")
    return <const uint8_t*>PyBytes_AS_STRING(content)


cdef int begin(Generation* generation, Py_ssize_t room) except -1:
    generation.room = generation.used = 0
    generation.memory = calloc(room * sizeof(Slot) + LINE_BYTES, 1)
    if generation.memory == NULL:
        raise MemoryError()
    # No slot in two lines of a cache.
    generation.slots = <Slot*>((<size_t>generation.memory + LINE_BYTES - 1) // LINE_BYTES * LINE_BYTES)
    generation.room = room
    return 0


cdef int forget(Generation* generation) noexcept:
    cdef Py_ssize_t i
    for i in range(generation.room):
        Py_XDECREF(<PyObject*>generation.slots[i].entry)
    free(generation.memory)
    generation.memory = generation.slots = NULL
    generation.room = generation.used = 0
    return 0


cdef int grow(Generation* generation) except -1:
    cdef Generation larger
    cdef Py_ssize_t i
    cdef Slot* slot
    begin(&larger, 2 * generation.room)
    for i in range(generation.room):
        slot = &generation.slots[i]
        if slot.entry != NULL:
            slot_of(&larger, <const uint8_t*>&slot.high, slot.variant)[0] = slot[0]
    larger.used = generation.used
    free(generation.memory)
    generation[0] = larger
    return 0


cdef Slot* first_slot(Generation* generation, const uint8_t* content) noexcept:
    """Where the search for a content begins: the same for all its variants, as one is often asked for after another."""
    cdef uint64_t name
    memcpy(&name, content + ID_BYTES - sizeof(name), sizeof(name))
    # An id is as good as random.
    return &generation.slots[name & <uint64_t>(generation.room - 1)]


cdef Slot* slot_of(Generation* generation, const uint8_t* content, int64_t variant) noexcept:
    """Where a content is, or would be. One slot at least is free."""
    cdef uint64_t name[2]
    cdef Slot* slot = first_slot(generation, content)
    cdef Slot* end = generation.slots + generation.room
    memcpy(name, content, ID_BYTES)
    while slot.entry != NULL and (slot.low != name[1] or slot.high != name[0] or slot.variant != variant):
        slot += 1
        if slot == end:
            slot = generation.slots
    return slot
