import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class CNN(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.c1 = L.Convolution2D(1, 8, 3, initialW=chainer.initializers.HeNormal())
            self.c2 = L.Convolution2D(8, 8, 3)
            self.fc = L.Linear(None, 4)

    def forward(self, x):
        h = F.max_pooling_2d(F.relu(self.c1(x)), 2)
        h = F.relu(self.c2(h))
        return self.fc(h)


rng = np.random.RandomState(0)
x = rng.rand(48, 1, 10, 10).astype("f")
t = rng.randint(0, 4, 48).astype("i")
for n, k in enumerate(t):
    x[n, 0, k * 2 : k * 2 + 3] += 1
model = L.Classifier(CNN())
optimizer = chainer.optimizers.Adam(0.01).setup(model)
for epoch in range(6):
    for i in range(0, 48, 16):
        optimizer.update(model, x[i : i + 16], t[i : i + 16])
