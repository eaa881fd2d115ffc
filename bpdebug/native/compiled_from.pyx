"""Which sources the compiled parts were made from."""

cdef extern from *:
    """
    #ifndef BPDEBUG_CHECKSUM
    #define BPDEBUG_CHECKSUM -1
    #endif
    """
    long long BPDEBUG_CHECKSUM

CHECKSUM = BPDEBUG_CHECKSUM
