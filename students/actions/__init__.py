"""What changes pupils, households and guardians."""
