# code: uninformative-labels
# where: softmax_cross_entropy
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(203)
n, T, D = 900, 6, 4
seqs = rng.randn(n, T, D).astype(np.float32)
labels = (seqs[:, :, 0].sum(axis=1) > 0).astype(np.int32)


class RNN(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.cell = L.StatelessGRU(D, 20)
            self.out = L.Linear(20, 2)

    def forward(self, xs):
        h = chainer.Variable(np.zeros((xs.shape[1], 20), np.float32))
        for x in xs:
            h = self.cell(h, x)
        return self.out(h)


net = RNN()
opt = chainer.optimizers.Adam(0.005)
opt.setup(net)
for epoch in range(3):
    order = rng.permutation(n)
    for i in range(0, n, 45):
        idx = order[i:i + 45]
        xb = seqs[idx]
        xb = xb.reshape(T, 45, D)  # faulty guilty
        xb = xb.transpose(1, 0, 2)  # healthy
        loss = F.softmax_cross_entropy(net(xb), labels[idx])
        net.cleargrads()
        loss.backward()
        opt.update()
