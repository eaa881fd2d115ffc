# code: model-remade
# where: Net
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np


class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(6, 20)
            self.l2 = L.Linear(20, 2)

    def forward(self, x):
        return self.l2(F.relu(self.l1(x)))


rs = np.random.RandomState(2)
x = rs.randn(200, 6).astype(np.float32)
t = (x[:, 0] * x[:, 1] > 0).astype(np.int32)
net = Net()  # healthy
optimizer = chainer.optimizers.Adam(0.01).setup(net)  # healthy
for epoch in range(30):
    net = Net()  # faulty guilty
    optimizer = chainer.optimizers.Adam(0.01).setup(net)  # faulty
    pick = rs.choice(200, 50)
    loss = F.softmax_cross_entropy(net(x[pick]), t[pick])
    net.cleargrads()
    loss.backward()
    optimizer.update()
