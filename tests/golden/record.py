"""Record the golden values with real Chainer 7.8.1; needed only when a case is added or changed.

Chainer 7.8.1 wants an old NumPy, so it gets an environment of its own (Python 3.11 or older):

    python3.11 -m venv chainer-venv
    chainer-venv/bin/pip install chainer==7.8.1 'numpy<1.24' 'setuptools<81' six
    chainer-venv/bin/pip install scipy      # for the special functions that distributions use
    chainer-venv/bin/python tests/golden/record.py [values] [distributions] ...

It writes an npz for each entry of `cases.FILES` (arrays only, no pickle; keys are `case:name`), or for those that are
named; with `values.npz`, which holds the samples' arrays, too, also `recorded_with.json` (versions) and
`sample_outputs.json` (what each sample printed).
"""

from __future__ import annotations

import contextlib
import io
import json
import pathlib
import platform
import runpy
import sys

import numpy as np
from cases import FILES, run_case

HERE = pathlib.Path(__file__).parent
SAMPLES = HERE.parents[1] / "samples"


def run_sample(path: pathlib.Path) -> tuple[str, dict[str, np.ndarray]]:
    """Run a script; give what it printed, and the arrays of its Variables and models."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        names = runpy.run_path(str(path), run_name="__main__")
    arrays = {}
    for name, value in names.items():
        if isinstance(value, type):
            continue
        if hasattr(value, "namedparams"):
            for parameter_path, parameter in sorted(value.namedparams()):
                arrays[f"{name}{parameter_path}"] = parameter.array
                if parameter.grad is not None:
                    arrays[f"{name}{parameter_path}.grad"] = parameter.grad
        elif hasattr(value, "creator_node"):
            arrays[name] = value.array
            if value.grad is not None:
                arrays[f"{name}.grad"] = value.grad
    return printed.getvalue(), arrays


def main(names: list[str]) -> None:
    """Run the cases of the named files (all, if none is named) with the Chainer that is installed here."""
    import chainer

    assert chainer.__version__ == "7.8.1", f"want Chainer 7.8.1, found {chainer.__version__}"
    for file in names or FILES:
        arrays = {
            f"{case}:{name}": array for case in FILES[file] for name, array in run_case(case, chainer).items()
        }
        if file == "values":
            arrays |= record_samples()
            versions = {
                "chainer": chainer.__version__,
                "numpy": np.__version__,
                "python": platform.python_version(),
            }
            write_json("recorded_with.json", versions)
        objects = [key for key, array in arrays.items() if array.dtype.hasobject]
        assert not objects, f"not plain arrays: {objects}"
        np.savez_compressed(HERE / f"{file}.npz", **arrays)
        sys.stderr.write(f"{file}.npz: {len(arrays)} arrays of {len(FILES[file])} cases\n")


def record_samples() -> dict[str, np.ndarray]:
    """Run the samples, write what they printed, and give their arrays."""
    outputs, arrays = {}, {}
    for path in sorted(SAMPLES.glob("*.py")):
        outputs[path.stem], of_script = run_sample(path)
        arrays |= {f"sample.{path.stem}:{name}": array for name, array in of_script.items()}
    write_json("sample_outputs.json", outputs)
    return arrays


def write_json(file: str, content: dict[str, str]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (HERE / file).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
