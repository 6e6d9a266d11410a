"""Millions of search terms: kept as one tree on SQLite, and found by their beginning on PostgreSQL."""

from django.db import migrations

SQLITE = """
DROP TABLE know_searchterm;
CREATE TABLE know_searchterm (
    term varchar(120) NOT NULL,
    identity_id bigint NOT NULL,
    PRIMARY KEY (term, identity_id)
) WITHOUT ROWID;
"""
POSTGRESQL = "CREATE INDEX terms_by_beginning ON know_searchterm (term varchar_pattern_ops, identity_id)"


def lay_out_terms(apps, schema_editor):
    statements = SQLITE.split(";") if schema_editor.connection.vendor == "sqlite" else [POSTGRESQL]
    for statement in statements:
        if statement.strip():
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("know", "0001_initial")]
    operations = [migrations.RunPython(lay_out_terms, migrations.RunPython.noop)]
