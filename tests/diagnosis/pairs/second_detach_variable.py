# code: graph-cut
# where: embed
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import Variable


class Bow(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.embed = L.EmbedID(30, 8)
            self.hidden = L.Linear(8, 12)
            self.output = L.Linear(12, 2)

    def forward(self, ids):
        e = F.mean(self.embed(ids), axis=1)
        e = Variable(e.data)  # faulty guilty
        h = F.relu(self.hidden(e))
        return self.output(h)


rs = np.random.RandomState(3)
ids = rs.randint(0, 30, (80, 5)).astype("i")
lab = (ids.mean(axis=1) > 15).astype("i")
net = L.Classifier(Bow())
opt = chainer.optimizers.Adam(0.02)
opt.setup(net)
for i in range(20):
    net.cleargrads()
    loss = net(ids, lab)
    loss.backward()
    opt.update()
