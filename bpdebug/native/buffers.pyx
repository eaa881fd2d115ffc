# cython: boundscheck=False, wraparound=False
"""What waits for the disk, as the very bytes that the files will have.

The twins are `log.pending_events.PendingEventsInPython`, `log.tensor_rows.TensorRowsInPython` and
`recorder.ordinals.OrdinalsInPython`. Each method is one step for other threads: the interpreter's lock is held, and
between the first change and the last no Python code runs.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcpy, memset

from ..log.plain import encode_line
from ..log.schema import EVENT_INDEX, NOTHING, TENSOR_INDEX, TENSOR_STATISTICS

if (
    sizeof(IndexRecord) != EVENT_INDEX.itemsize
    or sizeof(TensorRecord) != TENSOR_INDEX.itemsize
    or sizeof(TensorStatistics) != TENSOR_STATISTICS.itemsize
):
    raise ImportError("the records of the log have another size here")

cdef bytes ALL_PAIRS = b"".join(b"%02d" % number for number in range(100))
cdef const char* PAIRS = PyBytes_AS_STRING(ALL_PAIRS)
cdef uint32_t MOST_32 = 0xFFFFFFFF
cdef uint32_t NO_NODE = NOTHING


cdef uint32_t at_most_32(int64_t number) noexcept:
    return MOST_32 if number > MOST_32 else <uint32_t>number


@cython.final
@cython.no_gc
cdef class Bytes:
    """A buffer that grows."""

    def __cinit__(self):
        self.data = NULL
        self.size = self.room = 0

    def __dealloc__(self):
        free(self.data)

    cdef int reserve(self, Py_ssize_t more) except -1:
        """Make room for `more` bytes behind what is there."""
        cdef Py_ssize_t room = self.room
        cdef char* data
        if self.size + more <= room:
            return 0
        room = max(1 << 12, 2 * room, self.size + more)
        data = <char*>realloc(self.data, room)
        if data == NULL:
            raise MemoryError()
        self.data = data
        self.room = room
        return 0

    cdef int put(self, const char* data, Py_ssize_t size) except -1:
        self.reserve(size)
        if size:  # else there may be no data either
            memcpy(self.data + self.size, data, size)
        self.size += size
        return 0

    cdef int put_int(self, int64_t number) except -1:
        """Append a number in decimal."""
        cdef char digits[24]
        cdef int at = 24
        cdef uint64_t rest = <uint64_t>number
        cdef const char* pair
        if number < 0:
            rest = -rest
        while rest >= 100:
            at -= 2
            pair = PAIRS + 2 * (rest % 100)
            digits[at], digits[at + 1] = pair[0], pair[1]
            rest //= 100
        pair = PAIRS + 2 * rest
        at -= 1
        digits[at] = pair[1]
        if rest >= 10:
            at -= 1
            digits[at] = pair[0]
        if number < 0:
            at -= 1
            digits[at] = 45
        return self.put(digits + at, 24 - at)

    cdef bytes take(self):
        """All of it; nothing is left."""
        cdef bytes taken = PyBytes_FromStringAndSize(self.data, self.size)
        self.size = 0
        return taken


@cython.final
@cython.no_gc
cdef class PendingEvents:
    """See `log.pending_events.PendingEventsInPython`; here bodies are encoded as they come."""

    def __cinit__(self):
        self.bodies = Bytes()
        self.records = Bytes()

    @property
    def count(self) -> int:
        return self.taken + self.records.size // <Py_ssize_t>sizeof(IndexRecord)

    @property
    def waiting(self) -> int:
        return self.records.size // <Py_ssize_t>sizeof(IndexRecord)

    @property
    def written_bytes(self) -> int:
        return self.offset

    cdef IndexRecord* next_record(self) except NULL:
        """Where the next record goes: fill in all but offset and length, then `commit`."""
        self.records.reserve(sizeof(IndexRecord))
        return <IndexRecord*>(self.records.data + self.records.size)

    cdef int64_t commit(self, Py_ssize_t begun) except -1:
        """The body that begins at `begun` of the bodies and the record are complete; gives the event's seq."""
        cdef IndexRecord* record = <IndexRecord*>(self.records.data + self.records.size)
        record.offset = self.offset + begun
        record.length = <uint32_t>(self.bodies.size - begun)
        self.records.size += sizeof(IndexRecord)
        return self.taken + self.records.size // <Py_ssize_t>sizeof(IndexRecord) - 1

    def add(self, body, tuple header) -> int:
        cdef bytes line = encode_line(body)
        (
            kind, phase, depth, iteration, scope, label, site, node, ordinal, thread, flags, partner, parent, time_us,
            value,
        ) = header
        cdef IndexRecord given
        given.kind = kind
        given.phase = phase
        given.depth = <uint16_t>min(<int64_t>depth, 0xFFFF)
        given.iteration = iteration
        given.scope = scope
        given.label = label
        given.site = site
        given.node = NO_NODE if <int64_t>node > MOST_32 else <uint32_t>node
        given.ordinal = ordinal
        given.thread = thread
        given.flags = flags
        given.partner = at_most_32(partner)
        given.parent = at_most_32(parent)
        given.time_us = at_most_32(time_us)
        given.value = value
        cdef IndexRecord* record = self.next_record()
        record[0] = given
        cdef Py_ssize_t begun = self.bodies.size
        self.bodies.put(PyBytes_AS_STRING(line), PyBytes_GET_SIZE(line))
        return self.commit(begun)

    def take(self) -> list:
        cdef bytes bodies = self.bodies.take()
        cdef bytes records = self.records.take()
        self.taken += PyBytes_GET_SIZE(records) // <Py_ssize_t>sizeof(IndexRecord)
        self.offset += PyBytes_GET_SIZE(bodies)
        return [(bodies, records)]

    def portions(self, events):
        return events


