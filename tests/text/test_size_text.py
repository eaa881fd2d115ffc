"""Norms and ratios as short texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdebug.text import size_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00101779, "0.001018"), (0.0062341, "0.006234"), (0.016, "0.016"), (0.23332, "0.2333"), (4.5184, "4.518"),
        (123456.78, "123456.8"), (1.239e-05, "1.24e-05"), (7.6e-09, "7.6e-09"), (2.5e6, "2.5e+06"), (0.0, "0.0"),
        (-0.00123456, "-0.001235"), (float("nan"), "nan"), (float("-inf"), "-inf"),
    ],
)  # fmt: skip
def test_a_size_keeps_its_significant_digits_however_small_it_is(value, text):
    assert size_text(value) == text


@given(st.floats(min_value=0, max_value=1e300))
def test_a_size_fits_into_eight_characters_and_is_near_the_value(value):
    text = size_text(value)
    assert len(text) <= 9 if value >= 9e99 or 0 < value < 1e-99 else len(text) <= 8
    assert float(text) == pytest.approx(value, rel=6e-3)
