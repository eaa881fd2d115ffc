# code: graph-cut
# where: cell
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(113)


class Counter(chainer.Chain):
    def __init__(self, n=24):
        super().__init__()
        self.n = n
        with self.init_scope():
            self.cell = L.StatelessLSTM(2, n)
            self.read = L.Linear(n, 2)

    def forward(self, bits):
        c = h = None
        for k in range(bits.shape[1]):
            x = np.eye(2, dtype=np.float32)[bits[:, k]]
            c, h = self.cell(c, h, x)
            c, h = chainer.Variable(c.array), chainer.Variable(h.array)  # faulty guilty
        return self.read(h)


model = Counter()
opt = chainer.optimizers.Adam(0.02)
opt.setup(model)
for it in range(90):
    bits = rng.randint(0, 2, (40, 5))
    t = (bits.sum(axis=1) > 2).astype(np.int32)
    loss = F.softmax_cross_entropy(model(bits), t)
    model.cleargrads()
    loss.backward()
    opt.update()
