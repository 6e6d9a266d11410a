"""The verbs of `know`: who is who, decided, changed and undone."""

from regard.know.linking import LinkRun, link_identities
from regard.know.merging import decide_candidate, merge_customers, tell_apart, undo_merge
from regard.know.people import refresh_people
from regard.know.registering import Registered, register_identities
from regard.know.shared_numbers import decide_shared_number
from regard.know.unheard import note_unheard, notice_new_database
from regard.know.visitors import join_visitors

__all__ = [
    "LinkRun",
    "Registered",
    "decide_candidate",
    "decide_shared_number",
    "join_visitors",
    "link_identities",
    "merge_customers",
    "note_unheard",
    "notice_new_database",
    "refresh_people",
    "register_identities",
    "tell_apart",
    "undo_merge",
]
