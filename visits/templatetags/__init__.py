"""Tags of the visits room."""
