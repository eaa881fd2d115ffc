# code: graph-off
# where: conv
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class CNN(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.conv = L.Convolution2D(1, 4, 3)
            self.fc = L.Linear(4 * 3 * 3, 3)

    def forward(self, x):
        with chainer.no_backprop_mode():  # faulty guilty
            h = F.max_pooling_2d(F.relu(self.conv(x)), 2)  # faulty
        h = F.max_pooling_2d(F.relu(self.conv(x)), 2)  # healthy
        return self.fc(h)


rng = np.random.RandomState(0)
x = rng.rand(24, 1, 8, 8).astype("f")
t = rng.randint(0, 3, 24).astype("i")
x[np.arange(24), 0, t, t] += 3
model = L.Classifier(CNN())
optimizer = chainer.optimizers.Adam(0.01)
optimizer.setup(model)
for _ in range(10):
    optimizer.update(model, x, t)
