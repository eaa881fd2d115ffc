"""Everything as it should be: both modes, both in the loop and by an Evaluator."""
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import training
from chainer.datasets import TupleDataset
from chainer.iterators import SerialIterator
from chainer.training import extensions


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(6, 16)
            self.bn = L.BatchNormalization(16)
            self.l2 = L.Linear(16, 2)

    def forward(self, x):
        return self.l2(F.dropout(F.relu(self.bn(self.l1(x))), 0.3))


rng = np.random.RandomState(0)
x = rng.randn(120, 6).astype("f")
t = (x[:, 0] > 0).astype("i")
model = L.Classifier(Net())
optimizer = chainer.optimizers.Adam(0.01).setup(model)
train, test = TupleDataset(x[:90], t[:90]), TupleDataset(x[90:], t[90:])
updater = training.StandardUpdater(SerialIterator(train, 20), optimizer)
trainer = training.Trainer(updater, (5, "epoch"), out=".")
trainer.extend(extensions.Evaluator(SerialIterator(test, 20, repeat=False, shuffle=False), model))
trainer.extend(extensions.LogReport())
trainer.run()
