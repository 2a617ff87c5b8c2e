"""Data policies: rules that every row of a port must keep, compiled with its contract and tests into few statements."""
