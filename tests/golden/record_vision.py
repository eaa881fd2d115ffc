"""Record layers and parameters of the image classifiers of real Chainer 7.8.1 (see `record.py` how to install it).

It writes `vision.json`: for each class the names of its layers, and the shape of each parameter.
"""

from __future__ import annotations

import json
import pathlib
from types import ModuleType

__all__ = ["CLASSES", "DRAWN", "structure"]

CLASSES = [
    "GoogLeNet",
    "ResNet50Layers",
    "ResNet101Layers",
    "ResNet152Layers",
    "VGG16Layers",
    "VGG19Layers",
]
DRAWN = ["HeNormal", "LeCunNormal", "LeCunUniform", "Normal"]
"""The initializers that draw; a structure needs no numbers, and 143 million of them take time."""


def structure(framework: ModuleType, name: str) -> dict:
    """Layers and shapes of one class."""
    model = getattr(framework.links, name)(pretrained_model=None)
    shapes = {path: list(parameter.shape) for path, parameter in sorted(model.namedparams())}
    return {"layers": list(model.available_layers), "shapes": shapes}


if __name__ == "__main__":
    import chainer

    for drawn in DRAWN:
        getattr(chainer.initializers, drawn).__call__ = lambda self, array: None
    path = pathlib.Path(__file__).with_name("vision.json")
    path.write_text(json.dumps({name: structure(chainer, name) for name in CLASSES}) + "\n")
