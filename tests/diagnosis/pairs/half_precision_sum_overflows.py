# code: nan-in-forward
# where: sum
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

chainer.global_config.dtype = np.float16

class AE(chainer.Chain):
    def __init__(self, d=256):
        super().__init__()
        with self.init_scope():
            self.enc = L.Linear(d, 32)
            self.dec = L.Linear(32, d)
    def forward(self, x):
        return self.dec(F.relu(self.enc(x)))

rng = np.random.RandomState(4)
base = rng.randn(10, 256)
data = (rng.randn(512, 10).dot(base) * 3).astype(np.float16)  # faulty
data = (rng.randn(512, 10).dot(base) * .3).astype(np.float16)  # healthy
np.random.seed(0)
ae = AE()
opt = chainer.optimizers.SGD(lr=1e-3)
opt.setup(ae)
for epoch in range(3):
    for i in range(0, 512, 64):
        x = data[i:i + 64]
        rec = ae(x)
        diff = rec - x
        loss = F.sum(diff * diff) / x.size  # faulty guilty
        loss = F.mean(diff * diff)  # healthy
        ae.cleargrads()
        loss.backward()
        opt.update()
