# code: initial-scale
# where: enc1
import numpy as np
import chainer
from chainer import Chain, functions as F, links as L, initializers


class Encoder(Chain):
    def __init__(self, n=12):
        super(Encoder, self).__init__()
        with self.init_scope():
            self.enc1 = L.Linear(10, n, initialW=initializers.Normal(1e-3))  # faulty guilty
            self.enc2 = L.Linear(n, n, initialW=initializers.Normal(1e-3))  # faulty
            self.enc3 = L.Linear(n, n, initialW=initializers.Normal(1e-3))  # faulty
            self.enc1 = L.Linear(10, n)  # healthy
            self.enc2 = L.Linear(n, n)  # healthy
            self.enc3 = L.Linear(n, n)  # healthy
            self.cls = L.Linear(n, 4)

    def __call__(self, x):
        h = F.tanh(self.enc1(x))
        h = F.tanh(self.enc2(h))
        h = F.tanh(self.enc3(h))
        return self.cls(h)


np.random.seed(7)
X = np.random.randn(200, 10).astype(np.float32)
Y = X[:, :4].argmax(1).astype(np.int32)
enc = Encoder()
sgd = chainer.optimizers.SGD(0.1)
sgd.setup(enc)
for ep in range(12):
    for s in range(0, 200, 40):
        xb, yb = X[s:s + 40], Y[s:s + 40]
        enc.cleargrads()
        l = F.softmax_cross_entropy(enc(xb), yb)
        l.backward()
        sgd.update()
