"""The demo school: a made-up town, made-up families, and a season replayed through the real actions."""
