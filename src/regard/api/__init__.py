"""The HTTP API, version 1: the pages' reads and verbs for programs, under the pages' permissions."""
