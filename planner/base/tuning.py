"""Every number that was chosen for speed, memory or the quality of plans, with its unit and why it has this value.

Whatever these values are, a plan that the planner returns breaks no rule and its bound is valid: they decide how soon
a good plan is found and how close the bound comes. `solve`, `repair_plan` and `try_remedies` take a `Tuning`; tests
pass their own. "Measured" tells what a comparison showed when the value was chosen; details and the alternatives that
were rejected stand in docs/planner-tried.md. "Not measured" means that the value was chosen by judgement.

A *coupled* school is one of 30 visitors with 28 families each, of which 10 or 20 % need two people at one moment; it
has four to ten million routes. Costs are in the weights of the problem. Numerical tolerances on which the validity of
bounds rests are no tuning: `planner.master.bound.SLACK` and `planner.master.pricing.TINY`.
"""

from __future__ import annotations

from dataclasses import dataclass

from planner.base.aggregation_tuning import AGGREGATION, AggregationTuning
from planner.base.change_tuning import MOVES, REMEDIES, REPAIRING, MoveTuning, RemedyTuning, RepairTuning


@dataclass(frozen=True)
class ListingTuning:
    """Listing all routes of an evening (`planner.columns`)."""

    most_routes: int = 16_000_000
    """Routes of all evenings together; a component with more is planned by local search. Measured: these take about two
    gigabytes."""
    samples: int = 400
    """Orders of stops that are tried of an evening to estimate how many routes it has, where all orders would be too
    many. Not measured."""
    first_sets: int = 1 << 16
    """Entries of the hash table of sets of stops, at the first attempt. Measured: a table of fixed size lists three
    stops twice as fast as one that grows, four stops two and a half times; the size itself was not measured."""
    growth: int = 4
    """Factor by which the table grows when it was too small and the listing starts again. Measured: the listing takes
    a tenth of the time that filling the table does, so starting again is cheap; the factor itself was not measured."""
    least_saving: float = 1e-9
    """Cost by which another order of the same stops must be cheaper to replace the one that was found first: above
    the rounding of sums of costs, below any difference that counts."""


@dataclass(frozen=True)
class BigMTuning:
    """Replacing a huge weight of a visit left out by a smaller one (`planner.master.big_m`)."""

    heavy: float = 1e6
    """Cost: a weight of a visit left out above this is replaced. Sums of costs up to here are exact to `SLACK` in
    double precision; other weights are never larger."""


@dataclass(frozen=True)
class ColumnGenerationTuning:
    """The linear relaxation over a listed pool (`planner.master.relaxation`)."""

    columns_an_evening: int = 12
    """Columns of each evening that enter in one round. Not measured."""
    smoothing_decrease: float = 0.3
    """Share by which the smoothing of the duals falls when it finds no column (a mispricing). Not measured."""
    cuts_a_visitor: int = 30
    """Most violated rank-1 cuts of each visitor that are added in one round. Not measured."""
    least_violation: float = 0.02
    """Violation below which a cut is not added. Not measured."""


@dataclass(frozen=True)
class IntegerProgramTuning:
    """Programs that HiGHS solves in whole numbers (`planner.master.linear`)."""

    cut_age: int = 3
    """Rounds that HiGHS keeps an idle cut in its pool, instead of 30. Measured: with `cut_age_in_use`, half the memory
    and a fifth less time: a coupled school stays below 1 GB after two minutes."""
    cut_age_in_use: int = 2
    """Rounds that HiGHS keeps an idle cut in its linear program, instead of 10. Measured with `cut_age`."""


@dataclass(frozen=True)
class BranchAndBoundTuning:
    """The exact search for one visitor, or for few routes (`planner.search.branch_and_bound`)."""

    root_cut_rounds: int = 30
    """Rounds of cuts at the root. Not measured."""
    node_cut_rounds: int = 3
    """Rounds of cuts at any other node. Not measured."""
    nodes: int = 60
    """Nodes after which HiGHS ends the search. Measured: more or fewer make no difference beyond the noise; some
    hundred routes are left by then."""
    likely_columns: int = 500
    """Routes of least reduced cost that HiGHS gets first, for a good plan that shortens the proof. Not measured."""


