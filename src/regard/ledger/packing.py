"""Payloads made smaller while they wait: packing one costs less than writing it as it came.

Calls of one batch are much alike, so that a tenth of the pages go through the database's log, its file, and back.
"""

import pyarrow as pa

CODEC = "lz4_raw"
FEWEST_BYTES = 1024  # what fits beside others on a page anyway stays as it came


def pack(body: bytes) -> tuple[bytes, int]:
    """The payload to keep, and how large it is unpacked; 0 if it was left as it came."""
    if len(body) < FEWEST_BYTES:
        return body, 0
    packed: bytes = pa.compress(body, codec=CODEC, asbytes=True)
    return (packed, len(body)) if len(packed) < len(body) else (body, 0)


def unpack(payload: bytes, unpacked_size: int) -> bytes:
    if not unpacked_size:
        return payload
    body: bytes = pa.decompress(payload, decompressed_size=unpacked_size, codec=CODEC, asbytes=True)
    return body
