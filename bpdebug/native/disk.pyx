"""What the disk is asked for while the training goes on: getting the interpreter's lock back takes longer than that.

The twins are `append_all_in_python` and `place_all_in_python` of `log.segment_writer`, and
those of `log.own_file`.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.errno cimport EINTR, errno
from libc.stdint cimport int64_t, uint8_t, uint64_t
from posix.stat cimport fstat, struct_stat

from .turns cimport Turns

import os


cdef extern from "unistd.h" nogil:
    int close(int file)
    Py_ssize_t write(int file, const void *data, size_t size)
    Py_ssize_t pwrite(int file, const void *data, size_t size, int64_t offset)


cdef enum:
    MOST_FILES = 16


@cython.final
cdef class OwnFile:
    """See `log.own_file.OwnFileInPython`. The interpreter's lock is kept, as a look at a descriptor takes no time."""

    cdef readonly int descriptor
    cdef uint64_t device
    cdef uint64_t number

    def __init__(self, int descriptor):
        cdef struct_stat status
        if fstat(descriptor, &status) < 0:
            raise OSError(errno, os.strerror(errno))
        self.descriptor = descriptor
        self.device, self.number = status.st_dev, status.st_ino

    cpdef bint is_ours(self):
        cdef struct_stat status
        if fstat(self.descriptor, &status) < 0:
            return False
        return <uint64_t>status.st_dev == self.device and <uint64_t>status.st_ino == self.number

    def close(self) -> None:
        if self.is_ours():
            close(self.descriptor)


def are_ours(list files not None) -> bool:
    """As `log.own_file.are_ours_in_python`."""
    cdef OwnFile file
    for file in files:
        if not file.is_ours():
            return False
    return True


cdef struct Part:
    # What is left to be written to a file; behind what is there, or at an offset that isn't negative.
    int file
    const char *data
    Py_ssize_t rest
    int64_t offset


def append_all(list parts not None, turns=None, double rest_s=0.0, tuple before=None) -> None:
    """Append bytes to files, in the order of `parts`: (file descriptor, bytes).

    Args:
        turns, rest_s, before: as for `log.run_files.RunFiles.append`.

    Raises:
        OSError: the disk is full, or gone; what comes before was written.
    """
    cdef const uint8_t[::1] data
    cdef Part those[1 + MOST_FILES]
    cdef int count = 0
    if len(parts) > MOST_FILES:
        append_all(parts[:MOST_FILES], before=before)
        append_all(parts[MOST_FILES:], turns, rest_s)
        return
    if before is not None and len(before[1]):
        data = before[1]
        those[0] = Part(before[0], <const char *> &data[0], data.shape[0], before[2])
        count = 1
    for file, content in parts:
        if type(content) is not bytes:
            raise TypeError("only bytes are written here")
        those[count] = Part(file, PyBytes_AS_STRING(content), PyBytes_GET_SIZE(content), -1)
        count += 1
    if type(turns) is Turns:
        (<Turns>turns).give_back()
        write_all(those, count, <Turns>turns, rest_s)
    else:
        write_all(those, count, None, 0)


def place_all(list parts not None) -> None:
    """Write bytes at places of files, in the order of `parts`, three at most: (file descriptor, bytes, offset).

    Raises:
        OSError: the disk is full, or gone; what comes before was written.
    """
    cdef const uint8_t[::1] data
    cdef Part those[3]
    cdef int count = 0
    if len(parts) > 3:
        raise ValueError("more than three parts")
    for file, content, offset in parts:
        if len(content):
            data = content
            those[count] = Part(file, <const char *> &data[0], data.shape[0], offset)
            count += 1
    write_all(those, count, None, 0)


cdef int write_all(Part *parts, int count, Turns turns, double rest_s) except -1:
    """Write them all; then rest, if that is asked for."""
    cdef Py_ssize_t written
    cdef int i, failed = 0
    with nogil:
        for i in range(count):
            while parts[i].rest and not failed:
                if parts[i].offset < 0:
                    written = write(parts[i].file, parts[i].data, parts[i].rest)
                else:
                    written = pwrite(parts[i].file, parts[i].data, parts[i].rest, parts[i].offset)
                if written >= 0:
                    parts[i].data += written
                    parts[i].rest -= written
                    if parts[i].offset >= 0:
                        parts[i].offset += written
                elif errno != EINTR:
                    failed = errno
        if rest_s > 0 and not failed:
            turns.stay(rest_s)
    if failed:
        raise OSError(failed, os.strerror(failed))
    return 0
