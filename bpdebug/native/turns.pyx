"""Who of the training and the thread that writes has the interpreter's lock; the twin is `log.turns.TurnsInPython`.

A thread that waits for that lock while another one runs Python is woken whenever that one lets go of it for a moment,
as in every call of BLAS, to find it taken again: a hundred times a round, each of which costs more than an event. So
the thread that writes waits here, without the lock, until the training offers it a turn.
"""

cimport cython
from libc.stdint cimport int64_t

from .locks cimport (
    PY_LOCK_ACQUIRED,
    PyThread_acquire_lock_timed,
    PyThread_allocate_lock,
    PyThread_free_lock,
    PyThread_release_lock,
    PyThread_type_lock,
)

cdef int64_t FOR_EVER = -1
cdef double LONGEST_REST_S = 1e6  # within what a lock can be waited for
cdef int64_t LONGEST_TURN_US = 5_000  # so long the training waits at most until what is to be written is taken
cdef int ROUNDS_WITHOUT = 50  # after a turn that a third thread took, which runs Python all the time


cdef bint take(PyThread_type_lock lock, int64_t microseconds) noexcept nogil:
    """Wait until a lock is free, and have it."""
    return PyThread_acquire_lock_timed(lock, microseconds, False) == PY_LOCK_ACQUIRED


cdef void let_go(PyThread_type_lock lock) noexcept nogil:
    """Let a lock be free, whether it was or not."""
    take(lock, 0)
    PyThread_release_lock(lock)


cdef PyThread_type_lock taken_lock() except NULL:
    cdef PyThread_type_lock lock = PyThread_allocate_lock()
    if lock == NULL:
        raise MemoryError()
    take(lock, 0)
    return lock


cdef int throw_away(PyThread_type_lock lock) noexcept:
    if lock != NULL:
        PyThread_free_lock(lock)
    return 0


@cython.final
@cython.no_gc
cdef class Turns:

    def __cinit__(self):
        self.woken = taken_lock()
        self.bell = taken_lock()
        self.back = taken_lock()

    def __dealloc__(self):
        throw_away(self.woken)
        throw_away(self.bell)
        throw_away(self.back)

    @property
    def are_offered(self) -> bool:
        return not self.rounds_without

    # ---- what others call -------------------------------------------------------------------------------------

    def wake(self) -> None:
        let_go(self.woken)

    def hurry(self) -> None:
        let_go(self.bell)
        let_go(self.woken)

    def offer(self) -> None:
        cdef bint was_taken
        if not self.resting or self.offered or self.rounds_without:
            return
        take(self.back, 0)
        self.offered = True
        let_go(self.bell)
        with nogil:
            was_taken = take(self.back, LONGEST_TURN_US)
        self.offered = False
        if not was_taken:
            self.rounds_without = ROUNDS_WITHOUT

    # ---- what the thread that writes calls --------------------------------------------------------------------

    def sleep(self) -> None:
        if take(self.woken, 0):
            return
        self.give_back()
        with nogil:
            take(self.woken, FOR_EVER)

    def rest(self, double seconds) -> None:
        if self.rung or take(self.bell, 0) or seconds <= 0:
            return
        self.give_back()
        with nogil:
            self.stay(seconds)

    def begin(self) -> None:
        self.rung = False
        if self.rounds_without:
            self.rounds_without -= 1
        take(self.bell, 0)
        take(self.woken, 0)

    def taken(self) -> None:
        self.give_back()

    cdef int stay(self, double seconds) noexcept nogil:
        """Wait until a turn is offered, or somebody is in a hurry."""
        self.resting = True
        self.rung = take(self.bell, <int64_t>(min(seconds, LONGEST_REST_S) * 1e6))
        self.resting = False
        return 0

    cdef int give_back(self) except -1:
        if self.offered:
            let_go(self.back)
        return 0
