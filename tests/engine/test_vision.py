"""Image classifiers: their structure is Chainer's, images are prepared, weights come from npz files only."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import record_vision

import engine
from engine import links as L
from engine.dataset import download
from engine.links.model.vision import googlenet, resnet, vgg

RECORDED = json.loads((Path(record_vision.__file__).with_name("vision.json")).read_text())


@pytest.fixture
def undrawn(monkeypatch):
    """Weights that nobody draws: memory that is never touched."""
    for name in record_vision.DRAWN:
        monkeypatch.setattr(getattr(engine.initializers, name), "__call__", lambda self, array: None)


@pytest.mark.parametrize("name", record_vision.CLASSES)
def test_layers_and_parameters_are_those_of_chainer(name, undrawn):
    assert record_vision.structure(engine, name) == RECORDED[name]


@pytest.fixture(scope="module")
def small_resnet():
    """A network of the same blocks, small enough for a test."""

    class Small(resnet.ResNetLayers):
        def __init__(self, pretrained_model=None):
            super(resnet.ResNetLayers, self).__init__()
            self.weights_file = "small.npz"
            with self.init_scope():
                self.conv1 = L.Convolution2D(3, 8, 7, 2, 3)
                self.bn1 = L.BatchNormalization(8)
                self.res2 = resnet.BuildingBlock(2, 8, 4, 16, 1)
                self.res3 = resnet.BuildingBlock(1, 16, 4, 16, 2)
                self.res4 = resnet.BuildingBlock(1, 16, 4, 16, 2, downsample_fb=True)
                self.res5 = resnet.BuildingBlock(1, 16, 4, 32, 2)
                self.fc6 = L.Linear(32, 5)
            self._load(pretrained_model)

    return Small


def test_named_layers_are_computed_and_no_further(small_resnet, monkeypatch):
    model = small_resnet()
    monkeypatch.setattr(model, "fc6", None)  # behind what is asked for
    x = np.random.rand(2, 3, 32, 32).astype("f4")
    found = model(x, layers=["pool5", "res2"])
    assert {name: h.shape for name, h in found.items()} == {"pool5": (2, 32), "res2": (2, 16, 8, 8)}
    with pytest.raises(KeyError, match="no layer 'res9'"):
        model(x, layers=["res9"])
    with pytest.raises(ValueError, match="using_config"):
        model(x, test=True)


def test_weights_come_from_an_npz_file(small_resnet, tmp_path, monkeypatch):
    model = small_resnet()
    monkeypatch.setattr(download, "_dataset_root", str(tmp_path))
    folder = Path(download.get_dataset_directory("pfnet/chainer/models"))
    with pytest.raises(FileNotFoundError, match=r"small\.npz"):
        small_resnet("auto")
    engine.serializers.save_npz(folder / "small.npz", model)
    for place in ("auto", str(folder / "small.npz")):
        np.testing.assert_array_equal(small_resnet(place).res5.a.conv2.W.array, model.res5.a.conv2.W.array)
    with pytest.raises(ValueError, match="Caffe"):
        small_resnet(str(tmp_path / "weights.caffemodel"))
    with pytest.raises(RuntimeError, match="Caffe"):
        small_resnet.convert_caffemodel_to_npz("a.caffemodel", "a.npz")


def test_images_are_scaled_turned_to_blue_green_red_and_centred():
    pytest.importorskip("PIL.Image", reason="preparing images needs Pillow")
    red = np.zeros((5, 7, 3), "u1")
    red[:, :, 0] = 200
    for module, mean in ((resnet, 103.063), (vgg, 103.939), (googlenet, 104.0)):
        x = module.prepare(red, size=(4, 6))
        assert (x.shape, x.dtype) == ((3, 6, 4), np.float32)
        assert x[0, 0, 0] == np.float32(-mean)
        assert x[2, 0, 0] == pytest.approx(200 - 123.4, abs=0.5)
    channels_first = np.arange(105, dtype="f4").reshape(3, 5, 7)
    np.testing.assert_array_equal(
        resnet.prepare(channels_first, size=None)[::-1] + np.float32(0), channels_first - means_of(resnet)
    )
    assert vgg.prepare(np.full((5, 7), 9, "u1"), size=None).shape == (3, 5, 7)


def means_of(module):
    """Red, green, blue, as in the image that came in."""
    return np.array(module._MEAN_BGR[::-1], "f4")[:, None, None]


def test_probabilities_of_images_are_means_over_crops(small_resnet):
    pytest.importorskip("PIL.Image", reason="preparing images needs Pillow")
    np.random.seed(0)
    model = small_resnet()
    images = [np.random.randint(0, 255, (40, 50, 3)).astype("u1") for _ in range(2)]
    for oversample in (True, False):
        y = model.predict(images, oversample=oversample)
        assert y.shape == (2, 5)
        assert y.creator is None
        np.testing.assert_allclose(y.array.sum(1), 1, rtol=1e-5)
    assert model.extract(images, size=(32, 32))["pool5"].shape == (2, 32)


def test_the_halfway_classifiers_of_googlenet_branch_off(undrawn):
    model = L.GoogLeNet(pretrained_model=None)
    taken = {"inception_4a": "here", "inception_4d": "there"}
    assert model._input_of("loss1_fc2", "end", taken) == "here"
    assert model._input_of("loss2_fc2", "end", taken) == "there"
    assert model._input_of("prob", "end", taken) == "end"


def test_other_numbers_of_layers_are_refused():
    with pytest.raises(ValueError, match="50, 101"):
        resnet.ResNetLayers(None, 34)
    with pytest.raises(ValueError, match="16 or 19"):
        vgg.VGGLayers(None, 11)
