"""From any file to sheets of text columns, and what is in the columns.

sheets = read_file(Path("orders.csv"), hints=Hints())
profiles = profile_sheet(sheets[0], hints=Hints())
values, reasons = parse_column(table["ordered_at"], profiles[3], zone="Europe/Berlin")
"""

from regard.listen.reading.columns import ColumnProfile
from regard.listen.reading.convert import parse_column
from regard.listen.reading.file import read_file
from regard.listen.reading.profile import profile_sheet
from regard.listen.reading.refused import Refused
from regard.listen.reading.sheets import Found, Hints, Sheet

__all__ = [
    "ColumnProfile",
    "Found",
    "Hints",
    "Refused",
    "Sheet",
    "parse_column",
    "profile_sheet",
    "read_file",
]
