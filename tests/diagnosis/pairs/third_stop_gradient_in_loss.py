# code: graph-cut
# where: mlp
import numpy as np, chainer, chainer.functions as F, chainer.links as L


class M(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.mlp1 = L.Linear(4, 8)
            self.mlp2 = L.Linear(8, 8)
            self.mlp3 = L.Linear(8, 2)

    def forward(self, x):
        h = F.relu(self.mlp1(x))
        h = F.relu(self.mlp2(h))
        h = chainer.as_variable(h.array)  # faulty guilty
        return self.mlp3(h)


r = np.random.RandomState(9)
x = r.randn(64, 4).astype("f")
t = (x[:, 1] > 0).astype("i")
m = M()
o = chainer.optimizers.RMSprop(0.01).setup(m)
for i in range(20):
    m.cleargrads()
    F.softmax_cross_entropy(m(x), t).backward()
    o.update()
