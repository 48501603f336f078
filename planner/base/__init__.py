"""What every part of the planner stands on: the deadline, threads, memory."""
