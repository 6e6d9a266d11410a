"""Whose certificates count: the system's (`SSL_CERT_FILE` moves them, as everywhere) and the company's own."""

import ssl


def trusting(extra: str) -> ssl.SSLContext:
    """A context that checks certificate and name, for a client; `extra` is a file of further authorities, or empty."""
    context = ssl.create_default_context()
    if extra:
        context.load_verify_locations(cafile=extra)
    return context
