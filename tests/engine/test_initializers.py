"""Initializers: widths, dtypes, random streams, and what they refuse."""

from __future__ import annotations

import numpy
import pytest

from engine import Initializer, get_dtype, initializers, using_config
from engine.initializer import get_fans
from engine.initializers import Constant, Identity, NaN, One, Orthogonal, Zero, generate_array

RANDOM = {
    "Normal": lambda shape: 0.05,
    "LeCunNormal": lambda shape: numpy.sqrt(1 / shape[1]),
    "GlorotNormal": lambda shape: numpy.sqrt(2 / (shape[0] + shape[1])),
    "HeNormal": lambda shape: numpy.sqrt(2 / shape[1]),
    "Uniform": lambda shape: 0.05 / numpy.sqrt(3),
    "LeCunUniform": lambda shape: numpy.sqrt(1 / shape[1]),
    "GlorotUniform": lambda shape: numpy.sqrt(2 / (shape[0] + shape[1])),
    "HeUniform": lambda shape: numpy.sqrt(2 / shape[1]),
}


def filled(initializer, shape, dtype="f4"):
    array = numpy.empty(shape, dtype)
    initializer(array)
    return array


@pytest.mark.parametrize("name", RANDOM)
def test_standard_deviation_is_that_of_the_paper(name):
    shape = (200, 300)
    rng = numpy.random.RandomState(0)
    array = filled(getattr(initializers, name)(rng=rng), shape, "f8")
    assert array.std() == pytest.approx(RANDOM[name](shape), rel=0.02)
    assert abs(array.mean()) < 0.02 * array.std()


@pytest.mark.parametrize("name", [*RANDOM, "Orthogonal"])
def test_a_generator_of_its_own_draws_what_the_global_one_draws(name):
    numpy.random.seed(7)
    by_global = filled(getattr(initializers, name)(), (4, 3))
    after = numpy.random.get_state()[1].tolist()
    by_own = filled(getattr(initializers, name)(rng=numpy.random.RandomState(7)), (4, 3))
    assert by_own.tolist() == by_global.tolist()
    assert numpy.random.get_state()[1].tolist() == after


@pytest.mark.parametrize("name", RANDOM)
def test_scale_is_a_factor_and_dtypes_round_one_stream(name):
    make = getattr(initializers, name)
    narrow, wide = (
        filled(make(scale=scale, rng=numpy.random.RandomState(1)), (3, 4), "f8") for scale in (1.0, 3.0)
    )
    numpy.testing.assert_allclose(wide, 3 * narrow, rtol=1e-12)
    half = filled(make(scale=1.0, rng=numpy.random.RandomState(1)), (3, 4), "f2")
    assert half.tolist() == narrow.astype("f2").tolist()


def test_he_normal_goes_by_the_chosen_fan():
    by_in, by_out = (
        filled(initializers.HeNormal(fan_option=fan, rng=numpy.random.RandomState(0)), (8, 2), "f8")
        for fan in ("fan_in", "fan_out")
    )
    numpy.testing.assert_allclose(by_in, 2 * by_out, rtol=1e-12)
    with pytest.raises(ValueError, match="fan_option should be either 'fan_in' or 'fan_out'"):
        filled(initializers.HeNormal(fan_option="both"), (8, 2))


def test_constants():
    assert filled(Zero(), (2,)).tolist() == [0, 0]
    assert filled(One(), (2,)).tolist() == [1, 1]
    assert filled(Constant(2.5), (2,)).tolist() == [2.5, 2.5]
    assert numpy.isnan(filled(NaN(), (2,))).all()
    assert filled(Constant(numpy.array([1, 2, 3])), (2, 3)).tolist() == [[1, 2, 3], [1, 2, 3]]


