# cython: boundscheck=False, wraparound=False
"""Links called and ops computed; see `recorder.forward_events` and `frontends.engine` for the twins."""

cimport cython
cimport numpy as np
from cpython.dict cimport PyDict_GetItem
from cpython.object cimport PyObject
from libc.math cimport isfinite
from libc.stdint cimport int64_t

from .buffers cimport Bytes
from .recording cimport MOST_ARRAYS, Recording, Seen, any_elsewhere, is_same, weakly_known
from .state cimport Node, Opener, ThreadState, Variable
from .text cimport put, put_field, put_number, put_slot

import msgspec

from ..frontends.engine_arrays import rows_behind
from ..log.keep import FULL
from ..log.plain import json_value
from ..log.schema import NOTHING as _NOTHING
from ..log.schema import EventFlag, Kind

np.import_array()

cdef int64_t NOTHING = _NOTHING
cdef int NONFINITE = int(EventFlag.nonfinite)
cdef int FORWARD = int(Kind.forward)
cdef int ENTERED = int(Kind.scope_entered)
cdef int EXITED = int(Kind.scope_exited)
cdef object as_json = msgspec.json.Encoder().encode
cdef int MOST_WORDS = 1 << 12
cdef object MISSING = object()


@cython.final
cdef class KnownOp:
    """An op whose events are usual, and by what it is known again."""


