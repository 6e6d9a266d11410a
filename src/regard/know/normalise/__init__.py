"""Raw values of sources made comparable, field by field."""

from regard.know.normalise.columns import normalise, normalise_columns
from regard.know.normalise.dates import DateOrder, date_order_of

__all__ = ["DateOrder", "date_order_of", "normalise", "normalise_columns"]
