from libc.stdint cimport int64_t

from .buffers cimport TensorRows
from .mutex cimport Mutex
from .recent_contents cimport RecentContents


cdef class ChunkFields:
    cdef public object data
    cdef public int64_t segment
    cdef public int64_t base
    cdef public int64_t filled
    cdef public int64_t written


cdef class StagingFields:
    cdef public ChunkFields _current


cdef class StoreFields:
    cdef public StagingFields staging
    cdef public TensorRows _rows
    cdef public RecentContents _recent_small
    cdef public RecentContents _recent_large
    cdef public object usual
    cdef public Mutex _put_lock
    cdef public bint _putting
    cdef public bint _closed
    cdef public int64_t stored_bytes
    cdef public int64_t _lent_bytes
    cdef public int64_t _lent_segment
    cdef public list _lent_now
    cdef public set nonfinite_rows
