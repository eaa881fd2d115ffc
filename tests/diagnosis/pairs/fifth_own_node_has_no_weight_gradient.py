# code: no-gradient-by-op
# where: Gate
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import function_node


class Gate(function_node.FunctionNode):
    """y = x * s, with a scale for each feature."""

    def forward(self, inputs):
        x, s = inputs
        self.retain_inputs((0, 1))
        return (x * s,)

    def backward(self, indexes, grad_outputs):
        x, s = self.get_retained_inputs()
        (gy,) = grad_outputs
        return F.broadcast_to(s, x.shape) * gy, None  # faulty guilty
        return F.broadcast_to(s, x.shape) * gy, F.sum(x * gy, axis=0)  # healthy


class Gated(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.first = L.Linear(6, 12)
            self.scale = chainer.Parameter(chainer.initializers.Constant(0.7), (12,))
            self.last = L.Linear(12, 2)

    def forward(self, x):
        h = F.elu(self.first(x))
        (h,) = Gate().apply((h, self.scale))
        return self.last(h)


rng = np.random.RandomState(0)
data = rng.randn(60, 6).astype(np.float32)
labels = (data[:, 0] * data[:, 1] > 0).astype(np.int32)
net = Gated()
opt = chainer.optimizers.Adam(0.01).setup(net)
for i in range(15):
    pick = rng.choice(60, 20, replace=False)
    net.cleargrads()
    loss = F.softmax_cross_entropy(net(data[pick]), labels[pick])
    loss.backward()
    opt.update()
