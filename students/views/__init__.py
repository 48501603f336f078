"""Pages of the students room; all of them are the coordinator's."""
