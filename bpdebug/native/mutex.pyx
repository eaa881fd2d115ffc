"""A recursive lock that costs next to nothing where nobody waits for it; the twin is `threading.RLock`.

Who holds it is a field that only threads with the interpreter's lock look at and change. The operating system's lock
is for those that wait: the first of them takes it in the name of the thread that holds this one.
"""

cimport cython

from .locks cimport (
    PY_LOCK_ACQUIRED,
    PyLockStatus,
    PyThread_acquire_lock_timed,
    PyThread_allocate_lock,
    PyThread_free_lock,
    PyThread_release_lock,
)


cdef extern from "Python.h":
    int PyErr_CheckSignals() except -1


@cython.final
@cython.no_gc
cdef class Mutex:

    def __cinit__(self):
        self.lock = PyThread_allocate_lock()
        if self.lock == NULL:
            raise MemoryError()

    def __dealloc__(self):
        if self.lock != NULL:
            if self.held:
                PyThread_release_lock(self.lock)
            PyThread_free_lock(self.lock)

    cdef int wait(self, unsigned long thread) except -1:
        """As `take`, where another thread has it, or waits for it. A signal's handler that raises ends the waiting."""
        cdef PyLockStatus status
        while True:
            # After a handler, too: whoever holds it now may have come without the operating system's lock.
            if self.count and not self.held and not self.waiting:
                if PyThread_acquire_lock_timed(self.lock, 0, False) != PY_LOCK_ACQUIRED:
                    raise RuntimeError("a lock that nobody waits for is taken")
                self.held = True
            self.waiting += 1
            with nogil:
                status = PyThread_acquire_lock_timed(self.lock, -1, True)
            self.waiting -= 1
            if status == PY_LOCK_ACQUIRED:
                self.held = True
                self.owner = thread
                self.count = 1
                return 0
            PyErr_CheckSignals()

    cdef int give(self) except -1:
        """Undo one `take`."""
        if self.count == 0 or self.owner != PyThread_get_thread_ident():
            raise RuntimeError("cannot release a lock of another thread")
        self.count -= 1
        if self.count == 0 and self.held:
            self.held = False
            PyThread_release_lock(self.lock)
        return 0

    def acquire(self, blocking=True) -> bool:
        if not blocking and (self.count or self.waiting) and not self._is_owned():
            return False
        self.take()
        return True

    def release(self) -> None:
        self.give()

    def __enter__(self):
        self.take()
        return True

    def __exit__(self, *raised):
        self.give()

    # What `threading.Condition` asks of a lock that can be taken several times.

    def _is_owned(self) -> bool:
        return self.count != 0 and self.owner == PyThread_get_thread_ident()

    def _release_save(self) -> int:
        cdef int count = self.count
        if count:
            self.count = 1
        self.give()
        return count

    def _acquire_restore(self, int count) -> None:
        self.take()
        self.count = count
