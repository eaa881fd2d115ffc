# code: not-in-optimizer
# where: gen
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


def make_optimizer(net, alpha):
    optimizer = chainer.optimizers.Adam(alpha=alpha, beta1=0.5)
    optimizer.setup(net)
    optimizer.add_hook(chainer.optimizer_hooks.WeightDecay(1e-5))
    return optimizer


class GAN(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.gen = chainer.Sequential(L.Linear(5, 20), F.relu, L.Linear(20, 8), F.tanh)
            self.dis = chainer.Sequential(L.Linear(8, 20), F.leaky_relu, L.Linear(20, 1))


rng = np.random.RandomState(8)
data = np.tanh(rng.randn(200, 8)).astype(np.float32)
gan = GAN()
dis_optimizer = make_optimizer(gan.dis, 1e-3)
gen_optimizer = make_optimizer(gan.dis, 1e-3)  # faulty guilty
gen_optimizer = make_optimizer(gan.gen, 1e-3)  # healthy
for epoch in range(10):
    batch = data[rng.permutation(200)[:20]]
    made = gan.gen(rng.randn(20, 5).astype(np.float32))
    d_real, d_fake = gan.dis(batch), gan.dis(made.array)
    gan.cleargrads()
    (F.mean(F.softplus(-d_real)) + F.mean(F.softplus(d_fake))).backward()
    dis_optimizer.update()
    gan.cleargrads()
    F.mean(F.softplus(-gan.dis(made))).backward()
    gen_optimizer.update()
