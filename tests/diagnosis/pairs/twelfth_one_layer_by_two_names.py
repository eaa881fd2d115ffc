# code: shared-layer
# where: Two.right
import numpy as np, chainer
import chainer.functions as F, chainer.links as L
class Two(chainer.Chain):
    def __init__(self):
        super().__init__()
        lin = L.Linear(6, 16)
        with self.init_scope():
            self.left = lin
            self.right = lin  # faulty guilty
            self.right = L.Linear(6, 16)  # healthy
            self.out = L.Linear(32, 1)
    def forward(self, a, b):
        return self.out(F.concat([F.tanh(self.left(a)), F.tanh(self.right(b))]))
r = np.random.RandomState(10)
a, b = r.randn(200, 6).astype('f'), r.randn(200, 6).astype('f')
t = (a[:, :1] - b[:, 1:2])
m = Two()
o = chainer.optimizers.Adam(0.01); o.setup(m)
for i in range(60):
    j = r.randint(0, 200, 40)
    loss = F.mean_squared_error(m(a[j], b[j]), t[j])
    m.cleargrads(); loss.backward(); o.update()
