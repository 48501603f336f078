"""What changes accounts, schools and the record of what was done."""

from mentors.actions.accounts import (
    AccountError,
    change_mentor,
    close_account,
    end_sessions,
    give_board_role,
    give_role,
    invite_colleague,
    link_mentor,
    sign_out_everywhere,
    take_role,
)
from mentors.actions.record import record_event, record_events
from mentors.actions.schools import (
    CalendarError,
    change_school,
    change_year,
    fill_closures,
    open_school,
    open_year,
    remove_closure,
    save_closure,
)

__all__ = [
    "AccountError",
    "CalendarError",
    "change_mentor",
    "change_school",
    "change_year",
    "close_account",
    "end_sessions",
    "fill_closures",
    "give_board_role",
    "give_role",
    "invite_colleague",
    "link_mentor",
    "open_school",
    "open_year",
    "record_event",
    "record_events",
    "remove_closure",
    "save_closure",
    "sign_out_everywhere",
    "take_role",
]
