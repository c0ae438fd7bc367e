"""`python -m kairo_cli` is `kairo`."""

from kairo_cli.main import run

run()
