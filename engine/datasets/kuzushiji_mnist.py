"""Where Chainer has `get_kuzushiji_mnist`; the code is in `mnist`."""

from .mnist import get_kuzushiji_mnist, get_kuzushiji_mnist_labels

__all__ = ["get_kuzushiji_mnist", "get_kuzushiji_mnist_labels"]
