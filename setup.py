"""The compiled parts, which an installation can do without: where there is no compiler, pip leaves them out.

Everything else about the project is in pyproject.toml.
"""

import runpy
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup

NATIVE = Path("bpdebug/native")
SOURCES = runpy.run_path(str(NATIVE / "sources.py"))
PARTS = [
    "buffers",
    "compiled_from",
    "disk",
    "engine_events",
    "fields",
    "forward",
    "keeps",
    "kernels",
    "large",
    "layouts",
    "lender",
    "loans",
    "mutex",
    "recent_contents",
    "recording",
    "sites",
    "state",
    "store_fields",
    "tensors",
    "turns",
    "walk",
]

extensions = cythonize(
    [
        Extension(
            f"bpdebug.native.{part}",
            [f"bpdebug/native/{part}.pyx"],
            include_dirs=[numpy.get_include()],
            define_macros=[
                ("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION"),
                ("BPDEBUG_CHECKSUM", str(SOURCES["checksum"](NATIVE))),
            ],
            extra_compile_args=["-O3"],
            depends=[
                str(source)
                for source in (SOURCES["paths"](NATIVE) if part == "compiled_from" else NATIVE.glob("*.h"))
            ],
        )
        for part in PARTS
    ],
    language_level=3,
)
for extension in extensions:
    extension.optional = True  # which cythonize forgets

setup(ext_modules=extensions)
