"""Measurements against peers, side by side in one run: `python -m benchmarks [NAME ...] [--json FILE]`.

A new benchmark is a module here with `run(...) -> Report`, and its name in `__main__.BENCHMARKS`.
"""
