"""How each part of the focus index is shown: its unit, what it is measured from and what would fill it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PartWords:
    """`unit` as pages show it ("share" or "points"); `stands_on` what it is measured from; `fill` what it takes."""

    unit: str
    stands_on: str
    fill: str


PART_WORDS: dict[str, PartWords] = {
    "linked": PartWords("share", "all events of the year", "Import anything that customers did."),
    "joined": PartWords("share", "customers known to any source",
                        "Import the records of a second department: one source alone cannot be joined."),
    "response": PartWords("share", "invitations of the year",
                          "Send a survey from here, or import who was invited together with the answers."),
    "heard": PartWords("share", "customers active in the year", "Import survey answers or reviews."),
    "read": PartWords("share", "rows of all imports", "Import a file."),
    "lively": PartWords("share", "sources with a rhythm",
                        "Hand in a source regularly: after six different days its rhythm is known."),
    "promises": PartWords("share", "promises and promised deliveries due in the year",
                          "Import deliveries with the promised and the actual date, or record promises."),
    "answered": PartWords("share", "cases opened in the year, at least a day ago",
                          "Import cases with the time of the first reply."),
    "solved": PartWords("share", "cases opened in the year, at least a week ago",
                        "Import cases with the time they were solved."),
    "lasting": PartWords("share", "solved cases of the year", "Import when cases were opened again."),
    "satisfied": PartWords("share", "rated answers and reviews of the year, NPS aside",
                           "Ask how satisfied customers are, or import answers and reviews."),
    "returning": PartWords("share", "who bought between two years and one year ago",
                           "Import orders or bills that reach back more than a year."),
    "repeating": PartWords("share", "customers who bought in the year", "Import orders or bills."),
    "ahead": PartWords("share", "the fitted model of all orders, over last year's revenue",
                       "It takes orders of at least 100 customers, 50 of whom ordered again."),
    "recommended": PartWords("points", "NPS answers of the year",
                             "Ask whether customers would recommend you, or import the answers."),
    "spread": PartWords("share", "revenue of the year by customer", "Import orders or bills with amounts."),
}  # fmt: skip
