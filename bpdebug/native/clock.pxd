"""The time that `time.perf_counter_ns` tells, without a call of Python where that is known to be the same."""

from libc.stdint cimport int64_t


cdef extern from *:
    """
    #if defined(__linux__)
    #include <time.h>
    static int64_t clock_ns(void) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    }
    #else
    static int64_t clock_ns(void) { return -1; }
    #endif
    """
    int64_t clock_ns() noexcept