@dataclass(frozen=True)
class VolumeTuning:
    """The volume algorithm (`planner.master.volume`) and how often it is called (`planner.search`).

    Measured as a whole: it comes to within half a percent of the linear optimum of a coupled school in a few seconds,
    where the simplex method takes minutes. More of it before the linear program gains nothing in all.
    """

    first_step: float = 0.3
    """Step at the start, as a share of the aimed rise. Not measured."""
    least_step: float = 0.004
    """Step below which it stops. Not measured."""
    aim: float = 0.05
    """How far above the best bound a step aims, as a share of that bound or of the dearest route. Not measured."""
    patience: int = 10
    """Rounds without a better bound until the step shrinks. Not measured."""
    shrink: float = 0.7
    """Factor by which the step shrinks. Not measured."""
    weight_first: float = 0.1
    """Weight of a new choice of routes in the running mean, at the first step. Not measured."""
    weight_last: float = 0.02
    """That weight when the step is near 0. Not measured."""
    least_rise: float = 2e-5
    """Share of the bound: a smaller rise counts as none. Not measured."""
    least_square: float = 1e-9
    """Least squared length of a direction, so that no step divides by zero. Not a matter of speed."""
    likely_columns: int = 300_000
    """Routes of least reduced cost over which it works, and over which the linear program is solved first. Measured:
    more of them cost as much time as they save later. Up to twice as many are all taken."""
    stretch_rounds: int = 100
    """Rounds between two pricings of all routes, each of which gives a bound that holds. Not measured."""
    restart_factor: float = 2.0
    """The first step of the next stretch, as a multiple of the last one of this stretch. Not measured."""
    restart_least: float = 0.02
    """Least first step of the next stretch. Not measured."""
    stretches: int = 16
    """Stretches at most. Was 8; not measured."""
    least_stretch_rise: float = 2e-3
    """Share of the bound: a stretch that lifts it by less is followed by a round of cuts. Not measured."""
    cut_rounds: int = 4
    """Rounds of cuts found by the mean choice of routes. Measured as a whole: the bound of a coupled school (20 %) is
    0.3 % higher with such cuts."""
    cut_violation: float = 0.1
    """Violation below which such a cut is not added: the mean choice violates rows a little by its nature. Keeping
    all cuts (3,400 instead of 500) made the linear program four times slower, for 0.04 % of bound."""
    least_use: float = 1e-3
    """Share in the mean choice above which a route counts as in use. Not measured."""


@dataclass(frozen=True)
class RootTuning:
    """The linear relaxation of all visitors who are tied together (`planner.search.root`)."""

    columns_an_evening: int = 4
    """Columns of each evening that enter in one round; fewer than for one visitor, since it has ten times as many
    evenings. Not measured."""
    start_shares: tuple[float, ...] = (0.5, 0.75, 0.9, 1.0)
    """How far towards the estimated prices of coupling rows the first prices lie: the share with the best bound is
    taken. Measured: an estimate, with smoothing, cut the root of a coupled school from 110 to about 10 seconds."""
    smoothing: float = 0.7
    """How far pricing leans towards the duals of the best bound. See `start_shares`; the value was not measured."""
    tolerance: float = 1e-4
    """Share of a plan's cost: the linear program stops when the bound is as near to its optimum. Not measured."""
    start_columns: int = 80
    """Routes of each evening (on average) that the first linear program holds. Measured: with these and the interior
    point method a coupled school (20 %) has its first optimum after 5 instead of more than 20 seconds."""
    own_cut_rounds: int = 10
    """Rounds of cuts in each visitor's own linear program. Measured: with cuts from the start the root takes half as
    long; the number was not measured."""
    cut_rounds: int = 10
    """Rounds of cuts in the linear program of all. Not measured."""
    cut_time: float = 0.5
    """Share of the time that is left: when the last linear program took more, there are no more cuts. Was 0.1 and 0.2;
    higher since the linear programs became quicker."""
    least_rise: float = 2e-4
    """Share of the bound: a round of cuts that lifts it by less is the last. Not measured."""
    shrink_below: float = 0.95
    """Share of the routes: the pool is copied without those that are excluded when at most so many are left. Not
    measured."""
    least_cut_price: float = 4e-6
    """Share of the bound: a cut with a smaller price is idle and is left out of the next linear program. Was 0.5 in
    the cost of one school, made a share of the bound."""


@dataclass(frozen=True)
class RegretInsertionTuning:
    """Moments of coupled visits, family by family (`planner.search.regret_insertion`)."""

    options: int = 6
    """The regret of a family is what its 6th cheapest moment costs more than its cheapest. Not measured."""


