# code: uninformative-labels
# where: softmax_cross_entropy
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rng = np.random.RandomState(23)
c = rng.randn(3, 10) * 1.5
truth = rng.randint(0, 3, 600)
x = (c[truth] + rng.randn(600, 10)).astype(np.float32)
t = np.where(rng.rand(600) < 0.3, rng.randint(0, 3, 600), truth).astype(np.int32)
rng.shuffle(x)  # faulty guilty
net = chainer.Sequential(L.Linear(10, 20), F.relu, L.Linear(20, 3))
opt = chainer.optimizers.MomentumSGD(lr=0.02, momentum=0.9)
opt.setup(net)
for e in range(5):
    perm = rng.permutation(600)
    for s in range(0, 600, 30):
        i = perm[s:s + 30]
        loss = F.softmax_cross_entropy(net(x[i]), t[i])
        net.cleargrads()
        loss.backward()
        opt.update()
