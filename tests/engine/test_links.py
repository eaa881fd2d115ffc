"""Link, and the links of the package: parameters, calls, ownership, copies."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import numpy
import pytest

from engine import Chain, Link, Parameter, Variable, events, optimizers
from engine import links as L
from engine.link import owner_of

x = numpy.ones((2, 3), numpy.float32)


class Scaled(Link):
    """A link with two parameters, one of which has no shape yet, and a persistent value."""

    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.scale = Parameter(2.0, (3,))
            self.late = Parameter(1.0)
        self.add_persistent("seen", numpy.zeros(2))
        self.add_persistent("count", 4)

    def forward(self, x):
        return x * self.scale


@pytest.fixture
def watched():
    """The events that the engine emits during the test."""
    seen = []
    stop = events.observe(seen.append)
    yield seen
    stop()


# ---- parameters ----


def test_parameters_come_by_name():
    link = Scaled()
    assert [name for name, _ in link.namedparams()] == ["/late", "/scale"]
    assert [param.name for param in link.params()] == ["late", "scale"]
    assert [param.name for param in link.params(include_uninit=False)] == ["scale"]


def test_only_what_is_assigned_in_init_scope_is_registered():
    link = Scaled()
    link.other = Parameter(1.0, (1,))
    assert len(list(link.params())) == 2
    assert not link.within_init_scope
    with link.init_scope():
        assert link.within_init_scope
        with link.init_scope():
            pass
        assert link.within_init_scope


def test_a_link_without_super_init_says_so():
    class Forgot(Link):
        def __init__(self):
            self.x = 3

    link = Forgot()
    with pytest.raises(RuntimeError, match=r"Link.__init__\(\) has not been called"):
        link.cleargrads()
    with pytest.raises(RuntimeError, match=r"Say super\(\).__init__\(\)"), link.init_scope():
        pass


def test_shapes_given_at_construction_make_parameters():
    link = Link(a=3, b=(2, 3), c=((2,), numpy.float64))
    assert link.a.shape == (3,)
    assert link.b.shape == (2, 3)
    assert link.c.dtype == numpy.float64
    assert numpy.isnan(link.a.array).all()


def test_add_param_refuses_a_name_in_use():
    link = Scaled()
    link.add_param("q", (2,), dtype="f8")
    assert link.q.dtype == numpy.float64
    assert numpy.isnan(link.q.array).all()
    link.add_param("r", (2,), initializer=3)
    assert link.r.array.tolist() == [3, 3]
    with pytest.raises(AttributeError, match="cannot register a new parameter q: attribute exists"):
        link.add_param("q")
    with pytest.raises(AttributeError, match="cannot register a new persistent value q: attribute exists"):
        link.add_persistent("q", 1)
    with pytest.raises(AttributeError, match="non-existent attribute zz"):
        link.register_persistent("zz")


def test_count_params_warns_of_those_without_shape():
    with pytest.warns(UserWarning, match="Parameter '/late' has not been initialized"):
        assert Scaled().count_params() == 3


def test_deleting_or_replacing_a_parameter_unregisters_it():
    link = Scaled()
    first = link.scale
    link.scale = Parameter(1.0, (5,))
    assert owner_of(first) is None
    assert owner_of(link.scale) is link
    assert link.scale.name == "scale"
    del link.late
    link.scale = None
    assert list(link.params()) == []


# ---- ownership ----


def test_parameters_know_their_link_and_dont_keep_it():
    link = Scaled()
    param = link.scale
    assert owner_of(param) is link
    gone = weakref.ref(link)
    del link
    gc.collect()
    assert gone() is None
    assert owner_of(param) is None


@pytest.mark.parametrize(
    "duplicate",
    [
        copy.deepcopy,
        lambda link: pickle.loads(pickle.dumps(link)),
        lambda link: link.copy("share"),
        lambda link: link.copy("copy"),
        lambda link: link.copy("init"),
    ],
)
def test_copies_own_their_parameters_and_leave_the_originals_theirs(duplicate):
    link = Scaled()
    twin = duplicate(link)
    assert twin.scale is not link.scale
    assert owner_of(twin.scale) is twin
    assert owner_of(link.scale) is link
    assert twin.scale.name == "scale"
    assert [name for name, _ in twin.namedparams()] == ["/late", "/scale"]


def test_a_shallow_copy_takes_nothing_away():
    link = Scaled()
    twin = copy.copy(link)
    assert twin.scale is link.scale
    assert owner_of(link.scale) is link


# ---- copies ----


def test_copy_modes():
    link = Scaled()
    link.scale.array[:] = 5
    link.scale.grad = numpy.ones(3, numpy.float32)
    shared, copied, anew = (link.copy(mode) for mode in ("share", "copy", "init"))
    assert shared.scale.array is link.scale.array
    assert shared.scale.grad is None
    assert shared.seen is link.seen
    assert copied.scale.array.tolist() == [5, 5, 5]
    assert copied.scale.array is not link.scale.array
    assert copied.scale.grad.tolist() == [1, 1, 1]
    assert copied.seen is not link.seen
    assert anew.scale.array.tolist() == [2, 2, 2]
    with pytest.raises(ValueError, match=r"'init','copy', or 'share'\. But deep was given"):
        link.copy("deep")


def test_a_parameter_made_from_an_array_cant_be_made_anew():
    link = Link()
    with link.init_scope():
        link.W = Parameter(numpy.eye(2, dtype="f4"))
    with pytest.raises(TypeError, match="parameter W was made from an array"):
        link.copy("init")


def test_repeat_makes_as_many_new_links():
    numpy.random.seed(0)
    link = L.Linear(2, 2)
    repeated = link.repeat(3)
    assert sorted(child.name for child in repeated) == ["0", "1", "2"]
    weights = [child.W.array.tolist() for child in repeated]
    assert weights[0] != weights[1] != weights[2]
    assert len(link.repeat(0)) == 0
    assert link.name is None
    copies = link.repeat(2, mode="copy")
    assert copies[0].W.array.tolist() == link.W.array.tolist()


def test_copyparams_copies_values_and_persistents():
    source, target = Scaled(), Scaled()
    source.scale.array[:] = 7
    source.seen[:] = 1
    source.count = 9
    target.copyparams(source, copy_persistent=False)
    assert target.scale.array.tolist() == [7, 7, 7]
    assert target.count == 4
    target.copyparams(source)
    assert target.count == 9
    assert target.seen.tolist() == [1, 1]
    with pytest.raises(KeyError, match="Scaled has 'late', but Link has not"):
        target.copyparams(Link())


# ---- gradients and updates ----


def test_gradients_are_cleared_zeroed_and_added():
    link, other = Scaled(), Scaled()
    link.cleargrads()
    assert [param.grad for param in link.params()] == [None, None]
    with pytest.warns(DeprecationWarning, match="cleargrads"):
        link.zerograds()
    assert link.scale.grad.tolist() == [0, 0, 0]
    other.cleargrads()
    other.scale.grad = numpy.full(3, 2, numpy.float32)
    link.addgrads(other)
    assert link.scale.grad.tolist() == [2, 2, 2]


def test_clearing_is_one_event_for_all_parameters(watched):
    link = Scaled()
    watched.clear()
    link.cleargrads()
    with pytest.warns(DeprecationWarning, match="cleargrads"):
        link.zerograds()
    assert [(type(event), event.zeroed) for event in watched] == [
        (events.GradsCleared, False),
        (events.GradsCleared, True),
    ]
    assert watched[0].parameters == (link.late, link.scale)


def test_updates_can_be_disabled():
    link = Scaled()
    assert not link.update_enabled
    optimizers.SGD().setup(link)
    assert link.update_enabled
    link.disable_update()
    assert not link.update_enabled
    link.enable_update()
    assert link.update_enabled


# ---- calls ----


def test_a_call_is_announced(watched):
    link = Scaled()
    watched.clear()
    y = link(x)
    assert y.shape == (2, 3)
    entered, *_, exited = watched
    assert type(entered) is events.ScopeEntered
    assert entered.link is link
    assert entered.args == (x,)
    assert type(exited) is events.ScopeExited
    assert (exited.link, exited.failed) == (link, False)


def test_a_failing_call_is_announced_as_failed(watched):
    link = Scaled()
    watched.clear()
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        link()
    assert [type(event) for event in watched] == [events.ScopeEntered, events.ScopeExited]
    assert watched[1].failed


def test_old_style_calls_are_announced_once(watched):
    class Old(Chain):
        def __call__(self, x):
            return x + 1

    class Older(Old):
        def __call__(self, x):
            return super().__call__(x)

    class New(Link):
        def __call__(self, x):
            return super().__call__(x)

        def forward(self, x):
            return x

    for link in (Old(), Older(), New()):
        watched.clear()
        link(3)
        assert [type(event) for event in watched] == [events.ScopeEntered, events.ScopeExited]
        assert watched[0].link is link


def test_a_link_without_forward_says_so():
    class Nothing(Link):
        pass

    with pytest.raises(AttributeError, match="'Nothing' object has no attribute 'forward'"):
        Nothing()(3)


# ---- devices ----


def test_to_cpu_and_to_device_give_the_link_back():
    link = Scaled()
    with pytest.warns(DeprecationWarning, match="to_device"):
        assert link.to_cpu() is link
    assert link.to_device("@numpy") is link
    assert link.xp is numpy
    assert link.device.name == "@numpy"
    with pytest.raises(ValueError, match="names no device"):
        link.to_device("@nowhere")


def test_a_gpu_that_isnt_there_is_named_as_missing(monkeypatch):
    from engine.backends import cuda

    monkeypatch.setattr(cuda, "_state", {"cupy": None, "why": "CuPy is not installed"})
    with (
        pytest.raises(RuntimeError, match=r"CuPy is not installed.*\n.*pip install"),
        pytest.warns(DeprecationWarning, match="to_device"),
    ):
        Scaled().to_gpu()


# ---- as people see it ----


def test_str_shows_the_settings():
    assert str(L.Linear(2, 3, nobias=True)) == "Linear(in_size=2, out_size=3, nobias=True)"
    assert str(Scaled()) == "Scaled()"


# ---- Linear ----


def test_linear_is_x_w_transposed_plus_b():
    link = L.Linear(3, 2, initialW=numpy.arange(6).reshape(2, 3), initial_bias=numpy.array([1, 2]))
    assert link(x).array.tolist() == [[4, 14], [4, 14]]
    assert link.W.dtype == numpy.float32
    assert L.Linear(3, 2, nobias=True).b is None


def test_linear_with_one_size_sees_the_other_at_the_first_call():
    for link in (L.Linear(4), L.Linear(None, 4)):
        assert link.W.array is None
        assert link.b.array.tolist() == [0, 0, 0, 0]
        assert link(numpy.ones((2, 3, 5), "f4")).shape == (2, 4)
        assert link.W.shape == (4, 15)


def test_linear_keeps_several_batch_axes():
    link = L.Linear(4)
    assert link(Variable(numpy.ones((2, 3, 5), "f4")), n_batch_axes=2).shape == (2, 3, 4)
    assert link.W.shape == (4, 5)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((2.5, 3), TypeError, "in_size must be a whole number or None, not 2.5"),
        (("a", 3), TypeError, "in_size must be a whole number or None, not 'a'"),
        ((2, -3), ValueError, "out_size must not be negative, but it is -3"),
        ((None, None), TypeError, "out_size must be a whole number, not None"),
    ],
)
def test_linear_refuses_sizes_that_are_none(arguments, error, message):
    with pytest.raises(error, match=message):
        L.Linear(*arguments)


def test_linear_refuses_what_is_no_batch():
    with pytest.raises(ValueError, match=r"x has shape \(3,\), but it needs more than 1 axes"):
        L.Linear(2)(numpy.ones(3, "f4"))
    with pytest.raises(TypeError, match="x must be a variable or an array, not int"):
        L.Linear(2)(3)


def test_linear_from_weights():
    W, b = numpy.ones((2, 3), "f4"), numpy.ones(2, "f4")
    link = L.Linear.from_params(W, b)
    assert link.W.array is W
    assert link(x).array.tolist() == [[4, 4], [4, 4]]
    assert L.Linear.from_params(W).b is None
