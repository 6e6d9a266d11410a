from tests.spark import both, spark

__all__ = ["both", "spark"]  # fixtures
