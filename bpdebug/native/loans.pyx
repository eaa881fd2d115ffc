# cython: boundscheck=False, wraparound=False
"""Arrays that are lent to the log, or known to it; the twins are `log.lent.Lent` and `log.lent.LentArrays`."""

cimport cython
cimport numpy as np
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from cpython.weakref cimport PyWeakref_NewRef
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free

import threading

import xxhash

from ..log.lent import LENT_BYTES as _LENT_BYTES
from ..log.lent import WAITING_BYTES as _WAITING_BYTES
from ..log.lent import WITH_ID

np.import_array()

cdef int64_t LENT_BYTES = _LENT_BYTES
cdef int64_t WAITING_BYTES = _WAITING_BYTES


cdef object digest = xxhash.xxh3_128_digest
cdef Py_ssize_t FEWEST_SLOTS = 1 << 8


cdef extern from *:
    """
    #if PY_VERSION_HEX >= 0x030D0000
    static PyObject *referent_of(PyObject *reference) {
        PyObject *found;
        return PyWeakref_GetRef(reference, &found) > 0 ? found : Py_NewRef(Py_None);
    }
    static int refers_to(PyObject *reference, PyObject *thing) {
        PyObject *found = referent_of(reference);
        Py_DECREF(found);
        return found == thing;
    }
    #else
    static PyObject *referent_of(PyObject *reference) {
        return Py_NewRef(PyWeakref_GET_OBJECT(reference));
    }
    static int refers_to(PyObject *reference, PyObject *thing) {
        return PyWeakref_GET_OBJECT(reference) == thing;
    }
    #endif
    """
    object referent_of(PyObject* reference)
    bint refers_to(PyObject* reference, PyObject* thing) noexcept


@cython.final
@cython.no_gc
cdef class Lent:
    """See `log.lent.Lent`."""

    def __init__(self, array, keep, int flags, int64_t layout, int64_t plain_layout, int64_t segment, lock):
        self.array = array
        self.keep = keep
        self.flags = flags
        self.layout = layout
        self.plain_layout = plain_layout
        self.lock = lock
        self.row = -1
        self.segment = segment

    def identify(self) -> bytes:
        with self.lock:
            if self.content is None:
                self.content = digest(self.array.data)
            return self.content


WITH_ID.add(Lent)


