"""Backpropagation: one training step of a 2-3-1 perceptron, in the order in which it always goes.

Forward pass, loss, `cleargrads`, `backward`, `update`. In the debugger, press `x` on a forward op to cross
over to the backward step that belongs to it: the gradient that comes in has the shape of the op's output, and
the gradients that go out have the shapes of the op's inputs.
"""

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import Chain, optimizers

np.random.seed(4)  # the same initial weights in every run


class MLP(Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(2, 3)  # input layer to hidden layer
            self.l2 = L.Linear(3, 1)  # hidden layer to output layer

    def forward(self, x):
        h = F.relu(self.l1(x))
        return self.l2(h)


model = MLP()
optimizer = optimizers.SGD()  # each update: W -= lr * gradient of the loss with respect to W; lr is 0.01
optimizer.setup(model)

x = chainer.Variable(np.array([[1.0, 2.0]], dtype=np.float32))  # one sample
t = chainer.Variable(np.array([[1.0]], dtype=np.float32))  # what the model should answer for it

# Forward: the prediction, and how far off it is.
y = model(x)
loss = F.mean_squared_error(y, t)

# Gradients add up: what an earlier backward() left has to go first.
model.cleargrads()
# The chain rule, from the loss back through every op to every weight.
loss.backward()
# One step downhill for every weight.
optimizer.update()

print("Loss:", loss.data)
