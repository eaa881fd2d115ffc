"""A gradient of a gradient: its sums over the batch are the chain rule, not the script."""
import numpy as np, chainer, chainer.functions as F, chainer.links as L
np.random.seed(17)
m = chainer.Sequential(L.Linear(1, 16), F.tanh, L.Linear(16, 1)); o = chainer.optimizers.Adam(5e-3).setup(m)
W1, b1, W2, b2 = m[0].W, m[0].b, m[2].W, m[2].b
def net(x, p): return F.linear(F.tanh(F.linear(x, p[0], p[1])), p[2], p[3])
for i in range(40):
    total = 0
    for task in range(4):
        a, ph = np.random.uniform(.5, 2), np.random.uniform(0, 3)
        x = np.random.uniform(-2, 2, (20, 1)).astype('f'); y = (a * np.sin(x + ph)).astype('f')
        p = [W1, b1, W2, b2]
        inner = F.mean_squared_error(net(x[:10], p), y[:10])
        gs = chainer.grad([inner], p, enable_double_backprop=True)
        q = [w - .05 * g for w, g in zip(p, gs)]
        total += F.mean_squared_error(net(x[10:], q), y[10:])
    m.cleargrads(); (total / 4).backward(); o.update()
