"""What pages about plans show."""
