"""The problem, the plan, and the files that hold them."""
