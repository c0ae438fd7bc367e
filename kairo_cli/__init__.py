"""The `kairo` command: one file a group of commands."""
