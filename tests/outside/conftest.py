from tests.servers import authority, serve

__all__ = ["authority", "serve"]
