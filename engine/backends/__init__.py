"""Array libraries other than NumPy."""
