"""The command line as a whole: help everywhere, and errors in one sentence."""

from collections.abc import Iterator
from importlib.metadata import version

import pytest
import typer

from kairo_cli import migrate
from kairo_cli.main import app
from kairo_cli.terminal import plain


def commands(command, path=()) -> Iterator[tuple[tuple[str, ...], object]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


ALL = list(commands(typer.main.get_command(app)))


def test_every_command_that_is_promised_is_there():
    assert {" ".join(path) for path, _ in ALL} >= {
        *("demo", "doctor", "migrate", "rebuild", "board", "api", "dev"),
        *("trends", "detect", "cluster", "backtest", "decide", "learning", "relevance"),
        *("brand import", "brand list", "brand compile", "brand export", "brand show", "surface add", "surface list"),
        *(f"ingest {step}" for step in ("capture", "normalize", "aggregate", "score", "pipeline")),
    }


@pytest.mark.parametrize(("path", "command"), [pytest.param(*one, id=" ".join(one[0]) or "kairo") for one in ALL])
def test_every_command_and_every_option_says_what_it_is(empty_place, path, command):
    assert command.help
    for parameter in command.params:
        assert parameter.help, parameter.name
    shown = empty_place.kairo(*path, "--help")
    assert shown.code == 0
    assert command.help.split("\n")[0].split()[0] in shown.out


def test_the_version_is_the_package_s(empty_place):
    assert empty_place.kairo("--version").out == f"kairo {version('kairo')}\n"


def test_an_error_is_one_sentence_on_stderr(place):
    outcome = place.kairo("board", "nobody")
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err == "Error: there is no brand 'nobody'; none has been imported yet\n"


def test_debug_shows_where_an_error_came_from(place):
    with pytest.raises(Exception, match="there is no brand") as raised:
        place.kairo("--debug", "board", "nobody")
    assert raised.traceback[-1].name == "find_brand"


def test_a_mistake_in_kairo_itself_is_not_made_to_look_like_a_sentence(place, monkeypatch):
    monkeypatch.setattr(migrate, "say", lambda _sentence: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        place.kairo("migrate")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DATABASE_URL", "mysql://somewhere"), ("KAIRO_FIRST_HOUR", "yesterday")],
)
def test_a_wrong_setting_is_named(place, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    outcome = place.kairo("ingest", "capture")
    assert outcome.code == 1
    assert variable in outcome.err


def test_migrating_twice_changes_nothing(empty_place):
    first, second = empty_place.kairo("migrate"), empty_place.kairo("migrate")
    assert first.code == second.code == 0
    assert "is now at revision" in first.out
    assert "already" in second.out


def test_a_command_that_needs_the_schema_says_how_to_get_it(empty_place):
    outcome = empty_place.kairo("brand", "list")
    assert outcome.code == 1
    assert "run `kairo migrate`" in outcome.err


def test_what_strangers_wrote_can_not_steer_the_terminal():
    assert plain("\x1b[2J[red]up\x07\r\x9b1m").plain == "�[2J[red]up���1m"
