"""What customers write about."""
