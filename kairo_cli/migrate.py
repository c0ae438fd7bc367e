"""`kairo migrate`: the database at the newest schema."""

from kairo_cli.stores import reachable_database
from kairo_cli.terminal import say
from kairo_hero import migrating


def migrate() -> None:
    """Bring the database to the newest schema; where it is there already, nothing changes."""
    database = reachable_database()
    before = migrating.current_revision(database)
    migrating.migrate(database)
    now = migrating.current_revision(database)
    where = database.url.render_as_string()
    say(f"{where} is at revision {now} already" if before == now else f"{where} is now at revision {now}")
