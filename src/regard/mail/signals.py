"""What becomes of letters, for whoever wants to hear. Sent as `letter=`; a listener that fails stops nothing."""

from django.dispatch import Signal

letter_sent = Signal()
letter_bounced = Signal()
