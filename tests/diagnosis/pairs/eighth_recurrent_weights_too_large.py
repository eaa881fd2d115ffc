# code: initial-scale
# where: hh
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

np.random.seed(100)


class ReluRNN(chainer.Chain):
    """h_t = relu(W x_t + U h_{t-1})"""

    def __init__(self, n_in, n_hid, n_out):
        super().__init__()
        with self.init_scope():
            self.xh = L.Linear(n_in, n_hid)
            self.hh = L.Linear(n_hid, n_hid, initialW=chainer.initializers.Normal(0.6))  # faulty guilty
            self.hh = L.Linear(n_hid, n_hid, initialW=np.eye(n_hid, dtype=np.float32) * 0.9)  # healthy
            self.ho = L.Linear(n_hid, n_out)

    def forward(self, xs):
        h = chainer.Variable(np.zeros((xs.shape[0], 30), dtype=np.float32))
        for i in range(xs.shape[1]):
            h = F.relu(self.xh(xs[:, i]) + self.hh(h))
        return self.ho(h)


rnn = ReluRNN(2, 30, 1)
optimizer = chainer.optimizers.SGD(lr=0.01)
optimizer.setup(rnn)
optimizer.add_hook(chainer.optimizer_hooks.GradientClipping(1.0))
for step in range(30):
    xs = np.random.uniform(0, 1, (32, 25, 2)).astype(np.float32)
    ys = xs[:, :, 0].mean(axis=1, keepdims=True)
    loss = F.mean_squared_error(rnn(xs), ys)
    rnn.cleargrads()
    loss.backward()
    optimizer.update()