@cython.final
@cython.no_gc
cdef class TensorRows:
    """See `log.tensor_rows.TensorRowsInPython`."""

    def __cinit__(self, first: int = 0):
        self.first = first
        self.records_ = Bytes()
        self.statistics_ = Bytes()

    @property
    def end(self) -> int:
        return self.first + self.records_.size // <Py_ssize_t>sizeof(TensorRecord)

    def take(self) -> TensorRows:
        """One step for other threads, some of which add rows without the lock."""
        cdef TensorRows taken = TensorRows(self.first)
        taken.records_, self.records_ = self.records_, taken.records_
        taken.statistics_, self.statistics_ = self.statistics_, taken.statistics_
        self.first = taken.first + taken.records_.size // <Py_ssize_t>sizeof(TensorRecord)
        return taken

    cdef int64_t append(self, TensorRecord* record, TensorStatistics* statistics) except -1:
        self.records_.reserve(sizeof(TensorRecord))
        self.statistics_.reserve(sizeof(TensorStatistics))
        memcpy(self.records_.data + self.records_.size, record, sizeof(TensorRecord))
        memcpy(self.statistics_.data + self.statistics_.size, statistics, sizeof(TensorStatistics))
        self.records_.size += sizeof(TensorRecord)
        self.statistics_.size += sizeof(TensorStatistics)
        return self.first + self.records_.size // <Py_ssize_t>sizeof(TensorRecord) - 1

    def add(self, bytes record = None, bytes statistics = None) -> int:
        cdef TensorRecord its_record
        cdef TensorStatistics its_statistics
        memset(&its_record, 0, sizeof(TensorRecord))
        memset(&its_statistics, 0, sizeof(TensorStatistics))
        if record is not None:
            copy(record, &its_record, sizeof(TensorRecord))
        if statistics is not None:
            copy(statistics, &its_statistics, sizeof(TensorStatistics))
        return self.append(&its_record, &its_statistics)

    def set_record(self, row: int, bytes record not None) -> None:
        copy(record, self.place(self.records_, row, sizeof(TensorRecord)), sizeof(TensorRecord))

    def set_statistics(self, row: int, bytes statistics not None) -> None:
        copy(statistics, self.place(self.statistics_, row, sizeof(TensorStatistics)), sizeof(TensorStatistics))

    cdef char* place(self, Bytes column, int64_t row, Py_ssize_t size) except NULL:
        cdef int64_t number = row - self.first
        if number < 0 or (number + 1) * size > column.size:
            raise IndexError(row)
        return column.data + number * size

    @property
    def records(self) -> bytes:
        return PyBytes_FromStringAndSize(self.records_.data, self.records_.size)

    @property
    def statistics(self) -> bytes:
        return PyBytes_FromStringAndSize(self.statistics_.data, self.statistics_.size)


cdef int copy(bytes given, void* place, Py_ssize_t size) except -1:
    if PyBytes_GET_SIZE(given) != size:
        raise ValueError(f"{PyBytes_GET_SIZE(given)} bytes where {size} are wanted")
    memcpy(place, PyBytes_AS_STRING(given), size)
    return 0


@cython.final
@cython.no_gc
cdef class Ordinals:
    """See `recorder.ordinals.OrdinalsInPython`. A table with open addressing; what is of an earlier turn is free."""

    def __cinit__(self):
        self.counts = <Count*>calloc(64, sizeof(Count))
        if self.counts == NULL:
            raise MemoryError()
        self.room = 64
        self.used = 0
        self.turn = 1
        self.iteration = 0

    def __dealloc__(self):
        free(self.counts)

    def next(self, iteration: int, phase: int, scope: int, label: int) -> int:
        return self.next_of(iteration, phase, scope, label)

    cdef uint32_t next_of(self, int64_t iteration, uint32_t phase, uint32_t scope, uint32_t label) except 0:
        cdef uint64_t name = (<uint64_t>scope << 32) | label
        cdef Count* count
        if iteration != self.iteration:
            self.iteration = iteration
            self.used = 0
            self.turn += 1
            if self.turn == 0:
                memset(self.counts, 0, self.room * sizeof(Count))
                self.turn = 1
        if 2 * (self.used + 1) > self.room:
            self.grow()
        count = find(self.counts, self.room, self.turn, name, phase)
        if count.turn != self.turn:
            count.turn = self.turn
            count.scope_and_label = name
            count.phase = phase
            count.count = 0
            self.used += 1
        count.count += 1
        return count.count

    cdef int grow(self) except -1:
        cdef Py_ssize_t i, room = 2 * self.room
        cdef Count* old = self.counts
        cdef Count* counts = <Count*>calloc(room, sizeof(Count))
        if counts == NULL:
            raise MemoryError()
        for i in range(self.room):
            if old[i].turn == self.turn:
                find(counts, room, self.turn, old[i].scope_and_label, old[i].phase)[0] = old[i]
        free(old)
        self.counts = counts
        self.room = room
        return 0


cdef Count* find(Count* counts, Py_ssize_t room, uint32_t turn, uint64_t name, uint32_t phase) noexcept:
    """The place of a name among `room` ones, a power of two, of which one at least is free."""
    cdef uint64_t at = (name ^ (<uint64_t>phase << 61)) * <uint64_t>0x9E3779B97F4A7C15
    at = (at ^ (at >> 29)) & <uint64_t>(room - 1)
    while counts[at].turn == turn and (counts[at].scope_and_label != name or counts[at].phase != phase):
        at = (at + 1) & <uint64_t>(room - 1)
    return &counts[at]
