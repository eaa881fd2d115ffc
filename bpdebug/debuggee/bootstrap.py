"""The file that Python is started with: find bpdebug, hand over, and leave no trace on `sys.path`.

Run as a script, never imported. `bpdebug` is loaded from where this file lies, so that it works from a checkout, and so
that neither a module of ours nor our directory can come between the script and what it imports.
"""

import gc
import sys

gc.disable()  # until the script begins: all that is made for it stays

# Python has put this file's directory first, unless PYTHONSAFEPATH told it not to.
if not sys.flags.safe_path:
    del sys.path[0]

modules_at_start = frozenset(sys.modules)


def load_bpdebug() -> None:
    """Import the package that this file belongs to, whatever `sys.path` says."""
    import importlib.util
    from pathlib import Path

    directory = Path(__file__).resolve().parent.parent
    spec = importlib.util.spec_from_file_location(
        "bpdebug", directory / "__init__.py", submodule_search_locations=[str(directory)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["bpdebug"] = package
    spec.loader.exec_module(package)


load_bpdebug()

from bpdebug.debuggee.main import main  # noqa: E402

main(sys.argv[1], sys.argv[2], sys.argv[3:], modules_at_start)
