"""XOR, trained to the end: the smallest problem that needs a hidden layer.

No straight line separates {00, 11} from {01, 10}, so one layer alone can't learn it. The loss begins near
log 2 = 0.69, which is what guessing costs, and falls once the hidden units have found out what to look for.
"""

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

np.random.seed(0)

# All four cases are the whole training set, in one batch.
x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
t = np.array([[0], [1], [1], [0]], dtype=np.int32)


class XorNet(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.hidden = L.Linear(2, 4)
            self.out = L.Linear(4, 1)

    def forward(self, x):
        # The answer before the sigmoid: above 0 means "1", below 0 means "0".
        return self.out(F.tanh(self.hidden(x)))


model = XorNet()
optimizer = chainer.optimizers.MomentumSGD(lr=0.1, momentum=0.9)
optimizer.setup(model)

for step in range(101):
    logits = model(x)
    loss = F.sigmoid_cross_entropy(logits, t)
    if step % 20 == 0:
        print(f"step {step:3d}  loss {float(loss.array):.4f}")

    model.cleargrads()
    loss.backward()
    optimizer.update()

# What it has learned. Nothing is to be differentiated here, so no graph is kept.
with chainer.using_config("train", False), chainer.no_backprop_mode():
    probability = F.sigmoid(model(x)).array

right = 0
for case, p, answer in zip(x, probability[:, 0], t[:, 0], strict=True):
    print(f"{case[0]:.0f} xor {case[1]:.0f} = {int(p > 0.5)}   (p = {p:.3f})")
    right += int(p > 0.5) == answer
print(f"{right} of 4 right")
assert right == 4
