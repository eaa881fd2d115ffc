# cython: boundscheck=False, wraparound=False
"""Finds call sites that were found before: the usual case of `recorder.call_site.CallSites.here`."""

cimport cython
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.dict cimport PyDict_GetItem
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_XINCREF
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcmp, memcpy, memset

from ..log.schema import NOTHING as _NOTHING

cdef extern from *:
    """
    #define innermost_frame() ((PyObject*)PyEval_GetFrame())
    #define frame_back(frame) ((PyObject*)PyFrame_GetBack((PyFrameObject*)(frame)))
    #define frame_code(frame) ((PyObject*)PyFrame_GetCode((PyFrameObject*)(frame)))
    #define frame_instruction(frame) PyFrame_GetLasti((PyFrameObject*)(frame))
    """
    PyObject* innermost_frame()
    PyObject* frame_back(PyObject* frame)
    PyObject* frame_code(PyObject* frame)
    int frame_instruction(PyObject* frame)


cdef int64_t NOTHING = _NOTHING
cdef int PLACES = 1 << 12
cdef int STACKS = 1 << 8
cdef int MOST_FRAMES = 64
cdef int MOST_KNOWN = 1 << 16


@cython.final
cdef class Sites:
    """The sites of `CallSites`, by code objects and instructions.

    Args:
        call_sites: finds what isn't known here.
    """

    def __cinit__(self, call_sites):
        self.judged = <Judged*>calloc(PLACES, sizeof(Judged))
        self.met = <Met*>calloc(STACKS, sizeof(Met))
        if self.judged == NULL or self.met == NULL:
            raise MemoryError()
        self.call_sites = call_sites
        self.known = {}
        self.generation = call_sites.generation

    def __dealloc__(self):
        free(self.judged)
        free(self.met)

    cdef int64_t here(self) except -1:
        """The site of the innermost frame of Python and those that called it; NOTHING without a user's frame."""
        cdef int64_t key[128]
        cdef int used = 0
        cdef int64_t source
        cdef PyObject* frame
        cdef PyObject* back
        cdef PyObject* code
        # As long as its generation is the same, `call_sites` holds every code object that it was asked about.
        if <int64_t>self.call_sites.generation != self.generation:
            self.forget()
        frame = innermost_frame()
        Py_XINCREF(frame)
        while frame != NULL:
            code = frame_code(frame)
            try:
                source = self.source_of(<void*>code)
                if source >= 0:
                    if used >= 2 * MOST_FRAMES:
                        return self.call_sites.here(1)
                    key[used] = <int64_t>code
                    key[used + 1] = frame_instruction(frame)
                    used += 2
                back = frame_back(frame)
            finally:
                Py_DECREF(<object>code)
                Py_DECREF(<object>frame)
            frame = back
        if used == 0:
            return NOTHING
        cdef uint64_t name = hash_of(key, used)
        cdef Met* met = &self.met[name & <uint64_t>(STACKS - 1)]
        if met.name == name and met.used == used and memcmp(met.key, key, used * sizeof(int64_t)) == 0:
            return met.site
        cdef int64_t generation = self.generation
        cdef int64_t found = self.known_site(key, used)
        if used <= MOST_WORDS and generation == self.generation:
            met.name = name
            met.used = used
            met.site = found
            memcpy(met.key, key, used * sizeof(int64_t))
        return found

    cdef int64_t known_site(self, const int64_t* key, int used) except -1:
        """The site of a stack that isn't among those that were met last."""
        cdef bytes name = PyBytes_FromStringAndSize(<char*>key, used * sizeof(int64_t))
        cdef PyObject* site = PyDict_GetItem(self.known, name)
        if site != NULL:
            return <object>site
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        cdef int64_t generation = self.generation
        found = self.call_sites.here(1)
        if generation == self.generation:  # else an event meanwhile has found that the code may be gone
            self.known[name] = found
        return found

    cdef int64_t source_of(self, void* code) except -2:
        """The source file of a code object, negative where it isn't the user's."""
        cdef uint64_t at = (<uint64_t>code >> 4) * <uint64_t>0x9E3779B97F4A7C15 >> 40
        cdef Judged* judged = &self.judged[at & <uint64_t>(PLACES - 1)]
        if judged.code == code:
            return judged.source
        source = self.call_sites.source_of(<object>code)
        judged.code = code
        judged.source = source
        return judged.source

    cdef int forget(self) except -1:
        self.generation = self.call_sites.generation
        memset(self.judged, 0, PLACES * sizeof(Judged))
        memset(self.met, 0, STACKS * sizeof(Met))
        self.known.clear()
        return 0


cdef uint64_t hash_of(const int64_t* key, int used) noexcept:
    cdef uint64_t found = <uint64_t>used
    cdef int i
    for i in range(used):
        found = (found ^ <uint64_t>key[i]) * <uint64_t>0x9E3779B97F4A7C15
        found ^= found >> 32
    return found
