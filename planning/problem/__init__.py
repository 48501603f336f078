"""From the rows of a campaign to a problem of the planner."""
