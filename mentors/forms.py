"""What a coordinator fills in about the school, its calendar and its people."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from mentors.models import Closure, Mentor, Role, School, SchoolYear, TravelMode
from roads.queries import find_address, normalise_postcode

ONE_LINE = RegexValidator(
    r"^[^\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$", _("Gebruik één regel gewone tekst.")
)
PHONE = RegexValidator(
    r"^\+?[0-9][0-9 ()-]{5,18}$", _("Een telefoonnummer bestaat uit cijfers, bijvoorbeeld 088 000 00 00.")
)
SCHOOL_ROLES = [(role.value, role.label) for role in Role if role != Role.BOARD]


def postcode_of(typed: str) -> str:
    """'8261 ab' as '8261AB'; raises ValidationError when it is no Dutch postcode."""
    if not typed:
        return ""
    found = normalise_postcode(typed)
    if not found:
        raise ValidationError(_("Een postcode is bijvoorbeeld 1234 AB."))
    return str(found)


class DayInput(forms.DateInput):
    """A date, with the calendar of the browser."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """A time of the clock, with the wheel of the browser."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class FormOnACopy(forms.ModelForm):
    """A form that checks what was filled in on a copy: the action compares the row itself with it."""

    def __init__(self, data: Any = None, *, instance: Model) -> None:
        super().__init__(data, instance=copy.copy(instance))


class DetailsForm(FormOnACopy):
    """The school's name, where it is and how it is reached, and how long things are kept."""

    postcode = forms.CharField(label=_("Postcode"), max_length=8, required=False, help_text=_("Bijvoorbeeld 1234 AB."))

    class Meta:
        model = School
        fields = (
            "name",
            "brin",
            "email",
            "phone",
            "duty_phone",
            "postcode",
            "house_number",
            "house_suffix",
            "latitude",
            "longitude",
            "holiday_region",
            "quiet_from",
            "quiet_until",
            "link_days",
            "memory_aid_days",
            "file_years_after_leaving",
        )
        labels = {
            "name": _("Naam van de school"),
            "brin": _("BRIN-nummer"),
            "email": _("E-mailadres voor antwoorden"),
            "phone": _("Telefoonnummer voor ouders"),
            "duty_phone": _("Telefoonnummer op de avond zelf"),
            "house_number": _("Huisnummer"),
            "house_suffix": _("Toevoeging"),
            "latitude": _("Breedtegraad"),
            "longitude": _("Lengtegraad"),
            "holiday_region": _("Vakantieregio"),
            "quiet_from": _("Geen berichten vanaf"),
            "quiet_until": _("Tot"),
            "link_days": _("Link van een gezin geldig (dagen)"),
            "memory_aid_days": _("Geheugensteun van een mentor bewaren (dagen)"),
            "file_years_after_leaving": _("Verslag bewaren nadat de leerling van school is (jaren)"),
        }
        help_texts = {
            "email": _("Antwoorden van gezinnen op onze mails komen hier binnen."),
            "duty_phone": _("Wie neemt op als er onderweg iets is? Alleen mentoren zien dit nummer."),
            "quiet_from": _("In deze uren sturen we gezinnen geen berichten."),
            "memory_aid_days": _("Daarna wissen we die vanzelf."),
            "file_years_after_leaving": _("Hoogstens 2 jaar; korter mag."),
        }
        widgets = {"quiet_from": ClockInput(), "quiet_until": ClockInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(ONE_LINE)
        for name in ("phone", "duty_phone"):
            self.fields[name].validators.append(PHONE)
        for name, (low, high) in {"latitude": (50.5, 53.8), "longitude": (3.2, 7.4)}.items():
            self.fields[name] = forms.FloatField(
                label=self.fields[name].label,
                help_text=self.fields[name].help_text,
                min_value=low,
                max_value=high,
                required=False,
                widget=forms.NumberInput(attrs={"step": "any"}),
            )

    def clean_postcode(self) -> str:
        """The postcode in one spelling."""
        return postcode_of(self.cleaned_data["postcode"])

    def clean_brin(self) -> str:
        """In capitals, as the register writes it."""
        return str(self.cleaned_data["brin"]).upper()

    def clean(self) -> dict[str, Any]:
        """A pin has two coordinates; both or none."""
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("latitude") is None) != (cleaned.get("longitude") is None):
            self.add_error("latitude", _("Vul beide getallen in, of geen van beide."))
        return cleaned


