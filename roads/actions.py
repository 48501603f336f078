"""Builds address book, street graph and map background of one extract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from roads.address_book import AddressBookWriter, BookCounts
from roads.background import BackgroundBuilder
from roads.extract import BadExtract, data_date, read_extract
from roads.extract_items import Barrier, ExtractAddress, ExtractItem, Patch, PlaceName, StreetWay
from roads.network_build import NetworkBuilder
from roads.store import ADDRESSES, NetworkInfo, new_version, write_info

REPORT_EVERY = 100_000

Report = Callable[[str], None]


def build_network(*, source: Path, root: Path, now: datetime, report: Report = lambda line: None) -> NetworkInfo:
    """Reads the extract and makes its network the current one under `root`; tells `report` how far it is.

    Raises BadExtract, BuildRunning or OSError; the network that was in use then stays in use.
    """
    with new_version(root) as folder:
        book = AddressBookWriter(folder / ADDRESSES)
        streets, background = NetworkBuilder(), BackgroundBuilder()
        try:
            for nth, item in enumerate(read_extract(source), start=1):
                _sort(item, book, streets, background)
                if nth % REPORT_EVERY == 0:
                    report(_("%(count)d onderdelen gelezen") % {"count": nth})
            counts = book.close()
        finally:
            book.abandon()
        _refuse_empty(source, counts, streets)
        report(_("%(count)d adressen gevonden; het stratennet wordt gemaakt") % {"count": counts.written})
        network = streets.build()
        network.save(folder)
        background.build().save(folder)
        info = NetworkInfo(
            source=source.name,
            built_at=now,
            data_at=data_date(source),
            addresses=counts.written,
            address_keys=counts.keys,
            postcodes=counts.postcodes,
            streets=len(network.start),
            bounds=network.bounds,
        )
        write_info(folder, info)
    return info


def _sort(item: ExtractItem, book: AddressBookWriter, streets: NetworkBuilder, background: BackgroundBuilder) -> None:
    """Brings one item to where it belongs."""
    match item:
        case ExtractAddress():
            book.add(item)
        case StreetWay():
            streets.add_way(item)
        case Barrier():
            streets.add_barrier(item)
        case Patch():
            background.add(item)
        case PlaceName():
            background.add_name(item)


def _refuse_empty(source: Path, counts: BookCounts, streets: NetworkBuilder) -> None:
    if not counts.keys:
        raise BadExtract(
            _("In %(name)s staat geen enkel adres met postcode en huisnummer. Is het wel een Nederlands gebied?")
            % {"name": source.name}
        )
    if not streets.ways:
        raise BadExtract(_("In %(name)s staat geen enkele straat.") % {"name": source.name})
