"""Readers of school rosters: plain Python that turns files into records, and knows no database."""
