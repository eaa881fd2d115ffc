"""The page `docs/chainer-compatibility.md`: every public name of Chainer 7.8.1, and what the engine has of it.

Made from the names that real Chainer has (`tests/golden/chainer_names.json`), from a walk through the engine, and
from the notes below. `python tests/support/compatibility.py` writes it anew; a test compares.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import signatures

__all__ = ["ABSENT", "DIFFERENT", "PAGE", "absent_names", "chainer_names", "page"]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "chainer-compatibility.md"
NAMES = ROOT / "tests" / "golden" / "chainer_names.json"
MODULES = ROOT / "tests" / "golden" / "chainer_modules.json"

DIFFERENT = {
    "chainer.static_code": "marks nothing: every call is computed anew, with the same results",
    "chainer.static_graph": "marks nothing: every call is computed anew, with the same results",
    "chainer.grad": "the same; outputs named twice add up",
    "chainer.get_device": "`@numpy` and `@cupy:N`; ChainerX's `native` is the CPU; no other ChainerX or iDeep devices",
    "chainer.Chain": (
        "`copy('init')` fills its links in the order of their names, where Chainer's order changes from run to run"
    ),
    "chainer.Sequential": (
        "`repeat()` names the copies in order; one with a lambda can be copied, but not pickled; `index(layer, start)` "
        "counts from the beginning, not from `start`"
    ),
    "chainer.training.extensions.MultistepShift": (
        "a resumed training goes on with the value that was reached, where Chainer's first iteration has the one to "
        "start with"
    ),
    "chainer.training.extensions.WarmupShift": (
        "a resumed training goes on from the value that was reached, where Chainer's from the one to start with"
    ),
    "chainer.FunctionNode": "one node is one op: a second `apply` with the graph on raises `TypeError`",
    "chainer.links.Parameter": "`copy('init')` raises, where Chainer fills in NaN",
    "chainer.functions.softmax_cross_entropy": (
        "always has second derivatives; on the CPU a label that is no class raises, also a negative one; the gradient "
        "is right also where soft targets of a sample don't sum to 1, and soft targets have one, too"
    ),
    "chainer.functions.mean_squared_error": "second derivatives with respect to both sides",
    "chainer.functions.embed_id": "a number that is no row raises without debug mode, too, on the CPU",
    "chainer.functions.arctan2": (
        "gradients of broadcast inputs have the inputs' shapes; both inputs have one dtype, without which Chainer's "
        "backward fails"
    ),
    "chainer.functions.average": (
        "of nothing: NaN, where Chainer raises `ZeroDivisionError`; weights of any shape that broadcasts, each counted "
        "as often as it is used"
    ),
    "chainer.functions.average_pooling_nd": (
        "empty batches, too; with `pad_value=None`, 0 where a window holds padding only, and right second derivatives"
    ),
    "chainer.functions.local_convolution_2d": "second derivatives are complete",
    "chainer.functions.permutate": "a negative axis counts from the end, where Chainer takes the first one",
    "chainer.functions.scatter_add": "what is added may be stretched",
    "chainer.functions.batch_matmul": "any float dtype",
    "chainer.functions.bilinear": "any float dtype",
    "chainer.functions.fmod": "gradients of broadcast inputs have the inputs' shapes",
    "chainer.functions.max_pooling_nd": "empty batches, too; where a window holds padding only, gradients stay finite",
    "chainer.functions.pad": (
        "the gradient of the modes `edge`, `reflect`, `symmetric` and `wrap` counts repeated elements, which Chainer "
        "leaves out; the modes that compute (`mean` ...) have no gradient"
    ),
    "chainer.functions.resize_images": "any float dtype",
    "chainer.functions.zoneout": "a ratio outside of [0, 1) and states of different shapes or dtypes raise",
    "chainer.functions.cholesky": "computes float16 in float32, where Chainer raises",
    "chainer.functions.decorrelated_batch_normalization": "computes float16 in float32, where Chainer raises",
    "chainer.functions.deconvolution_nd": (
        "gradients also where `outsize` cuts windows off along some axes only; an empty result raises `InvalidType`"
    ),
    "chainer.functions.discriminative_margin_based_clustering_loss": (
        "any batch size, where Chainer wants 1 or the number of objects; no NaN where an object is missing"
    ),
    "chainer.functions.fixed_decorrelated_batch_normalization": "gradients of mean and projection, too",
    "chainer.functions.roi_average_align_2d": "any float dtype, and second derivatives",
    "chainer.functions.roi_average_pooling_2d": "second derivatives, too",
    "chainer.functions.roi_pooling_2d": "the gradient is right also where regions leave the image",
    "chainer.functions.roi_max_align_2d": "any float dtype, and second derivatives",
    "chainer.functions.roi_max_pooling_2d": "second derivatives, too",
    "chainer.functions.simplified_dropconnect": "a ratio of 1 or more raises `ValueError`",
    "chainer.functions.spatial_transformer_grid": "second derivatives, too",
    "chainer.functions.spatial_transformer_sampler": "second derivatives, too",
    "chainer.links.ChildSumTreeLSTM": "a wrong number of arguments raises `ValueError`",
    "chainer.links.LocalConvolution2D": "heeds the stride where the input's size is seen at the first call",
    "chainer.links.NaryTreeLSTM": "a wrong number of arguments raises `ValueError`",
    "chainer.iterators.SerialIterator": "the same order for the same seed",
    "chainer.distributions.Exponential": "its `cdf` is 0 below 0",
    "chainer.distributions.Categorical": "a class with p = 0 adds 0 to a divergence, where Chainer gives NaN",
    "chainer.Distribution": "`prob`, `stddev`, `perplexity` follow from `log_prob`, `variance`, `entropy`",
    "chainer.datasets.PickleDataset": "reading one runs code that is in the file, as with Chainer",
    "chainer.backends.intel64.Intel64Device": "raises, as iDeep is never there",
    "chainer.links.GoogLeNet": "weights from npz files that Chainer has made, not from Caffe models; so VGG and ResNet",
    "chainer.dataset.TabularDataset": "lists of columns are taken, too; negative rows of a slice count from its end",
    "chainer.testing.parameterize": "a failure names its parameters in a note of the error itself",
    "chainer.testing.distribution_unittest": "the same checks, with tolerances of its own",
    "chainer.utils.type_check.expect": "says what doesn't hold also of conditions joined by `&` and `|`",
    "chainer.utils.type_check.InvalidType": "names the op's inputs and the script's line besides",
}
"""Names that are there and behave otherwise somewhere; one phrase each."""

_LAYOUTS = "channels last is an option of cuDNN"

ABSENT = {
    "chainer.Fallback": "a type of ChainerX",
    "chainer.links.TheanoFunction": "Theano is no longer kept",
    "chainer.iterators.DaliIterator": "NVIDIA DALI is not supported",
    "chainer.training.updaters.MultiprocessParallelUpdater": "needs NCCL between processes",
    "chainer.backends.cuda.get_cudnn_dropout_states": "cuDNN's own state, which this engine doesn't use",
    "chainer.backends.cuda.get_cudnn_dropout_states_core": "cuDNN's own state, which this engine doesn't use",
    "chainer.dataset.convert.Conveyor": "`ConcatWithAsyncTransfer` does without it",
    "chainer.memory_layouts.AsLayout": _LAYOUTS,
    "chainer.memory_layouts.CUDNN_CHANNEL_FIRST_W": _LAYOUTS,
    "chainer.memory_layouts.CUDNN_CHANNEL_FIRST_X": _LAYOUTS,
    "chainer.memory_layouts.CUDNN_CHANNEL_LAST_W": _LAYOUTS,
    "chainer.memory_layouts.CUDNN_CHANNEL_LAST_X": _LAYOUTS,
    "chainer.memory_layouts.get_raw_shape": _LAYOUTS,
    "chainer.memory_layouts.get_semantic_shape": _LAYOUTS,
    "chainer.optimizer.make_deprecation_message": "Chainer's own, for names that moved within Chainer",
    "chainer.testing.condition.QuietTestRunner": "Chainer's own way to run a test again",
}
"""Names that won't come, and why."""

