"""Regard's own parts of the customer-focus index: weights and anchors, as docs/measures/focus-index.md explains."""

from regard.analytics.index.focus_index import FocusPart

UNDERSTANDING, CARING, BUILDING = "understanding", "caring", "building value"

FOCUS_PARTS = (
    FocusPart("linked", "Events that have a customer", UNDERSTANDING, 3, zero=0.5, hundred=1.0),
    FocusPart("joined", "Customers known to several sources", UNDERSTANDING, 2, zero=0.0, hundred=0.8),
    FocusPart("response", "Answered when asked", UNDERSTANDING, 2, zero=0.0, hundred=0.4),
    FocusPart("heard", "Customers whose opinion we heard", UNDERSTANDING, 2, zero=0.0, hundred=0.5),
    FocusPart("read", "Rows that could be read", UNDERSTANDING, 1, zero=0.95, hundred=1.0),
    FocusPart("lively", "Sources that are heard as usual", UNDERSTANDING, 1, zero=0.5, hundred=1.0),
    FocusPart("promises", "Promises kept", CARING, 3, zero=0.7, hundred=1.0),
    FocusPart("answered", "Cases answered within a day", CARING, 2, zero=0.3, hundred=1.0),
    FocusPart("solved", "Cases solved within a week", CARING, 2, zero=0.3, hundred=1.0),
    FocusPart("lasting", "Solved cases that stayed solved", CARING, 1, zero=0.8, hundred=1.0),
    FocusPart("satisfied", "Answers of satisfied customers", CARING, 3, zero=0.4, hundred=1.0),
    FocusPart("returning", "Buyers of the year before who came back", BUILDING, 3, zero=0.0, hundred=0.8),
    FocusPart("repeating", "Customers who bought more than once", BUILDING, 2, zero=0.0, hundred=0.7),
    FocusPart("ahead", "The year ahead against the year behind", BUILDING, 2, zero=0.3, hundred=0.9),
    FocusPart("recommended", "Would recommend us", BUILDING, 2, zero=-0.5, hundred=0.8),
    FocusPart("spread", "Revenue carried by the best fifth", BUILDING, 1, zero=1.0, hundred=0.4),
)  # fmt: skip
