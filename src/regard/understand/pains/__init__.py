"""What goes wrong, how often, and what it costs."""
