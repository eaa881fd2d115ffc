# cython: boundscheck=False, wraparound=False
"""Backward walks and gradients; see `recorder.graph_events` for the twin."""

cimport cython
cimport numpy as np
from cpython.dict cimport PyDict_GetItem
from cpython.object cimport PyObject
from libc.math cimport isfinite
from libc.stdint cimport int64_t

from .buffers cimport Bytes
from .forward cimport ForwardEvents
from .recording cimport MOST_ARRAYS, Seen, any_elsewhere, is_elsewhere, is_same
from .state cimport Node, Opener, ThreadState, Variable
from .text cimport put, put_field, put_number, put_numbers, put_row, put_slot

cdef extern from "Python.h":
    PyObject* PyTuple_GET_ITEM(tuple items, Py_ssize_t place) noexcept
    Py_ssize_t Py_REFCNT(PyObject* thing) noexcept

import msgspec

from ..log.keep import FULL
from ..log.lent import LENT_BYTES as _LENT_BYTES
from ..log.schema import NOTHING as _NOTHING
from ..log.schema import EventFlag, Kind, Phase

np.import_array()

cdef int64_t NOTHING = _NOTHING
cdef int64_t LENT_BYTES = _LENT_BYTES
cdef int NONFINITE = int(EventFlag.nonfinite)
cdef int PARAMETER = int(EventFlag.parameter)
cdef int VALUE = int(EventFlag.value)
cdef int BACKWARD = int(Kind.backward)
cdef int ACCUMULATED = int(Kind.grad_accumulated)
cdef int CLEARED = int(Kind.grads_cleared)
cdef int REPORTED = int(Kind.reported)
cdef int STARTED = int(Kind.backward_started)
cdef int FINISHED = int(Kind.backward_finished)
cdef int BACKWARD_PHASE = int(Phase.backward)
cdef int MOST_REASONS = 1 << 12
cdef object as_json = msgspec.json.Encoder().encode


