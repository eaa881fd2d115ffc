from libc.stdint cimport int64_t


cdef class CapturingFields:
    cdef public bint selective
    cdef public bint bounded
    cdef public int64_t changes
    cdef public int64_t asked_again_in


cdef class ProgressFields:
    cdef public int64_t iteration
    cdef public int64_t phase
    cdef public bint _iteration_is_over


cdef class WriterFields:
    cdef public bint stopped


cdef class EmitterFields:
    cdef public CapturingFields capturing
    cdef public WriterFields writer
    cdef public ProgressFields _progress
    cdef public bint disabled
    cdef public object on_event
    cdef public int64_t shown
    cdef public int64_t shown_nonfinite
    cdef public list unsettled
    cdef public bint keep_before
    cdef public bint _breakpoint_looks
    cdef public object _flight_recorder
    cdef public int64_t _flown
    cdef public dict _edited
