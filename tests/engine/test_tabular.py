"""Datasets in columns: examples, views and computed columns; converters as objects; pickled datasets."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pytest

import engine
from engine import dataset, datasets
from engine.dataset import tabular

A, B = np.arange(6), [10, 11, 12, 13, 14, 15]


@pytest.fixture
def table():
    return tabular.from_data((("a", A), ("b", B)))


def plain(columns):
    return [list(column) for column in columns]


def test_columns_make_tuples_dicts_or_values():
    assert tabular.from_data((A, B))[1] == (1, 11)
    assert tabular.from_data({"a": A, "b": B})[1] == {"a": 1, "b": 11}
    assert tabular.from_data(A)[1] == 1
    assert tabular.from_data(("b", B)).keys == ("b",)
    assert tabular.from_data((("b", B),))[0] == (10,)


def test_functions_make_columns():
    table = tabular.from_data(((("x", "y"), lambda i: (i * 2, -i)), ("b", B)))
    assert (table.keys, table[3]) == (("x", "y", "b"), (6, -3, 13))
    assert tabular.from_data({("x", "y"): lambda i: {"x": i, "y": -i}, "b": B})[2] == {
        "x": 2,
        "y": -2,
        "b": 12,
    }
    assert len(tabular.from_data(("x", lambda i: i), size=7)) == 7
    for wrong, message in ((("x", lambda i: i), "size"), (lambda i: i, "name")):
        with pytest.raises(ValueError, match=message):
            tabular.from_data(wrong)


def test_rows_and_columns_are_chosen_by_brackets(table):
    assert table[1:3] == [(1, 11), (2, 12)]
    assert table[-1] == (5, 15)
    assert plain(table.slice[[3, -1], ("b", "a")].fetch()) == [[13, 15], [3, 5]]
    assert table.slice[1:4, "b"].fetch() == [11, 12, 13]
    assert table.slice[1:4, "b"].mode is None
    assert table.slice[1:4, -1].keys == ("b",)
    one = tabular.from_data(("b", B))
    assert (one.slice[:, ("b",)].mode, one.slice[:, ("b",)][1], one.slice[:, "b"][1]) == (tuple, (11,), 11)
    assert plain(table.slice[::-1].slice[:2].fetch()) == [[5, 4], [15, 14]]
    assert plain(table.slice[[True, False] * 3].fetch()) == [[0, 2, 4], [10, 12, 14]]
    assert table.slice[1:5][[0, -1]] == [(1, 11), (4, 14)]
    assert plain(table.slice[0:0].fetch()) == [[], []]


@pytest.mark.parametrize(
    ("index", "error"),
    [
        (([9],), IndexError),
        ((slice(None), "z"), KeyError),
        ((slice(None), 5), IndexError),
        (([True],), ValueError),
    ],
)
def test_rows_and_columns_that_are_not_there_are_refused(table, index, error):
    with pytest.raises(error):
        table.slice[index if len(index) > 1 else index[0]]


def test_a_slice_of_an_array_shares_its_memory(table):
    assert np.shares_memory(table.slice[1:5].slice[::2].fetch()[0], A)


def test_tables_join_by_columns_and_concatenate_by_rows(table):
    other = tabular.from_data(("c", B[::-1]))
    assert table.join(other)[0] == (0, 10, 15)
    assert table.asdict().join(other)[0] == {"a": 0, "b": 10, "c": 15}
    assert plain(table.join(other).get_examples([0, 1], (2, 0))) == [[15, 14], [0, 1]]
    assert table.concat(table)[7] == (1, 11)
    assert plain(table.concat(table).get_examples(slice(9, 4, -2), (1,))) == [[13, 11, 15]]
    with pytest.raises(ValueError, match="same length"):
        table.join(tabular.from_data(("c", [1])))
    with pytest.raises(ValueError, match="different names"):
        table.join(table)
    with pytest.raises(ValueError, match="same columns"):
        table.concat(other)


def test_a_transform_computes_only_the_examples_asked_for(table):
    seen = []

    def swapped(a, b):
        seen.append(int(a))
        return {"x": b, "y": a}

    view = table.transform(("x", "y"), swapped)
    assert view.mode is dict
    assert view[2] == {"x": 12, "y": 2}
    assert plain(view.get_examples([1, 4], (1,))) == [[1, 4]]
    assert seen == [0, 2, 1, 4]
    assert table.asdict().transform("x", lambda a, b: a + b)[1] == 12
    assert table.transform_batch("x", lambda a, b: a + np.array(b)).fetch().tolist() == [
        10,
        12,
        14,
        16,
        18,
        20,
    ]
    with pytest.raises(ValueError, match="number of rows"):
        table.transform_batch("x", lambda a, b: [1]).fetch()


def test_columns_become_arrays_or_what_a_converter_makes(table):
    a, b = table.convert(table.fetch())
    assert (a.tolist(), b.tolist()) == (A.tolist(), B)
    assert tabular.from_data([np.ones(2), np.zeros(2)]).convert([np.ones(2), np.zeros(2)]).shape == (2, 2)
    doubled = table.with_converter(lambda a, b: np.array(b) * 2)
    assert doubled.slice[:2].convert(doubled.slice[:2].fetch()).tolist() == [20, 22]
    assert doubled.join(tabular.from_data(("c", B))).mode is tuple


def test_ones_own_table_is_defined_by_four_members():
    class Squares(dataset.TabularDataset):
        keys = ("i", "square")
        mode = tuple

        def __len__(self):
            return 4

        def get_examples(self, indices, key_indices):
            rows = np.arange(4)[slice(None) if indices is None else indices]
            return tuple([rows, rows**2][place] for place in (key_indices or (0, 1)))

    squares = Squares()
    assert list(squares) == [(0, 0), (1, 1), (2, 4), (3, 9)]
    assert squares.slice[2:, "square"].fetch().tolist() == [4, 9]
    assert tabular.DelegateDataset(squares).asdict()[3] == {"i": 3, "square": 9}
    assert next(engine.iterators.SerialIterator(squares, 2, shuffle=False)) == [(0, 0), (1, 1)]


def test_a_converter_gets_the_device_as_a_device():
    @dataset.converter()
    def convert(batch, device):
        """Words of the function."""
        return device, device.send(np.array(batch))

    device, array = convert([1, 2], -1)
    assert isinstance(convert, dataset.Converter)
    assert convert.__doc__ == "Words of the function."
    assert (str(device), array.tolist()) == ("@numpy", [1, 2])
    updater = engine.training.updaters.StandardUpdater(
        engine.iterators.SerialIterator([1.0, 2.0], 2),
        engine.optimizers.SGD().setup(engine.Chain()),
        converter=convert,
        device=-1,
        loss_func=lambda device, x: engine.Variable(np.array(x.sum())),
    )
    updater.update()


def test_asynchronous_concatenation_on_the_cpu_is_the_ordinary_one():
    converter = dataset.ConcatWithAsyncTransfer()
    assert converter([np.ones(2), np.ones(1)], -1, padding=0).tolist() == [[1, 1], [1, 0]]


def test_pickled_objects_are_read_where_they_stand(tmp_path):
    path = str(tmp_path / "objects")
    with datasets.open_pickle_dataset_writer(path) as writer:
        writer.write(("a", 1))
        writer.write({"b": [2]})
    with datasets.open_pickle_dataset(path) as objects:
        assert len(objects) == 2
        assert objects[1] == {"b": [2]}
        assert objects[:] == [("a", 1), {"b": [2]}]
        iterator = engine.iterators.MultiprocessIterator(
            objects, 2, shuffle=False, repeat=False, n_processes=1
        )
        with iterator:
            assert next(iterator) == [("a", 1), {"b": [2]}]
        with pickle.loads(pickle.dumps(objects)) as sent:  # as a process that starts afresh gets it
            assert sent[0] == ("a", 1)
    cut = io.BytesIO(pickle.dumps(1) + pickle.dumps("cut off")[:-4])
    assert len(datasets.PickleDataset(cut)) == 1
