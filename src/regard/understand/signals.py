"""What rooms above may hear of `understand`."""

from django.dispatch import Signal

computed = Signal()
"""Sent while a computation still holds its facts: `computation`, `facts`, `traits`, `orders` and `exposures`.

Who has something to store returns a function that does: it is called in the transaction that stores the figures.
"""
