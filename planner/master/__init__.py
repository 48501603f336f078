"""The set-partitioning master problem over listed routes, and its bounds."""
