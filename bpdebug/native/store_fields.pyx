"""What compiled code looks at for each array, as fields that it reads without asking Python.

Classes in Python have them from here, by `native.fields_of`; what the fields mean stands there.
"""


cdef class ChunkFields:
    """Of `log.staging.Chunk`."""


cdef class StagingFields:
    """Of `log.staging.Staging`."""


cdef class StoreFields:
    """Of `log.contents.Contents` and what is derived from it."""
