"""Contracts that end: what goes with it, why, and who may be next."""
