"""Chain, ChainList, Sequential: models of models, their order, names and copies."""

from __future__ import annotations

import copy
import pickle

import numpy
import pytest

from engine import Chain, ChainList, Parameter, Sequential
from engine import functions as F
from engine import links as L
from engine.link import owner_of


class MLP(Chain):
    """A model with a parameter of its own and a layer that has no shape yet."""

    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l2 = L.Linear(2, 3)
            self.l1 = L.Linear(None, 4)
            self.p = Parameter(1, (2,))
        self.unregistered = L.Linear(1, 1)


def lines(n):
    return [L.Linear(1, size + 1) for size in range(n)]


def sizes(links):
    return [(link.name, link.out_size) for link in links]


def path_of(link):
    """The names from the outermost owner inwards."""
    owner = owner_of(link)
    return [] if owner is None else [*path_of(owner), link.name]


# ---- Chain ----


def test_own_parameters_come_first_then_links_by_name():
    model = MLP()
    assert [name for name, _ in model.namedparams()] == ["/p", "/l1/W", "/l1/b", "/l2/W", "/l2/b"]
    assert [name for name, _ in model.namedparams(False)] == ["/p", "/l1/b", "/l2/W", "/l2/b"]
    assert list(model.params()) == [param for _, param in model.namedparams()]
    assert [name for name, _ in model.namedlinks()] == ["/", "/l1", "/l2"]
    assert [name for name, _ in model.namedlinks(skipself=True)] == ["/l1", "/l2"]
    assert list(model.links()) == [model, model.l1, model.l2]
    assert list(model.children()) == [model.l1, model.l2]
    assert model["l1"] is model.l1


def test_a_class_that_chooses_its_parameters_is_asked():
    class Frozen(L.Linear):
        def params(self, include_uninit=True):
            return iter([self.b])

    chain = Chain(a=Frozen(2, 2), b=L.Linear(2, 2))
    assert [param.name for param in chain.params()] == ["b", "W", "b"]


def test_an_attribute_that_exists_cant_become_a_link():
    model = MLP()
    with (
        pytest.raises(AttributeError, match="cannot register a new link l1: attribute exists"),
        model.init_scope(),
    ):
        model.l1 = L.Linear(3, 3)
    with pytest.raises(AttributeError, match="cannot register a new link l1: attribute exists"):
        model.add_link("l1", L.Linear(3, 3))
    with pytest.raises(TypeError, match="cannot register a non-link object as a child: x is int"):
        model.add_link("x", 3)
    with pytest.raises(TypeError, match="the name must be a string, not int: 3"):
        model.add_link(3, L.Linear(1, 1))


def test_replacing_and_deleting_links():
    model = MLP()
    first = model.l1
    model.l1 = L.Linear(5, 5)
    assert path_of(model.l1) == ["l1"]
    assert owner_of(first) is None
    del model.l2
    assert [name for name, _ in model.namedlinks(skipself=True)] == ["/l1"]
    model.l1 = None
    assert list(model.children()) == []
    model.cleargrads()


def test_paths_go_from_the_outermost_owner():
    classifier = L.Classifier(MLP())
    assert path_of(classifier.predictor.l1) == ["predictor", "l1"]
    listed = ChainList(classifier)
    assert path_of(classifier.predictor.l1) == ["0", "predictor", "l1"]
    assert listed[0] is classifier


def test_a_link_in_two_parents_belongs_to_the_later_one():
    shared = L.Linear(2, 2)
    first, second = Chain(a=shared), Chain(b=shared)
    assert owner_of(shared) is second
    assert shared.name == "b"
    del first.a
    assert owner_of(shared) is second
    assert list(first.children()) == []
    del second
    assert owner_of(shared) is None


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
@pytest.mark.parametrize(
    "make",
    [
        lambda: L.Classifier(MLP(), lossfun=F.mean_squared_error),
        lambda: ChainList(MLP(), MLP()),
        lambda: Sequential(MLP(), F.relu, MLP()),
    ],
)
def test_copies_are_whole(make, duplicate):
    model = make()
    names = [name for name, _ in model.namedparams()]
    twin = duplicate(model)
    assert [name for name, _ in twin.namedparams()] == names
    for name, link in [*model.namedlinks(skipself=True), *twin.namedlinks(skipself=True)]:
        assert "/" + "/".join(path_of(link)) == name
    for original, copied in zip(model.namedparams(), twin.namedparams(), strict=True):
        assert original[1] is not copied[1]
    assert {type(link) for link in twin.links()} == {type(link) for link in model.links()}


def test_copyparams_goes_through_all_links():
    source, target = MLP(), MLP()
    target.copyparams(source)
    assert target.l2.W.array.tolist() == source.l2.W.array.tolist()
    with pytest.raises(KeyError, match="MLP has 'p', but Chain has not"):
        target.copyparams(Chain())


def test_str_is_the_tree():
    assert str(Chain(l1=L.Linear(2, 3), inner=Chain())) == (
        "Chain(\n  (inner): Chain(),\n  (l1): Linear(in_size=2, out_size=3, nobias=False),\n)"
    )
    assert str(ChainList(ChainList(L.Linear(1, 1)))) == (
        "ChainList(\n  (0): ChainList(\n    (0): Linear(in_size=1, out_size=1, nobias=False),\n  ),\n)"
    )


