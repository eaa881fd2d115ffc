"""Loops over the memory of arrays, without the interpreter's lock: content ids, statistics, copies, in one pass."""

cimport numpy as np
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint8_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

np.import_array()


cdef extern from "xxh3.h" nogil:
    enum:
        BLOCK
        SHORTEST

    ctypedef struct Xxh3:
        pass

    void xxh3_begin(Xxh3 *state)
    void xxh3_blocks(Xxh3 *state, const uint8_t *data, size_t count, int instructions)
    void xxh3_end(Xxh3 *state, const uint8_t *data, size_t rest, uint64_t size, int instructions, uint8_t *id)


cdef extern from "xxh3_short.h" nogil:
    void xxh3_short(const uint8_t *data, size_t size, uint8_t *id)


cdef extern from "nonfinite.h" nogil:
    int nonfinite_at(const uint8_t *data, size_t count, bint doubles, int instructions)


cdef extern from "tally.h" nogil:
    enum:
        STRETCH

    ctypedef enum Kind:
        OF_FLOAT
        OF_DOUBLE
        OF_UINT8
        OF_INT32
        OF_INT64
        KINDS

    ctypedef struct Tally:
        pass

    ctypedef struct Record:
        pass

    const size_t *item_size
    int known_instructions()
    int best_instructions()
    void tally_begin(Tally *tally)
    void tally_stretch(Tally *tally, Kind kind, int instructions, const uint8_t *data, size_t count)
    bint tally_record(const Tally *tally, Record *record)


cdef extern from "one_loop.h" nogil:
    enum:
        LONG_STRETCH

    bint has_one_loop(Kind kind, int instructions)
    void look_in_one_loop(
        Xxh3 *state, Tally *tally, const uint8_t *data, size_t size, int instructions, uint8_t *into, bint streamed
    )


cdef int instructions = best_instructions()
cdef size_t STREAMED_BYTES = 256 << 10  # whose copies aren't worth the place in the cache that others would lose


def use(int wanted) -> int:
    """Use no better instructions than these (0: any processor's, 1: AVX2, 2: AVX-512); says which are in use then."""
    global instructions
    instructions = min(wanted, known_instructions())
    return instructions


cdef Kind kind_of(object array) noexcept:
    """KINDS for what isn't read here."""
    if not np.PyArray_CheckExact(array) or not np.PyArray_IS_C_CONTIGUOUS(array):
        return KINDS
    return kind_of_elements(array)


cdef Kind kind_of_elements(object array) noexcept:
    """As `kind_of`, for an array in any order."""
    if np.PyArray_ISBYTESWAPPED(array):
        return KINDS
    cdef int number = np.PyArray_TYPE(array)
    if number == np.NPY_FLOAT:
        return OF_FLOAT
    if number == np.NPY_DOUBLE:
        return OF_DOUBLE
    if number == np.NPY_BOOL or number == np.NPY_UBYTE:
        return OF_UINT8
    if number == np.NPY_INT:
        return OF_INT32
    if number == np.NPY_LONG or number == np.NPY_LONGLONG:
        return OF_INT64 if np.PyArray_ITEMSIZE(array) == 8 else OF_INT32
    return KINDS


cdef struct Pass:
    # One pass over an array of `size` bytes: `done` of them are looked at, `copied` are copied.
    const uint8_t *data
    size_t size
    size_t done
    size_t copied
    bint identifies
    Kind kind
    Xxh3 hash
    Tally tally
    uint8_t content[16]
    Record record
    bint measured
    uint8_t *into


cdef bint begin(Pass *one, object array, bint identifies) except -1:
    """Whether it is an array of a kind that is read here."""
    one.kind = kind_of(array)
    if one.kind == KINDS:
        return False
    one.data = <const uint8_t *> np.PyArray_DATA(array)
    one.size = np.PyArray_NBYTES(array)
    if one.size < (SHORTEST if identifies else 1):
        return False
    one.done = one.copied = 0
    one.identifies = identifies
    xxh3_begin(&one.hash)
    tally_begin(&one.tally)
    return True


