"""Which household of the file is which household that we have, and what follows from it.

Paired by address, then by an adult that both know, then by order. A household that other pupils share
moves only when all of them move; otherwise the one who leaves gets a household of their own. An empty cell
never wipes out contact details, and an import never lifts the secrecy of an address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from students.roster.known import (
    AUTHORITY_NO,
    AUTHORITY_YES,
    FieldChange,
    KnownGuardian,
    KnownHousehold,
    KnownPupil,
)
from students.roster.records import RosterGuardian, RosterHousehold, RosterPupil

MAX_HOMES = 2
_ADDRESS = ("postcode", "house_number", "suffix", "street", "city")

#: Where each pupil of the file says to live: the address keys per pupil number.
Addresses = Mapping[str, set[tuple[str, int, str]]]
Mention = Callable[[str, object], None]


def addresses_of(pupils: tuple[RosterPupil, ...]) -> dict[str, set[tuple[str, int, str]]]:
    """The complete addresses of every pupil in the file."""
    return {
        pupil.number: {home.address_key for home in pupil.households if home.address_key is not None}
        for pupil in pupils
    }


def update_homes(pupil: KnownPupil, record: RosterPupil, addresses: Addresses, mention: Mention) -> list[FieldChange]:
    """Bring the pupil's households in line with the file; the changes, for the preview."""
    changes: list[FieldChange] = []
    if len(record.households) > MAX_HOMES:
        mention("adres", _("Er staan meer dan twee adressen bij deze leerling; de eerste twee zijn gelezen."))
    for wanted, rank in _paired(pupil, record.households[:MAX_HOMES]):
        if rank is None:
            mention("adres", _("Deze leerling heeft al twee gezinnen; dit adres is niet toegevoegd."))
            continue
        home = pupil.homes.get(rank)
        if home is None:
            home = _new_home(pupil, rank, wanted)
            changes.append(FieldChange("household", "", _address_text(wanted, home), home.name))
        elif _leaves_alone(home, wanted, pupil, addresses):
            home.residents.discard(pupil.number)
            is_secret = home.is_secret
            home = _new_home(pupil, rank, wanted)
            home.is_secret = is_secret
            changes.append(FieldChange("household", "", _address_text(wanted, home), home.name))
        changes += _update_home(home, wanted, mention)
    return changes


def _paired(pupil: KnownPupil, wanted: tuple[RosterHousehold, ...]) -> list[tuple[RosterHousehold, int | None]]:
    """Each household of the file with the rank of ours that it is, or that it will get."""
    free = dict(pupil.homes)
    found: dict[int, int] = {}
    tests: list[Callable[[RosterHousehold, KnownHousehold], bool]] = [_same_address, _shares_adult, _may_be_the_same]
    for is_same in tests:
        for index, household in enumerate(wanted):
            if index in found:
                continue
            rank = next((rank for rank in sorted(free) if is_same(household, free[rank])), None)
            if rank is not None:
                found[index] = rank
                del free[rank]
    pairs: list[tuple[RosterHousehold, int | None]] = []
    ranks = [rank for rank in range(1, MAX_HOMES + 1) if rank not in pupil.homes]
    for index, household in enumerate(wanted):
        pairs.append((household, found[index] if index in found else (ranks.pop(0) if ranks else None)))
    return pairs


def _same_address(wanted: RosterHousehold, home: KnownHousehold) -> bool:
    return wanted.address_key is not None and wanted.address_key == home.address_key


def _shares_adult(wanted: RosterHousehold, home: KnownHousehold) -> bool:
    return any(_same_adult(guardian, adult) for guardian in wanted.guardians for adult in home.adults)


def _may_be_the_same(wanted: RosterHousehold, home: KnownHousehold) -> bool:
    """By order alone, but never when both name adults and share none: parents apart stay apart."""
    return not (wanted.guardians and home.adults)


def _leaves_alone(home: KnownHousehold, wanted: RosterHousehold, pupil: KnownPupil, addresses: Addresses) -> bool:
    """Whether the address changes for this pupil only, while others stay in the household."""
    if wanted.address_key is None or home.address_key in (None, wanted.address_key):
        return False
    others = home.residents - {pupil.number}
    return any(wanted.address_key not in addresses.get(number, set()) for number in others)


def _new_home(pupil: KnownPupil, rank: int, wanted: RosterHousehold) -> KnownHousehold:
    """A household named after the pupil; a second one after the adult who lives there."""
    family = " ".join(part for part in (pupil.prefix, pupil.last_name) if part) or pupil.first_name
    if rank > 1 and wanted.guardians and wanted.guardians[0].name:
        family = _surname(wanted.guardians[0].name)[:100]
    home = KnownHousehold(name=str(_("Gezin %(name)s") % {"name": family}), residents={pupil.number})
    pupil.homes[rank] = home
    pupil.touched.add("homes")
    return home


