"""What the workers do in this room; Celery finds the tasks here."""
