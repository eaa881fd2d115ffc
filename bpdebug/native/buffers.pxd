from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t, int64_t


cdef packed struct IndexRecord:
    uint64_t offset
    uint32_t length
    uint8_t kind
    uint8_t phase
    uint16_t depth
    uint32_t iteration
    uint32_t scope
    uint32_t label
    uint32_t site
    uint32_t node
    uint32_t ordinal
    uint16_t thread
    uint16_t flags
    uint32_t partner
    uint32_t parent
    uint32_t time_us
    double value


cdef packed struct TensorRecord:
    unsigned char content[16]
    uint64_t offset
    uint16_t segment
    uint16_t flags
    uint32_t layout


cdef packed struct TensorStatistics:
    uint64_t size
    double low
    double high
    double mean
    double std
    double l2
    uint32_t nan
    uint32_t pos_inf
    uint32_t neg_inf
    uint32_t zeros


cdef class Bytes:
    cdef char* data
    cdef Py_ssize_t size
    cdef Py_ssize_t room
    cdef int reserve(self, Py_ssize_t more) except -1
    cdef int put(self, const char* data, Py_ssize_t size) except -1
    cdef int put_int(self, int64_t number) except -1
    cdef bytes take(self)


cdef class PendingEvents:
    cdef public bint awake
    cdef public int64_t woken_us
    cdef Bytes bodies
    cdef Bytes records
    cdef int64_t taken
    cdef int64_t offset
    cdef IndexRecord* next_record(self) except NULL
    cdef int64_t commit(self, Py_ssize_t begun) except -1


cdef class TensorRows:
    cdef readonly int64_t first
    cdef Bytes records_
    cdef Bytes statistics_
    cdef int64_t append(self, TensorRecord* record, TensorStatistics* statistics) except -1
    cdef char* place(self, Bytes column, int64_t row, Py_ssize_t size) except NULL


cdef struct Count:
    uint64_t scope_and_label
    uint32_t phase
    uint32_t turn
    uint32_t count


cdef class Ordinals:
    cdef int64_t iteration
    cdef uint32_t turn
    cdef Count* counts
    cdef Py_ssize_t room
    cdef Py_ssize_t used
    cdef uint32_t next_of(self, int64_t iteration, uint32_t phase, uint32_t scope, uint32_t label) except 0
    cdef int grow(self) except -1


cdef uint32_t at_most_32(int64_t number) noexcept
