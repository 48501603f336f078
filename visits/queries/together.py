"""Who is needed at one moment, and who may stand in for whom: company, two classes, volunteers, interpreters.

Read from the tables once per campaign. What is said about a visit that has an appointment is what stands in its row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from django.db.models import F, Q, QuerySet

from mentors.models import Mentor
from visits.models import Campaign, Commitment, InterpreterShift, SiblingChoice, SiblingPair, Visit, VisitState

_STANDS = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)


@dataclass(frozen=True)
class SharedRows:
    """What is read of a campaign about people who belong together. Keys and values are primary keys."""

    siblings: str = SiblingChoice.APART  # for two visits of one home about which nothing was decided
    choices: Mapping[tuple[int, int], str] = field(default_factory=dict)  # what was decided about two visits
    commitments: Sequence[Commitment] = ()
    always_along: Mapping[int, list[int]] = field(default_factory=dict)  # by mentor: colleagues, for every visit
    asked_along: Mapping[int, list[int]] = field(default_factory=dict)  # by visit: colleagues
    met: Sequence[tuple[int | None, int | None]] = ()  # mentor and company of each conversation that took place
    interpreters: Sequence[InterpreterShift] = ()


def shared_rows_of(campaign: Campaign) -> SharedRows:
    """Read what a campaign says about people who belong together; the same number of queries for 1 and for 900."""
    commitments = list(campaign.commitments.prefetch_related("companions"))
    along: dict[int, list[int]] = defaultdict(list)
    asked = Visit.companions.through.objects.filter(visit__campaign=campaign).order_by("mentor_id")
    for visit, mentor in asked.values_list("visit_id", "mentor_id"):
        along[visit].append(mentor)
    return SharedRows(
        siblings=campaign.siblings,
        choices={
            (first, second): choice
            for first, second, choice in campaign.sibling_pairs.values_list("first_id", "second_id", "choice")
        },
        commitments=commitments,
        always_along={row.mentor_id: [mentor.pk for mentor in row.companions.all()] for row in commitments},
        asked_along=along,
        met=list(campaign.visits.filter(state=VisitState.MET).values_list("mentor_id", "second_id")),
        interpreters=list(campaign.interpreter_shifts.all()),
    )


@dataclass
class SharedVisits:
    """What a campaign says about people who belong together. Keys and values are primary keys.

    `partner`: of two visits that are one conversation with two mentors, each names the other. `pairs`: two visits of
    one home that the planner brings together if that pays (`groups`). `company`: the colleagues of whom one has to come
    along.
    """

    partner: dict[int, int] = field(default_factory=dict)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    company: dict[int, list[int]] = field(default_factory=dict)
    handed_over: set[int] = field(default_factory=set)  # mentors who hand their visits over
    takers: dict[int, int | None] = field(default_factory=dict)  # volunteers, with the most that they take extra
    most_visits: dict[int, int] = field(default_factory=dict)
    done: Counter[int] = field(default_factory=Counter)  # conversations that a mentor had already
    people: dict[int, Mentor] = field(default_factory=dict)  # everybody who is named here
    interpreters: list[InterpreterShift] = field(default_factory=list)

    @classmethod
    def of(cls, rows: SharedRows, visits: Collection[Visit], mentors: Mapping[int, Mentor]) -> SharedVisits:
        """All that is said about these visits of a campaign; `mentors` are the active ones of its school."""
        found = cls(interpreters=list(rows.interpreters))
        found._add_commitments(rows)
        found._add_company(rows, visits)
        found._add_pairs(rows, visits)
        named = {pk for people in found.company.values() for pk in people} | set(found.takers)
        found.people = {pk: mentor for pk, mentor in mentors.items() if pk in named}
        return found

    def _add_commitments(self, rows: SharedRows) -> None:
        for row in rows.commitments:
            if row.hands_over:
                self.handed_over.add(row.mentor_id)
            if row.takes_over:
                self.takers[row.mentor_id] = row.most_extra
            if row.most_visits is not None:
                self.most_visits[row.mentor_id] = row.most_visits
        self.done.update(pk for people in rows.met for pk in people if pk)

    def _add_company(self, rows: SharedRows, visits: Collection[Visit]) -> None:
        """Who comes along: as asked for this visit, else as its mentor always has it."""
        for visit in visits:
            asked = rows.asked_along.get(visit.pk) or rows.always_along.get(visit.mentor_id or 0, [])
            if visit.state == VisitState.CONFIRMED:
                asked = [visit.second_id] if visit.second_id else []
            others = [pk for pk in asked if pk != visit.mentor_id]
            if others:
                self.company[visit.pk] = others

    def _add_pairs(self, rows: SharedRows, visits: Collection[Visit]) -> None:
        for first, second in pairs_among(visits):
            choice = rows.choices.get((first.pk, second.pk), rows.siblings)
            tied = is_one_conversation(first, second) and first.state == second.state == VisitState.CONFIRMED
            if tied or (choice == SiblingChoice.JOINT and _may_be_joint(first, second)):
                if not {first.pk, second.pk} & set(self.partner):
                    self.partner |= {first.pk: second.pk, second.pk: first.pk}
            elif choice == SiblingChoice.TOGETHER:
                self.pairs.append((first.pk, second.pk))
        for pk in self.partner:
            self.company.pop(pk, None)  # the other child's mentor is company enough
        # Two children at one stop last longer than a colleague would stay who comes along for one of them.
        elsewhere = set(self.partner) | set(self.company)
        self.pairs = [pair for pair in self.pairs if not elsewhere.intersection(pair)]

    def groups(self) -> list[list[int]]:
        """The largest groups of visits of one home of which the planner may bring any together."""
        return largest_groups(self.pairs)

    def follows(self, visit: Visit) -> bool:
        """Whether this visit goes along with another one: the older row of the two speaks for both."""
        return self.partner.get(visit.pk, visit.pk) < visit.pk


def largest_groups(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The largest groups of which every two are one of these pairs, each in order."""
    near: dict[int, set[int]] = defaultdict(set)
    for first, second in pairs:
        near[first].add(second)
        near[second].add(first)
    found: list[list[int]] = []
    _grow_groups([], set(near), set(), near, found)
    return sorted(found)


