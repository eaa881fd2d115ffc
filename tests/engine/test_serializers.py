"""Serializers: npz without pickle, HDF5, and what each object stores."""

from __future__ import annotations

import io
import sys

import numpy
import pytest

import engine
from engine import links as L
from engine import serializers
from engine.serializers.none_entry import NONE_ENTRY, is_none_entry


class Holder:
    """Some values that are serialized."""

    def __init__(self, **values):
        self.values = values

    def serialize(self, serializer):
        for name, value in self.values.items():
            self.values[name] = serializer(name, value)


def stored(obj):
    serializer = serializers.DictionarySerializer()
    serializer.save(obj)
    return serializer.target


def through_npz(saved, loaded, **options):
    file = io.BytesIO()
    serializers.save_npz(file, saved)
    file.seek(0)
    serializers.load_npz(file, loaded, **options)
    return loaded


def test_values_come_back_from_npz_in_the_types_of_the_present_ones():
    saved = Holder(a=numpy.arange(3.0), i=3, f=2.5, b=True, s="hällo", n=None)
    loaded = through_npz(saved, Holder(a=numpy.zeros(3), i=0, f=0.0, b=False, s="", n=None)).values
    assert [type(value) for value in loaded.values()] == [numpy.ndarray, int, float, bool, str, type(None)]
    assert (loaded["i"], loaded["f"], loaded["b"], loaded["s"]) == (3, 2.5, True, "hällo")
    numpy.testing.assert_array_equal(loaded["a"], [0, 1, 2])


def test_loading_writes_into_the_present_array():
    array = numpy.zeros(3, "f4")
    assert through_npz(Holder(a=numpy.arange(3.0)), Holder(a=array)).values["a"] is array
    assert array.tolist() == [0, 1, 2]


def test_a_path_is_taken_without_adding_a_suffix(tmp_path):
    serializers.save_npz(tmp_path / "model", L.Linear(2, 3))
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_uninitialized_parameters_get_the_stored_shape_and_stay_none_without_one():
    full = L.Linear(2, 3)
    assert through_npz(full, L.Linear(None, 3)).W.array.tolist() == full.W.array.tolist()
    kept = full.W.array.copy()
    assert through_npz(L.Linear(None, 3), full).W.array.tolist() == kept.tolist()


def test_none_is_written_in_a_way_that_every_numpy_reads():
    file = io.BytesIO()
    serializers.save_npz(file, L.Linear(None, 3))
    file.seek(0)
    with numpy.load(file, allow_pickle=False) as npz:
        assert npz.zip.read("W.npy") == NONE_ENTRY
    assert is_none_entry(NONE_ENTRY)


@pytest.mark.parametrize("value", [3, "x", [None], print])
def test_an_object_in_an_archive_is_refused_and_not_unpickled(value):
    file = io.BytesIO()
    array = numpy.empty((), dtype=object)
    array[()] = value
    numpy.savez(file, W=array, b=numpy.zeros(3, "f4"))
    file.seek(0)
    with pytest.raises(ValueError, match="loading W: Object arrays cannot be loaded"):
        serializers.load_npz(file, L.Linear(2, 3))


def test_numpys_own_none_is_recognized():
    file = io.BytesIO()
    numpy.save(file, numpy.array(None), allow_pickle=True)
    assert is_none_entry(file.getvalue())
    assert not is_none_entry(file.getvalue()[:-8])
    assert not is_none_entry(b"no array")


def test_strict_loading_names_what_is_missing_and_lax_loading_leaves_it():
    file = io.BytesIO()
    serializers.save_npz(file, Holder(a=1))
    file.seek(0)
    with pytest.raises(KeyError, match="q"):
        serializers.load_npz(file, Holder(a=0, q=5))
    file.seek(0)
    loaded = Holder(a=0, q=5)
    serializers.load_npz(file, loaded, strict=False)
    assert loaded.values == {"a": 1, "q": 5}


@pytest.mark.parametrize("names", ["a", ["a"], lambda name: name == "a", (lambda name: False, "a")])
def test_ignored_names_stay_as_they_are(names):
    loaded = through_npz(Holder(a=1, b=2), Holder(a=0, b=0), ignore_names=names)
    assert loaded.values == {"a": 0, "b": 2}


def test_wrong_ignore_names_shapes_and_types_are_refused():
    with pytest.raises(ValueError, match="ignore_names needs to be"):
        serializers.NpzDeserializer({}, ignore_names=[3])
    with pytest.raises(ValueError, match=r"loading W: .*\(3,2\).*\(3,3\)"):
        through_npz(L.Linear(2, 3), L.Linear(3, 3))
    with pytest.raises(TypeError, match="loading x: Cannot safely deserialize"):
        through_npz(Holder(x=2.5), Holder(x=1))
    with pytest.raises(TypeError, match=r"saving x: .* not dict"):
        serializers.save_npz(io.BytesIO(), Holder(x={}))


