"""What the benchmarks measure on: schools that are made, and how they plan without a planner."""
