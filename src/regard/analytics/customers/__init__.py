"""What customers do: come back, stay active, complain, wait for late parcels; and who carries the revenue."""
