"""Other routing solvers on the planner's problems. They live in an environment of their own (`make bench-planner`)."""
