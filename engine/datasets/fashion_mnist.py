"""Where Chainer has `get_fashion_mnist`; the code is in `mnist`."""

from .mnist import get_fashion_mnist, get_fashion_mnist_labels

__all__ = ["get_fashion_mnist", "get_fashion_mnist_labels"]
