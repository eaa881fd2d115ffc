# code: nan-in-backward
# where: sqrt
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

rs = np.random.RandomState(1)
x = rs.randn(30, 5).astype("f")
x[4] = 1.0
w = L.Linear(5, 5, nobias=True, initialW=np.eye(5, dtype="f"))
head = L.Linear(1, 1)
model = chainer.Chain(w=w, head=head)
opt = chainer.optimizers.SGD(0.01).setup(model)
goal = x.std(axis=1, keepdims=True)
for i in range(8):
    h = model.w(x)
    d = h - F.broadcast_to(F.mean(h, axis=1, keepdims=True), h.shape)
    v = F.mean(d * d, axis=1, keepdims=True)
    s = F.sqrt(v)  # faulty guilty
    s = F.sqrt(v + 1e-5)  # healthy
    loss = F.mean_squared_error(model.head(s), goal)
    model.cleargrads()
    loss.backward()
    opt.update()