def test_a_part_of_an_archive_is_loaded_by_its_path():
    link = L.Linear(2, 3)
    loaded = through_npz(engine.Chain(inner=link), L.Linear(2, 3), path="inner/")
    assert loaded.W.array.tolist() == link.W.array.tolist()


def test_names_in_a_sequential_are_numbered_as_chainer_does():
    layers = [L.Linear(1, n) for n in (1, 2, 3, 4)]
    shapes = {name: array.shape for name, array in stored(engine.Sequential(*layers)).items()}
    assert [shapes[f"{i}/W"][0] for i in range(4)] == [1, 4, 3, 2]


def test_an_optimizer_goes_on_as_if_it_had_never_stopped():
    def trained(steps, model, optimizer):
        for _ in range(steps):
            optimizer.update(lambda: (model(numpy.ones((1, 2), "f4")) ** 2)[0, 0])
        return model.W.array.copy()

    first = L.Linear(2, 3, initialW=0.5)
    optimizer = engine.optimizers.Adam(0.1).setup(first)
    trained(3, first, optimizer)
    second = through_npz(first, L.Linear(2, 3))
    resumed = through_npz(optimizer, engine.optimizers.Adam(0.1).setup(second))
    assert resumed.t == 3
    numpy.testing.assert_array_equal(trained(2, first, optimizer), trained(2, second, resumed))


def test_an_optimizer_saved_before_its_first_update_has_no_state():
    fresh = engine.optimizers.Adam().setup(L.Linear(2, 3))
    assert sorted(stored(fresh)) == ["W/t", "b/t", "epoch", "t"]
    with pytest.raises(KeyError):
        serializers.NpzDeserializer(stored(fresh)).load(engine.optimizers.Adam().setup(L.Linear(2, 3)))


def test_an_iterator_goes_on_in_the_same_order():
    first = engine.iterators.SerialIterator(list(range(10)), 3)
    first.next()
    second = engine.iterators.SerialIterator(list(range(10)), 3)
    serializers.NpzDeserializer(stored(first)).load(second)
    assert [int(i) for i in second.next() + second.next()] == [int(i) for i in first.next() + first.next()]
    assert second.previous_epoch_detail == first.previous_epoch_detail


def test_a_summary_keeps_its_sums():
    summary = engine.DictSummary()
    summary.add({"a": 1.0, "b/c": 2})
    loaded = engine.DictSummary()
    serializers.NpzDeserializer(stored(summary)).load(loaded)
    loaded.add({"a": 3.0})
    assert loaded.compute_mean() == {"a": 2.0, "b/c": 2}


def test_without_h5py_the_message_says_what_to_type(monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(RuntimeError, match=r"pip install 'bpdebug\[hdf5\]'"):
        serializers.save_hdf5("never.h5", L.Linear(2, 3))


def test_values_come_back_from_hdf5(tmp_path):
    pytest.importorskip("h5py")
    values = {"a": numpy.arange(3.0), "i": 3, "s": "hällo", "n": None, "e": numpy.zeros((0, 3), "f4")}
    model = engine.Sequential(L.Linear(None, 3), L.Linear(3, 2))
    serializers.save_hdf5(tmp_path / "values.h5", Holder(**values))
    serializers.save_hdf5(tmp_path / "model.h5", model)
    loaded = Holder(a=numpy.zeros(3), i=0, s="", n=1, e=numpy.ones((0, 3), "f4"))
    serializers.load_hdf5(tmp_path / "values.h5", loaded)
    assert (loaded.values["i"], loaded.values["s"], loaded.values["n"]) == (3, "hällo", None)
    assert loaded.values["a"].tolist() == [0, 1, 2]
    other = engine.Sequential(L.Linear(None, 3), L.Linear(3, 2))
    serializers.load_hdf5(tmp_path / "model.h5", other)
    assert other[1].W.array.tolist() == model[1].W.array.tolist()
    assert other[0].W.array is None


def test_whatever_gives_an_array_for_a_parameter_without_shape_gives_its_shape():
    link = engine.links.Linear(None, 2, nobias=True)
    stored = numpy.arange(6, dtype="f").reshape(2, 3)
    link.serialize(lambda name, value: stored)
    numpy.testing.assert_array_equal(link.W.array, stored)


def test_one_stored_element_is_a_number_whatever_axes_it_has():
    deserializer = serializers.NpzDeserializer({"one": numpy.array([2.5]), "two": numpy.ones(2)})
    assert deserializer("one", 0.0) == 2.5
    with pytest.raises(TypeError, match="loading two"):
        deserializer("two", 0.0)
