from cpython.bytes cimport PyBytes_AS_STRING
from libc.stdint cimport int64_t, uint8_t, uint64_t

cdef enum:
    AS_IT_IS = 0


cdef inline int64_t under_layout(int64_t layout) noexcept:
    """As `Variants.of_layout`."""
    return 1 + 2 * layout


cdef inline const uint8_t* id_of(bytes content) noexcept:
    """Of a content id, which is known to be one."""
    return <const uint8_t*>PyBytes_AS_STRING(content)


cdef struct Slot:
    # A content id, a variant, and the entry; NULL where the slot is free.
    uint64_t high
    uint64_t low
    int64_t variant
    void* entry


cdef struct Generation:
    Slot* slots
    void* memory  # where they are
    Py_ssize_t room
    Py_ssize_t used


cdef class RecentContents:
    cdef Generation young
    cdef Generation old
    cdef Py_ssize_t remembered
    cdef tuple find(self, const uint8_t* content, int64_t variant)
    cdef int remember(self, const uint8_t* content, int64_t variant, tuple entry) except -1