cdef class ForwardEvents(Recording):
    """Args:
        watcher, recorder: see `Recording`.
    """

    def __init__(self, watcher, recorder):
        super().__init__(watcher, recorder)
        self.config = watcher._config
        self.named = watcher._names
        self.node_numbers = recorder._node_numbers
        self.plain_attributes = watcher._plain_attributes
        self.plain_settings = watcher._op_class.settings
        self.words = {}
        self.variable_class = watcher._variable_class
        self.arrays = watcher._arrays
        self.array_numbers = watcher._array_numbers
        self.ops = {}

    cdef KnownOp known_op(self, node):
        cdef KnownOp known
        cdef type cls = type(node)
        cdef PyObject* found = PyDict_GetItem(self.ops, cls)
        op_name, x_roles, y_roles = node.op_name, node.x_roles, node.y_roles
        if found != NULL:
            known = <KnownOp>found
            if known.op_name is op_name and known.x_roles is x_roles and known.y_roles is y_roles:
                return known
        if type(node.as_creator()) is not cls:  # an old-style function
            return None
        op = self.watcher._op(node)
        known = KnownOp.__new__(KnownOp)
        known.op_name, known.x_roles, known.y_roles = op_name, x_roles, y_roles
        known.number = op.number
        known.label = op.text
        known.grad_label = op.grad_label
        known.has_attributes = cls.attributes is not self.plain_attributes
        known.has_settings = op.has_settings
        if op.has_settings and cls.settings is self.plain_settings:
            known.kept = cls._kept
        self.ops[cls] = known
        return known

    cdef bint forward(
        self, node, tuple x_nodes, tuple x_arrays, tuple ys, tuple y_arrays, bint in_graph, during, int64_t duration_ns
    ) except -1:
        """Whether an op that was computed is usual; then it is in the log. So all that follow."""
        if during is not None or node.random_state is not None:
            return False
        cdef KnownOp op = self.known_op(node)
        if op is None:
            return False
        cdef Py_ssize_t i, x_count = len(x_nodes), y_count = len(ys)
        if x_count + y_count > MOST_ARRAYS or any_elsewhere(x_arrays) or any_elsewhere(y_arrays):
            return False
        cdef Bytes attributes = None, settings = None
        if op.has_attributes or op.has_settings:
            attributes, settings = self.new_body(), self.new_body()
            if not self.tell(attributes, op, node, settings):
                attributes.size = settings.size = 0
                asked, beside, held = self.watcher.settings_of(node)
                if held:
                    return False
                if asked:
                    put_field(attributes, b',"attrs":', as_json(json_value(asked)))
                if beside:
                    put_field(settings, b',"settings":', as_json(beside))
        # From here on the event is ours.
        cdef ThreadState thread = self.threads.current()
        cdef bint train = self.config.train, private = not node.foreign
        cdef int64_t phase = self.phase_of_call(thread, train and (in_graph or bool(self.config.enable_backprop)))
        cdef list x = []
        for i in range(x_count):
            x.append(self.known_variable(x_nodes[i], x_arrays[i]))
        cdef list fed = self.fed(x_nodes, x_arrays, x)
        cdef int64_t kept = kept_bytes(node, x_arrays, y_arrays) if in_graph else 0
        cdef Seen seen = self.looking(phase, thread.scope, op.label)
        cdef int flags = self.look_at(x_arrays, y_arrays, seen, private)
        if flags and self.judges:
            return False
        given = None if private else node.watch_given
        if given is not None:
            if not self.is_as_given(x_arrays, given, seen):
                return False
            node.watch_given = None
        cdef list y = self.new_variables(ys, op.grad_label)
        if flags and not seen.all and seen.keep.small_bytes:  # what made it is worth more than its place in the log
            seen.forget(FULL)
            private = False
            for i in range(x_count):
                self.read(x_arrays[i], seen)

        cdef Node made = Node.__new__(Node)
        made.owner = self.owner
        made.op = op.number
        made.label = op.label
        made.scope = thread.scope
        made.site = self.sites.here()
        cdef Bytes body = self.new_body()
        put_number(body, b'{"kind":"forward","op":', op.number)
        cdef list changed = self.put_inputs(body, x, x_arrays, seen, made)
        self.put_outputs(body, y, y_arrays, seen, private, made)
        if attributes is not None:
            body.put(attributes.data, attributes.size)
            self.done_with(attributes)
        if not train:
            put(body, b',"train":false')
        if not in_graph:
            put(body, b',"grad":false')
        if duration_ns:
            put_number(body, b',"ns":', duration_ns)
        if settings is not None:
            body.put(settings.data, settings.size)
            self.done_with(settings)
        if fed is not None:
            put_field(body, b',"fed":', as_json(fed))
        if kept:
            put_number(body, b',"kept":', kept)
        if changed is not None:
            put_field(body, b',"changed":', as_json(changed))
        put(body, b"}\n")
        made.number = next(self.node_numbers)
        made.seq = self.emit(thread, body, FORWARD, phase, made.scope, op.label, made.site, made.number, flags)
        node.watch_id = made
        return True

    cdef int look_at(self, tuple x_arrays, tuple y_arrays, Seen seen, bint private) except -1:
        """Look at the arrays of the event; NONFINITE where it has made one that isn't finite."""
        cdef Py_ssize_t i
        cdef int flags = 0
        cdef tuple entry
        seen.passes_on(y_arrays, x_arrays)
        for i in range(len(x_arrays)):
            self.read(x_arrays[i], seen)
        for i in range(len(y_arrays)):
            entry = self.look(y_arrays[i], seen, private)
            if entry is not None and entry[1]:
                flags = NONFINITE
        return flags

    cdef bint is_as_given(self, tuple arrays, given, Seen seen) except -1:
        """Whether arrays hold what they held when code outside the engine was given them; it may write into them."""
        cdef dict before = given.known
        cdef tuple entry
        if given.owner is not self.owner:
            return False
        for array in arrays:
            if array is None:
                continue
            entry = before.get(<size_t><PyObject*>array)
            if entry is None or not is_same(entry[5], self.read(array, seen)[5]):
                return False
        return True

    cdef list new_variables(self, tuple ys, int64_t grad_label):
        """What is known from now on of the outputs of an op."""
        cdef list y = []
        for made in ys:
            y.append(self.new_variable(made._node, grad_label))
        return y

    cdef list put_inputs(self, Bytes body, list x, tuple arrays, Seen seen, Node made):
        """Append them, and remember them for the backward step; places of those that were changed, None for none."""
        cdef list numbers = [], contents = [], changed = None
        cdef Py_ssize_t i
        cdef tuple entry
        cdef Variable variable
        put(body, b',"x":[')
        for i in range(len(x)):
            variable = <Variable>x[i]
            entry = self.read(arrays[i], seen)
            if entry is not None:
                content = entry[5]
                if self.changed_outside(content, variable.content, variable, "value"):
                    if changed is None:
                        changed = []
                    changed.append(i)
                variable.content = content
            put_slot(body, i, variable.number, entry)
            numbers.append(variable.number)
            contents.append(variable.content)
        made.x, made.x_contents = numbers, contents
        return changed

    cdef int put_outputs(self, Bytes body, list y, tuple arrays, Seen seen, bint private, Node made) except -1:
        """Append them, and remember them for the backward step."""
        cdef list numbers = [], contents = []
        cdef Py_ssize_t i
        cdef tuple entry
        cdef Variable variable
        put(body, b'],"y":[')
        for i in range(len(y)):
            variable = <Variable>y[i]
            entry = self.look(arrays[i], seen, private)
            if entry is not None:
                variable.content = entry[5]
            put_slot(body, i, variable.number, entry)
            numbers.append(variable.number)
            contents.append(variable.content)
        put(body, b"]")
        made.y, made.y_contents = numbers, contents
        return 0

    cdef bint tell(self, Bytes attributes, KnownOp op, node, Bytes settings) except -1:
        """Write what an op can be asked; False where that is more than numbers, words and tuples of these."""
        cdef dict asked = node.attributes() if op.has_attributes else {}
        cdef bint some = False
        for name, value in asked.items():
            put(attributes, b"," if some else b',"attrs":{')
            some = True
            put(attributes, self.word(name))
            put(attributes, b":")
            if not put_value(attributes, value, False):
                return False
        if some:
            put(attributes, b"}")
        some = False
        if op.has_settings:
            for name, value in node.settings().items() if op.kept is None else settings_kept(node, op.kept):
                told = asked.get(name, asked)
                if is_plain(value) and type(told) is type(value) and told == value:
                    continue
                put(settings, b"," if some else b',"settings":{')
                some = True
                put(settings, self.word(name))
                put(settings, b":")
                if not put_value(settings, value, True):
                    return False
        if some:
            put(settings, b"}")
        return True

    cdef bytes word(self, str text):
        """A name that an op gives to something, as JSON."""
        cdef PyObject* found = PyDict_GetItem(self.words, text)
        if found != NULL:
            return <bytes>found
        encoded = as_json(text)
        if len(self.words) < MOST_WORDS:
            self.words[text] = encoded
        return encoded

    cdef list fed(self, tuple x_nodes, tuple arrays, list x):
        """Which inputs are arrays of the script: place, number of the array, and rows behind it; None for none."""
        cdef list fed = None
        cdef Py_ssize_t i
        for i in range(len(x)):
            if (<Variable>x[i]).parameter or x_nodes[i].creator_node is not None:
                continue
            array = arrays[i]
            if not np.PyArray_Check(array):
                continue
            serial = weakly_known(self.arrays, array)
            if serial is None:
                serial = next(self.array_numbers)
                self.arrays.set(array, serial)
            if fed is None:
                fed = []
            fed.append((i, serial, 0 if np.PyArray_BASE(<np.ndarray>array) == NULL else rows_behind(array)))
        return fed

    cdef bint entered(self, link, tuple args, dict kwargs) except -1:
        found = weakly_known(self.named._known, link)
        if found is None or kwargs:
            return False
        cdef int64_t scope = found.scope
        cdef Bytes body = self.new_body()
        cdef Py_ssize_t i
        put(body, b'{"kind":"scope_entered"')
        if args:
            put(body, b',"args":[')
            for i in range(len(args)):
                arg = args[i]
                if type(arg) is self.variable_class and arg._data is not None:
                    arg = arg._data
                if not np.PyArray_CheckExact(arg):
                    return False
                if i:
                    put(body, b",")
                put(body, self.tensors.description_of(arg))
            put(body, b"]")
        put(body, b"}\n")
        cdef ThreadState thread = self.threads.current()
        cdef int64_t phase = self.phase_of_call(thread, bool(self.config.train) and bool(self.config.enable_backprop))
        cdef int64_t site = self.sites.here()
        cdef Opener opener = Opener.__new__(Opener)
        opener.kind = ENTERED
        opener.phase = phase
        opener.scope = scope
        opener.site = site
        opener.seq = self.emit(thread, body, ENTERED, phase, scope, self.text("enter"), site)
        thread.stack.append(opener)
        thread.look()
        thread.calls.append(link)
        return True

    cdef bint exited(self, link, bint failed) except -1:
        cdef ThreadState thread = self.threads.current()
        cdef list calls = thread.calls
        if failed or not thread.stack or not calls or calls[len(calls) - 1] is not link:
            return False
        cdef Opener opener = thread.stack[len(thread.stack) - 1]
        if opener.kind != ENTERED:
            return False
        calls.pop()
        thread.stack.pop()
        thread.look()
        cdef Bytes body = self.new_body()
        put(body, b'{"kind":"scope_exited"}\n')
        self.emit(
            thread, body, EXITED, opener.phase, opener.scope, self.text("exit"), opener.site, NOTHING, 0, opener.seq
        )
        return True


