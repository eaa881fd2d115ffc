# code: changed-in-place
# where: conv
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class C(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.conv = L.Convolution2D(1, 4, 3, pad=1)
            self.fc = L.Linear(4 * 25, 2)

    def forward(self, x):
        h = F.sigmoid(self.conv(x))
        np.maximum(h.array, 0.5, out=h.array)  # faulty guilty
        h = F.maximum(h, np.full(h.shape, 0.5, "f"))  # healthy
        return self.fc(h)


rs = np.random.RandomState(1)
x = rs.rand(20, 1, 5, 5).astype("f")
t = (x.mean(axis=(1, 2, 3)) > 0.5).astype("i")
m = L.Classifier(C())
o = chainer.optimizers.Adam(0.01).setup(m)
for i in range(12):
    o.update(m, x, t)
