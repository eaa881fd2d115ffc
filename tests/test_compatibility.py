"""The page on Chainer's names says what the engine has."""

import compatibility


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