cdef class WalkEvents(ForwardEvents):
    """Args:
        watcher, recorder: see `Recording`.
    """

    def __init__(self, watcher, recorder):
        super().__init__(watcher, recorder)
        self.reasons = {}
        self.names = {}

    # ---- a walk -----------------------------------------------------------------------------------------------

    cdef bint started(
        self, tuple roots, tuple arrays, tuple seeds, int64_t node_count, bint double_, str call
    ) except -1:
        cdef ThreadState thread = self.threads.current()
        cdef Py_ssize_t i, count = len(roots)
        cdef bint reports = call == "backward" and thread.phase != BACKWARD_PHASE
        if count + len(seeds) > MOST_ARRAYS or any_elsewhere(arrays) or any_elsewhere(seeds):
            return False
        for i in range(count):
            # A loss that isn't an everyday number has more to be said of it.
            if reports and arrays[i] is not None and not is_number(arrays[i]):
                return False
        cdef list variables = []
        for i in range(count):
            variables.append(self.known_variable(roots[i], arrays[i]))
        cdef int64_t site = self.sites.here()
        if reports:
            for i in range(count):
                if arrays[i] is not None and np.PyArray_SIZE(<np.ndarray>arrays[i]) == 1:
                    self.report(thread, variables[i], arrays[i], site)
        cdef int64_t phase = self.progress.backward_started()
        cdef int64_t label = self.text("grad_started" if call == "grad" else "backward_started")
        cdef Seen seen = self.looking(phase, NOTHING, label)
        cdef Bytes body = self.new_body()
        put(body, b'{"kind":"backward_started","roots":[')
        for i in range(count):
            put_slot(body, i, (<Variable>variables[i]).number, self.look(arrays[i], seen, False))
        put(body, b'],"seeds":[')
        for i in range(len(seeds)):
            put_row(body, i, self.look(seeds[i], seen, False))
        put_number(body, b'],"nodes":', node_count)
        if double_:
            put(body, b',"double":true')
        if call != "backward":
            put_field(body, b',"call":', as_json(call))
        put(body, b"}\n")
        cdef Opener opener = Opener.__new__(Opener)
        opener.kind = STARTED
        opener.phase = phase
        opener.scope = NOTHING
        opener.site = site
        opener.detail = (double_, call)
        opener.seq = self.emit(thread, body, STARTED, phase, NOTHING, label, site)
        thread.stack.append(opener)
        thread.look()
        return True

    cdef int report(self, ThreadState thread, root, array, int64_t site) except -1:
        """A root with one element is the loss."""
        cdef str name = root.name or self.recorder._root_name(site)
        if self.recorder.was_said(name, array):
            return 0
        cdef tuple entry = self.entry_of(array, FULL, True, False)
        value = array.item()
        cdef Bytes body = self.new_body()
        cdef PyObject* known = PyDict_GetItem(self.names, name)
        if known == NULL:
            if len(self.names) >= MOST_REASONS:
                self.names.clear()
            self.names[name] = (as_json(name), self.text(f"report:{name}"))
            known = PyDict_GetItem(self.names, name)
        put_field(body, b'{"kind":"reported","name":', (<tuple>known)[0])
        put_field(body, b',"value":', as_json(value))
        put_number(body, b',"tensor":', entry[0])
        put(body, b"}\n")
        cdef int64_t phase = thread.phase
        if phase < 0:
            phase = self.progress.phase
        self.emit(
            thread, body, REPORTED, phase, thread.scope, (<tuple>known)[1], site, NOTHING, VALUE, NOTHING, value
        )
        return 0

    cdef bint finished(self, bint failed) except -1:
        if failed:
            return False
        cdef ThreadState thread = self.threads.current()
        thread.step = None
        cdef Opener opener = thread.close(STARTED)
        if opener is None:
            return True
        double_, call = opener.detail
        self.progress.backward_finished(double_, False)
        cdef Bytes body = self.new_body()
        put(body, b'{"kind":"backward_finished"}\n')
        self.emit(
            thread, body, FINISHED, opener.phase, opener.scope,
            self.text("grad_finished" if call == "grad" else "backward_finished"), opener.site, NOTHING, 0, opener.seq,
        )
        return True

    # ---- a step of it -----------------------------------------------------------------------------------------

    cdef bint backward(self, function, tuple x, tuple gy, tuple gx, int64_t duration_ns) except -1:
        cdef Node node = self.known_node(function)
        cdef Py_ssize_t i, gy_count = len(gy), gx_count = len(gx)
        if node is None or gy_count + gx_count > MOST_ARRAYS or any_elsewhere(gy) or any_elsewhere(gx):
            return False
        cdef ThreadState thread = self.threads.current()
        cdef tuple retained_x = function.retained_x, retained_y = function.retained_y, kept_y = function._kept_y
        inputs = function.inputs
        given = function.watch_given if function.foreign else None
        cdef bint private = not function.foreign and not shared(gx, inputs, retained_x, kept_y)
        cdef Seen seen = self.looking(BACKWARD_PHASE, node.scope, node.label)
        keep = seen.keep
        cdef tuple entry
        cdef int flags = 0
        seen.passes_on(gx, gy)
        for i in range(gy_count):
            self.read(gy[i], seen)
        for i in range(gx_count):
            entry = self.look(gx[i], seen, private)
            if entry is not None and entry[1]:
                flags = NONFINITE
        if flags and self.judges:
            return False
        cdef list changed = []
        cdef Py_ssize_t place
        with cython.boundscheck(True), cython.wraparound(True):  # the script says which are kept
            for i in range(len(retained_x)):
                place = retained_x[i]
                self.add_changed(changed, "x", place, inputs[place].kept, node.x_contents)
            if kept_y:
                for i in range(len(retained_y)):
                    self.add_changed(changed, "y", retained_y[i], kept_y[i], node.y_contents)
        if given is not None:
            if given.changed != changed or not self.is_as_given(gy, given, seen):
                return False
            function.watch_given = None
        if flags and not seen.all and seen.keep.small_bytes:
            seen.forget(FULL)
            private = False
        cdef Bytes body = self.new_body()
        put_number(body, b'{"kind":"backward","op":', node.op)
        if node.seq == NOTHING:
            put(body, b',"forward":null')
        else:
            put_number(body, b',"forward":', node.seq)
        put(body, b',"gy":[')
        for i in range(gy_count):
            put_row(body, i, self.read(gy[i], seen))
        put(body, b'],"gx":[')
        for i in range(gx_count):
            put_row(body, i, self.look(gx[i], seen, private))
        put(body, b'],"x":')
        put_numbers(body, node.x)
        if node.y:
            put(body, b',"y":')
            put_numbers(body, node.y)
        cdef bint some_reason = False
        for i in range(gx_count):
            if gx[i] is None:
                put_number(body, b',"' if some_reason else b',"why":{"', i)
                put_field(body, b'":', self.reason(function, i, x[i], thread))
                some_reason = True
        if some_reason:
            put(body, b"}")
        # The walk holds these arrays until the next step, and so their ids stay theirs. Whoever held them longer would
        # have its next arrays made in other memory, which is in no cache.
        thread.step = (node, (gy, gx) if any_only_here(gy) or any_only_here(gx) else None, seen, keep)
        cdef Opener walk = thread.innermost(STARTED)
        if walk is not None and walk.site != NOTHING:
            put_number(body, b',"caller":', walk.site)
        if duration_ns:
            put_number(body, b',"ns":', duration_ns)
        if changed:
            put_field(body, b',"changed":', as_json(changed))
        put(body, b"}\n")
        self.emit(
            thread, body, BACKWARD, BACKWARD_PHASE, node.scope, node.label, node.site, node.number, flags, node.seq
        )
        return True

    cdef bytes reason(self, function, Py_ssize_t place, x, ThreadState thread):
        """Why an input has no gradient, as JSON."""
        cdef Opener walk = thread.innermost(STARTED)
        key = (
            function.x_roles, place, bool(x.requires_grad), x.dtype, x.creator_node is None,
            None if walk is None else walk.detail[1],
        )
        cdef PyObject* found = PyDict_GetItem(self.reasons, key)
        if found != NULL:
            return <bytes>found
        reason = as_json(self.watcher.why_no_gradient(function, place, x))
        if len(self.reasons) >= MOST_REASONS:
            self.reasons.clear()
        self.reasons[key] = reason
        return reason

    cdef int add_changed(self, list changed, str letter, Py_ssize_t place, array, list contents) except -1:
        """Note a kept array that no longer holds what it held in the forward pass."""
        if place < 0:
            place += len(contents)
        if array is None or not 0 <= place < len(contents) or not contents[place]:
            return 0
        if is_elsewhere(array):
            content = self.recorder._content(array)
        elif np.PyArray_NBYTES(<np.ndarray>array) < LENT_BYTES:
            content = self.tensors.content_of(array)
        else:
            content = self.lender.content_of(array)
        if not is_same(content, contents[place]):
            named = f"{letter}{place}"
            if named not in changed:
                changed.append(named)
        return 0

    cdef bint accumulated(self, variable_node, before, add, after, function) except -1:
        if function is None:
            return False
        cdef Node node = self.known_node(function)
        if node is None or is_elsewhere(before) or is_elsewhere(add) or is_elsewhere(after):
            return False
        cdef Variable variable = self.known_variable(variable_node, None)
        cdef ThreadState thread = self.threads.current()
        cdef Seen seen = self.looking(BACKWARD_PHASE, node.scope, variable.grad_label)
        step = thread.step
        cdef tuple its
        if step is not None and (<tuple>step)[0] is node and (<tuple>step)[3] is seen.keep:
            for array in (before, add, after):
                if array is not None and seen.entry_of(array) is None:
                    its = entry_in_step((<tuple>step)[2], array)
                    if its is not None:
                        seen.add(array, its)
        cdef Bytes body = self.new_body()
        cdef int flags = PARAMETER if variable.parameter else 0
        if after is not None and (after is before or after is add):
            seen.keep_read = seen.keep
        its = self.read(before, seen)
        put_number(body, b'{"kind":"grad_accumulated","var":', variable.number)
        put(body, b',"before":')
        put_row(body, 0, its)
        put(body, b',"add":')
        put_row(body, 0, self.read(add, seen))
        cdef bint changed = its is not None and self.changed_outside(
            its[5], variable.grad_content, variable, "gradient"
        )
        its = self.look(after, seen, not function.foreign)
        if its is not None and its[1]:
            if self.judges:
                return False
            flags |= NONFINITE
        variable.grad_content = b"" if its is None else its[5]
        put(body, b',"after":')
        put_row(body, 0, its)
        put_number(body, b',"node":', node.number)
        if changed:
            put(body, b',"changed":["before"]')
        put(body, b"}\n")
        self.emit(
            thread, body, ACCUMULATED, BACKWARD_PHASE, node.scope, variable.grad_label, node.site, node.number, flags
        )
        return True

    cdef bint cleared(self, tuple parameters, bint zeroed) except -1:
        if zeroed:
            return False
        cdef ThreadState thread = self.threads.current()
        cdef Bytes body = self.new_body()
        cdef Variable variable
        cdef int flags = 0
        cdef bint first = True
        put(body, b'{"kind":"grads_cleared","vars":[')
        for parameter in parameters:
            variable = self.known_variable(parameter._node, parameter._data)
            variable.grad_content = b""
            if variable.parameter:
                flags = PARAMETER
            put_number(body, b"" if first else b",", variable.number)
            first = False
        put(body, b"]}\n")
        cdef int64_t phase = thread.phase
        if phase < 0:
            phase = self.progress.phase
        cdef int64_t label = self.text("cleargrads")
        self.emit(thread, body, CLEARED, phase, thread.scope, label, self.sites.here(), NOTHING, flags)
        return True


