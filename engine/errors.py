"""Errors of two kinds at once: what the engine calls the mistake, and what Chainer raises in the same place.

Scripts and tests that were written for Chainer catch the one, the engine's messages need the other. Where Chainer's
type says enough, it is raised as it is.

    InvalidType
        InvalidShape (AssertionError)                 an array has a shape that Chainer asserts it hasn't
        InvalidScores (RuntimeError)                  scores or labels that softmax can't be taken of
        InvalidWindow (AssertionError, RuntimeError)  windows don't fit into an array, or leave nothing of it
            InvalidKernel (ValueError)                a kernel or stride that no window can have
        MisfitGradient (ValueError, TypeError)        a gradient to be added has another shape or dtype
        MisfitInput (ValueError)                      an input isn't as long as the first layer's weights are wide
    TypeError
        NoLengthYet (AttributeError)                  the length of a variable without array
        NotALink (AttributeError)                     something else put into a ChainList
        WrongType (AssertionError)                    an argument of a type that Chainer asserts it hasn't
    ValueError
        NoSuchAxes (IndexError)                       axes to sum over that an array hasn't
        NoSuchChoice (NotImplementedError)            a choice that there isn't
        WrongValue (AssertionError)                   an argument with a value that Chainer asserts it hasn't
    ImportError
        NoPillow (RuntimeError)                       images can't be read
"""

from __future__ import annotations

from .utils.type_check import InvalidType

__all__ = [
    "InvalidKernel",
    "InvalidScores",
    "InvalidShape",
    "InvalidWindow",
    "MisfitGradient",
    "MisfitInput",
    "NoLengthYet",
    "NoPillow",
    "NoSuchAxes",
    "NoSuchChoice",
    "NotALink",
    "WrongType",
    "WrongValue",
]


class InvalidScores(InvalidType, RuntimeError):
    """Scores or labels that softmax can't be taken of; Chainer's check of them raises RuntimeError."""


class InvalidShape(InvalidType, AssertionError):
    """An array has a shape that Chainer asserts it hasn't."""


class InvalidWindow(InvalidType, AssertionError, RuntimeError):
    """The windows of a convolution or a pooling don't fit into the array, or leave nothing of it.

    Chainer asserts this for convolution and pooling, and raises RuntimeError for deconvolution.
    """


class InvalidKernel(InvalidWindow, ValueError):
    """A kernel or a stride that no window can have."""


class MisfitGradient(InvalidType, ValueError, TypeError):
    """A gradient to be added has another shape or dtype than the one that it is added to."""


class MisfitInput(InvalidType, ValueError):
    """The size of the input isn't that of the first layer's weights; Chainer raises ValueError for some layers."""


class NoLengthYet(TypeError, AttributeError):
    """The variable has no array yet, and so no length: for `len`, Python's own error is TypeError."""


class NotALink(TypeError, AttributeError):
    """What was put into a ChainList is no link; Chainer stumbles over its missing attributes."""


class WrongType(TypeError, AssertionError):
    """An argument has a type that Chainer asserts it hasn't."""


class NoSuchAxes(IndexError, ValueError):
    """An array has fewer axes than are to be summed over."""


class NoSuchChoice(ValueError, NotImplementedError):
    """There is no such choice; Chainer says that it isn't implemented."""


class WrongValue(ValueError, AssertionError):
    """An argument has a value that Chainer asserts it hasn't."""


class NoPillow(ImportError, RuntimeError):
    """Pillow, which reads images, isn't installed."""
