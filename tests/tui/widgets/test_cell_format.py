import numpy as np
import pytest

from bpdebug.tui.widgets.cell_format import cell_format, exact


def texts(array: np.ndarray, notation: str = "auto") -> list[str]:
    form = cell_format(array, notation)
    return [form.text(value).rjust(form.width) for value in array.reshape(-1).tolist()]


@pytest.mark.parametrize("notation", ["auto", "fixed", "scientific"])
@pytest.mark.parametrize(
    "values",
    [
        [1.5, -2.25, 1e-9, 0.0, -0.0, 123.0],
        [1e30, -1e-30, np.nan, np.inf, -np.inf, 3.0],
        [1e300, -1e-300, 1e200, 2.0, 3.0, 4.0],
        [5e-324, 0.1, 99999.5, -99999.5, 0.00001, 1.0],
    ],
)
def test_all_cells_of_a_float_tensor_are_equally_wide(values: list[float], notation: str) -> None:
    written = texts(np.array(values), notation)
    assert len({len(text) for text in written}) == 1, written


def test_a_value_that_fixed_point_would_round_to_nothing_is_written_as_a_power() -> None:
    assert texts(np.array([1.5, 1e-9]))[1].strip() == "1.00e-09"


def test_only_an_exact_zero_is_written_as_a_bare_zero() -> None:
    written = [text.strip() for text in texts(np.array([0.0, -0.0, 1e-9, 2.0]), "fixed")]
    assert written[0] == "0"
    assert written[1] == "-0"
    assert written[2] == "0.00000"


def test_a_tensor_of_small_values_is_written_in_powers_of_ten() -> None:
    assert [text.strip() for text in texts(np.array([1.25e-6, -3e-7]))] == ["1.2500e-06", "-3.0000e-07"]


def test_notation_can_be_forced() -> None:
    assert texts(np.array([1.5]), "scientific")[0].strip() == "1.5000e+00"
    assert texts(np.array([1.25e-6, 1.0]), "fixed")[0].strip() == "0.00000"


def test_nan_and_infinities_are_words_with_their_sign() -> None:
    assert [text.strip() for text in texts(np.array([np.nan, np.inf, -np.inf, 1.0]))] == [
        "nan",
        "+inf",
        "-inf",
        "1.00000",
    ]


def test_integers_and_truth_values_are_exact() -> None:
    assert [text.strip() for text in texts(np.array([2**63 - 1, -(2**63)]))] == [
        str(2**63 - 1),
        str(-(2**63)),
    ]
    assert [text.strip() for text in texts(np.array([2**64 - 1], np.uint64))] == [str(2**64 - 1)]
    assert texts(np.array([True, False])) == [" True", "False"]


def test_float16_shows_no_more_digits_than_it_has() -> None:
    assert texts(np.array([3.14], np.float16))[0].strip() == "3.141"


def test_complex_values_keep_both_parts() -> None:
    assert texts(np.array([1 + 2j]))[0].strip() == "1.0+2.0j"


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_exact_text_reads_back_as_the_very_value(dtype: type) -> None:
    rng = np.random.default_rng(3)
    for value in (rng.standard_normal(50) * 10.0 ** rng.integers(-4, 4, 50)).astype(dtype):
        assert dtype(exact(value)) == value


def test_exact_text_of_special_values() -> None:
    shown = [exact(value) for value in np.array([np.nan, np.inf, -np.inf, -0.0], np.float32)]
    assert shown == ["NaN", "+inf", "-inf", "-0.0"]
    assert exact(np.int64(-5)) == "-5"
    assert exact(np.bool_(True)) == "True"
    assert exact(np.complex64(1 - 2j)) == "1-2j"


def test_an_empty_sample_has_a_format() -> None:
    assert cell_format(np.zeros(0, np.float32)).width >= 3
    assert cell_format(np.zeros(0, np.int64)).width >= 3
