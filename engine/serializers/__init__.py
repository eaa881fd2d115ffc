"""Saving to files and loading from them: npz archives, and HDF5 with the extra of that name."""

from .dictionary import DictionarySerializer
from .hdf5 import HDF5Deserializer, HDF5Serializer, load_hdf5, save_hdf5
from .npz import NpzDeserializer, load_npz, save_npz

__all__ = [
    "DictionarySerializer",
    "HDF5Deserializer",
    "HDF5Serializer",
    "NpzDeserializer",
    "load_hdf5",
    "load_npz",
    "save_hdf5",
    "save_npz",
]
