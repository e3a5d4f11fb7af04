"""The run on disk: `write` makes its folder, with what `previous` knows of the run before."""