class YearForm(forms.Form):
    """First and last day of a school year."""

    starts_on = forms.DateField(label=_("Eerste schooldag"), widget=DayInput())
    ends_on = forms.DateField(label=_("Laatste schooldag"), widget=DayInput())

    @classmethod
    def of(cls, year: SchoolYear) -> YearForm:
        """The form filled with a year."""
        return cls(initial={"starts_on": year.starts_on, "ends_on": year.ends_on})


class ClosureForm(forms.ModelForm):
    """Days on which nobody visits."""

    class Meta:
        model = Closure
        fields = ("name", "starts_on", "ends_on", "is_holiday")
        labels = {
            "name": _("Naam"),
            "starts_on": _("Eerste dag"),
            "ends_on": _("Laatste dag"),
            "is_holiday": _("Het is een vakantie"),
        }
        help_texts = {"ends_on": _("Eén dag? Vul twee keer dezelfde dag in.")}
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(ONE_LINE)


class InviteForm(forms.Form):
    """Somebody who will work with this application, and as what."""

    name = forms.CharField(label=_("Naam"), max_length=120, validators=[ONE_LINE])
    email = forms.EmailField(
        label=_("E-mailadres"), max_length=254, help_text=_("Hier sturen we een link om een wachtwoord te kiezen.")
    )
    roles = forms.MultipleChoiceField(
        label=_("Wat doet deze persoon?"), choices=SCHOOL_ROLES, widget=forms.CheckboxSelectMultiple
    )


class RoleForm(forms.Form):
    """One role to give or to take."""

    role = forms.ChoiceField(choices=SCHOOL_ROLES)


class MentorForm(FormOnACopy):
    """How a mentor travels and from where. The home address is looked up and not kept: only its place is."""

    postcode = forms.CharField(
        label=_("Postcode van huis"),
        max_length=8,
        required=False,
        help_text=_("We zoeken de plek op en bewaren alleen die, niet het adres."),
    )
    house_number = forms.IntegerField(label=_("Huisnummer"), min_value=1, max_value=99999, required=False)
    house_suffix = forms.CharField(label=_("Toevoeging"), max_length=10, required=False)

    class Meta:
        model = Mentor
        fields = ("name", "email", "phone", "mode", "starts_from_home", "is_active")
        labels = {
            "name": _("Naam"),
            "email": _("E-mailadres"),
            "phone": _("Telefoonnummer"),
            "mode": _("Hoe gaat deze mentor op pad?"),
            "starts_from_home": _("Vertrekt van huis en gaat daar weer naartoe"),
            "is_active": _("Werkt hier en gaat op bezoek"),
        }
        widgets = {"mode": forms.RadioSelect(choices=TravelMode.choices)}

    field_order = (
        "name",
        "email",
        "phone",
        "mode",
        "starts_from_home",
        "postcode",
        "house_number",
        "house_suffix",
        "is_active",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(ONE_LINE)
        self.fields["phone"].validators.append(PHONE)

    def clean_postcode(self) -> str:
        """The postcode in one spelling."""
        return postcode_of(self.cleaned_data["postcode"])

    def clean(self) -> dict[str, Any]:
        """Turn a home address into a place; without a new one the place stays as it was."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("starts_from_home") and cleaned.get("postcode") and not self.errors:
            found = find_address(cleaned["postcode"], cleaned.get("house_number") or 0, cleaned["house_suffix"])
            if found is None:
                self.add_error(
                    "postcode",
                    _("Dit adres staat niet op onze kaart. Kijk het na, of laat de mentor van school vertrekken."),
                )
            else:
                cleaned |= {"home_latitude": found.place.lat, "home_longitude": found.place.lon}
        return cleaned

    def values(self) -> dict[str, object]:
        """What goes into the mentor: without the address, with its place when there is a new one."""
        address = ("postcode", "house_number", "house_suffix")
        return {name: value for name, value in self.cleaned_data.items() if name not in address}
