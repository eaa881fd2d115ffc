"""Pieces of the bodies of events, appended to a buffer."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int64_t

from .buffers cimport Bytes


cdef inline int put(Bytes body, bytes text) except -1:
    return body.put(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text))


cdef inline int put_field(Bytes body, bytes name, bytes value) except -1:
    put(body, name)
    return put(body, value)


cdef inline int put_number(Bytes body, bytes name, int64_t value) except -1:
    put(body, name)
    return body.put_int(value)


cdef inline int put_row(Bytes body, Py_ssize_t place, tuple entry) except -1:
    """Append the row of an entry of the tensor store, behind a comma if it isn't the first of a list."""
    if place:
        put(body, b",")
    if entry is None:
        return put(body, b"null")
    return body.put_int(entry[0])


cdef inline int put_number_or_null(Bytes body, number) except -1:
    return put(body, b"null") if number is None else body.put_int(number)


cdef inline int put_slot(Bytes body, Py_ssize_t place, int64_t variable, tuple entry) except -1:
    put(body, b",[" if place else b"[")
    body.put_int(variable)
    put(body, b",")
    put_row(body, 0, entry)
    return put(body, b"]")


cdef inline int put_numbers(Bytes body, list numbers) except -1:
    cdef Py_ssize_t i
    put(body, b"[")
    for i in range(len(numbers)):
        if i:
            put(body, b",")
        body.put_int(numbers[i])
    return put(body, b"]")
