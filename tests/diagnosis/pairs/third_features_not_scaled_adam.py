# code: unscaled-inputs
# where: fc1
import numpy as np, chainer, chainer.functions as F, chainer.links as L


class Price(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.fc1 = L.Linear(3, 16)
            self.fc2 = L.Linear(16, 1)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


r = np.random.RandomState(9)
raw = np.stack([r.rand(80) * 5, r.rand(80) * 3000, r.rand(80) * 80], axis=1)  # guilty
y = (raw[:, :1] + raw[:, 1:2] / 1000 + raw[:, 2:] / 40).astype("f")
raw = (raw - raw.mean(axis=0)) / raw.std(axis=0)  # healthy
x = raw.astype("f")  # guilty
m = Price()
o = chainer.optimizers.SGD(0.01).setup(m)
for i in range(30):
    loss = F.mean_squared_error(m(x), y)
    m.cleargrads()
    loss.backward()
    o.update()
