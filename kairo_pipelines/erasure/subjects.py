"""What has been erased, as keyed hashes, and whether an item is of it."""

from dataclasses import dataclass

from kairo_pipelines.connectors.connector import Item
from kairo_pipelines.evidence.authors import Authors


@dataclass(frozen=True)
class Subject:
    """Whom or what somebody asked to erase: an item by its platform's id, or an author by the handle."""

    kind: str
    platform: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name} of {self.platform}"

    def hashed(self, authors: Authors) -> str:
        """What is put on record: it tells whether something is the subject, but not who or what that is."""
        if self.kind == "author":
            return authors.hashed(self.platform, self.name)
        return authors.hashed(self.platform, f"item\n{self.name}")


@dataclass(frozen=True)
class Erased:
    """The subjects on record. Nothing of them is stored again, however often their source lists them."""

    authors: Authors
    subjects: frozenset[str] = frozenset()

    def hides(self, platform: str, item: Item) -> bool:
        """Whether an item is, or is by, one of them."""
        if not self.subjects:
            return False
        platform = item.platform or platform
        is_item = Subject("item", platform, item.platform_item_id).hashed(self.authors) in self.subjects
        return is_item or bool(
            item.author and Subject("author", platform, item.author).hashed(self.authors) in self.subjects
        )
