"""Address book and travel times, from one OpenStreetMap extract. Knows nothing of schools."""
