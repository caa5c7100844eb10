"""Settings: every key by name and type, and the line that says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.config import _KEYS, Settings, load_settings, parse_settings
from formcheck.errors import UsageError


def test_without_a_file_the_defaults_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert load_settings() == Settings()
    monkeypatch.delenv("FORMCHECK_CONFIG")
    monkeypatch.setattr("formcheck.config.config_file", lambda: tmp_path / "none.toml")
    assert load_settings() == Settings()


def test_a_settings_file_that_is_named_must_be_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORMCHECK_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(UsageError, match="no such file"):
        load_settings()


def test_every_setting_is_read(tmp_path: Path) -> None:
    said = parse_settings(
        'model = "lite"\nsource = 2\nsize = "640x480"\nfps = 25\nmirror = false\nvoice = false\n'
        'speech_command = ["say", "-v", "Anna"]\n'
        f'drills_folder = "{tmp_path.as_posix()}"\nplans_folder = "~/plans"\n'
    )
    assert said == Settings(
        "lite", "2", (640, 480), 25.0, False, False, ("say", "-v", "Anna"), tmp_path,
        Path.home() / "plans",
    )  # fmt: skip
    assert set(_KEYS) == set(Settings.__dataclass_fields__)


def test_a_command_may_be_one_text() -> None:
    said = parse_settings("speech_command = \"espeak-ng -v 'en us'\"")
    assert said.speech_command == ("espeak-ng", "-v", "en us")


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_bytes(b"\xef\xbb\xbfmirror = false\n")
    assert load_settings(tmp_path / "s.toml").mirror is False


def test_own_drills_and_plans_lie_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(tmp_path))
    assert Settings().drills_folder == tmp_path / "drills"
    assert Settings().plans_folder == tmp_path / "plans"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mirrror = true", ("'mirrror'", "did you mean 'mirror'?")),
        ("colour = 1", ("'colour'", "known are: model")),
        ('mirror = "yes"', ("mirror", "true or false", "'yes'")),
        ("voice = 1", ("voice", "true or false")),
        ("model = 3", ("model", "a text", "3")),
        ('model = " "', ("model", "a text")),
        ("source = -1", ("source", "a camera's number")),
        ("source = true", ("source", "a camera's number")),
        ('size = "720p"', ("size", "1280x720", "'720p'")),
        ('size = "0x0"', ("size", "1280x720")),
        ("fps = 0", ("fps", "1 to 240")),
        ("fps = true", ("fps", "1 to 240")),
        ("fps = nan", ("fps", "1 to 240")),
        ("speech_command = [1]", ("speech_command", "a command")),
        ('speech_command = "say \'x"', ("speech_command", "a command")),
        ("drills_folder = 1", ("drills_folder", "a folder's path")),
        ('language = "en"', ("'language' is no longer a setting", "delete that line")),
        ("mirror = ", ("expected TOML",)),
    ],
)
def test_what_is_wrong_is_one_line_that_names_the_key(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as error:
        parse_settings(text, "settings.toml")
    line = str(error.value)
    assert line.startswith("settings.toml: ")
    assert "\n" not in line
    assert all(word in line for word in words), line
    assert error.value.exit_code == 2


def test_a_file_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings(tmp_path / "s.toml")
