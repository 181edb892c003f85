"""Settings come from documented variables; whatever else begins like one is refused."""

import re
from pathlib import Path

import pytest

from btim.errors import SchemaError, ValueFormatError
from service.settings import NAMES, OTHERS, PREFIX, Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "service.md"


def test_without_variables_the_store_is_a_file_in_the_home() -> None:
    settings = Settings.from_environment({"PATH": "/bin"})
    assert settings.database_url == f"sqlite:///{Path('waterline-home').absolute() / 'waterline.sqlite'}"
    assert (settings.address, settings.port, settings.workers, settings.watch) == ("127.0.0.1", 8321, 1, None)


def test_every_setting_is_explained_on_its_page_and_no_other() -> None:
    explained = set(re.findall(r"^\| `WATERLINE_([A-Z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert explained == set(NAMES)


def test_a_misspelt_setting_is_refused_by_name() -> None:
    with pytest.raises(SchemaError, match="'WATERLINE_PROT': unknown setting"):
        Settings.from_environment({"WATERLINE_PROT": "80"})
    Settings.from_environment(dict.fromkeys(OTHERS, "x"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "٣"),
        ("WORKERS", ""),
        ("LOG_LEVEL", "loud"),
        ("UPGRADE", "perhaps"),
        ("DATABASE_URL", "mysql://host/db"),
        ("DATABASE_URL", "sqlite://"),
        ("MAX_UPLOAD", "0"),
    ],
)
def test_a_value_that_cannot_be_used_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ValueFormatError, match=PREFIX + name):
        Settings.from_environment({PREFIX + name: value})


def test_a_refused_database_address_does_not_show_its_password() -> None:
    with pytest.raises(ValueFormatError) as refusal:
        Settings.from_environment({"WATERLINE_DATABASE_URL": "mysql://user:hunter2@host/db"})
    assert "hunter2" not in str(refusal.value)


def test_the_database_is_shown_without_its_password() -> None:
    settings = Settings.from_environment({"WATERLINE_DATABASE_URL": "postgres://w:hunter2@db:5432/waterline"})
    assert settings.database_url == "postgresql+psycopg://w:hunter2@db:5432/waterline"
    assert settings.shown_database == "postgresql+psycopg://w:***@db:5432/waterline"


def test_a_child_process_reads_the_same_settings(tmp_path: Path) -> None:
    given = {
        "WATERLINE_HOME": str(tmp_path),
        "WATERLINE_DATABASE_URL": "postgresql://w@db/waterline",
        "WATERLINE_WATCH": str(tmp_path / "reports"),
        "WATERLINE_UPGRADE": "no",
        "WATERLINE_MAX_UPLOAD": "7",
        "WATERLINE_JOB_TIMEOUT": "5",
    }
    settings = Settings.from_environment(given)
    assert Settings.from_environment(settings.environment()) == settings
    assert set(settings.environment()) == {PREFIX + name for name in NAMES}
