"""The page on Chainer's names says what the engine has."""

import importlib

import compatibility
import pytest


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