MISUSE = (
    (
        "a function or link stumbles: `AttributeError`, `IndexError`, `ZeroDivisionError` ... of Python's",
        "an error that says what is wrong: `TypeError` for what is no array, `InvalidType` for what doesn't fit",
    ),
    (
        "`softmax`, `log_softmax`, `softmax_cross_entropy` of misfits: `RuntimeError` from within `type_check`",
        "`InvalidScores`, which is one, and the `InvalidType` that was meant",
    ),
    (
        "axes, strides, pads and the like that are NumPy's whole numbers (`numpy.int64(1)`): `TypeError`",
        "taken as the numbers that they are",
    ),
    (
        "labels and lengths of `connectionist_temporal_classification`, `negative_sampling` and hierarchical softmax "
        "that are int64: `InvalidType`",
        "taken, as all whole numbers are",
    ),
    (
        "`bias`, `scale`, `zoneout`, `transpose_sequence`, and the bias of a `convolution_nd` over two axes, of "
        "another dtype than x: converted, or not noticed",
        "`InvalidType`",
    ),
    ("a `forward` that returns a NumPy number: `TypeError`", "taken as an array without axes"),
    ("a `Function.backward` that returns more gradients than there are inputs: not noticed", "`ValueError`"),
    (
        "a ratio out of range in `zoneout` or `simplified_dropconnect`; numbers of weights that don't fit the layers "
        "of an n-step function; steps of `crf1d` without labels: not noticed",
        "`ValueError`",
    ),
    ("a batch size of 0 or less, an order sampler that is none: noticed late or not at all", "`ValueError`"),
    (
        "an iterator with threads that was finalized goes on",
        "`RuntimeError`: its threads are gone",
    ),
    ("an optimizer that was not set up: `AttributeError`", "`RuntimeError`, as from `call_hooks`"),
    (
        "`update()` of uninitialized parameters that no backward reached: `RuntimeError`",
        "they are left alone",
    ),
    ("`requires_grad` that is no bool: asserted", "taken as true or false"),
    ("a gradient that is no array, given to `Variable(...)`: raises when it is read", "`TypeError` at once"),
    ("what is no link, but takes attributes, put into a ChainList: fails when called", "`NotALink` at once"),
    ("a shape of None for an initializer: taken as `()`", "`TypeError`"),
)
"""What misuse raises in Chainer, and here, where the one is not the other."""

