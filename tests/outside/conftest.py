from tests.servers import serve

__all__ = ["serve"]
