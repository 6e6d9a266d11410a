"""The questions of the seven-element self-assessment: what 1, 3 and 5 mean, and which measured parts speak to each."""

from dataclasses import dataclass

ELEMENTS = ("strategy", "structure", "systems", "shared values", "skills", "staff", "style")
LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True, slots=True)
class FocusQuestion:
    """One question, answered from 1 to 5; 2 and 4 lie between the texts of their neighbours.

    Parameters
    ----------
    code : str
    element : str
        One of `ELEMENTS`.
    text : str
    one, three, five : str
        What these answers mean.
    evidence : tuple of str
        Parts of the customer-focus index that speak to it; empty where no data do.
    """

    code: str
    element: str
    text: str
    one: str
    three: str
    five: str
    evidence: tuple[str, ...] = ()


_Q = FocusQuestion
FOCUS_QUESTIONS = (
    _Q("strategy-1", "strategy", "Our plan says which customers we serve and what we do better for them.",
       "We sell to whoever comes.", "It is written down; few could repeat it.",
       "Everybody can say it, and it decides what we do not do.", ("spread", "returning")),
    _Q("strategy-2", "strategy", "Keeping customers has targets and money of its own.",
       "Only new business has targets.", "There is a target, but no money behind it.",
       "Keeping customers is planned, paid for and reviewed like sales.", ("returning", "repeating")),
    _Q("strategy-3", "strategy", "We decide with what a customer is worth over the years ahead.",
       "We look at the last order.", "The value is known and seldom used.",
       "Every larger decision shows its effect on the value ahead.", ("ahead",)),
    _Q("structure-1", "structure", "A customer's matter has one owner from start to end.",
       "It travels from desk to desk.", "An owner is named for difficult ones.",
       "Every matter has an owner who stays until it is solved.", ("solved", "lasting")),
    _Q("structure-2", "structure", "Departments work together on what a customer needs.",
       "Each sees only its own part.", "They help when somebody asks.",
       "They plan the customer's whole way together.", ("promises",)),
    _Q("structure-3", "structure", "Those who meet customers may put things right by themselves.",
       "Everything needs a signature.", "Small amounts are free.",
       "They decide within clear limits, and nobody asks them why.", ("answered", "solved")),
    _Q("systems-1", "systems", "Whoever speaks with a customer sees everything that happened.",
       "Each system knows its own part.", "It can be put together with effort.",
       "It is on one screen at once.", ("linked", "joined")),
    _Q("systems-2", "systems", "We ask customers for their opinion regularly, and most groups answer.",
       "We do not ask.", "Once a year, whoever answers.",
       "After each step that matters, and we know who does not answer.", ("response", "heard")),
    _Q("systems-3", "systems", "We notice when our records are wrong or stop coming.",
       "A customer tells us.", "Somebody looks now and then.",
       "The system tells us the same day.", ("read", "lively")),
    _Q("values-1", "shared values", "A promise to a customer is kept, or we speak up before it breaks.",
       "Dates are hopes.", "We try, and explain afterwards.",
       "Promises are recorded and kept; a late one is announced.", ("promises",)),
    _Q("values-2", "shared values", "When the customer's interest and the month's numbers conflict, the customer wins.",
       "The numbers always win.", "It depends on who decides.",
       "The customer wins, and people are praised for it."),
    _Q("values-3", "shared values", "Complaints are welcome here.",
       "They are warded off.", "They are handled politely.",
       "They are looked for, answered fast and used.", ("answered", "satisfied")),
    _Q("skills-1", "skills", "Our people solve a customer's matter for good.",
       "Matters often come back.", "The usual ones are solved for good.",
       "Nearly all are, the difficult ones too.", ("lasting", "solved")),
    _Q("skills-2", "skills", "We can tell from data what to mend first and whether it worked.",
       "We go by the loudest voice.", "We have figures, without knowing how sure they are.",
       "Each fix has its expected effect and is checked afterwards.", ("linked", "heard")),
    _Q("skills-3", "skills", "People listen, write and speak so that customers feel understood.",
       "It is left to talent.", "There is training at the start.",
       "It is trained and coached with real conversations.", ("satisfied", "recommended")),
    _Q("staff-1", "staff", "We choose people for how they treat customers.",
       "Nobody asks about it.", "It is one question of many.",
       "It decides who is hired and who leads."),
    _Q("staff-2", "staff", "There are enough people where customers wait.",
       "Waiting is normal.", "Enough on ordinary days.",
       "Staffing follows demand, peaks included.", ("answered",)),
    _Q("staff-3", "staff", "People's goals and rewards depend on customers' experience.",
       "On sales or cost alone.", "It is a small part of them.",
       "It weighs as much as sales, for leaders too.", ("satisfied",)),
    _Q("style-1", "style", "Managers spend time with customers.",
       "Never.", "At events and with the largest.",
       "Every month, with ordinary customers and with unhappy ones."),
    _Q("style-2", "style", "Managers act on what customers say.",
       "Reports are filed.", "Now and then something is mended.",
       "Each quarter something is mended, and customers are told.", ("satisfied", "recommended")),
    _Q("style-3", "style", "Bad news about customers travels up fast and unpunished.",
       "It is hidden.", "It arrives late.",
       "It arrives the same day, with thanks."),
)  # fmt: skip
