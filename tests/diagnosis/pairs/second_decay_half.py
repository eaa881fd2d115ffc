# code: weight-decay-too-strong
# where: WeightDecay
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import training
from chainer.optimizer_hooks import WeightDecay

rs = np.random.RandomState(1)
x = rs.randn(120, 8).astype("f")
t = x[:, :3].argmax(axis=1).astype("i")
m = L.Classifier(chainer.Sequential(L.Linear(8, 20), F.relu, L.Linear(20, 3)))
opt = chainer.optimizers.MomentumSGD(lr=0.05).setup(m)
opt.add_hook(WeightDecay(rate=0.7))  # faulty guilty
opt.add_hook(WeightDecay(rate=5e-4))  # healthy
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(x, t), 30)
training.Trainer(training.StandardUpdater(it, opt), (60, "iteration"), out="r").run()
