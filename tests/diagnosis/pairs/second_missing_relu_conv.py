# code: no-nonlinearity
# where: c1
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class CN(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.c1 = L.Convolution2D(1, 8, 3)
            self.c2 = L.Convolution2D(8, 8, 3)
            self.fc = L.Linear(None, 3)

    def forward(self, x):
        h = self.c1(x)  # faulty guilty
        h = F.relu(self.c1(x))  # healthy
        h = F.relu(self.c2(h))
        return self.fc(h)


rs = np.random.RandomState(1)
x = rs.rand(30, 1, 8, 8).astype("f")
t = rs.randint(0, 3, 30).astype("i")
x[np.arange(30), 0, t] += 1
m = L.Classifier(CN())
o = chainer.optimizers.Adam(0.005).setup(m)
for i in range(15):
    o.update(m, x, t)
