# code: dead-relu
# where: conv1
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import training
from chainer.training import extensions


class ConvNet(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.conv1 = L.Convolution2D(1, 6, 3, initial_bias=-20.0)  # faulty guilty
            self.conv1 = L.Convolution2D(1, 6, 3)  # healthy
            self.fc = L.Linear(6 * 6 * 6, 2)

    def forward(self, x):
        h = F.relu(self.conv1(x))
        return self.fc(h)


rs = np.random.RandomState(5)
imgs = rs.rand(64, 1, 8, 8).astype(np.float32)
lab = (imgs[:, 0, :4].mean((1, 2)) > imgs[:, 0, 4:].mean((1, 2))).astype(np.int32)
model = L.Classifier(ConvNet())
opt = chainer.optimizers.MomentumSGD(lr=0.02)
opt.setup(model)
it = chainer.iterators.SerialIterator(chainer.datasets.TupleDataset(imgs, lab), batch_size=16)
upd = training.updaters.StandardUpdater(it, opt, device=-1)
tr = training.Trainer(upd, (6, "epoch"), out="out")
tr.extend(extensions.LogReport(trigger=(1, "epoch")))
tr.run()