@dataclass(frozen=True)
class DivingTuning:
    """Fixing the moments of coupled visits one after another (`planner.search.diving`)."""

    sure: float = 0.75
    """Share of a stop in the linear solution above which it is fixed at once. Not measured."""
    bold: float = 0.05
    """Share of the coupled visits left that is fixed at once at least, in a dive for all. Measured: twice as many give
    fewer linear programs and no sooner end."""
    most_rise: float = 0.05
    """Share of the gap: a fixing that lifts the linear optimum by more is undone. Was 0.012: dives turned back too
    early."""
    tolerance: float = 2e-4
    """Share of the plan's cost: the least rise that undoes a fixing. Not measured."""
    patience: int = 15
    """Fixings undone until the rise that is allowed doubles. Not measured."""
    most_undone: int = 150
    """Fixings undone in one dive at most; after that every fixing stays. Not measured."""
    base_columns: int = 15
    """Routes of each evening (on average) that a dive holds when no visit is free. Was 20 and more before routes were
    ranked with their company: routes of good plans rank twice as high that way."""
    free_columns: int = 55
    """How many more it holds when all visits are free. Was 80; see `base_columns`."""
    dead_ends: int = 3
    """How often a dive lists its routes anew because none is left for some family. Not measured."""
    dead_end_growth: float = 1.5
    """Factor by which it then lists more routes. Not measured."""
    worn: float = 0.5
    """Share of the listed routes: with fewer left, routes are listed anew. Measured: without that, dives end where no
    route is left for the last families; the value was not measured."""
    most_left_out: int = 4
    """Families: a plan that leaves out more is not worth completing. Not measured."""


@dataclass(frozen=True)
class LargeNeighbourhoodTuning:
    """What is freed and planned anew, and how large each program is (`large_neighbourhood`, `groups`)."""

    free: float = 0.3
    """Share of the coupled visits that a dive from the plan frees. Was 0.3, 0.6 and 0.45 by turns. Not measured by
    itself."""
    free_in_stagnation: float = 0.7
    """That share after `stagnation` tasks without a better plan. Not measured by itself."""
    stagnation: int = 6
    """Tasks without a better plan after which the search counts as stagnating. Not measured."""
    turns: int = 6
    """Of so many tasks one joins good routes, one is a dive, the others free groups of visitors. Not measured by
    itself."""
    visitors: tuple[int, int] = (8, 20)
    """Fewest and most visitors in a group that is freed. Not measured by itself."""
    group_seconds: float = 8.0
    """Seconds for one program in whole numbers. Was 10, then 4. Not measured by itself."""
    first_columns: int = 3500
    """Likeliest routes in the first program. The next sizes follow from whether the last one was proven."""
    most_columns: int = 12_000
    """Likeliest routes for a group at most. Was 14,000: lowered to stay below 1 GB."""
    most_columns_of_all: int = 8_000
    """Likeliest routes, and as many good ones, when all visitors are planned together at most. Was 10,000: lowered to
    stay below 1 GB. Measured: 12,000 for a minute find nothing more and take 400 MB."""
    narrower: float = 0.7
    """Factor of the next size when the program was not proven in time. Not measured."""
    wider: float = 1.2
    """Factor of the next size when a group's program was proven. Was 1.1; not measured by itself."""
    wider_of_all: float = 1.4
    """Factor of the next size when the program of all visitors was proven. Not measured by itself."""
    completion_visitors: int = 8
    """Visitors who are planned anew around a family that a plan leaves out. Not measured."""
    completion_columns: int = 6000
    """Likeliest routes for those. Measured: solved with proof in one or two seconds."""


@dataclass(frozen=True)
class DecompositionBoundTuning:
    """The bound by groups of visitors in whole numbers (`planner.search.decomposition_bound`)."""

    tolerance: float = 0.3
    """Cost: the gap at which the program of a group stops. Not measured; below half of the least difference of two
    costs with whole weights."""
    columns_a_visitor: int = 3000
    """Likeliest routes of each visitor of a group. Fewer give a lower bound, never a wrong one. Not measured."""
    most_columns: int = 30_000
    """Likeliest routes of a group at most. Limits memory; not measured by itself."""
    rounding: float = 1e-3
    """Cost that is taken off a group's bound for the tolerances of HiGHS."""
    own_weight: float = 1e-3
    """Weight of a route's own reduced cost in its rank: decides between routes that lift the bound by as much. Not
    measured."""
    sizes: tuple[int, ...] = (5, 10)
    """Most visitors in a group, one size after another. Measured: 10 % coupled, the bound rises by 92 (0.07 %) beyond
    visitors alone, 20 % coupled by 60 to 100; groups of 15 and 20 give no more in five times the time."""
    every: int = 3
    """Of so many tasks one improves the bound, while there are groups left. Not measured."""
    every_in_stagnation: int = 2
    """That number when the search for plans stagnates. Not measured."""
    seconds: float = 30.0
    """Seconds for one group. Not measured."""


@dataclass(frozen=True)
class JointTuning:
    """The search for visitors who are tied together (`planner.search.joint`)."""

    exact_columns: int = 20_000
    """Routes: when no more are left, branch and bound ends the search. Not measured by itself."""
    likely_columns: int = 1_000_000
    """Likeliest routes among which dives and groups choose theirs, so that not all ten million are ranked each time.
    Not measured by itself."""
    visitor_seconds: float = 5.0
    """Seconds for planning one visitor around fixed moments. Not measured."""