cdef tuple entry_in_step(known, array):
    """What a step has noted of an array, in compiled code or in its twin; None for nothing."""
    if type(known) is Seen:
        return (<Seen>known).entry_of(array)
    return known.get(<size_t><PyObject*>array)


cdef bint any_only_here(tuple arrays) noexcept:
    """Whether one of them was made for this tuple."""
    cdef Py_ssize_t i
    for i in range(len(arrays)):
        if Py_REFCNT(PyTuple_GET_ITEM(arrays, i)) == 1:
            return True
    return False


cdef bint is_number(array) except -1:
    """Whether an array isn't a loss, or a loss that is a finite real number."""
    if not np.PyArray_CheckExact(array):
        return False
    if np.PyArray_SIZE(<np.ndarray>array) != 1:
        return True
    if np.PyArray_TYPE(<np.ndarray>array) not in (np.NPY_FLOAT32, np.NPY_FLOAT64):
        return False
    return isfinite(array.item())


@cython.boundscheck(True)
@cython.wraparound(True)
cdef bint shared(tuple gx, inputs, tuple retained_x, tuple kept_y) except -1:
    """Whether a gradient is the very array that a kept input or output is."""
    cdef Py_ssize_t i, place
    for gradient in gx:
        if gradient is None:
            continue
        for i in range(len(retained_x)):
            place = retained_x[i]
            if inputs[place].kept is gradient:
                return True
        for array in kept_y:
            if array is gradient:
                return True
    return False
