# code: symmetric-weights
# where: l1
import numpy as np
import chainer, chainer.functions as F, chainer.links as L

class MLP(chainer.Chain):
    def __init__(self, n_out):
        super().__init__(
            l1=L.Linear(8, 20),
            l2=L.Linear(20, 20),
            l3=L.Linear(20, n_out),
        )
        for p in self.params():  # faulty
            p.array[...] = 0.1  # faulty guilty
    def __call__(self, x):
        return self.l3(F.relu(self.l2(F.relu(self.l1(x)))))

rng = np.random.RandomState(27)
x = rng.randn(300, 8).astype('f')
t = x[:, :3].argmax(1).astype('i')
mlp = MLP(3)  # guilty
opt = chainer.optimizers.Adam(0.01)
opt.setup(mlp)
for e in range(5):
    for s in range(0, 300, 30):
        loss = F.softmax_cross_entropy(mlp(x[s:s+30]), t[s:s+30])
        mlp.cleargrads(); loss.backward(); opt.update()
