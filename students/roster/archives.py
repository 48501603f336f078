"""Zip archives from outside: opened only after their true size was counted, byte by byte.

The sizes that an archive states about itself are not believed: every entry is inflated with a bound
before anything else reads it.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from students.roster.refusals import (
    ZipDamaged,
    ZipHasPassword,
    ZipHasTooManyFiles,
    ZipMethodUnknown,
    ZipNameUnsafe,
    ZipTooLarge,
)

MAX_ENTRIES = 500
MAX_TOTAL_BYTES = 40 * 1024 * 1024
_STEP = 256 * 1024
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive does."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def read_archive(data: bytes) -> dict[str, bytes]:
    """All entries by name, in memory; nothing is ever written to disk.

    Raises RosterRefused for a damaged, encrypted or overly large archive, and for names that point
    outside it.
    """
    try:
        entries = [entry for entry in zipfile.ZipFile(io.BytesIO(data)).infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, LookupError, NotImplementedError, struct.error) as error:
        raise ZipDamaged from error
    if len(entries) > MAX_ENTRIES:
        raise ZipHasTooManyFiles
    contents: dict[str, bytes] = {}
    left = MAX_TOTAL_BYTES
    for entry in entries:
        _refuse_strange(entry)
        content = _inflate(data, entry, left)
        left -= len(content)
        contents[entry.filename] = content
    return contents


def _refuse_strange(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise ZipHasPassword
    if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.replace("\\", "/").split("/"):
        raise ZipNameUnsafe
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ZipMethodUnknown


def _inflate(data: bytes, entry: zipfile.ZipInfo, left: int) -> bytes:
    """The entry's true content, refused as soon as it grows past ``left`` bytes."""
    packed = _packed_bytes(data, entry)
    if entry.compress_type == zipfile.ZIP_STORED:
        if len(packed) > left:
            raise ZipTooLarge
        return packed
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    parts: list[bytes] = []
    try:
        while not inflater.eof and packed:
            part = inflater.decompress(packed, _STEP)
            packed = inflater.unconsumed_tail
            left -= len(part)
            if left < 0:
                raise ZipTooLarge
            parts.append(part)
    except zlib.error as error:
        raise ZipDamaged from error
    content = b"".join(parts)
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise ZipDamaged
    return content


def _packed_bytes(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER.size]
    if len(header) != _LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
        raise ZipDamaged
    name_length, extra_length = _LOCAL_HEADER.unpack(header)[-2:]
    start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    return data[start : start + entry.compress_size]
