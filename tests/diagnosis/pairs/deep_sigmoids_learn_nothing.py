# code: vanishing-gradient
# where: Deep.0
import numpy as np
import chainer
import chainer.links as L
import chainer.functions as F
from chainer import ChainList

class Deep(ChainList):
    def __init__(self, depth, width, out):
        super().__init__()
        for i in range(depth):
            self.add_link(L.Linear(None, width))  # faulty
            self.add_link(L.Linear(None, width, initialW=chainer.initializers.HeNormal()))  # healthy
        self.add_link(L.Linear(width, out))
    def forward(self, x):
        links = list(self.children())
        for l in links[:-1]:
            x = F.sigmoid(l(x))  # faulty guilty
            x = F.relu(l(x))  # healthy
        return links[-1](x)

rng = np.random.RandomState(42)
X = rng.uniform(-1, 1, (500, 10)).astype('f')
t = (X[:, 0] * X[:, 1] > 0).astype('i')
np.random.seed(42)
model = Deep(9, 30, 2)
opt = chainer.optimizers.SGD(lr=.1)
opt.setup(model)
for e in range(6):
    p = rng.permutation(500)
    for b in np.split(p, 20):
        loss = F.softmax_cross_entropy(model(X[b]), t[b])
        model.cleargrads()
        loss.backward()
        opt.update()
