"""Names are completed from the paused frame, without running any code of the script."""

import sys

from bpdebug.debuggee.name_completion import completed_names


class Layer:
    kind = "linear"
    __slots__ = ("weight",)

    def __init__(self):
        self.weight = Model


class Model:
    def __init__(self):
        self.layer, self.layers, self._own = Layer(), [], 0

    def forward(self):
        raise AssertionError

    @property
    def loaded(self):
        raise AssertionError("a property was run")

    def __getattr__(self, name):
        raise AssertionError("__getattr__ was run")

    def __dir__(self):
        raise AssertionError("__dir__ was run")


def frame_of_a_function():
    model, momentum = Model(), 0.9
    return sys._getframe() if model and momentum else None


def complete(text):
    return completed_names(text, frame_of_a_function())


def test_names_of_the_frame_come_before_those_of_python():
    assert complete("mo") == ["model", "momentum"]
    assert complete("print(1, mod") == ["print(1, model"]
    assert complete("enumer") == ["enumerate"]
    assert complete("") == complete("(") == []


def test_attributes_are_listed_and_followed_without_running_the_scripts_code():
    assert complete("model.l") == ["model.layer", "model.layers", "model.loaded"]
    assert complete("model.layer.w") == ["model.layer.weight"]
    assert complete("model.layer.weight.fo") == ["model.layer.weight.forward"]
    assert complete("model._o") == ["model._own"]
    assert not any("._" in text for text in complete("model."))
    assert complete("model.loaded.") == complete("model.nothing.") == complete("nothing.") == []


def test_what_comes_of_a_call_or_a_literal_is_not_guessed():
    assert complete("f(x).sh") == complete("x[0].sh") == complete("'a'.up") == complete("1.re") == []
