# code: mixing-reshape
# where: reshape
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(4)


class Listener(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.rnn = L.NStepGRU(1, 5, 12, 0)
            self.out = L.Linear(12, 2)

    def forward(self, x):
        x = F.transpose(x, (1, 0, 2))  # healthy
        x = F.reshape(x, (x.shape[1], x.shape[0], x.shape[2]))  # faulty guilty
        h, _ = self.rnn(None, [row for row in x])
        return self.out(h[0])


model = L.Classifier(Listener())
opt = chainer.optimizers.Adam(0.02).setup(model)
for i in range(25):
    t = rng.randint(0, 2, 20).astype("i")
    x = rng.randn(6, 20, 5).astype("f")
    x[:, :, 0] += (2 * t - 1) * 0.8
    opt.update(model, x, t)