cdef void look(Pass *one, uint8_t *into, size_t room) noexcept nogil:
    """At the next stretch; it is copied on the way where that costs nothing, if there is room for it."""
    cdef const uint8_t *data = one.data + one.done
    cdef size_t size, blocks
    cdef bint last
    if one.identifies and has_one_loop(one.kind, instructions):
        size = min(<size_t> LONG_STRETCH, (one.size - one.done - 1) // BLOCK * BLOCK)
        if size:
            if room < size or one.copied < one.done:
                into = NULL
            look_in_one_loop(
                &one.hash, &one.tally, data, size, instructions, into, one.size >= STREAMED_BYTES
            )
            one.done += size
            if into != NULL:
                one.copied += size
            return
    size = min(<size_t> STRETCH, one.size - one.done)
    last = one.done + size == one.size
    if one.identifies:
        blocks = (size - 1) // BLOCK if last else size // BLOCK
        xxh3_blocks(&one.hash, data, blocks, instructions)
        if last:
            xxh3_end(&one.hash, data + blocks * BLOCK, size - blocks * BLOCK, one.size, instructions, one.content)
    tally_stretch(&one.tally, one.kind, instructions, data, size // item_size[<int> one.kind])
    one.done += size
    if last:
        one.measured = tally_record(&one.tally, &one.record)


cdef void look_at_all(Pass *one) noexcept nogil:
    while one.done < one.size:
        look(one, NULL, 0)


cdef size_t copy(Pass *one, uint8_t *into, size_t room) noexcept nogil:
    """As many bytes as there is room for, or left; says how many, and has looked at all of them."""
    cdef size_t before = one.copied
    cdef size_t copied, part
    while True:
        part = min(one.done - one.copied, room)
        memcpy(into, one.data + one.copied, part)
        one.copied += part
        into += part
        room -= part
        if not room or one.copied == one.size:
            return one.copied - before
        copied = one.copied
        look(one, into, room)
        into += one.copied - copied
        room -= one.copied - copied


cdef tuple found(const Pass *one):
    """Content id, if it was asked for, and record of statistics, None where that would not be right."""
    content = PyBytes_FromStringAndSize(<const char *> one.content, 16) if one.identifies else None
    return content, PyBytes_FromStringAndSize(<const char *> &one.record, sizeof(Record)) if one.measured else None


def measure(array not None) -> bytes | None:
    """The record of `tensors.stats` of an array; None for one that isn't read here, or where it would not be right."""
    cdef Pass one
    if not begin(&one, array, False):
        return None
    with nogil:
        look_at_all(&one)
    return found(&one)[1]


cdef int read_now(object array, uint8_t *into, uint8_t *content, void *record) except -1:
    """Look at an array with the interpreter's lock held, and copy it on the way if `into` isn't NULL.

    Args:
        content: gets its 16 bytes of id.
        record: gets its record of `tensors.stats`.

    Returns:
        2; 1 where the record would not be right, and isn't there; 0 where the array isn't read here at all.
    """
    cdef Pass one
    if not begin(&one, array, True):
        return 0
    if into != NULL:
        copy(&one, into, one.size)
    else:
        look_at_all(&one)
    memcpy(content, one.content, sizeof(one.content))
    if not one.measured:
        return 1
    memcpy(record, &one.record, sizeof(Record))
    return 2


cdef int nonfinite(object array, const void *copy) noexcept:
    """Whether an exact NumPy array of the host holds a NaN (SOME_NAN), an infinity (SOME_INF); else NOT_LOOKED_AT.

    Args:
        copy: of its bytes; NULL: it is looked at where it is, if its elements are next to each other.
    """
    cdef Kind kind = kind_of_elements(array)
    if kind == KINDS:
        return NOT_LOOKED_AT
    if kind != OF_FLOAT and kind != OF_DOUBLE:
        return 0
    if copy == NULL:
        if not np.PyArray_IS_C_CONTIGUOUS(array) and not np.PyArray_IS_F_CONTIGUOUS(array):
            return NOT_LOOKED_AT
        copy = np.PyArray_DATA(array)
    return nonfinite_at(<const uint8_t *> copy, np.PyArray_SIZE(array), kind == OF_DOUBLE, instructions)


cdef void identify_at(const uint8_t *data, size_t size, uint8_t *content) noexcept nogil:
    """The 16 bytes of the content id of so many bytes."""
    cdef Xxh3 state
    cdef size_t blocks
    if size < SHORTEST:
        xxh3_short(data, size, content)
        return
    blocks = (size - 1) // BLOCK
    xxh3_begin(&state)
    xxh3_blocks(&state, data, blocks, instructions)
    xxh3_end(&state, data + blocks * BLOCK, size - blocks * BLOCK, size, instructions, content)


cdef bint measure_at(object array, const uint8_t *data, void *record) noexcept:
    """Measure `data`, a copy of a small exact NumPy array in C order.

    Args:
        record: gets its record of `tensors.stats`.

    Returns:
        Whether the record is there: the array has elements, which are of a kind that is read here, and it is right.
    """
    cdef Tally tally
    cdef Kind kind = kind_of_elements(array)
    cdef Py_ssize_t size = np.PyArray_SIZE(array)
    if kind == KINDS or not size:
        return False
    tally_begin(&tally)
    tally_stretch(&tally, kind, instructions, data, size)
    return tally_record(&tally, <Record *> record)


def identify(const uint8_t[::1] data not None) -> bytes:
    """The content id of some bytes."""
    cdef uint8_t content[16]
    cdef const uint8_t *at = NULL
    if data.shape[0]:
        at = &data[0]
    identify_at(at, data.shape[0], content)
    return PyBytes_FromStringAndSize(<const char *> content, 16)


cdef enum:
    TOGETHER = 64


cdef class Survey:
    """Up to 64 arrays that are looked at, and copied on the way, with the interpreter's lock given away once."""

    def __cinit__(self):
        self.count = 0
        self.passes = malloc(TOGETHER * sizeof(Pass))
        if self.passes == NULL:
            raise MemoryError()

    def __dealloc__(self):
        free(self.passes)

    cdef bint add(self, array, bint identify, uint8_t *copy, size_t room) except -1:
        """One array, which must stay until the end of `run`; whether it is read here.

        Args:
            copy: where its copy goes; NULL: there is none.
            room: bytes there.

        Raises:
            ValueError: that isn't enough, or it is the 65th.
        """
        if self.count == TOGETHER:
            raise ValueError("too many arrays")
        cdef Pass *one = <Pass *> self.passes + self.count
        if not begin(one, array, identify):
            return False
        if copy != NULL and one.size > room:
            raise ValueError("no room for a copy")
        one.into = copy
        self.count += 1
        return True

    cdef int run(self) except -1:
        cdef Pass *one = <Pass *> self.passes
        cdef int i
        with nogil:
            for i in range(self.count):
                if one[i].into == NULL:
                    look_at_all(&one[i])
                else:
                    copy(&one[i], one[i].into, one[i].size)
        return 0

    cdef bytes content(self, int i):
        """The content id of array `i`, if it was to be identified."""
        return PyBytes_FromStringAndSize(<const char *> (<Pass *> self.passes)[i].content, 16)

    cdef const void *record(self, int i) noexcept:
        """The record of statistics of array `i`; NULL where it would not be right."""
        cdef Pass *one = <Pass *> self.passes + i
        return <const void *> &one.record if one.measured else NULL


def survey(list arrays not None, list identify not None, uint8_t[::1] into=None, list places=None) -> list:
    """Look at up to 64 arrays, and copy some on the way, with the interpreter's lock given away once.

    Args:
        arrays: C-ordered, native, float32, float64, int32, int64, uint8 or bool, of more than 240 bytes each.
        identify: for each of them, whether its content id is wanted.
        places: for each of them, where in `into` its copy begins; -1 where none is wanted. None: of all.

    Returns:
        For each of them its content id, or None, and its record of statistics, or None where it would not be right.

    Raises:
        ValueError: one of them isn't read here, or has no room where it is to be copied.
    """
    cdef Survey it = Survey()
    cdef Py_ssize_t i, place, count = len(arrays)
    cdef uint8_t *at
    cdef size_t room
    if len(identify) != count or (places is not None and len(places) != count):
        raise ValueError("something is missing")
    for i in range(count):
        place = -1 if places is None else places[i]
        at = NULL
        room = 0
        if place >= 0:
            if into is None or place >= into.shape[0]:
                raise ValueError("no room for a copy")
            at = &into[place]
            room = into.shape[0] - place
        if not it.add(arrays[i], identify[i], at, room):
            raise ValueError("not an array that is read here")
    it.run()
    return [found(<Pass *> it.passes + i) for i in range(count)]


cdef class Reading:
    """Copies an array and looks at it on the way.

    Args:
        array: as for `survey`.
        identify: whether the content id is wanted.

    Raises:
        ValueError: it isn't read here.
    """

    cdef Pass one
    cdef object array  # stays where it is

    def __init__(self, array not None, bint identify):
        if not begin(&self.one, array, identify):
            raise ValueError("not an array that is read here")
        self.array = array

    def copy(self, uint8_t[::1] into not None) -> int:
        """Copy as many bytes as there is room for, or left; says how many."""
        cdef size_t size
        cdef uint8_t *at
        if self.array is None or not into.shape[0]:
            return 0
        at = &into[0]
        with nogil:
            size = copy(&self.one, at, into.shape[0])
        return size

    @property
    def found(self) -> tuple:
        """Once everything is copied: content id, or None; record of statistics, None where it would not be right."""
        if self.array is None or self.one.copied < self.one.size:
            raise ValueError("there is more to be copied")
        return found(&self.one)
