"""Where a number came from."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Source:
    """A publication or generator. `reference` points inside it: page, tag, table, row."""

    source_id: str
    publisher: str
    title: str
    licence: str
    edition: str | None = None
    url: str | None = None
    published_date: str | None = None
    reference: str | None = None
    is_synthetic: bool = False

    def cite(self) -> str:
        """One line for a person: publisher, title, edition, place inside.

        >>> Source(source_id="epa", publisher="US EPA", title="EF Hub", licence="PD", edition="2024").cite()
        'US EPA, EF Hub, 2024'
        """
        parts = [self.publisher, self.title, self.edition, self.reference]
        label = " [synthetic]" if self.is_synthetic else ""
        return ", ".join(part for part in parts if part) + label