def test_identity_is_for_square_matrices():
    assert filled(Identity(2.5), (2, 2)).tolist() == [[2.5, 0], [0, 2.5]]
    for shape in ((2, 3), (2,), (2, 2, 2)):
        with pytest.raises(ValueError, match="2D squared"):
            filled(Identity(), shape)


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4), (2, 3, 2), (6,)])
def test_orthogonal_rows_or_columns_are_orthogonal(shape):
    matrix = filled(Orthogonal(scale=1.5, rng=numpy.random.RandomState(2)), shape, "f8").reshape(shape[0], -1)
    product = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    numpy.testing.assert_allclose(product, 1.5**2 * numpy.eye(len(product)), atol=1e-12)


def test_orthogonal_directions_are_those_that_were_drawn():
    drawn = numpy.random.RandomState(4).normal(size=(6, 1))
    column = filled(Orthogonal(1.0, rng=numpy.random.RandomState(4)), (6,), "f8")
    numpy.testing.assert_allclose(column, drawn[:, 0] / numpy.linalg.norm(drawn))


def test_orthogonal_of_one_number_is_plus_or_minus_scale():
    drawn = {
        float(filled(Orthogonal(1.5, rng=numpy.random.RandomState(seed)), (), "f8")) for seed in range(9)
    }
    assert drawn == {1.5, -1.5}


@pytest.mark.parametrize(
    ("mode", "shape"), [("projection", (4, 3)), ("embedding", (3, 4)), ("basis", (3, 4)), ("auto", (0, 3))]
)
def test_orthogonal_refuses_shapes_that_its_mode_excludes(mode, shape):
    with pytest.raises(ValueError, match=r"Cannot make orthogonal|must be non-empty"):
        filled(Orthogonal(mode=mode), shape)
    with pytest.raises(ValueError, match="Invalid mode"):
        Orthogonal(mode="random")


def test_fans_count_the_filter():
    assert get_fans((2, 3)) == (3, 2)
    assert get_fans((2, 3, 4, 5)) == (60, 40)
    for shape in ((3,), (), [2, 3], 3):
        with pytest.raises(ValueError, match="shape must be"):
            get_fans(shape)


def test_an_initializer_made_for_one_dtype_refuses_others():
    with pytest.raises(ValueError, match="made for dtype float64, but the array to fill has dtype float32"):
        filled(One(dtype="f8"), (2,))


def test_generated_arrays_have_the_dtype_asked_for():
    assert generate_array(One(), (2, 3), numpy).dtype == numpy.float32
    assert generate_array(One(dtype="f8"), 3, numpy).dtype == numpy.float64
    assert generate_array(One(), [2], numpy, dtype="f2").dtype == numpy.float16
    with using_config("dtype", numpy.dtype("f8")):
        assert generate_array(One(), (), numpy).dtype == numpy.float64
    with pytest.raises(ValueError, match="dtype mismatch: float32 != float64"):
        generate_array(One(dtype="f8"), 3, numpy, dtype="f4")


def test_any_function_that_fills_an_array_initializes():
    def seven(array):
        array[...] = 7

    assert generate_array(seven, 2, numpy).tolist() == [7, 7]


def test_what_stands_for_an_initializer():
    get = initializers._get_initializer
    assert type(get(None)) is initializers.LeCunNormal
    assert get(3).fill_value == 3
    assert get(numpy.ones(2)).fill_value.tolist() == [1, 1]
    own = One()
    assert get(own) is own
    with pytest.raises(TypeError, match=r"invalid type of initializer: <class 'list'>"):
        get([1, 2])


def test_get_dtype_falls_back_on_the_configuration():
    from engine.dtypes import mixed16

    assert get_dtype("f8") == numpy.float64
    assert get_dtype() == numpy.float32
    with using_config("dtype", mixed16):
        assert get_dtype() == numpy.float16
        assert get_dtype(map_mixed16=numpy.float32) == numpy.float32


def test_the_base_class_says_what_is_missing():
    class Mine(Initializer):
        pass

    with pytest.raises(NotImplementedError, match="Mine doesn't define __call__"):
        Mine()(numpy.empty(2))


def test_a_layer_without_inputs_has_nothing_to_draw():
    assert filled(initializers.LeCunNormal(), (2, 0)).shape == (2, 0)
    assert filled(initializers.GlorotUniform(), (0, 0)).shape == (0, 0)