_NOT_YET = "not there yet"


def chainer_names() -> dict[str, list[str]]:
    """Module name and public names of real Chainer 7.8.1."""
    return json.loads(NAMES.read_text())


def _ours(module_name: str) -> object | None:
    try:
        return importlib.import_module(module_name.replace("chainer", "engine", 1))
    except ModuleNotFoundError:
        return None


def absent_names() -> list[str]:
    """Full names that Chainer has and the engine doesn't."""
    return [
        f"{module_name}.{name}"
        for module_name, names in chainer_names().items()
        for name in names
        if not hasattr(_ours(module_name), name)
    ]


def chainer_modules() -> dict[str, list[str]]:
    """Modules below `chainer.functions` and `chainer.links`, and the classes and functions that each defines."""
    return json.loads(MODULES.read_text())


def _below() -> list[str]:
    """What the page says of these modules."""
    modules = chainer_modules()
    ours = {name: _ours(name) for name in modules}
    lost = {
        name: [part for part in names if not hasattr(ours[name], part)]
        for name, names in modules.items()
        if ours[name] is not None
    }
    total = sum(map(len, modules.values()))
    there = sum(len(modules[name]) - len(names) for name, names in lost.items())
    absent = [f"`{name}`" for name, module in ours.items() if module is None]
    return [
        "",
        "## Modules below chainer.functions and chainer.links",
        "",
        f"{len(lost)} of {len(modules)} modules can be imported under Chainer's names, with {there} of the {total}",
        "classes and functions that they define. Classes of ops take what Chainer's take, and subclasses of them may",
        "define `forward`, `forward_cpu`, `forward_gpu` or `backward`; the next ones have no subclasses.",
        "Those of backward rules (`...Grad`), and of what is several ops here, are made of the engine's ops: what they",
        "give is right and has derivatives, but they are no nodes of the graph. What isn't there: classes of kernels",
        f"and of cuDNN, a few backward rules, and the modules {', '.join(absent)}.",
        "",
        "| module | not there |",
        "|---|---|",
        *(
            f"| `{name}` | {', '.join(f'`{part}`' for part in parts)} |"
            for name, parts in lost.items()
            if parts
        ),
    ]


