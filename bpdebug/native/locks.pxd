"""The operating system's locks, as Python has them on each of its platforms."""

cdef extern from "pythread.h":
    ctypedef void* PyThread_type_lock

    enum PyLockStatus:
        PY_LOCK_FAILURE
        PY_LOCK_ACQUIRED
        PY_LOCK_INTR

    PyThread_type_lock PyThread_allocate_lock()
    void PyThread_free_lock(PyThread_type_lock lock)
    PyLockStatus PyThread_acquire_lock_timed(PyThread_type_lock lock, long long microseconds, bint stops) nogil
    void PyThread_release_lock(PyThread_type_lock lock) nogil
