"""How customer-focused a company is: an index of measured parts, and what its managers think of themselves."""
