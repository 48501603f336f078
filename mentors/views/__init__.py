"""The pages of accounts and of the school itself."""

from mentors.views.calendar import (
    calendar,
    closure_add,
    closure_change,
    closure_remove,
    year_add,
    year_change,
    year_fill,
)
from mentors.views.home import csrf_failure, home, sign_out_elsewhere
from mentors.views.school import details, school
from mentors.views.staff import colleague, invite, link_send, mentor, role_give, role_take, staff

__all__ = [
    "calendar",
    "closure_add",
    "closure_change",
    "closure_remove",
    "colleague",
    "csrf_failure",
    "details",
    "home",
    "invite",
    "link_send",
    "mentor",
    "role_give",
    "role_take",
    "school",
    "sign_out_elsewhere",
    "staff",
    "year_add",
    "year_change",
    "year_fill",
]
