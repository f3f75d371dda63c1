"""Benchmarks: speed as ratios in one run, so that the machine's own speed falls out."""
