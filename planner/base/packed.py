"""Named tuples of arrays behind one pointer, for compiled loops that hand them on from function to function.

A compiled function takes a named tuple by value: every array in it is seven arguments, copied at every call. Packed,
the whole is one argument. Measured for local search, whose loops hand on 130 arrays: a round takes an eighth of the
time (27 microseconds instead of 227 for a school of 84 families), and all loops are compiled in a third of it.
"""

from __future__ import annotations

from typing import Any, TypeVar, cast

import numba
from numba.core import types
from numba.experimental import structref
from numba.extending import overload

Values = TypeVar("Values", bound=tuple[Any, ...])


@structref.register
class PackedType(types.StructRef):
    """The type of packed values in compiled code; its fields are those of the named tuple."""

    def preprocess_fields(self, fields: Any) -> Any:
        """The fields without literal types: a packed number is not part of the type."""
        return tuple((name, types.unliteral(each)) for name, each in fields)


class Packed(structref.StructRefProxy):
    """A named tuple as compiled code takes it; Python reads its fields from the tuple itself."""

    def __getattr__(self, name: str) -> Any:
        if name == "values":
            raise AttributeError(name)
        return getattr(self.values, name)


structref.define_boxing(PackedType, Packed)


def _fields(values):  # type: ignore[no-untyped-def]
    """The values as a structure; compiled code only."""
    raise TypeError(values)


@overload(_fields)
def _fields_of(values):  # type: ignore[no-untyped-def]
    packed_type = PackedType(list(zip(values.fields, values.types, strict=True)))
    lines = "".join(f"    packed.{name} = values.{name}\n" for name in values.fields)
    scope: dict[str, Any] = {"new": structref.new, "packed_type": packed_type}
    source = f"def pack(values):\n    packed = new(packed_type)\n{lines}    return packed\n"
    exec(source, scope)  # noqa: S102 - compiled code has no other way to set fields by name: a line each
    return scope["pack"]


@numba.njit(cache=True)
def pack(values):  # type: ignore[no-untyped-def]
    """These values behind one pointer; the arrays are the same ones, not copies."""
    return _fields(values)


def packed(values: Values) -> Values:
    """These values behind one pointer. Arrays are shared, not copied; numbers do not change any more."""
    found = pack(values)
    found.values = values
    return cast(Values, found)