# ---- ChainList ----


def test_children_are_named_by_their_place():
    a, b, c, d, e = lines(5)
    links = ChainList(a, b)
    links.append(c)
    links.insert(0, d)
    assert sizes(links) == [("0", 4), ("1", 1), ("2", 2), ("3", 3)]
    links[1] = e
    assert owner_of(a) is None
    del links[0]
    assert sizes(links) == [("0", 5), ("1", 2), ("2", 3)]
    links[0:2] = [d]
    assert sizes(links) == [("0", 4), ("1", 3)]
    links.extend([a, b])
    links.reverse()
    assert sizes(links) == [("0", 2), ("1", 1), ("2", 3), ("3", 4)]
    assert links.pop() is d
    assert links[-1] is c
    assert [name for name, _ in links.namedparams()][:2] == ["/0/W", "/0/b"]
    assert [name for name, _ in links.namedlinks()] == ["/", "/0", "/1", "/2"]


def test_a_list_refuses_what_is_no_link():
    links = ChainList(L.Linear(1, 1))
    for attempt in (
        lambda: links.append(3),
        lambda: links.__setitem__(0, 3),
        lambda: links.__setitem__(slice(None), [3]),
        lambda: ChainList(3),
    ):
        with pytest.raises(TypeError, match="cannot register a non-link object as a child"):
            attempt()
    assert len(links) == 1


def test_a_list_names_no_links_but_parameters():
    links = ChainList()
    with links.init_scope():
        links.p = Parameter(1, (1,))
    assert [name for name, _ in links.namedparams()] == ["/p"]
    with pytest.raises(TypeError, match=r"say self\.append"), links.init_scope():
        links.l = L.Linear(1, 1)


# ---- Sequential ----


def test_each_layer_gets_what_the_one_before_gave():
    model = Sequential(
        lambda a, b: (a, a + b), lambda a, b: {"left": a, "right": b}, lambda left, right: left * right
    )
    assert model(2, 3) == 10
    with pytest.raises(RuntimeError, match="does not have any layer"):
        Sequential()(3)
    with pytest.raises(ValueError, match=r"should be callable\. But given 3"):
        Sequential(F.relu, 3)


def test_links_of_a_sequence_are_numbered_without_the_functions():
    model = Sequential(L.Linear(1, 2), F.relu, L.Linear(2, 3))
    assert [name for name, _ in model.namedparams()] == ["/0/W", "/0/b", "/1/W", "/1/b"]
    assert len(model) == 3
    assert model[1] is F.relu
    model.insert(0, L.Linear(1, 1))
    assert sizes(model.children()) == [("0", 1), ("1", 2), ("2", 3)]
    del model[0]
    model[0] = F.tanh
    assert sizes(model.children()) == [("0", 3)]


def test_a_sequence_is_a_list():
    model = Sequential(F.relu, F.tanh, F.relu)
    assert model.count(F.relu) == 2
    assert model.index(F.tanh) == 1
    model.remove(F.tanh)
    assert F.tanh not in model
    model.extend(Sequential(L.Linear(1, 1)))
    assert model.pop().out_size == 1
    both = model + Sequential(F.tanh)
    both += Sequential(F.exp)
    assert list(both) == [F.relu, F.relu, F.tanh, F.exp]
    with pytest.raises(ValueError, match="supports only objects of Sequential"):
        model.__add__([F.relu])
    model.clear()
    assert len(model) == 0


def test_layers_can_be_counted_and_removed_by_type():
    model = Sequential(L.Linear(1, 1), F.relu, L.Linear(1, 1))
    assert model.count_by_layer_type("Linear") == 2
    model.remove_by_layer_type("Linear")
    assert list(model) == [F.relu]
    assert model.count_by_layer_type("relu") == 1


def test_flatten_takes_inner_sequences_apart():
    inner = L.Linear(1, 1)
    model = Sequential(Sequential(F.relu, Sequential(inner)), F.tanh)
    assert list(model.flatten()) == [F.relu, inner, F.tanh]


def test_copied_sequence_calls_its_own_links():
    model = Sequential(L.Linear(1, 2), F.relu)
    shared, twin = model.copy("share"), model.copy("copy")
    for each in (shared, twin):
        assert each[0] is next(iter(each.children()))
    assert shared[0] is not model[0]
    twin[0].W.array[:] = 0
    assert model[0].W.array.any()
    with pytest.raises(ValueError, match="cannot be copied to a Sequential"):
        model.copyparams(ChainList())
    with pytest.raises(IndexError, match="has 1 links, but Sequential has only 0"):
        model.copyparams(Sequential())


def test_repeated_sequence_is_initialized_anew():
    numpy.random.seed(0)
    model = Sequential(L.Linear(2, 2), F.relu).repeat(2)
    assert [name for name, _ in model.namedparams()] == ["/0/0/W", "/0/0/b", "/1/0/W", "/1/0/b"]
    assert model[0][0].W.array.tolist() != model[1][0].W.array.tolist()
