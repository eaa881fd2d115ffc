"""The page on Chainer's names says what the engine has."""

import importlib

import compatibility
import pytest
import signatures


def test_the_page_is_what_the_code_gives():
    assert compatibility.PAGE.read_text() == compatibility.page(), (
        "run `python tests/support/compatibility.py` to write the page anew"
    )


def test_every_note_is_about_a_name_of_chainer():
    known = {f"{module}.{name}" for module, names in compatibility.chainer_names().items() for name in names}
    assert set(compatibility.DIFFERENT) <= known
    assert set(compatibility.ABSENT) <= known


def test_names_noted_as_different_are_there_and_those_noted_as_absent_are_not():
    absent = set(compatibility.absent_names())
    assert not set(compatibility.DIFFERENT) & absent
    assert set(compatibility.ABSENT) <= absent


@pytest.mark.parametrize("part", ["functions", "links"])
def test_modules_under_chainers_names_hold_what_chainers_do(part):
    table = importlib.import_module(f"engine.{part}.chainer_paths").PATHS
    modules = compatibility.chainer_modules()
    for path, names in table.items():
        module = importlib.import_module(f"engine.{part}.{path}")
        for entry in names.split():
            name = entry.partition("=")[0]
            assert name in modules[f"chainer.{part}.{path}"]
            assert hasattr(module, name)


class Ours:
    def __init__(self, size, scale=2.0, *, seed=None):
        self.size = size

    def update(self, x, y=None):
        return x

    def close(self):
        return None


@pytest.mark.parametrize(
    ("arguments", "members", "says"),
    [
        ([["size", "a", None], ["scale", "a", "2"]], {}, []),
        ([["size", "a", None], ["kwargs", "**", None]], {"size": None, "update": [["x", "a", None]]}, []),
        ([["size", "a", None], ["seed", "k", "None"]], {"close": []}, []),
        ([["size", "a", None], ["scale", "a", "1.0"]], {}, ["`scale` is 2.0 by default, not 1.0"]),
        ([["scale", "a", None]], {}, ["argument 1 is `size`, not `scale`"]),
        ([["size", "a", None], ["seed", "k", "None"], ["rng", "k", "None"]], {}, ["no argument `rng`"]),
        ([], {}, ["wants `size`, too"]),
        ([["size", "a", None]], {"reset": []}, ["no `reset`"]),
        ([["size", "a", None]], {"update": [["y", "a", None]]}, ["`update`: argument 1 is `x`, not `y`"]),
        ([["size", "a", None]], {"forward": [["y", "a", None]]}, ["no `forward`"]),
        ([["size", "a", None]], {"close": [["wait", "a", None]]}, ["`close`: no argument `wait`"]),
    ],
)
def test_a_call_that_chainer_takes_and_ours_does_not_is_told(arguments, members, says):
    recorded = {"arguments": arguments, "members": members}
    assert list(signatures._of_one(Ours, Ours, recorded, False)) == says
