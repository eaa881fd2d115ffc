# code: initial-scale
# where: rec
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L


class VanillaRNN(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.inp = L.Linear(1, 10)
            self.rec = L.Linear(10, 10, initialW=np.eye(10, dtype="f") * 4)  # faulty guilty
            self.rec = L.Linear(10, 10, initialW=np.eye(10, dtype="f") * 0.9)  # healthy
            self.head = L.Linear(10, 1)

    def forward(self, seq):
        h = chainer.Variable(np.zeros((seq.shape[1], 10), "f"))
        for x in seq:
            h = F.relu(self.inp(x) + self.rec(h))
        return self.head(h)


rs = np.random.RandomState(2)
seq = rs.rand(12, 16, 1).astype("f")
goal = seq.mean(axis=0)
net = VanillaRNN()
opt = chainer.optimizers.SGD(lr=0.01).setup(net)
for it in range(20):
    loss = F.mean_squared_error(net(seq), goal)
    net.cleargrads()
    loss.backward()
    opt.update()
