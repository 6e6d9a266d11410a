from typing import Any

from django.db import migrations, models
from django.utils import timezone


def begin_now(apps: Any, _: Any) -> None:
    """When they were started is not known any more: what files bring counts from now on."""
    campaigns = apps.get_model("campaigns", "Campaign").objects
    campaigns.exclude(state="draft").update(started_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_preparing")]

    operations = [
        migrations.AddField("campaign", "caught_up_at", models.DateTimeField(null=True)),
        migrations.AddField("campaign", "started_at", models.DateTimeField(null=True)),
        migrations.RunPython(begin_now, migrations.RunPython.noop),
    ]
