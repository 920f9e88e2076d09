"""One file per outside system: its format in, our types out."""
