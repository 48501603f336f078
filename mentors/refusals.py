"""Why something cannot be done, said to whoever asked."""

from __future__ import annotations

import re
from typing import Any


class Refusal(Exception):
    """Something cannot be done. Each reason is a class of its own, with a `code` and a `text`.

    `code` is the name of the class in snake case; class names are unique in the product, and so are the codes.
    `text` is a lazy sentence for the user; `facts` fill its placeholders. Neither names a family: a refusal may end in
    a log. `field` is the field of a form that the refusal is about, '' for the form as a whole.
    """

    code = "refusal"
    text: Any = ""
    field = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts
        if facts:
            self.text = self.text % facts

    def __str__(self) -> str:
        return str(self.text)
