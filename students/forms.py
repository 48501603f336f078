"""Forms of the coordinator's pages; what they change goes through the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from mentors.models import Mentor, School
from students.models import LAST_YEAR_GROUP, Guardian, Household, SchoolClass, Student
from students.roster.cleaning import Findings, ValuePlace, clean_phone, clean_postcode, clean_suffix, clean_text
from students.roster.columns import TableColumn, all_targets
from students.roster.reading import SourceFile, refuse_large
from students.roster.records import SCOPE_ADDITION, SCOPE_CLASSES, SCOPE_SCHOOL
from students.roster.refusals import RosterRefused


class SeveralFilesInput(forms.FileInput):
    """A file field in which several files may be chosen."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Several files, judged by their size before a byte is read."""

    widget = SeveralFilesInput(attrs={"accept": ".xml,.csv,.txt,.xlsx,.zip"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files; a refusal says which one is too large or empty."""
        files = [super(SeveralFilesField, self).clean(item, initial) for item in data or [None]]
        try:
            refuse_large([(file.name or "", file.size or 0) for file in files])
        except RosterRefused as refused:
            raise forms.ValidationError(str(refused)) from None
        return files


class ImportForm(forms.Form):
    """Which files, and who should be in them."""

    roster_files = SeveralFilesField(
        label=_("Bestanden"),
        help_text=_(
            "EDEXML, CSV, Excel (.xlsx) of OneRoster (.zip). Hooguit 20 MB per bestand. Meer bestanden tegelijk mag."
        ),
        error_messages={"required": _("Kies een bestand."), "empty": _("Dit bestand is leeg.")},
    )
    scope = forms.ChoiceField(
        label=_("Wie staan er in?"),
        required=False,
        choices=[
            ("", _("Dat hangt af van het bestand (aanbevolen)")),
            (SCOPE_SCHOOL, _("Alle leerlingen: wie er niet in staat, is van school")),
            (SCOPE_CLASSES, _("Een paar klassen: wie daar niet meer in staat, is van school")),
            (SCOPE_ADDITION, _("Een aanvulling: niemand is van school")),
        ],
        help_text=_("Bij EDEXML: alle leerlingen. Bij een lijst met klassen: die klassen. Bij ouders: een aanvulling."),
    )
    match_columns = forms.BooleanField(label=_("Ik wil de kolommen zelf koppelen"), required=False)

    def sources(self) -> list[SourceFile]:
        """The files as they are read: in memory."""
        return [SourceFile(file.name or "", file.read()) for file in self.cleaned_data["roster_files"]]


NOT_USED = "-"


class ColumnsForm(forms.Form):
    """What each column of a table holds."""

    def __init__(self, *args: Any, columns: list[TableColumn], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(NOT_USED, _("Niet gebruiken")), *all_targets().items()]
        self.unknown: list[str] = []
        self.recognised: list[str] = []
        for index, column in enumerate(columns):
            name = f"kolom_{index}"
            self.fields[name] = forms.ChoiceField(
                label=column.header, choices=choices, initial=column.target or NOT_USED
            )
            self.fields[f"{name}_kop"] = forms.CharField(initial=column.header, widget=forms.HiddenInput)
            (self.unknown if not column.is_known or not column.target else self.recognised).append(name)

    def unknown_fields(self) -> list[forms.BoundField]:
        """Columns that nobody has said anything about yet, first."""
        return [self[part] for name in self.unknown for part in (name, f"{name}_kop")]

    def recognised_fields(self) -> list[forms.BoundField]:
        """Columns that were understood by their heading."""
        return [self[part] for name in self.recognised for part in (name, f"{name}_kop")]


def posted_mapping(data: Any) -> dict[str, str]:
    """Heading to field, from a posted ColumnsForm; empty when none was posted."""
    targets = all_targets()
    mapping = {}
    for index in range(200):
        header, target = data.get(f"kolom_{index}_kop"), data.get(f"kolom_{index}", "")
        if header is not None and (target == NOT_USED or target in targets):
            mapping[str(header)] = "" if target == NOT_USED else str(target)
    return mapping


class ApplyForm(forms.Form):
    """What somebody has to say before an import with errors, or one that loses many pupils."""

    skip_errors = forms.BooleanField(label=_("Voer de rest in. Vakjes met een fout blijven leeg."), required=False)
    accept_many_gone = forms.BooleanField(label=_("Ja, deze leerlingen zijn echt van school."), required=False)


class RosterFilterForm(forms.Form):
    """Searching in the roster."""

    q = forms.CharField(label=_("Naam of leerlingnummer"), required=False, max_length=80)
    klas = forms.ChoiceField(label=_("Klas"), required=False)
    toon = forms.ChoiceField(
        label=_("Toon"),
        required=False,
        choices=[
            ("", _("Alle leerlingen")),
            ("without_household", _("Zonder adres of gezin")),
            ("without_email", _("Zonder e-mailadres van een ouder")),
            ("without_class", _("Zonder klas")),
            ("left", _("Van school")),
        ],
    )

    def __init__(self, *args: Any, class_names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        klas = self.fields["klas"]
        assert isinstance(klas, forms.ChoiceField)  # noqa: S101
        klas.choices = [("", _("Alle klassen")), *((name, name) for name in class_names)]


class _CleanTextForm(forms.ModelForm):
    """Texts lose control characters and marks that turn the reading direction, as in an import."""

    def clean(self) -> dict[str, Any]:
        """All texts, cleaned."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in cleaned.items():
            if isinstance(value, str):
                cleaned[name] = clean_text(value, ValuePlace(Findings(), "", name), 1000) or ""
        return cleaned

    def _judged(self, name: str, cleaner: Any) -> str:
        findings = Findings()
        value = cleaner(self.cleaned_data[name], ValuePlace(findings, "", name))
        if findings.errors:
            raise forms.ValidationError(findings.errors[0].message)
        return str(value or "")


class HouseholdForm(_CleanTextForm):
    """A household by hand. A secret address is never shown: left empty it stays as it is."""

    language = forms.ChoiceField(label=_("Taal van contact"))

    class Meta:
        model = Household
        fields = [
            "name", "street", "house_number", "house_suffix", "postcode", "town", "is_secret_address", "language",
            "needs_interpreter",
        ]  # fmt: skip
        help_texts = {
            "is_secret_address": _(
                "Het adres staat dan nergens: niet in lijsten, mails, agenda's of op een kaart. Alleen de mentor ziet "
                "het, op de dag zelf. Het gesprek is in eerste instantie op school."
            ),
            "postcode": _("Bijvoorbeeld 8261 AB."),
        }

    ADDRESS = ("street", "house_number", "house_suffix", "postcode", "town")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["postcode"] = forms.CharField(
            label=_("Postcode"), max_length=8, required=False, help_text=_("Bijvoorbeeld 8261 AB.")
        )
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)  # noqa: S101
        language.choices = _languages(self.instance.language)
        if self.instance.is_secret_address:
            for name in self.ADDRESS:
                self.initial[name] = ""

    def clean_postcode(self) -> str:
        """The postcode as we keep it."""
        return self._judged("postcode", clean_postcode)

    def clean_house_suffix(self) -> str:
        """The addition as we keep it."""
        return self._judged("house_suffix", clean_suffix)

    def values(self) -> dict[str, Any]:
        """What to change: an untouched secret address is not among it."""
        values = dict(self.cleaned_data)
        if self.was_secret and not any(values[name] for name in self.ADDRESS):
            values = {name: value for name, value in values.items() if name not in self.ADDRESS}
        return values

    @property
    def was_secret(self) -> bool:
        """Whether the address was secret before this form."""
        return bool(self.initial.get("is_secret_address"))

    def _post_clean(self) -> None:
        """The instance stays as it is: the action compares and writes."""


class GuardianForm(_CleanTextForm):
    """An adult by hand."""

    class Meta:
        model = Guardian
        fields = ["name", "email", "phone", "authority", "is_invited"]
        help_texts = {
            "is_invited": _("Een ouder zonder gezag krijgt alleen een uitnodiging als de school dat wil."),
        }

    def clean_phone(self) -> str:
        """The number as we keep it."""
        return self._judged("phone", clean_phone)

    def _post_clean(self) -> None:
        """The instance stays as it is: the action compares and writes."""


class PinForm(forms.Form):
    """A place on the map, set by hand."""

    latitude = forms.FloatField(label=_("Breedtegraad"), min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("Lengtegraad"), min_value=-180, max_value=180)


class TwoHomesForm(forms.ModelForm):
    """One visit, two visits, or talks at school."""

    class Meta:
        model = Student
        fields = ["two_homes"]
        widgets = {"two_homes": forms.RadioSelect}


class ClassMentorsForm(forms.Form):
    """The year group of a class, and who its mentors are."""

    year_group = forms.TypedChoiceField(
        label=_("Leerjaar"),
        choices=[("", _("niet bekend")), *((number, str(number)) for number in range(1, LAST_YEAR_GROUP + 1))],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Een bezoekronde bezoekt hele leerjaren. Een klas zonder leerjaar doet aan geen ronde mee."),
    )
    mentors = forms.ModelMultipleChoiceField(
        label=_("Mentoren"),
        queryset=Mentor.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Een of twee. Staat iemand er niet bij? Voeg die eerst toe bij School."),
    )

    def __init__(self, *args: Any, school: School, school_class: SchoolClass, **kwargs: Any) -> None:
        kwargs["initial"] = {"mentors": school_class.mentors.all(), "year_group": school_class.year_group}
        super().__init__(*args, **kwargs)
        mentors = self.fields["mentors"]
        assert isinstance(mentors, forms.ModelMultipleChoiceField)  # noqa: S101
        mentors.queryset = Mentor.objects.active().filter(school=school)

    def clean_mentors(self) -> Any:
        """At most two."""
        if len(self.cleaned_data["mentors"]) > 2:
            raise forms.ValidationError(_("Een klas heeft hooguit twee mentoren."))
        return self.cleaned_data["mentors"]


def _languages(current: str) -> list[tuple[str, Any]]:
    """The languages in which families are written to; one that came with a roster stays possible."""
    known: dict[str, Any] = {**dict(settings.LANGUAGES), **OTHER_LANGUAGES}
    if current and current not in known:
        known[current] = current
    return sorted(known.items(), key=lambda item: (item[0] != "nl", str(item[1])))


OTHER_LANGUAGES = {
    "am": _("Amhaars"), "ar": _("Arabisch"), "bg": _("Bulgaars"), "zh": _("Chinees"), "de": _("Duits"),
    "en": _("Engels"), "fa": _("Farsi"), "fr": _("Frans"), "it": _("Italiaans"), "ku": _("Koerdisch"),
    "uk": _("Oekraïens"), "pap": _("Papiaments"), "ps": _("Pasjtoe"), "pl": _("Pools"), "pt": _("Portugees"),
    "ro": _("Roemeens"), "ru": _("Russisch"), "so": _("Somalisch"), "es": _("Spaans"), "ti": _("Tigrinya"),
    "tr": _("Turks"), "ur": _("Urdu"),
}  # fmt: skip
