# code: growing-graph
# where: Net
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import optimizers
def spiral(n, classes=3, seed=3):
    r = np.random.RandomState(seed)
    rows, labels = [], []
    for k in range(classes):
        t = np.linspace(0.2, 1, n)
        a = t * 4 + k * 2 * np.pi / classes + r.normal(0, 0.15, n)
        rows.append(np.stack([t * np.cos(a), t * np.sin(a)], axis=1))
        labels += [k] * n
    return np.concatenate(rows).astype(np.float32), np.array(labels, np.int32)

X, T = spiral(100)

class Net(chainer.Chain):
    def __init__(self, hidden=48):
        super().__init__()
        with self.init_scope():
            self.fc1 = L.Linear(2, hidden)
            self.fc2 = L.Linear(hidden, hidden)
            self.out = L.Linear(hidden, 3)

    def __call__(self, x):
        h = F.relu(self.fc1(x))
        h = F.relu(self.fc2(h))
        return self.out(h)

net = Net()
opt = optimizers.SGD(0.05).setup(net)
total = 0
for step in range(24):
    idx = np.random.permutation(300)[:60]
    loss = F.softmax_cross_entropy(net(X[idx]), T[idx])
    total = total + loss  # faulty
    total = total + loss.array  # healthy
    net.cleargrads()
    total.backward()  # faulty guilty
    loss.backward()  # healthy
    opt.update()
