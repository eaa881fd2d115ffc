# cython: boundscheck=False, wraparound=False
"""Arrays that are lent to the log, or known to it; the twins are `log.lent.Lent` and `log.lent.LentArrays`."""

cimport cython
cimport numpy as np
from cpython.dict cimport PyDict_GetItem
from cpython.long cimport PyLong_FromVoidPtr
from cpython.object cimport PyObject
from cpython.weakref cimport PyWeakref_NewRef
from libc.stdint cimport int64_t


import threading

import xxhash

from ..log.lent import LENT_BYTES as _LENT_BYTES
from ..log.lent import WAITING_BYTES as _WAITING_BYTES
from ..log.lent import WITH_ID

np.import_array()

cdef int64_t LENT_BYTES = _LENT_BYTES
cdef int64_t WAITING_BYTES = _WAITING_BYTES


cdef object digest = xxhash.xxh3_128_digest
cdef Py_ssize_t FEWEST_KNOWN = 1 << 10


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
cdef class LentArrays:
    """See `log.lent.LentArrays`. Arrays that are gone are forgotten now and then."""

    def __init__(self):
        self.lock = threading.RLock()
        self.waiting_bytes = 0
        self.most_waiting = WAITING_BYTES
        self.known = {}
        self.sweep_at = FEWEST_KNOWN

    def __len__(self):
        return len(self.known)

    def fits(self, array) -> bool:
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

    cdef tuple known_of(self, array):
        """Weak reference, what is kept, and entry of an array that was lent and not taken back; None for others."""
        cdef PyObject* found = PyDict_GetItem(self.known, PyLong_FromVoidPtr(<PyObject*>array))
        if found == NULL:
            return None
        cdef tuple known = <tuple>found
        return known if known[0]() is array else None

    cdef tuple entry_of(self, array, keep):
        cdef tuple known = self.known_of(array)
        if known is None or (keep is not None and known[1] is not keep and known[1] != keep):
            return None
        cdef tuple entry = <tuple>known[2]
        if type(entry[5]) is bytes:
            return entry
        cdef int flags = (<Lent>entry[5]).flags
        if flags != <int>entry[1]:  # found when it was read
            entry = (entry[0], flags, entry[2], entry[3], entry[4], entry[5])
        return entry

    def find(self, array, keep=None):
        return self.entry_of(array, keep)

    def set(self, array, keep, tuple entry not None) -> None:
        key = PyLong_FromVoidPtr(<PyObject*>array)
        if PyDict_GetItem(self.known, key) != NULL and self.known_of(array) is not None:
            self.take_back(array)  # kept in another way until now; only one loan can be taken back
        self.known[key] = (PyWeakref_NewRef(array, None), keep, entry)
        if len(self.known) > self.sweep_at:
            self.sweep()

    def sweep(self) -> None:
        """Forget the arrays that are gone."""
        for key in [key for key, known in self.known.items() if known[0]() is None]:
            del self.known[key]
        self.sweep_at = max(FEWEST_KNOWN, 2 * len(self.known))

    def take_back(self, array):
        owner = array if array.base is None else array.base
        cdef tuple known = self.known_of(owner)
        if known is None:
            return None
        del self.known[PyLong_FromVoidPtr(<PyObject*>owner)]
        if type((<tuple>known[2])[5]) is bytes:
            return None
        cdef Lent lent = <Lent>(<tuple>known[2])[5]
        with self.lock:
            if lent.array is None:
                return None
            lent.identify()
            lent.array = lent.array.copy()
        return lent

    def forget_all(self) -> None:
        for known in list(self.known.values()):
            array = known[0]()
            if array is not None:
                self.take_back(array)

    def after_fork(self) -> None:
        self.lock = threading.RLock()
        self.known.clear()
