"""A target with a heavy tail: single batches have a loss twenty times the usual one."""
import numpy as np
import chainer, chainer.functions as F, chainer.links as L

class Trainer:
    def __init__(self, model, optimizer, loss_fn):
        self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn
    def fit(self, batches):
        total = 0
        for x, t in batches:
            self.model.cleargrads()
            loss = self.loss_fn(self.model(x), t)
            loss.backward()
            self.optimizer.update()
            total += float(loss.array)
        return total

def batches(n):
    r = np.random.RandomState(77)
    for _ in range(n):
        x = r.randn(20, 3).astype('f')
        yield x, (x.prod(1, keepdims=True)).astype('f')

np.random.seed(77)
mlp = chainer.Sequential(L.Linear(3, 30), F.tanh, L.Linear(30, 1))
opt = chainer.optimizers.SGD(lr=.01)
opt.setup(mlp)
print(Trainer(mlp, opt, F.mean_squared_error).fit(batches(120)))
