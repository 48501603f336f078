"""Files that leave the application: PDF and spreadsheet."""
