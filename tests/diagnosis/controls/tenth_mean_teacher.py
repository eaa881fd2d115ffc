import numpy as np, chainer, chainer.functions as F, chainer.links as L
rng = np.random.RandomState(15)
student = chainer.Sequential(L.Linear(6, 30), F.relu, lambda h: F.dropout(h, 0.3), L.Linear(30, 3))
teacher = student.copy(mode='copy')
opt = chainer.optimizers.Adam(3e-3)
opt.setup(student)
C = rng.randn(3, 6) * 1.5
for i in range(100):
    t = rng.randint(0, 3, 30).astype('i')
    x = (C[t] + rng.randn(30, 6)).astype('f')
    u = (C[rng.randint(0, 3, 60)] + rng.randn(60, 6)).astype('f')
    with chainer.no_backprop_mode(), chainer.using_config('train', False):
        goal = F.softmax(teacher(u)).array
    loss = F.softmax_cross_entropy(student(x), t) + F.mean_squared_error(F.softmax(student(u)), goal)
    student.cleargrads()
    loss.backward()
    opt.update()
    for a, b in zip(teacher.params(), student.params()):
        a.array[...] = 0.95 * a.array + 0.05 * b.array
