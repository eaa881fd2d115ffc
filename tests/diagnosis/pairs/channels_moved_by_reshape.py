# code: mixing-reshape
# where: reshape
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.c = L.Convolution2D(3, 8, 3); self.f = L.Linear(None, 2)
    def forward(self, imgs):
        n, h, w, c = imgs.shape
        x = F.reshape(imgs, (n, c, h, w))  # faulty guilty
        x = F.transpose(imgs, (0, 3, 1, 2))  # healthy
        return self.f(F.max_pooling_2d(F.relu(self.c(x)), 2))

r = np.random.RandomState(12); np.random.seed(12)
t = r.randint(0, 2, 200).astype('i'); X = r.rand(200, 10, 10, 3).astype('f')
X[t == 1, :5, :, 0] += .4
m = Net(); opt = chainer.optimizers.Adam(2e-3).setup(m)
for ep in range(5):
    for s in np.split(r.permutation(200), 10):
        loss = F.softmax_cross_entropy(m(X[s]), t[s])
        m.cleargrads(); loss.backward(); opt.update()
