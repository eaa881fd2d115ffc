"""A perceptron 784-1000-1000-10 trained on made-up digits, for `diagnosis.py`; its argument is the number of steps."""

from __future__ import annotations

import sys

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

random = np.random.RandomState(0)
images = random.rand(2000, 784).astype(np.float32)
labels = random.randint(0, 10, 2000).astype(np.int32)
for digit in range(10):
    images[labels == digit, digit * 20 : digit * 20 + 20] += 0.5
model = L.Classifier(
    chainer.Sequential(L.Linear(784, 1000), F.relu, L.Linear(1000, 1000), F.relu, L.Linear(1000, 10))
)
optimizer = chainer.optimizers.SGD(0.1).setup(model)
for step in range(int(sys.argv[1])):
    rows = slice(step % 20 * 100, step % 20 * 100 + 100)
    optimizer.update(model, images[rows], labels[rows])
