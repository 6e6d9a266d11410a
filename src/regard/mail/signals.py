"""What becomes of letters, for whoever wants to hear. Sent as `letter=`; a listener that fails stops nothing."""

from django.dispatch import Signal

letter_sent = Signal()  # a server has taken it
letter_failed = Signal()  # refused, or given up: see `letter.answer`
letter_bounced = Signal()  # it came back: see `letter.bounce` and `letter.bounce_reason`
