"""What a coordinator fills in about plans."""
