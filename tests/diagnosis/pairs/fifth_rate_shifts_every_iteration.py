# code: rate-dies
# where: MomentumSGD
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import training
from chainer.training import extensions


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(None, 24)
            self.l2 = L.Linear(None, 4)

    def forward(self, x):
        return self.l2(F.relu(self.l1(x)))


rng = np.random.RandomState(10)
x = rng.randn(400, 12).astype(np.float32)
t = np.argmax(x[:, :4] * 2 + x[:, 4:8], axis=1).astype(np.int32)
iterator = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(x, t), 20)
model = L.Classifier(Net())
optimizer = chainer.optimizers.MomentumSGD(0.05)
optimizer.setup(model)
trainer = training.Trainer(training.StandardUpdater(iterator, optimizer), (80, "iteration"), out="log")
trainer.extend(extensions.ExponentialShift("lr", 0.1), trigger=(1, "iteration"))  # faulty guilty
trainer.extend(extensions.ExponentialShift("lr", 0.1), trigger=(3, "epoch"))  # healthy
trainer.extend(extensions.LogReport(trigger=(20, "iteration")))
trainer.run()
