"""A define-by-run engine with Chainer's API, on NumPy or CuPy, that says what it does while it works.

Usable alone: it knows nothing of any debugger. `events.observe(f)` tells `f` of every forward op, every backward step
and every weight update.
"""

from __future__ import annotations

from . import (
    backend,
    backends,
    backprop,
    computational_graph,
    configuration,
    dataset,
    datasets,
    device_resident,
    distribution,
    distributions,
    events,
    function,
    function_hook,
    function_hooks,
    function_node,
    functions,
    gradient_check,
    initializer,
    initializers,
    iterators,
    link,
    link_hook,
    link_hooks,
    links,
    optimizer,
    optimizer_hooks,
    optimizers,
    parameter,
    reporter,
    runtime,
    sequential,
    serializer,
    serializers,
    training,
    utils,
    variable,
)
from .backend import get_device, using_device
from .backends import cuda
from .backends.intel64 import Intel64Device
from .backprop import backward, grad
from .configuration import config, global_config, using_config
from .device_resident import DeviceResident
from .distribution import Distribution, cross_entropy, kl_divergence, register_kl
from .dtypes import get_dtype, mixed16
from .function import Function, FunctionAdapter, force_backprop_mode, no_backprop_mode
from .function_hook import FunctionHook, get_function_hooks
from .function_node import FunctionNode
from .initializer import Initializer
from .link import Chain, ChainList, Link
from .link_hook import LinkHook
from .memory import keep_freed_memory
from .optimizer import GradientMethod, Optimizer
from .optimizer_hooks.moved import add_moved_hooks
from .parameter import Parameter
from .reporter import DictSummary, Reporter, Summary, get_current_reporter, report, report_scope
from .runtime import (
    DebugMode,
    disable_experimental_feature_warning,
    get_array_types,
    get_compute_mode,
    get_cpu_array_types,
    is_arrays_compatible,
    is_debug,
    print_runtime_info,
    set_debug,
    should_use_cudnn,
    should_use_cudnn_tensor_core,
)
from .sequential import Sequential
from .serializer import AbstractSerializer, Deserializer, Serializer
from .static_graph import static_code, static_graph
from .update_rule import UpdateRule
from .variable import Variable, as_array, as_variable

__all__ = [
    "AbstractSerializer",
    "Chain",
    "ChainList",
    "DebugMode",
    "Deserializer",
    "DeviceResident",
    "DictSummary",
    "Distribution",
    "Function",
    "FunctionAdapter",
    "FunctionHook",
    "FunctionNode",
    "GradientMethod",
    "Initializer",
    "Link",
    "LinkHook",
    "Optimizer",
    "Parameter",
    "Reporter",
    "Sequential",
    "Serializer",
    "Summary",
    "UpdateRule",
    "Variable",
    "as_array",
    "as_variable",
    "backend",
    "backends",
    "backprop",
    "backward",
    "computational_graph",
    "config",
    "configuration",
    "cross_entropy",
    "cuda",
    "dataset",
    "datasets",
    "device_resident",
    "disable_experimental_feature_warning",
    "distribution",
    "distributions",
    "events",
    "force_backprop_mode",
    "function",
    "function_hook",
    "function_hooks",
    "function_node",
    "functions",
    "get_array_types",
    "get_compute_mode",
    "get_cpu_array_types",
    "get_current_reporter",
    "get_device",
    "get_dtype",
    "get_function_hooks",
    "global_config",
    "grad",
    "gradient_check",
    "initializer",
    "initializers",
    "is_arrays_compatible",
    "is_debug",
    "iterators",
    "kl_divergence",
    "link",
    "link_hook",
    "link_hooks",
    "links",
    "mixed16",
    "no_backprop_mode",
    "optimizer",
    "optimizer_hooks",
    "optimizers",
    "parameter",
    "print_runtime_info",
    "register_kl",
    "report",
    "report_scope",
    "reporter",
    "runtime",
    "sequential",
    "serializer",
    "serializers",
    "set_debug",
    "should_use_cudnn",
    "should_use_cudnn_tensor_core",
    "static_code",
    "static_graph",
    "training",
    "using_config",
    "using_device",
    "utils",
    "variable",
]

__version__ = "7.8.1"
"""The version of Chainer whose API this is; scripts ask for it."""

# Scripts know these under these names, too.
variable.Parameter = Parameter  # type: ignore[attr-defined]
function_node.grad = grad  # type: ignore[attr-defined]
add_moved_hooks(optimizer)
backend.Intel64Device = Intel64Device  # type: ignore[attr-defined]

keep_freed_memory()