def _grow_groups(
    group: list[int], open_to: set[int], seen: set[int], near: Mapping[int, set[int]], found: list[list[int]]
) -> None:
    """Maximal cliques (Bron and Kerbosch 1973): `group` with every set of `open_to` that makes it no larger group of
    which all are near each other; `seen` were tried before. A home has a few visits."""
    if not open_to and not seen and len(group) > 1:
        found.append(sorted(group))
    for visit in sorted(open_to):
        _grow_groups([*group, visit], open_to & near[visit], seen & near[visit], near, found)
        open_to, seen = open_to - {visit}, seen | {visit}


def is_one_conversation(first: Visit, second: Visit) -> bool:
    """Whether these two visits are one conversation, with the mentors of both."""
    return bool(first.together_with_id and second.together_with_id) and first.lead_pk == second.lead_pk


def others_in_conversation(visit: Visit) -> list[Visit]:
    """The other visits that are one conversation with this one, the one with the invitation first.

    No query when `together_with__joined` and `joined` were fetched before.
    """
    if visit.together_with is None:
        return []
    lead = visit if visit.lead_pk == visit.pk else visit.together_with
    return [one for one in (lead, *lead.joined.all()) if one.pk != visit.pk]


def pairs_among(visits: Iterable[Visit]) -> list[tuple[Visit, Visit]]:
    """Every two of these visits that are of one home with two mentors, the older row first."""
    homes: dict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.state in _STANDS and visit.mentor_id:
            homes[visit.household_id].append(visit)
    found = [pair for there in homes.values() for pair in combinations(sorted(there, key=lambda v: v.pk), 2)]
    return [(first, second) for first, second in found if first.mentor_id != second.mentor_id]


def invited_visit(visit: Visit) -> Visit:
    """The visit that has the family's one invitation: of two that are one conversation the older row.

    Of a visit whose children went over to the other mentor it is that mentor's.
    """
    if visit.together_with_id is not None and visit.together_with_id < visit.pk:
        return _in_full(Visit.objects.filter(pk=visit.together_with_id)) or visit
    if visit.state != VisitState.CANCELLED:
        return visit
    pairs = SiblingPair.objects.filter(Q(first=visit) | Q(second=visit)).exclude(moved=[])
    return next((other for pair in pairs if (other := _kept_of(pair, visit)) is not None), visit)


def _kept_of(pair: SiblingPair, lapsed: Visit) -> Visit | None:
    other = pair.second_id if pair.first_id == lapsed.pk else pair.first_id
    return _in_full(Visit.objects.filter(pk=other).exclude(state=VisitState.CANCELLED))


def _in_full(visits: QuerySet[Visit]) -> Visit | None:
    return visits.select_related("campaign__school", "household").first()


def _may_be_joint(first: Visit, second: Visit) -> bool:
    """One conversation has one place, and one state: what was agreed with one of the two mentors stays."""
    if first.place_kind != second.place_kind:
        return False
    if VisitState.CONFIRMED in (first.state, second.state):
        return (first.state, first.starts_at) == (second.state, second.starts_at)
    return True


def fair_shares(number: int, room: Mapping[int, int], load: Mapping[int, int]) -> dict[int, int]:
    """How many of `number` visits each volunteer takes at most: one by one to who has fewest of them.

    `room` is how many each can take. Of equals, who has fewest visits of their own (`load`) comes first. Shares
    differ by one at most, unless somebody has no room left.
    """
    shares = dict.fromkeys(room, 0)
    for _nth in range(number):
        free = [pk for pk in shares if shares[pk] < room[pk]]
        if not free:
            break
        shares[min(free, key=lambda pk: (shares[pk], load.get(pk, 0), pk))] += 1
    return shares


def company_now(campaign: Campaign) -> dict[str, str]:
    """Who is at each visit beside its mentor as things stand, by primary keys as texts: as the planner reads it.

    Of two visits that are one conversation the older row stands for both, with the other one's mentor.
    """
    along = campaign.visits.exclude(second=None).values_list("pk", "second_id")
    joint = campaign.visits.filter(together_with__gt=F("pk")).values_list("pk", "together_with__mentor_id")
    return {str(visit): str(mentor) for visit, mentor in [*along, *joint] if mentor}