cdef list settings_kept(node, tuple kept):
    """As `Op.settings`."""
    cdef list settings = []
    for name, attribute in kept:
        value = getattr(node, attribute, MISSING)
        if value is not MISSING:
            settings.append((name, value))
    return settings


cdef bint is_plain(value):
    kind = type(value)
    return value is None or kind is bool or kind is int or kind is float or kind is str


cdef bint put_value(Bytes out, value, bint as_setting) except -1:
    """Append a value as `json_value` has it, or `op_settings.encode`; False where that is left to these."""
    kind = type(value)
    cdef bint some = False, named = False
    if value is None:
        put(out, b"null")
    elif kind is bool:
        put(out, b"true" if value else b"false")
    elif kind is int:
        if not -(1 << 53) < value < 1 << 53:
            return False
        out.put_int(value)
    elif kind is float:
        if not isfinite(value):
            return False
        put(out, as_json(value))
    elif kind is str:
        if not (<str>value).isascii():
            return False
        put(out, as_json(value))
    elif isinstance(value, tuple) or (kind is list and not as_setting):
        named = as_setting and kind is not tuple
        if named:
            if not hasattr(value, "_fields"):
                return False
            put(out, b'{"named":[')
            put(out, as_json(kind.__name__))
            put(out, b",")
        put(out, b"[")
        for part in value:
            if some:
                put(out, b",")
            some = True
            if not put_value(out, part, as_setting):
                return False
        put(out, b"]]}" if named else b"]")
    else:
        return False
    return True


cdef int64_t kept_bytes(node, tuple x, tuple y) except -1:
    """As `engine_arrays.kept_bytes`."""
    cdef tuple retained_x = node.retained_x, retained_y = node.retained_y
    cdef PyObject* counted[MOST_ARRAYS]
    cdef int i, j, count = 0
    cdef int64_t size = 0
    for i in range(<int>(len(retained_x) + len(retained_y))):
        array = x[retained_x[i]] if i < len(retained_x) else y[retained_y[i - len(retained_x)]]
        if array is None:
            continue
        for j in range(count):
            if counted[j] == <PyObject*>array:
                break
        else:
            size += np.PyArray_NBYTES(<np.ndarray>array)
            if count < MOST_ARRAYS:
                counted[count] = <PyObject*>array
                count += 1
    return size
