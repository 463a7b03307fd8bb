"""The checksum of events: CRC-32 of all their values. `clients/interop/src/checksum.rs` says what of each."""
import math
import struct
import zlib

NAN = bytes.fromhex("000000000000f87f")


def render(value):
    """The bytes that stand for a value. In the order of their frequency."""
    kind = type(value)
    if kind is int:
        return b"i" + (value & 0xFFFF_FFFF_FFFF_FFFF).to_bytes(8, "little")
    if kind is str:
        text = value.encode()
        return b"t" + len(text).to_bytes(4, "little") + text
    if kind is bytes:
        return b"d" + len(value).to_bytes(4, "little") + value
    if kind is bool:
        return b"b\1" if value else b"b\0"
    if kind is float:
        return b"f" + (NAN if math.isnan(value) else struct.pack("<d", value))
    if kind is dict:
        fields = (render(name) + render(item) for name, item in value.items())
        return b"{" + len(value).to_bytes(4, "little") + b"".join(fields)
    if kind is list:
        return b"[" + len(value).to_bytes(4, "little") + b"".join(map(render, value))
    return b"n"


class Checksum:
    """Of all events that were added, in their order."""

    def __init__(self):
        self.crc = 0

    def add(self, event):
        """Adds a list of time, sequence, number and name of the thread, name of the tracepoint, and fields."""
        self.crc = zlib.crc32(render(event), self.crc)

    def __str__(self):
        return f"{self.crc:08x}"
