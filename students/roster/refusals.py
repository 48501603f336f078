"""Why a file cannot be read as a roster."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mentors.refusals import Refusal


class RosterRefused(Refusal):
    """A file that cannot be read at all; the text is for the person who offered it."""


class ZipHasTooManyFiles(RosterRefused):
    text = _("Dit zipbestand bevat te veel bestanden.")


class ZipHasPassword(RosterRefused):
    text = _("Dit zipbestand heeft een wachtwoord. Haal dat er eerst af.")


class ZipNameUnsafe(RosterRefused):
    text = _("Dit zipbestand bevat een onveilige bestandsnaam.")


class ZipMethodUnknown(RosterRefused):
    text = _("Dit zipbestand is op een onbekende manier ingepakt.")


class ZipDamaged(RosterRefused):
    text = _("Dit zipbestand is beschadigd.")


class ZipTooLarge(RosterRefused):
    text = _("Dit bestand is uitgepakt te groot.")


class TooManyErrors(RosterRefused):
    text = _("Er staan meer dan duizend fouten in. Is dit het goede bestand?")


class XmlHasDoctype(RosterRefused):
    text = _("Een XML-bestand met een DOCTYPE wordt om veiligheid niet gelezen.")


class XmlNotEdex(RosterRefused):
    text = _("Dit XML-bestand is geen EDEXML: het begint niet met EDEX.")


class EdexTooOld(RosterRefused):
    text = _("Dit is een oude EDEXML-versie. Maak een export in versie 2.0 of 2.1.")


class EdexWithoutPupils(RosterRefused):
    text = _("Er staan geen leerlingen in dit EDEXML-bestand.")


class EdexKeysArePersonalNumbers(RosterRefused):
    text = _(
        "De sleutels van de leerlingen lijken burgerservicenummers (BSN). Die mogen hier niet komen."
        " Maak een export met het leerlingnummer als sleutel."
    )


class XmlMalformed(RosterRefused):
    text = _("Dit XML-bestand is niet goed gevormd, bij regel %(line)d.")


class RosterTooLarge(RosterRefused):
    text = _("Dit bestand is veel groter dan dat van een school.")


class OneRosterOfOtherSchools(RosterRefused):
    text = _("Deze set bevat meer scholen, en geen ervan heeft het BRIN-nummer of de naam van deze school.")


class OneRosterWithoutUsers(RosterRefused):
    text = _("In deze OneRoster-set ontbreekt users.csv.")


class OneRosterKeysArePersonalNumbers(RosterRefused):
    text = _("De sleutels van de leerlingen lijken burgerservicenummers (BSN). Die mogen hier niet komen.")


class OneRosterFileWithoutKey(RosterRefused):
    text = _("In %(name)s ontbreekt de kolom sourcedId.")


class OneRosterFileUnreadable(RosterRefused):
    text = _("Het bestand %(name)s is niet te lezen.")


class OneRosterFileTooLarge(RosterRefused):
    text = _("Het bestand %(name)s is te groot.")


class NoFileChosen(RosterRefused):
    text = _("Kies een bestand.")


class TooManyFiles(RosterRefused):
    text = _("Kies hooguit %(count)d bestanden tegelijk.")


class FileTooLarge(RosterRefused):
    text = _("%(name)s is groter dan 20 MB. Dat is te groot voor een leerlingenlijst.")


class FileEmpty(RosterRefused):
    text = _("%(name)s is leeg.")


class ZipNotOneRoster(RosterRefused):
    text = _("%(name)s is geen OneRoster-set. Pak andere bestanden eerst uit.")


class NotATextFile(RosterRefused):
    text = _("Dit is geen tekstbestand. Kies een CSV- of een Excel-bestand.")


class SheetEmpty(RosterRefused):
    text = _("Het bestand %(name)s is leeg.")


class NotAnExcelFile(RosterRefused):
    text = _("Dit is geen Excel-bestand (.xlsx).")


class ExcelOldOrProtected(RosterRefused):
    text = _("Dit is een oud of beveiligd Excel-bestand. Sla het op als .xlsx, zonder wachtwoord.")


class CsvUnreadable(RosterRefused):
    text = _("Dit CSV-bestand is niet te lezen bij regel %(line)d.")


class ExcelDamaged(RosterRefused):
    text = _("Dit Excel-bestand is beschadigd.")


class HeaderMissing(RosterRefused):
    text = _("De eerste rij met namen van kolommen ontbreekt. Zet die boven de lijst.")


class NumberColumnMissing(RosterRefused):
    text = _("Er is geen kolom met het leerlingnummer. Koppel die kolom, of gebruik het sjabloon.")


class TableWithoutPupils(RosterRefused):
    text = _("Onder de kopregel staan geen leerlingen.")


class ColumnHoldsPersonalNumbers(RosterRefused):
    text = _("De kolom %(name)s lijkt burgerservicenummers (BSN) te bevatten. Die mogen hier niet komen.")


class SheetTooLarge(RosterRefused):
    text = _("Dit bestand is te groot: hooguit %(rows)d rijen en %(columns)d kolommen.")


class FileRefused(RosterRefused):
    """One of several files cannot be read; `why` is the text of its own refusal."""

    text = "%(name)s: %(why)s"
