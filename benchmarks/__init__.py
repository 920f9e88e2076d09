"""One script per claim: ours and the floor in one run. `python -m benchmarks` runs them all."""
