"""What a given plan is worth, and which rules it breaks."""
