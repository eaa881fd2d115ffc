"""What compiled code looks at in each event, as fields that it reads without asking Python.

Classes in Python have them from here, by `native.fields_of`; what the fields mean stands there.
"""


cdef class CapturingFields:
    """Of `recorder.capturing.Capturing`."""


cdef class ProgressFields:
    """Of `recorder.progress.Progress`."""


cdef class WriterFields:
    """Of `log.writer.LogWriter`."""


cdef class EmitterFields:
    """Of `recorder.emitter.Emitter` and what is derived from it."""
