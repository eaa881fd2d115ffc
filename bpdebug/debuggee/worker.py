"""Run in a worker process of the script, by its path: make `import chainer` give the engine there.

The alias is loaded from where it lies; nothing of the debugger has to be on the worker's `sys.path`.
"""

import importlib.util
import sys
from pathlib import Path

_ALIAS = Path(__file__).resolve().parent.parent / "frontends" / "alias.py"
_NAME = "bpdebug_alias"

if _NAME not in sys.modules:
    _spec = importlib.util.spec_from_file_location(_NAME, _ALIAS)
    assert _spec is not None
    assert _spec.loader is not None
    _alias = importlib.util.module_from_spec(_spec)
    sys.modules[_NAME] = _alias
    _spec.loader.exec_module(_alias)
    sys.meta_path.insert(0, _alias.ChainerFinder())
