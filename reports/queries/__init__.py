"""What this room reads. Each module says how many queries it needs; none of them grows with the rows."""
