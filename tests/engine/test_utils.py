"""Helpers that scripts import from `chainer.utils`, and modules that say what isn't there."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest

import engine
from engine import utils
from engine.backends import cuda, intel64
from engine.utils import argument, array, cache, conv_nd, imgproc, type_check


def test_unknown_arguments_are_named_with_the_function():
    def scaled(**kwargs):
        return argument.parse_kwargs(kwargs, ("factor", 2), gain="gain is now factor")

    assert scaled(factor=3) == (3,)
    with pytest.raises(TypeError, match=r"scaled\(\) got unexpected keyword argument\(s\) 'a', 'b'"):
        scaled(b=1, a=2)
    with pytest.raises(ValueError, match="now factor"):
        scaled(gain=1)
    with pytest.raises(ValueError, match="advice"):
        argument.check_unexpected_kwargs({"old": 1}, old="advice")
    with pytest.raises(TypeError, match="'old'"):
        argument.assert_kwargs_empty({"old": 1})


def test_shapes_of_arrays():
    x = np.arange(24.0).reshape(2, 3, 4)
    assert array.as_vec(x).shape == (24,)
    assert array.as_mat(x).shape == (2, 12)
    np.testing.assert_array_equal(utils.sum_to(x, (3, 1)), x.sum((0, 2)).reshape(3, 1))
    assert array.empty_like(x.astype("f4")).dtype == np.float32
    with pytest.raises(ValueError, match="broadcast"):
        utils.sum_to(x, (5,))


def test_a_cached_property_is_computed_once_with_and_once_without_graph():
    class Model:
        calls = 0

        @cache.cached_property
        def y(self):
            """Words."""
            self.calls += 1
            return self.calls

    model = Model()
    with engine.no_backprop_mode():
        assert (model.y, model.y) == (1, 1)
    assert (model.y, model.y) == (2, 2)
    assert Model.y.__doc__ == "Words."
    with pytest.raises(AttributeError):
        model.y = 3


def test_experimental_features_warn_until_told_not_to(monkeypatch):
    with pytest.warns(FutureWarning, match="foo is experimental"):
        utils.experimental("foo")
    monkeypatch.setattr(engine, "disable_experimental_feature_warning", True)
    utils.experimental("foo")


def test_nondeterministic_functions_warn_when_asked_to():
    utils.nondeterministic("foo")
    with engine.using_config("warn_nondeterministic", True), pytest.warns(UserWarning, match="Source: foo"):
        utils.nondeterministic("foo")


def test_oversampling_gives_corners_middle_and_mirror_images():
    images = np.arange(48.0).reshape(1, 1, 6, 8)
    crops = imgproc.oversample(images, (4, 4))
    assert crops.shape == (10, 1, 4, 4)
    assert crops[:5, 0, 0, 0].tolist() == [0, 4, 16, 20, 10]
    np.testing.assert_array_equal(crops[5:], crops[:5, :, :, ::-1])
    with pytest.raises(ValueError, match="no crop"):
        imgproc.oversample(images, (7, 4))


def test_a_final_method_cannot_be_overridden():
    class Base(utils.enable_final(base=(dict,))):
        @utils.final
        def fixed(self):
            """Stays."""

        @utils.final(action=DeprecationWarning)
        def old(self):
            """Should stay."""

    with pytest.raises(TypeError, match="final"):
        type("Own", (Base,), {"fixed": lambda self: None})
    with pytest.warns(DeprecationWarning, match="Overriding"):
        type("Own", (Base,), {"old": lambda self: None})
    type("Own", (Base,), {"new": lambda self: None})
    assert isinstance(Base(), dict)


def test_a_temporary_folder_is_removed():
    with utils.tempdir(prefix="mine") as folder:
        assert os.path.basename(folder).startswith("mine")
    assert not os.path.exists(folder)


def test_windows_of_any_number_of_axes_go_back_where_they_were():
    x = np.arange(24.0).reshape(1, 2, 3, 4)
    col = conv_nd.im2col_nd_cpu(x, (3, 2), (1, 2), (1, 0), dilate=1)
    assert col.shape == (1, 2, 3, 2, 3, 2)
    assert conv_nd.col2im_nd_cpu(col, (1, 2), (1, 0), (3, 4)).sum() == col.sum()


def test_expressions_are_written_with_the_brackets_they_need():
    x, y = type_check.Variable(10, "x"), type_check.Variable(3, "y")
    z = type_check.Variable(np.ones((2, 3)), "z")
    for expression, text in (
        (x + y + x, "x + y + x"),
        (x - (y - x), "x - (y - x)"),
        ((x + y) * 2, "(x + y) * 2"),
        (x**y**x, "x ** y ** x"),
        ((-x) ** y, "(-x) ** y"),
        (-(x + y), "-(x + y)"),
        ((x == y) | (x < 1), "(x == y) | (x < 1)"),
        (z.shape[0] == 2, "z.shape[0] == 2"),
        (z[0, 1:, ...], "z[0, 1:, ...]"),
        (z.sum(0), "z.sum(0)"),
        (type_check.prod(z.shape), "prod(z.shape)"),
    ):
        assert str(expression) == text
    assert type_check.eval(type_check.prod(z.shape) + 2**y) == 14
    with pytest.raises(type_check.InvalidType, match=r"Expect: x \+ 1 == y\nActual: 11 != 3"):
        type_check.expect(x + 1 == y)


def test_light_checks_are_plain_values():
    types = type_check.get_light_types([np.ones((2, 3), "f4")])
    assert (types.size(), types[0].shape, types[0].dtype.kind) == (1, (2, 3), "f")
    assert not type_check.in_light_mode()
    with type_check.light_mode:
        assert type_check.in_light_mode()
        with pytest.raises(type_check.InvalidType):
            type_check.expect(types[0].ndim == 3)


def test_what_is_not_there_says_so_when_asked():
    assert not intel64.is_ideep_available()
    assert not intel64.inputs_all_ready((np.ones((2, 2)),))
    assert not isinstance(np.ones(1), intel64.mdarray)
    for missing in (intel64.check_ideep_available, intel64.Intel64Device):
        with pytest.raises(RuntimeError, match="iDeep is not available"):
            missing()


def test_cuda_without_a_gpu_offers_its_names(monkeypatch):
    monkeypatch.setattr(cuda, "_state", {"cupy": None, "why": "there is none"})
    import engine.cuda

    assert engine.cuda is cuda
    with cuda.DummyDevice as device:
        assert device is cuda.get_device(np.ones(1)) is cuda.get_device_from_id(-1)
    assert int(cuda.DummyDevice) == -1
    assert cuda.memoize()(lambda x: 2 * x)(3) == 6
    assert cuda.fuse(len) is len
    assert cuda.fuse()(len) is len
    assert cuda.get_max_workspace_size() == 0
    for call in (lambda: cuda.raw("", ""), cuda.Stream, lambda: cuda.copy(np.ones(1)), cuda.GpuDevice):
        with pytest.raises(RuntimeError, match="no GPU can be used"):
            call()


def test_sampling_filters_refuse_other_weights():
    for shape in ((2, 3, 3), (1, 1, 3, 4), (3, 3)):
        with pytest.raises(ValueError, match="wants weights"):
            engine.initializers.UpsamplingDeconvFilter()(np.zeros(shape, "f4"))
    with pytest.raises(ValueError, match="linear"):
        engine.initializers.DownsamplingConvFilter(interpolation="cubic")


def test_enlarging_a_constant_image_keeps_it_in_the_middle():
    link = engine.links.Deconvolution2D(2, 2, 4, 2, 1, initialW=engine.initializers.UpsamplingDeconvFilter())
    y = link(np.full((1, 2, 5, 5), 3, "f4")).array
    np.testing.assert_allclose(y[:, :, 1:-1, 1:-1], 3)


def test_no_warning_without_reason():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        utils.WalkerAlias([1, 2]).sample(3)
