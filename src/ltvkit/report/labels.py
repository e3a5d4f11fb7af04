"""What lists, channels and segments are called in the reader's language."""

from ltvkit.report.reader import Reader
from ltvkit.schemas import ALL, UNATTRIBUTED

_CHANNELS = {ALL: "channels.all", UNATTRIBUTED: "channels.unattributed"}


def list_label(name: str, reader: Reader) -> str:
    """A list's name; a list of the shop's own keeps it."""
    return reader.called(f"lists.{name}", name)


def channel_label(name: str, reader: Reader) -> str:
    """A channel's name as shown."""
    return reader.called(_CHANNELS.get(name, ""), name)


def segment_label(name: str, reader: Reader) -> str:
    """An RFM segment's name.

    >>> segment_label("Can't Lose Them", Reader("fr", ""))
    'À ne pas perdre'
    """
    key = name.lower().replace("'", "").replace(" ", "_")
    return reader.called(f"segment.{key}", name)