@cython.final
@cython.no_gc
cdef class LentArrays:
    """See `log.lent.LentArrays`. Arrays that are gone are forgotten now and then.

    No Python code may run while the table is being changed: releasing what stood in it is the last thing.
    """

    def __cinit__(self):
        begin(&self.known, FEWEST_SLOTS)

    def __init__(self):
        self.lock = threading.RLock()
        self.waiting_bytes = 0
        self.most_waiting = WAITING_BYTES

    def __dealloc__(self):
        forget(&self.known)

    def __len__(self):
        return self.known.used

    cpdef bint fits(self, array) except -1:
        cdef np.ndarray its
        if not np.PyArray_CheckExact(array):
            return False
        its = <np.ndarray>array
        return (
            np.PyArray_NBYTES(its) >= LENT_BYTES
            and np.PyArray_BASE(its) == NULL
            and np.PyArray_IS_C_CONTIGUOUS(its)
            and np.PyArray_ISNOTSWAPPED(its)
            and np.PyArray_TYPE(its) in (np.NPY_FLOAT, np.NPY_DOUBLE)
            and self.waiting_bytes < self.most_waiting
        )

    cdef KnownArray* known_slot(self, array) noexcept:
        """Where an array is that was lent and not taken back; NULL for others."""
        cdef KnownArray* slot = slot_of(&self.known, <PyObject*>array)
        # Another one may have been where this one is now.
        return slot if slot.array != NULL and refers_to(slot.reference, <PyObject*>array) else NULL

    cdef tuple known_of(self, array):
        """The entry of an array that was lent and not taken back, however it is kept; None for others."""
        cdef KnownArray* slot = self.known_slot(array)
        return None if slot == NULL else <tuple>slot.entry

    cdef tuple entry_of(self, array, keep):
        cdef KnownArray* slot = self.known_slot(array)
        if slot == NULL:
            return None
        cdef tuple entry = <tuple>slot.entry
        kept = <object>slot.keep
        if keep is not None and keep is not kept and not kept.serves(keep):
            return None
        if type(entry[5]) is bytes:
            return entry
        cdef int flags = (<Lent>entry[5]).flags
        if flags != <int>entry[1]:  # found when it was read
            entry = (entry[0], flags, entry[2], entry[3], entry[4], entry[5])
        return entry

    def find(self, array, keep=None):
        return self.entry_of(array, keep)

    cpdef int set(self, array, keep, tuple entry) except -1:
        cdef KnownArray* slot
        cdef KnownArray before
        reference = PyWeakref_NewRef(array, None)
        while True:  # until no Python code has run, by which the array may be known again
            if self.known_slot(array) != NULL:
                self.take_back(array)  # kept in another way until now; only one loan can be taken back
            elif 2 * (self.known.used + 1) > self.known.room:
                self.sweep()
            else:
                break
        slot = slot_of(&self.known, <PyObject*>array)
        before = slot[0]
        Py_INCREF(reference)
        Py_INCREF(keep)
        Py_INCREF(entry)
        slot.array = <PyObject*>array
        slot.reference = <PyObject*>reference
        slot.keep = <PyObject*>keep
        slot.entry = <PyObject*>entry
        if before.array == NULL:
            self.known.used += 1
        release(&before)
        return 0

    cdef int sweep(self) except -1:
        """Forget the arrays that are gone, and make room for as many as are left."""
        cdef KnownArrays before = self.known, fresh
        cdef KnownArray* slot
        cdef Py_ssize_t i, alive = 0, room = FEWEST_SLOTS
        for i in range(before.room):
            slot = &before.slots[i]
            alive += slot.array != NULL and refers_to(slot.reference, slot.array)
        while room < 4 * (alive + 1):
            room *= 2
        begin(&fresh, room)
        for i in range(before.room):
            slot = &before.slots[i]
            if slot.array != NULL and refers_to(slot.reference, slot.array):
                slot_of(&fresh, slot.array)[0] = slot[0]
                fresh.used += 1
                slot.array = slot.reference = slot.keep = slot.entry = NULL
        self.known = fresh
        forget(&before)
        return 0

    cpdef take_back(self, array):
        cdef PyObject* owner = <PyObject*>array
        if np.PyArray_Check(array) and np.PyArray_BASE(<np.ndarray>array) != NULL:
            owner = np.PyArray_BASE(<np.ndarray>array)
        cdef KnownArray* slot = self.known_slot(<object>owner)
        if slot == NULL:
            return None
        cdef KnownArray known = slot[0]
        take_out(&self.known, slot)
        content = (<tuple>known.entry)[5]
        release(&known)
        if type(content) is bytes:
            return None
        cdef Lent lent = <Lent>content
        with self.lock:
            if lent.array is None:
                return None
            lent.identify()
            lent.array = lent.array.copy()
        return lent

    def forget_all(self) -> None:
        cdef Py_ssize_t i
        cdef list arrays = []
        for i in range(self.known.room):
            if self.known.slots[i].array != NULL:
                arrays.append(referent_of(self.known.slots[i].reference))
        for array in arrays:
            if array is not None:
                self.take_back(array)

    def after_fork(self) -> None:
        cdef KnownArrays before, fresh
        self.lock = threading.RLock()
        begin(&fresh, FEWEST_SLOTS)
        before = self.known
        self.known = fresh
        forget(&before)


cdef int begin(KnownArrays* known, Py_ssize_t room) except -1:
    known.room = known.used = 0
    known.slots = <KnownArray*>calloc(room, sizeof(KnownArray))
    if known.slots == NULL:
        raise MemoryError()
    known.room = room
    return 0


cdef int forget(KnownArrays* known) noexcept:
    """Release a table at which nobody can look any more."""
    cdef Py_ssize_t i
    for i in range(known.room):
        release(&known.slots[i])
    free(known.slots)
    return 0


cdef int release(KnownArray* known) noexcept:
    """Release what stood in a slot, but does no longer."""
    Py_XDECREF(known.reference)
    Py_XDECREF(known.keep)
    Py_XDECREF(known.entry)
    return 0


cdef Py_ssize_t home_of(KnownArrays* known, PyObject* array) noexcept:
    """The slot where the search for an array begins."""
    cdef uint64_t mixed = (<uint64_t><size_t>array >> 4) * <uint64_t>0x9E3779B97F4A7C15
    return <Py_ssize_t>((mixed >> 32) & <uint64_t>(known.room - 1))


cdef KnownArray* slot_of(KnownArrays* known, PyObject* array) noexcept:
    """Where an array is, or would be. One slot at least is free."""
    cdef Py_ssize_t at = home_of(known, array)
    while known.slots[at].array != NULL and known.slots[at].array != array:
        at = (at + 1) & (known.room - 1)
    return &known.slots[at]


cdef int take_out(KnownArrays* known, KnownArray* slot) noexcept:
    """Leave a slot free, and move up what is only found by way of it."""
    cdef Py_ssize_t gap = slot - known.slots, at = gap, last = known.room - 1
    while True:
        at = (at + 1) & last
        if known.slots[at].array == NULL:
            break
        if ((at - home_of(known, known.slots[at].array)) & last) >= ((at - gap) & last):
            known.slots[gap] = known.slots[at]
            gap = at
    slot = &known.slots[gap]
    slot.array = slot.reference = slot.keep = slot.entry = NULL
    known.used -= 1
    return 0