def _called() -> list[str]:
    """What the page says of arguments and members."""
    rows = [f"| `{module}.{name}` | {what} |" for module, name, what in signatures.differences()]
    return [
        "",
        "## Arguments and members",
        "",
        "Of all functions and classes in all public modules that the engine has, too, the names, order and defaults of",
        "arguments and the public members were compared by program. A call that is right there is right here, but for",
        "these; what is for ChainerX, iDeep, cuDNN and memory layouts isn't listed.",
        "",
        "| | differs |",
        "|---|---|",
        *rows,
    ]


def _misused() -> list[str]:
    """What the page says of errors."""
    return [
        "",
        "## Errors on misuse",
        "",
        "Wrong types, shapes, dtypes, counts and values were given to functions, links, optimizers, hooks, iterators,",
        "datasets, serializers, updaters, triggers, extensions, initializers and variables, in Chainer and here, by",
        "program. Where the engine's own error says more, its class is Chainer's, too: `InvalidWindow`, for windows",
        "that don't fit, is an `InvalidType`, an `AssertionError` and a `RuntimeError`. What remains:",
        "",
        "| Chainer | here |",
        "|---|---|",
        *(f"| {theirs} | {ours} |" for theirs, ours in MISUSE),
    ]


def page() -> str:
    """The text of the page."""
    lines = [
        "# Compatibility with Chainer 7.8.1",
        "",
        "Every public name of Chainer that scripts import, and whether the engine has it. *same* means: the same",
        "arguments, results and errors, up to rounding and clearer messages. Options for cuDNN, iDeep and ChainerX are",
        "accepted where scripts pass them, and do nothing ([list](ignored-options.md)). Chainer's `label`s are kept,",
        "where an op isn't made of others; `op_name` is our own name. Misuse raises the types that Chainer raises, or",
        "classes that are Chainer's, too; what differs is [below](#errors-on-misuse).",
        "",
        "Scripts of its time use names of NumPy 1 (`numpy.int`, `numpy.product`): where the engine stands in for",
        "Chainer, NumPy 2 answers for them, with a `DeprecationWarning`. NumPy 2 also makes float64 of a float32 array",
        "times a number of its own, such as `numpy.sqrt(2)`, which no op then mixes with float32; the error says so,",
        "and `float(numpy.sqrt(2))` is what to write.",
        "",
        "This page is made from the code by `tests/support/compatibility.py`.",
    ]
    for module_name, names in chainer_names().items():
        module = _ours(module_name)
        rows = []
        there = 0
        for name in names:
            full = f"{module_name}.{name}"
            if hasattr(module, name):
                there += 1
                if full in DIFFERENT:
                    rows.append(f"| `{name}` | {DIFFERENT[full]} |")
            else:
                rows.append(
                    f"| `{name}` | not there: {ABSENT[full]} |"
                    if full in ABSENT
                    else f"| `{name}` | {_NOT_YET} |"
                )
        lines += ["", f"## {module_name}", "", f"{there} of {len(names)} names are there."]
        same = [
            f"`{name}`"
            for name in names
            if hasattr(module, name) and f"{module_name}.{name}" not in DIFFERENT
        ]
        if same:
            lines += ["", "Same: " + ", ".join(same) + "."]
        if rows:
            lines += ["", "| name | |", "|---|---|", *rows]
    return "\n".join(lines + _below() + _called() + _misused()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
