"""Well-known image classifiers; trained weights come from npz files."""
