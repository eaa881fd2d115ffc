"""Reported values: names, scopes, summaries, events; and the Classifier, which reports."""

from __future__ import annotations

import threading

import numpy
import pytest

from engine import (
    Deserializer,
    DictSummary,
    Reporter,
    Summary,
    Variable,
    events,
    get_current_reporter,
    report,
    report_scope,
    using_config,
)
from engine import functions as F
from engine import links as L

x = numpy.ones((4, 2), "f4")
t = numpy.array([0, 1, 2, 0], "i4")


@pytest.fixture
def model():
    return L.Classifier(L.Linear(2, 3))


@pytest.fixture
def reporter(model):
    reporter = Reporter()
    reporter.add_observer("main", model)
    reporter.add_observers("main", model.namedlinks(skipself=True))
    return reporter


@pytest.fixture
def told():
    """Names and values of the reports that the engine's observers see."""
    seen = []
    stop = events.observe(
        lambda event: seen.append((event.name, event.value)) if isinstance(event, events.Reported) else None
    )
    yield seen
    stop()


# ---- Reporter ----


def test_values_are_stored_under_the_name_of_who_reports(model, reporter):
    with reporter:
        assert get_current_reporter() is reporter
        report({"loss": 1.0}, model)
        report({"y": 2}, model.predictor)
        report({"lr": 3})
    assert reporter.observation == {"main/loss": 1.0, "main/predictor/y": 2, "lr": 3}


def test_scopes_collect_apart(model, reporter):
    inner, innermost = {}, {}
    with reporter:
        with report_scope(inner):
            report({"loss": 1}, model)
            with reporter.scope(innermost):
                report({"loss": 2}, model)
        report({"loss": 3}, model)
    assert inner == {"main/loss": 1}
    assert innermost == {"main/loss": 2}
    assert reporter.observation == {"main/loss": 3}


def test_strangers_are_refused(reporter):
    with reporter, pytest.raises(KeyError, match=r"not registered to the reporter.*for this Linear first"):
        report({"y": 3}, L.Linear(1, 1))


def test_without_a_reporter_nothing_is_stored(model):
    report({"loss": 1}, model)
    for attempt in (get_current_reporter, lambda: report_scope({}).__enter__()):
        with pytest.raises(IndexError, match="no reporter is in use in this thread"):
            attempt()


def test_reporters_are_the_threads_own(reporter):
    found = []

    def ask():
        try:
            found.append(get_current_reporter())
        except IndexError as error:
            found.append(error)

    with reporter:
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert isinstance(found[0], IndexError)


def test_reported_variables_let_go_of_their_graph(reporter):
    with reporter:
        y = F.sum(Variable(numpy.ones(2)) * 2)
        report({"y": y})
        assert reporter.observation["y"].creator is None
        assert y.creator is not None
        with using_config("keep_graph_on_report", True):
            report({"y": y})
        assert reporter.observation["y"] is y


def test_observers_are_told_with_and_without_reporter(model, reporter, told):
    report({"loss": 1}, model)
    with reporter:
        report({"loss": 2}, model)
    reporter.report({"lr": 3})
    assert told == [("loss", 1), ("main/loss", 2), ("lr", 3)]


# ---- summaries ----


def test_mean_and_standard_deviation():
    summary = Summary()
    for value in (1.0, 2.0, numpy.float32(4), Variable(numpy.array(5.0))):
        summary.add(value)
    assert summary.compute_mean() == 3
    mean, std = summary.make_statistics()
    assert mean == 3
    assert std == pytest.approx(numpy.std([1, 2, 4, 5]))


def test_weights_count_values_several_times():
    summary = Summary()
    summary.add(1, weight=3)
    summary.add(5)
    assert summary.compute_mean() == 2


def test_many_small_float32_values_are_summed_exactly():
    summary = Summary()
    summary.add(numpy.float32(2**24))
    for _ in range(8):
        summary.add(numpy.array(1, "f4"))
    assert summary.compute_mean() * 9 == pytest.approx(2**24 + 8, abs=0.1)


def test_summaries_by_name_pass_over_what_is_no_number():
    summary = DictSummary()
    summary.add({"a": 1.0, "b": (2.0, 3), "text": "x"})
    summary.add({"a": 3.0, "b": numpy.array(5.0), "array": numpy.ones(2), "nothing": None})
    assert summary.compute_mean() == {"a": 2, "b": 2.75}
    statistics = summary.make_statistics()
    assert set(statistics) == {"a", "a.std", "b", "b.std"}
    assert statistics["a.std"] == 1


# ---- Classifier ----


def test_a_classifier_gives_the_loss_and_keeps_what_it_found(model):
    loss = model(x, t)
    assert model.y.shape == (4, 3)
    assert model.loss is loss
    numpy.testing.assert_allclose(loss.array, F.softmax_cross_entropy(model.predictor(x), t).array)
    numpy.testing.assert_allclose(model.accuracy.array, F.accuracy(model.y, t).array)


def test_a_classifier_reports(model, reporter, told):
    with reporter:
        loss = model(x, t)
    assert set(reporter.observation) == {"main/loss", "main/accuracy"}
    assert told == [("main/loss", loss), ("main/accuracy", model.accuracy)]
    told.clear()
    model.compute_accuracy = False
    model(x, t)
    assert model.accuracy is None
    assert told == [("loss", model.loss)]


def test_labels_may_stand_anywhere():
    by_index = L.Classifier(L.Linear(2, 3), label_key=0)
    by_name = L.Classifier(by_index.predictor, label_key="t")
    assert by_index(t, x).array == by_name(x, t=t).array


def test_other_losses_and_scores():
    model = L.Classifier(lambda x: x * 2, lossfun=F.mean_squared_error, accfun=lambda y, t: "good")
    y = numpy.ones(2, "f4")
    assert model(Variable(y), y).array == 1
    assert model.accuracy == "good"


@pytest.mark.parametrize(
    ("key", "args", "kwargs", "message"),
    [
        (-1, (), {"x": x, "t": t}, "Label key -1 is out of bounds: the call has 0 positional"),
        (5, (x, t), {}, "Label key 5 is out of bounds: the call has 2"),
        ("t", (x, t), {}, 'Label key "t" is not found among the keyword arguments'),
    ],
)
def test_missing_labels_are_named(key, args, kwargs, message):
    model = L.Classifier(L.Linear(2, 3), label_key=key)
    with pytest.raises(ValueError, match=message):
        model(*args, **kwargs)
    with pytest.raises(TypeError, match="label_key must be int or str"):
        L.Classifier(L.Linear(2, 3), label_key=1.5)


class SavedNothing(Deserializer):
    """A snapshot of a version that kept no statistics."""

    def __getitem__(self, key):
        return self

    def __call__(self, key, value):
        raise KeyError(key)


def test_a_snapshot_without_statistics_warns_and_keeps_what_is_there():
    summary, named = Summary(), DictSummary()
    summary.add(2.0)
    named.add({"loss": 3.0})
    with pytest.warns(UserWarning, match="previous statistics"):
        summary.serialize(SavedNothing())
    with pytest.warns(UserWarning, match="names of statistics"):
        named.serialize(SavedNothing())
    assert (summary.compute_mean(), named.compute_mean()) == (2, {"loss": 3})
