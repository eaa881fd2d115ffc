import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(28)
W1 = chainer.Parameter(rng.randn(20, 1).astype('f'))
W2 = chainer.Parameter((rng.randn(1, 20) * 0.2).astype('f'))
opt_params = chainer.Link()
with opt_params.init_scope():
    opt_params.W1, opt_params.W2 = W1, W2
opt = chainer.optimizers.Adam(0.01)
opt.setup(opt_params)


def f(x, a, b):
    return F.linear(F.tanh(F.linear(x, a)), b)


for it in range(60):
    amp, ph = rng.uniform(0.5, 2), rng.uniform(0, 3)
    xs, xq = (rng.uniform(-3, 3, (10, 1)).astype('f') for _ in range(2))
    ys, yq = (amp * np.sin(v + ph).astype('f') for v in (xs, xq))
    inner = F.mean_squared_error(f(xs, W1, W2), ys)
    g1, g2 = chainer.grad([inner], [W1, W2], enable_double_backprop=True)
    outer = F.mean_squared_error(f(xq, W1 - 0.05 * g1, W2 - 0.05 * g2), yq)
    opt_params.cleargrads()
    outer.backward()
    opt.update()
