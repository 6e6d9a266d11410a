"""What app stores and review sites export: recognised when a file is imported, by `reviews.shape`."""
