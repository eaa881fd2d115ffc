# code: uninformative-labels
# where: softmax_cross_entropy
import numpy as np, chainer
import chainer.functions as F, chainer.links as L
r = np.random.RandomState(13)
sig = r.randn(12, 300)
lab = (sig[:6].sum(0) > 0).astype('i')
x = sig.reshape(300, 12).astype('f')  # faulty guilty
x = sig.T.astype('f')  # healthy
net = chainer.Sequential(L.Linear(12, 20), F.relu, L.Linear(20, 2))
o = chainer.optimizers.SGD(0.05); o.setup(net)
for e in range(8):
    p = r.permutation(300)
    for s in range(0, 300, 30):
        loss = F.softmax_cross_entropy(net(x[p[s:s+30]]), lab[p[s:s+30]])
        net.cleargrads(); loss.backward(); o.update()
