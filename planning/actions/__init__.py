"""What changes drafts and plans, under rules."""
