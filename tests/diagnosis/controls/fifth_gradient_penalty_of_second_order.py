import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

rng = np.random.RandomState(11)
gen = chainer.Sequential(L.Linear(3, 16), F.tanh, L.Linear(16, 4))
dis = chainer.Sequential(L.Linear(4, 16), F.tanh, L.Linear(16, 1))
opt_g, opt_d = chainer.optimizers.Adam(1e-3).setup(gen), chainer.optimizers.Adam(1e-3).setup(dis)
real = rng.randn(200, 4).astype(np.float32) + 1
for step in range(15):
    x = real[rng.randint(0, 200, 20)]
    fake = gen(rng.randn(20, 3).astype(np.float32))
    mix = rng.rand(20, 1).astype(np.float32)
    between = chainer.Variable(mix * x + (1 - mix) * fake.array)
    (slope,) = chainer.grad([dis(between)], [between], enable_double_backprop=True)
    norm = F.sqrt(F.batch_l2_norm_squared(slope) + 1e-6)
    loss = F.mean(dis(fake.array)) - F.mean(dis(x)) + 10 * F.mean_squared_error(norm, np.ones_like(norm.array))
    dis.cleargrads()
    loss.backward()
    opt_d.update()
    loss = -F.mean(dis(gen(rng.randn(20, 3).astype(np.float32))))
    gen.cleargrads()
    loss.backward()
    opt_g.update()
