"""What the students room looks up."""
