# code: nan-in-forward
# where: square
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L

dtype = np.float16  # faulty
dtype = np.float32  # healthy
chainer.global_config.dtype = dtype
rs = np.random.RandomState(1)
x = (rs.rand(20, 3) * 9).astype(dtype)
y = (x.sum(axis=1, keepdims=True) * 40).astype(dtype)
m = L.Linear(3, 1)
o = chainer.optimizers.SGD(1e-4).setup(m)
for i in range(6):
    e = m(x) - y
    loss = F.mean(F.square(e))  # guilty
    m.cleargrads()
    loss.backward()
    o.update()
