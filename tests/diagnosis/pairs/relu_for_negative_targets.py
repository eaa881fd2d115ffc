# code: targets-out-of-range
# where: relu
import numpy as np
import chainer
import chainer.functions as F
import chainer.links as L
from chainer import optimizers
r = np.random.RandomState(5)
A = r.rand(256, 4).astype(np.float32)
B = (A @ np.array([[1.], [-2.], [0.5], [3.]], np.float32) + 0.1 * r.randn(256, 1)).astype(np.float32)
model = chainer.Sequential(L.Linear(4, 24), F.tanh, L.Linear(24, 1), F.relu)  # faulty guilty
model = chainer.Sequential(L.Linear(4, 24), F.tanh, L.Linear(24, 1))  # healthy

B = B - 3
opt = optimizers.Adam(0.01).setup(model)
for step in range(80):
    pick = r.randint(0, 256, 32)
    loss = F.mean_squared_error(model(A[pick]), B[pick])
    model.cleargrads(); loss.backward(); opt.update()
