# code: uninformative-labels
# where: softmax_cross_entropy
import numpy as np, chainer
import chainer.functions as F, chainer.links as L
r = np.random.RandomState(8)
k = r.randint(0, 3, 450)
x = (np.eye(3)[k] @ r.randn(3, 9) * 2 + r.randn(450, 9)).astype('f')
y = k.astype('i')
y = y[::-1].copy()  # faulty guilty
net = chainer.Sequential(L.Linear(9, 24), F.relu, L.Linear(24, 3))
o = chainer.optimizers.SGD(0.05); o.setup(net)
for e in range(5):
    p = r.permutation(450)
    for s in range(0, 450, 30):
        loss = F.softmax_cross_entropy(net(x[p[s:s+30]]), y[p[s:s+30]])
        net.cleargrads(); loss.backward(); o.update()
