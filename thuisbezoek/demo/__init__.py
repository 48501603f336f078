"""The demo school: a made-up town, made-up families, and a campaign replayed through the real actions."""
