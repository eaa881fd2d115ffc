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
cdef Py_ssize_t ID_BYTES = 16


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
        cdef Slot* slot = slot_of(&self.young, content, variant)
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
    generation.slots = <Slot*>calloc(room, sizeof(Slot))
    if generation.slots == NULL:
        raise MemoryError()
    generation.room = room
    return 0


cdef int forget(Generation* generation) noexcept:
    cdef Py_ssize_t i
    for i in range(generation.room):
        Py_XDECREF(<PyObject*>generation.slots[i].entry)
    free(generation.slots)
    generation.slots = NULL
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
    free(generation.slots)
    generation[0] = larger
    return 0


cdef Slot* slot_of(Generation* generation, const uint8_t* content, int64_t variant) noexcept:
    """Where a content is, or would be. One slot at least is free."""
    cdef uint64_t name[2]
    cdef Slot* slot
    memcpy(name, content, ID_BYTES)
    # An id is as good as random.
    cdef uint64_t at = name[1] ^ (<uint64_t>variant * <uint64_t>0x9E3779B97F4A7C15)
    while True:
        slot = &generation.slots[at & <uint64_t>(generation.room - 1)]
        if slot.entry == NULL or (slot.low == name[1] and slot.high == name[0] and slot.variant == variant):
            return slot
        at += 1
