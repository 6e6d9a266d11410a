from tests.postgres import postgres_database, postgres_url
from tests.s3 import s3_lake, s3_server

__all__ = ["postgres_database", "postgres_url", "s3_lake", "s3_server"]
