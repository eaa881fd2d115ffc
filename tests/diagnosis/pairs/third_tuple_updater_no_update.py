# code: no-update
# where: Classifier
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training


class Upd(training.updaters.StandardUpdater):
    def update_core(self):
        opt = self.get_optimizer("main")
        x, t = self.converter(self.get_iterator("main").next())
        loss = opt.target(x, t)
        opt.target.cleargrads()
        loss.backward()  # guilty
        opt.update()  # healthy


r = np.random.RandomState(9)
x = r.randn(64, 4).astype("f")
t = (x[:, 1] > 0).astype("i")
opt = chainer.optimizers.Adam(0.01)
opt.setup(L.Classifier(chainer.Sequential(L.Linear(4, 8), F.elu, L.Linear(8, 2))))
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(x, t), 16)
training.Trainer(Upd(it, opt), (12, "iteration"), out="o").run()
