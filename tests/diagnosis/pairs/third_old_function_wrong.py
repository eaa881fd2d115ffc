# code: wrong-gradient
# where: Swish
import numpy as np, chainer, chainer.functions as F, chainer.links as L


class Swish(chainer.Function):
    def forward(self, inputs):
        x, = inputs
        s = 1 / (1 + np.exp(-x))
        return (x * s).astype(x.dtype),

    def backward(self, inputs, grad_outputs):
        x, = inputs
        gy, = grad_outputs
        s = 1 / (1 + np.exp(-x))
        return (gy * s).astype(x.dtype),  # faulty guilty
        return (gy * (s + x * s * (1 - s))).astype(x.dtype),  # healthy


r = np.random.RandomState(9)
x = r.randn(64, 5).astype("f")
y = x[:, :1] ** 2
m = chainer.Chain(a=L.Linear(5, 10), b=L.Linear(10, 1))
o = chainer.optimizers.Adam(0.02).setup(m)
for i in range(30):
    loss = F.mean_squared_error(m.b(Swish()(m.a(x))), y)
    m.cleargrads()
    loss.backward()
    o.update()
