# code: evaluation-mode
# where: dropout
import numpy as np, chainer, chainer.functions as F, chainer.links as L
from chainer import training
from chainer.training import make_extension


class N(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.a = L.Linear(4, 32)
            self.b = L.Linear(32, 2)

    def forward(self, x):
        return self.b(F.dropout(F.relu(self.a(x)), ratio=0.5))


r = np.random.RandomState(9)
x = r.randn(100, 4).astype("f")
t = (x[:, 1] > 0).astype("i")
net = N()
opt = chainer.optimizers.Adam(0.01).setup(L.Classifier(net))


@make_extension(trigger=(1, "epoch"))
def validate(trainer):
    with chainer.no_backprop_mode():  # faulty
        y = net(x[80:])  # faulty guilty
    with chainer.using_config("train", False), chainer.no_backprop_mode():  # healthy
        y = net(x[80:])  # healthy
    print(float(F.accuracy(y, t[80:]).array))


it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(x[:80], t[:80]), 20)
tr = training.Trainer(training.StandardUpdater(it, opt), (4, "epoch"), out="o")
tr.extend(validate)
tr.run()
