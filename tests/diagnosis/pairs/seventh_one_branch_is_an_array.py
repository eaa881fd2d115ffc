# code: path-cut
# where: Embed
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(9)
proto = np.random.randn(8, 16) * 1.2


class Embed(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(16, 32)
            self.l2 = L.Linear(32, 4)

    def __call__(self, x):
        return self.l2(F.elu(self.l1(x)))


branch = Embed()
optimizer = chainer.optimizers.Adam(0.002)
optimizer.setup(branch)
for it in range(120):
    a = np.random.randint(0, 8, 48)
    same = np.random.rand(48) < 0.5
    b = np.where(same, a, np.random.randint(0, 8, 48))
    t = (a == b).astype(np.int32)
    xa = (proto[a] + 0.5 * np.random.randn(48, 16)).astype(np.float32)
    xb = (proto[b] + 0.5 * np.random.randn(48, 16)).astype(np.float32)
    ea = branch(xa)
    eb = branch(xb).array  # faulty guilty
    eb = branch(xb)  # healthy
    loss = F.contrastive(ea, eb, t, margin=2)
    branch.cleargrads()
    loss.backward()
    optimizer.update()
