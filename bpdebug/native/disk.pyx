"""Writes to several files with the interpreter's lock given away once: getting it back takes longer than a small write.

The twin is `log.segment_writer.append_all`.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.errno cimport EINTR, errno

import os


cdef extern from "unistd.h" nogil:
    Py_ssize_t write(int file, const void *data, size_t size)


cdef enum:
    MOST_FILES = 16


def append_all(list parts not None) -> None:
    """Append bytes to files, in the order of `parts`: (file descriptor, bytes).

    Raises:
        OSError: the disk is full, or gone; what comes before was written.
    """
    cdef int files[MOST_FILES]
    cdef const char *data[MOST_FILES]
    cdef Py_ssize_t rest[MOST_FILES]
    cdef Py_ssize_t written
    cdef int i, count = 0, failed = 0
    if len(parts) > MOST_FILES:
        append_all(parts[:MOST_FILES])
        append_all(parts[MOST_FILES:])
        return
    for file, content in parts:
        if type(content) is not bytes:
            raise TypeError("only bytes are written here")
        files[count] = file
        data[count] = PyBytes_AS_STRING(content)
        rest[count] = PyBytes_GET_SIZE(content)
        count += 1
    with nogil:
        for i in range(count):
            while rest[i] and not failed:
                written = write(files[i], data[i], rest[i])
                if written >= 0:
                    data[i] += written
                    rest[i] -= written
                elif errno != EINTR:
                    failed = errno
    if failed:
        raise OSError(failed, os.strerror(failed))
