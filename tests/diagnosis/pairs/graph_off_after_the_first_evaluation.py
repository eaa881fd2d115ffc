# code: graph-off
# where: softmax_cross_entropy
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

def accuracy(model, x, t):
    chainer.config.enable_backprop = False  # faulty guilty
    with chainer.no_backprop_mode():  # healthy
        return float(F.accuracy(model(x), t).array)  # healthy
    return float(F.accuracy(model(x), t).array)  # faulty

r = np.random.RandomState(12); np.random.seed(12)
x = r.randn(500, 10).astype('f'); t = (x[:, 0] * x[:, 1] > 0).astype('i')
model = chainer.Sequential(L.Linear(10, 40), F.relu, L.Linear(40, 2))
opt = chainer.optimizers.Adam(3e-3).setup(model)
for epoch in range(10):
    for i in range(0, 400, 40):
        loss = F.softmax_cross_entropy(model(x[i:i + 40]), t[i:i + 40])
        model.cleargrads()
        loss.backward()  # guilty
        opt.update()
    print(accuracy(model, x[400:], t[400:]))
