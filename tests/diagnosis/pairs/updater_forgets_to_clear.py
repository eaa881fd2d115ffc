# code: missing-cleargrads
# where: Classifier
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import training
from chainer.datasets import TupleDataset
from chainer.iterators import SerialIterator


class Updater(training.updaters.StandardUpdater):
    def update_core(self):
        optimizer = self.get_optimizer("main")
        batch = self.converter(self.get_iterator("main").next(), self.device)
        loss = optimizer.target(*batch)
        optimizer.target.cleargrads()  # healthy
        loss.backward()  # guilty
        optimizer.update()


rng = np.random.RandomState(1)
x = rng.randn(80, 5).astype(np.float32)
t = (x.sum(axis=1) > 0).astype(np.int32)
net = chainer.Sequential(L.Linear(5, 10), F.tanh, L.Linear(10, 2))
model = L.Classifier(net)
optimizer = chainer.optimizers.Adam().setup(model)
trainer = training.Trainer(Updater(SerialIterator(TupleDataset(x, t), 16), optimizer), (20, "iteration"), out=".")
trainer.run()
