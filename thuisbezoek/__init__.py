"""The project: settings, addresses, workers, and what knows every room. Nobody imports it."""
