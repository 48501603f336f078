"""What codes mean, in words."""
