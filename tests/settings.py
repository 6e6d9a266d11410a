"""Regard's settings for a test run, with a home of its own."""

import os
import tempfile

os.environ["REGARD_HOME"] = tempfile.mkdtemp(prefix="regard-tests-")
if "REGARD_TEST_DATABASE" in os.environ:  # postgresql://user@host:port/name; tests use test_<name>
    os.environ["REGARD_DATABASE_URL"] = os.environ["REGARD_TEST_DATABASE"]

from regard.project.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REGARD_API_ADDRESS_LIMIT = REGARD_API_KEY_LIMIT = 1_000_000  # all tests come from one address
HUEY = {"huey_class": "huey.MemoryHuey", "name": "regard", "immediate": True}
for database in DATABASES.values():  # noqa: F405
    database["CONN_MAX_AGE"] = 0  # a live server's threads come and go
