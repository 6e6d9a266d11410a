"""The link by which a person stops what they got: signed, for one contact, expiring; it names nobody."""

from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction

from regard.errors import NotFoundError
from regard.know.contact.actions import record_consent
from regard.know.contact.models import Consent, Touch
from regard.know.contact.terms import ANY

LIVES = timedelta(days=400)
SALT = "regard.know.contact.unsubscribing"


def unsubscribe_token(touch_id: int) -> str:
    """What the link of one contact carries (the page is `/unsubscribe/<token>`)."""
    return signing.TimestampSigner(salt=SALT).sign(str(touch_id))


def contact_of_token(token: str) -> Touch:
    """The contact that a token was made for; NotFoundError when it was not made by us, or is too old."""
    try:
        touch_id = signing.TimestampSigner(salt=SALT).unsign(token, max_age=LIVES)
    except signing.BadSignature as error:  # a signature too old is one of them
        raise NotFoundError(
            "This link is not valid any more.", hint="Please answer our message instead."
        ) from error
    found = Touch.objects.filter(pk=int(touch_id)).first()
    if found is None:
        raise NotFoundError("This link is not valid any more.", hint="Please answer our message instead.")
    return found


@transaction.atomic
def withdraw(token: str, *, everything: bool, how: str, at: datetime) -> Consent:
    """Record that the person wants no more of this by this channel, or nothing at all."""
    contact = contact_of_token(token)
    purpose, channel = (ANY, ANY) if everything else (contact.purpose, contact.channel)
    said = Consent.objects.filter(person=contact.person, purpose=purpose, channel=channel).order_by("-id")
    last = said.first()
    agreed_since = Consent.objects.filter(given=True, purpose__in=[purpose, ANY], channel__in=[channel, ANY])
    if last is not None and not last.given and not agreed_since.filter(pk__gt=last.pk).exists():
        return last  # pressed twice
    return record_consent(
        contact.person, purpose=purpose, channel=channel, given=False, how=how, actor="customer", at=at
    )