@dataclass(frozen=True)
class SolverTuning:
    """The way in (`planner.search.solver`) and the last resort (`planner.search.fixed_only`)."""

    fixed_only_seconds: float = 10.0
    """Seconds, beyond those of the caller, for a plan of the fixed visits when time ran out before any plan. It is
    given twice. Not measured: that too little time was given must not make fixed moments look impossible."""
    progress_seconds: float = 0.5
    """Seconds between two reports of progress at least. Not measured."""
    parts_seconds: float = 1.0
    """Seconds for which the parts of the cost of the best plan are remembered, since judging a plan takes time. Not
    measured."""


@dataclass(frozen=True)
class LocalSearchTuning:
    """Annealing, and ruin and recreate (`planner.search.local_search`)."""

    hot: float = 60.0
    """Cost: the temperature at which a search begins, about what one visit costs. Measured: on a primary school of 200
    visits, 200 and 100 found plans one per cent dearer in the same time."""
    warm: float = 20.0
    """Cost: the temperature from which it falls again, with the best plan. Measured on two primary schools: 12 to 25
    and other lengths of the first fall differ less than two seeds do."""
    cold: float = 2.0
    """Cost: the temperature at which each fall ends, below what any change costs. Not measured."""
    moves_a_unit: int = 16_000
    """Moves of each unit, on average, in the first fall of the temperature: five seconds for a primary school of 200
    visits. See `warm`."""
    moves_again: int = 4_000
    """Moves of each unit in any later fall. See `warm`."""
    moves_a_check: int = 20_000
    """Moves between two looks at the deadline: some hundredths of a second. Not measured."""
    bound_routes: int = 2_000_000
    """Routes of one component of the relaxation for the bound, at most: a second of listing. Not measured."""
    bound_share: float = 0.3
    """Share of the time that is for the bound, before the plan is improved. Not measured."""
    rounds_a_check: int = 20
    """Rounds of ruin and recreate between as many moves, where these can move every unit. Not measured."""
    rounds_if_broken: int = 300
    """Rounds where they cannot: some unit is left out, split, fixed or tied to another. Not measured."""
    company_share: float = 0.4
    """Share of the time that is for local search, at most, while the evenings of companions are first planned. Not
    measured."""
    most_evenings: int = 4
    """Evenings from which a round takes stops, at most. Measured: 2 evenings make twice as many rounds in the same time
    and a plan one per cent dearer."""


@dataclass(frozen=True)
class SeparationTuning:
    """Visits that must be apart (`planner.search.separation`)."""

    share: float = 0.1
    """Share of the time that is for it, when there are such visits and searches take all they get. Not measured."""
    least_seconds: float = 0.3
    """Seconds for local search at least, beyond those of the caller if need be: a plan has to come of it. Not
    measured."""
    most_seconds: float = 2.0
    """Seconds for local search at most: few visits have to move. Not measured."""
    visitor_seconds: float = 2.0
    """Seconds for one visitor who is planned anew, at most. Not measured."""
    exact_columns: int = 20_000
    """Routes, moments of visits apart included, up to which all is planned at once, exactly. Not measured."""
    warm: float = 5.0
    """Cost: the temperature at which local search begins with a plan that is good already. Not measured."""


@dataclass(frozen=True)
class Tuning:
    """All of them, by subject."""

    listing: ListingTuning = ListingTuning()
    big_m: BigMTuning = BigMTuning()
    column_generation: ColumnGenerationTuning = ColumnGenerationTuning()
    integer_programs: IntegerProgramTuning = IntegerProgramTuning()
    branch_and_bound: BranchAndBoundTuning = BranchAndBoundTuning()
    volume: VolumeTuning = VolumeTuning()
    root: RootTuning = RootTuning()
    regret_insertion: RegretInsertionTuning = RegretInsertionTuning()
    diving: DivingTuning = DivingTuning()
    large_neighbourhood: LargeNeighbourhoodTuning = LargeNeighbourhoodTuning()
    decomposition_bound: DecompositionBoundTuning = DecompositionBoundTuning()
    joint: JointTuning = JointTuning()
    aggregation: AggregationTuning = AGGREGATION
    local_search: LocalSearchTuning = LocalSearchTuning()
    separation: SeparationTuning = SeparationTuning()
    solving: SolverTuning = SolverTuning()
    repairing: RepairTuning = REPAIRING
    remedies: RemedyTuning = REMEDIES
    moves: MoveTuning = MOVES


DEFAULT = Tuning()
