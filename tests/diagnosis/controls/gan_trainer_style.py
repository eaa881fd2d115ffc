"""As in many Chainer scripts: one forward pass for both losses, and gradients that flow into the other net."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import training
from chainer.iterators import SerialIterator


class Updater(training.updaters.StandardUpdater):
    def __init__(self, iterator, gen, dis, optimizers):
        self.gen, self.dis = gen, dis
        super().__init__(iterator, optimizers)

    def loss_gen(self, y_fake):
        return F.mean(F.softplus(-y_fake))

    def loss_dis(self, y_real, y_fake):
        return F.mean(F.softplus(-y_real)) + F.mean(F.softplus(y_fake))

    def update_core(self):
        batch = self.converter(self.get_iterator("main").next())
        y_real = self.dis(batch)
        z = np.random.randn(len(batch), 2).astype("f")
        y_fake = self.dis(self.gen(z))
        self.get_optimizer("dis").update(self.loss_dis, y_real, y_fake)
        self.get_optimizer("gen").update(self.loss_gen, y_fake)


rng = np.random.RandomState(0)
data = (rng.randn(128, 2) * 0.5 + 2).astype("f")
gen = chainer.Sequential(L.Linear(2, 16), F.relu, L.Linear(16, 2))
dis = chainer.Sequential(L.Linear(2, 16), F.leaky_relu, L.Linear(16, 1))
opts = {"gen": chainer.optimizers.Adam(1e-3).setup(gen), "dis": chainer.optimizers.Adam(1e-3).setup(dis)}
training.Trainer(Updater(SerialIterator(data, 16), gen, dis, opts), (40, "iteration"), out=".").run()