def _surname(name: str) -> str:
    """A name without the initials and titles before it: 'Mevr. A.B. de Vries' is 'de Vries'."""
    words = name.split()
    while len(words) > 1 and words[0].endswith("."):
        words = words[1:]
    return " ".join(words)


def _update_home(home: KnownHousehold, wanted: RosterHousehold, mention: Mention) -> list[FieldChange]:
    changes = _update_address(home, wanted, mention)
    if wanted.is_secret:
        changes.append(home.set("is_secret", True))
    if wanted.language:
        changes.append(home.set("language", wanted.language))
    found = [replace(change, about=home.name) for change in changes if change is not None]
    if home.is_secret:
        found = [_veiled(change) for change in found]
    return found + _update_adults(home, wanted.guardians)


def _update_address(home: KnownHousehold, wanted: RosterHousehold, mention: Mention) -> list[FieldChange | None]:
    """A complete address replaces ours; a postcode alone only fills an empty one, and is compared."""
    if wanted.address_key is None:
        is_open = home.address_key is None
        if not is_open and wanted.postcode and wanted.postcode != home.postcode:
            mention("postcode", _("De postcode in het bestand is een andere dan die van het adres dat wij hebben."))
        values = {"postcode": wanted.postcode, "city": wanted.city, "street": wanted.street} if is_open else {}
    else:
        values = {name: getattr(wanted, name) for name in _ADDRESS}
        if home.address_key != wanted.address_key:
            values = {**values, "street": wanted.street or "", "city": wanted.city or ""}
    moves = wanted.address_key is not None and home.address_key != wanted.address_key
    return [
        home.set(name, value)
        for name, value in values.items()
        if value is not None and (value != "" or name == "suffix" or moves)
    ]


def _update_adults(home: KnownHousehold, guardians: tuple[RosterGuardian, ...]) -> list[FieldChange]:
    changes: list[FieldChange] = []
    for guardian, known in _paired_adults(guardians, home.adults):
        adult = known
        if adult is None:
            adult = KnownGuardian()
            home.adults.append(adult)
            home.touched.add("adults")
            changes.append(FieldChange("guardian", "", guardian.name or guardian.email or "", home.name))
            _update_adult(adult, guardian)
        else:
            about = adult.name
            changes += [replace(change, about=about) for change in _update_adult(adult, guardian)]
    return changes


def _paired_adults(
    guardians: tuple[RosterGuardian, ...], adults: list[KnownGuardian]
) -> list[tuple[RosterGuardian, KnownGuardian | None]]:
    """Each adult of the file with ours: by key, then by name, then by e-mail address."""
    free = list(adults)
    found: dict[int, KnownGuardian] = {}
    for part in ("key", "name", "email"):
        for index, guardian in enumerate(guardians):
            value = (getattr(guardian, part) or "").casefold()
            adult = next((adult for adult in free if value and getattr(adult, part).casefold() == value), None)
            if index not in found and adult is not None:
                found[index] = adult
                free = [other for other in free if other is not adult]
    return [(guardian, found.get(index)) for index, guardian in enumerate(guardians)]


def _same_adult(guardian: RosterGuardian, adult: KnownGuardian) -> bool:
    return _paired_adults((guardian,), [adult])[0][1] is not None


def _update_adult(adult: KnownGuardian, guardian: RosterGuardian) -> list[FieldChange]:
    changes = [
        adult.set(name, getattr(guardian, name))
        for name in ("key", "name", "email", "phone")
        if getattr(guardian, name)
    ]
    if not adult.name:
        changes.append(adult.set("name", (guardian.email or guardian.phone or "")[:120]))
    if guardian.has_authority is not None:
        wanted = AUTHORITY_YES if guardian.has_authority else AUTHORITY_NO
        before = adult.authority
        changes.append(adult.set("authority", wanted))
        if before != wanted and AUTHORITY_NO in (before, wanted):
            adult.set("is_invited", wanted == AUTHORITY_YES)
    return [change for change in changes if change is not None and change.field != "key"]


def _address_text(wanted: RosterHousehold, home: KnownHousehold) -> str:
    if wanted.is_secret or home.is_secret:
        return str(_("geheim adres"))
    number = f"{wanted.house_number}{wanted.suffix or ''}" if wanted.house_number is not None else ""
    return " ".join(part for part in (wanted.street, number, wanted.postcode, wanted.city) if part)


def _veiled(change: FieldChange) -> FieldChange:
    """A change of a secret address: that it changes, not into what."""
    if change.field not in _ADDRESS:
        return change
    return replace(change, old=str(_("geheim")) if change.old else "", new=str(_("geheim")))
