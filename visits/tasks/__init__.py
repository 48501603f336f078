"""What the workers do in this room; Celery finds the tasks here."""

from visits.tasks import messages as messages
from visits.tasks import plans as plans
