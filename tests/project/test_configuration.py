from pathlib import Path

import pytest

from regard.errors import SettingError
from regard.project.configuration import SETTINGS, read_configuration


def test_a_fresh_home_needs_no_settings(tmp_path: Path) -> None:
    configuration = read_configuration({"REGARD_HOME": str(tmp_path)})
    assert configuration.home == tmp_path.resolve()
    assert configuration["CURRENCY"] == "EUR"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "regard.toml").write_text('currency = "CHF"\nregion = "ch"\n')
    configuration = read_configuration({"REGARD_HOME": str(tmp_path), "REGARD_CURRENCY": "usd"})
    assert configuration["CURRENCY"] == "USD"
    assert configuration["REGION"] == "CH"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TIMEZONE", "Mars/Phobos", "time zone"),
        ("REGION", "Germany", "two letters"),
        ("UPLOAD_LIMIT_MB", "-3", "above 0"),
        ("DEBUG", "perhaps", "yes or no"),
        ("DATABASE_URL", "mysql://x", "postgresql://"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_a_sentence(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    with pytest.raises(SettingError, match=says):
        read_configuration({"REGARD_HOME": str(tmp_path), f"REGARD_{name}": value})


def test_an_unknown_setting_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "regard.toml").write_text("colour = 'red'\n")
    with pytest.raises(SettingError, match="colour"):
        read_configuration({"REGARD_HOME": str(tmp_path)})


def test_every_setting_explains_itself() -> None:
    assert all(setting.help.endswith(".") and setting.name.isupper() for setting in SETTINGS)
