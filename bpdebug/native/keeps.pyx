# cython: boundscheck=False, wraparound=False
"""What is to be kept of the tensors of an event, where that was asked before; see `recorder.capturing.Capturing`."""

cimport cython
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from ..log.keep import FULL
from ..log.lent import LENT_BYTES as _LENT_BYTES

cdef int64_t LENT_BYTES = _LENT_BYTES
cdef int PLACES = 1 << 9
cdef int NEIGHBOURS = 8


@cython.final
cdef class KnownKeep:
    """What is kept of what an event makes, and of what it reads.

    Everything is kept of any array (`all`), or of small ones at least (`all_small`).
    """


@cython.final
cdef class Keeps:
    """Args:
        recorder: knows what was asked to be kept.
    """

    def __cinit__(self, recorder):
        self.headers = <Header*>calloc(PLACES, sizeof(Header))
        if self.headers == NULL:
            raise MemoryError()
        self.recorder = recorder
        self.capturing = recorder.capturing
        self.progress = recorder._progress
        self.selective = recorder.capturing.selective
        self.known = {}  # of few: policies, and reasons why there is less than they say
        self.full = self.known_keep(FULL)
        self.end = self.changes = -1

    def __dealloc__(self):
        free(self.headers)

    cdef KnownKeep of(self, int64_t phase, int64_t scope, int64_t label):
        """For an event with these in its header."""
        if not self.selective:
            return self.full
        if self.progress.iteration >= self.end or self.capturing.changes != self.changes:
            return self.ask(phase, scope, label)
        cdef Header* header = self.header_of(phase, scope, label)
        return self.ask(phase, scope, label) if header.known == NULL else <KnownKeep>header.known

    cdef KnownKeep ask(self, int64_t phase, int64_t scope, int64_t label):
        cdef int64_t changes = self.capturing.changes
        keep = self.recorder._keep(phase, scope, label)
        cdef KnownKeep known = self.known_keep(keep)
        if changes != self.capturing.changes:
            # By this very question, or by another thread meanwhile: then the answer may be of before.
            return known
        self.end = self.capturing.asked_again_in
        if changes != self.changes:
            self.changes = changes
            memset(self.headers, 0, PLACES * sizeof(Header))
        cdef Header* header = self.header_of(phase, scope, label)
        header.known = <void*>known
        return known

    cdef Header* header_of(self, int64_t phase, int64_t scope, int64_t label) noexcept:
        """The place of a header, without an answer where it has none, or where another one had to go for it."""
        cdef uint64_t at = <uint64_t>label ^ (<uint64_t>scope << 20) ^ (<uint64_t>phase << 40)
        cdef Header* header
        cdef int i
        at = at * <uint64_t>0x9E3779B97F4A7C15 >> 40
        for i in range(NEIGHBOURS):
            header = &self.headers[(at + <uint64_t>i) & <uint64_t>(PLACES - 1)]
            if header.known == NULL:
                break
            if header.phase == phase and header.scope == scope and header.label == label:
                return header
        header.known = NULL
        header.phase = phase
        header.scope = scope
        header.label = label
        return header

    cdef KnownKeep known_keep(self, keep):
        known = self.known.get(keep)
        if known is not None:
            return known
        cdef KnownKeep made = KnownKeep.__new__(KnownKeep)
        made.keep = keep
        made.all = keep is FULL
        made.all_small = made.all or <int64_t>keep.small_bytes >= LENT_BYTES
        made.keep_read = keep if made.all else self.recorder._unlooked(keep)
        self.known[keep] = made
        return made
