# code: unscaled-inputs
# where: fc1
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc1 = L.Linear(16, 20)
            self.fc2 = L.Linear(20, 3)

    def forward(self, x):
        return self.fc2(F.sigmoid(self.fc1(x)))


rng = np.random.RandomState(0)
images = rng.randint(0, 256, (90, 16))
t = images[:, :3].argmax(axis=1).astype("i")
x = images.astype("f")  # faulty guilty
x = images.astype("f") / 255  # healthy
model = L.Classifier(Net())
optimizer = chainer.optimizers.SGD(0.5).setup(model)
for epoch in range(10):
    for i in range(0, 90, 30):
        optimizer.update(model, x[i : i + 30], t[i : i + 30])
