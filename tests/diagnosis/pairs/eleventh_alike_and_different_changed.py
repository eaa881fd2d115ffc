# code: swapped-pairs
# where: contrastive
import numpy as np
import chainer, chainer.functions as F, chainer.links as L

rng = np.random.RandomState(36)
C = rng.randn(8, 15)
net = chainer.Sequential(L.Linear(15, 30), F.relu, L.Linear(30, 6))
opt = chainer.optimizers.Adam(1e-3)
opt.setup(net)
for i in range(100):
    a, b = rng.randint(0, 8, 40), rng.randint(0, 8, 40)
    b[:20] = a[:20]
    xa, xb = ((C[k] + 0.3 * rng.randn(40, 15)).astype('f') for k in (a, b))
    y = (a != b).astype('i')  # faulty
    y = (a == b).astype('i')  # healthy
    loss = F.contrastive(net(xa), net(xb), y, margin=1)  # guilty
    net.cleargrads(); loss.backward(); opt.update()
