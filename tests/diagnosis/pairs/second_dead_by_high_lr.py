# code: diverging
# where: MomentumSGD
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(11)
feats = rs.randn(128, 10).astype("f")
labels = (feats[:, 0] - feats[:, 3] > 0).astype("i")
mlp = chainer.Sequential(L.Linear(10, 50), F.relu, L.Linear(50, 50), F.relu, L.Linear(50, 2))
optimizer = chainer.optimizers.MomentumSGD(lr=4.0, momentum=0.9)  # faulty guilty
optimizer = chainer.optimizers.MomentumSGD(lr=0.05, momentum=0.9)  # healthy
optimizer.setup(mlp)
for step in range(50):
    pick = rs.permutation(128)[:32]
    loss = F.softmax_cross_entropy(mlp(feats[pick]), labels[pick])
    mlp.cleargrads()
    loss.backward()
    optimizer.update()
