"""Triggers: when what hangs on them is called."""

from __future__ import annotations

import pytest
from small_training import make_trainer

from engine import training
from engine.training import triggers


def iterations_at_which(trigger, out, stop=(4, "epoch")):
    fired = []
    trainer = make_trainer(out, stop)
    trainer.extend(lambda trainer: fired.append(trainer.updater.iteration), name="note", trigger=trigger)
    trainer.run()
    return fired


@pytest.mark.parametrize(
    ("trigger", "fired"),
    [
        ((5, "iteration"), [5, 10]),
        ((2, "epoch"), [6, 12]),
        ((0.5, "epoch"), [2, 3, 5, 6, 8, 9, 11, 12]),
        (None, list(range(1, 13))),
        (lambda trainer: trainer.updater.iteration == 4, [4]),
        (triggers.ManualScheduleTrigger([2, 5], "iteration"), [2, 5]),
        (triggers.ManualScheduleTrigger(2, "epoch"), [6]),
        (triggers.OnceTrigger(), [1]),
        (triggers.TimeTrigger(1e9), []),
    ],
)
def test_a_trigger_fires_when_it_should(trigger, fired, tmp_path):
    assert iterations_at_which(trigger, tmp_path) == fired


class Observed:
    """A trainer that shows one value an iteration, with two iterations an epoch."""

    def __init__(self, values):
        self.values = values
        self.updater = self
        self.iteration = 0

    @property
    def epoch_detail(self):
        return self.iteration / 2

    @property
    def epoch(self):
        return self.iteration // 2

    @property
    def observation(self):
        return {"x": self.values[self.iteration - 1]}

    def fired(self, trigger):
        fired = []
        for _ in self.values:
            self.iteration += 1
            if trigger(self):
                fired.append(self.iteration)
        return fired


def test_best_value_triggers_compare_the_means_of_intervals():
    values = [3, 3, 1, 3, 9, 0, 1, 1]  # means 3, 2, 4.5, 1
    assert Observed(values).fired(triggers.MinValueTrigger("x")) == [2, 4, 8]
    assert Observed(values).fired(triggers.MaxValueTrigger("x")) == [2, 6]


def test_early_stopping_waits_for_its_patience():
    values = [3, 3, 2, 2, 5, 5, 2, 2, 1, 1]
    stopping = triggers.EarlyStoppingTrigger(monitor="x", patience=2, max_trigger=(9, "epoch"))
    assert Observed(values).fired(stopping)[0] == 8
    longest = triggers.EarlyStoppingTrigger(monitor="x", patience=99, max_trigger=(3, "epoch"))
    assert Observed(values).fired(longest)[0] == 6
    assert longest.get_training_length() == (3, "epoch")


def test_wrong_triggers_are_refused():
    with pytest.raises(ValueError, match="Trigger unit must be either 'epoch' or 'iteration'"):
        training.get_trigger((1, "day"))
    with pytest.raises(TypeError, match="a trigger is a pair"):
        training.get_trigger(3)
