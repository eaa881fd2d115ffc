from libc.stdint cimport uint8_t


cdef enum:
    SOME_NAN = 1
    SOME_INF = 2
    NOT_LOOKED_AT = 4


cdef class Survey:
    cdef void* passes
    cdef int count
    cdef bint add(self, array, bint identify, uint8_t* copy, size_t room) except -1
    cdef int run(self) except -1
    cdef bytes content(self, int i)
    cdef const void* record(self, int i) noexcept
cdef void identify_at(const uint8_t *data, size_t size, uint8_t *content) noexcept nogil
cdef bint measure_at(object array, const uint8_t *data, void *record) noexcept
cdef int read_now(object array, uint8_t *into, uint8_t *content, void *record) except -1
cdef int nonfinite(object array, const void *copy) noexcept
