# code: summed-loss
# where: mean_squared_error
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

class Worker(object):
    micro = 32
    def __init__(self, net, opt):
        self.net, self.opt = net, opt
    def update(self, x, t):
        self.net.cleargrads()
        parts = len(x) // self.micro
        for k in range(parts):
            s = slice(k * self.micro, (k + 1) * self.micro)
            loss = F.mean_squared_error(self.net(x[s]), t[s])
            loss.backward()  # faulty guilty
            (loss / parts).backward()  # healthy
        self.opt.update()

r = np.random.RandomState(44); np.random.seed(44)
X = r.randn(4096, 10).astype('f'); T = X.dot(r.randn(10, 1)).astype('f')
net = chainer.Sequential(L.Linear(10, 20), F.relu, L.Linear(20, 1))
w = Worker(net, chainer.optimizers.SGD(.02).setup(net))  # guilty
for k in range(30):
    i = r.randint(0, 4096, 1024)
    w.update(X[i], T[i])
