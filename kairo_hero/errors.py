"""What goes wrong in the hero loop, by name; the API turns each into one status."""


class ObjectNotFoundError(Exception):
    """There is no such brand, opportunity, package or variant, or it is another tenant's."""


class GraphError(Exception):
    """A graph could compose nothing; the message says why. The engine goes on without it, and says so."""
