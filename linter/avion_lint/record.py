"""Makes classes of plain data: what `dataclasses` makes, in a thirtieth of its time at start-up.

`dataclasses` writes and compiles five methods for each class and imports `inspect` for it. Of the two hundred classes
here a run uses few, and a run over one file is over in the time that they would take. So the methods are shared ones.
"""

from __future__ import annotations

from operator import attrgetter, ge, gt, le, lt

from avion_lint.widths import WIDTHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from functools import cached_property
    from typing import Any, TypeVar, dataclass_transform

    Made = TypeVar("Made")
    Initialising = Callable[..., Callable[..., None]]
else:

    def dataclass_transform(**_: Any) -> Any:
        """Do nothing; the real one is for type checkers and needs `typing`."""
        return lambda decorator: decorator

    class cached_property:  # noqa: N801 - as in `functools`, whose loading and whose lock it spares
        """A property whose value is worked out once, for records that leave room for it."""

        __slots__ = ("method", "name")

        def __init__(self, method: Any) -> None:
            self.method = method

        def __set_name__(self, _: type, name: str) -> None:
            self.name = name

        def __get__(self, instance: Any, _: type | None = None) -> Any:
            if instance is None:
                return self
            value = instance.__dict__[self.name] = self.method(instance)
            return value


__all__ = ["FrozenRecordError", "cached_property", "field", "record", "replace"]


class FrozenRecordError(AttributeError):
    """Somebody tried to change a record that does not change."""


class _Missing:
    """Stands where a field has no default."""


_MISSING: Any = _Missing()


class _Field:
    """How a field is made and compared, when its default alone does not say it."""

    __slots__ = ("compare", "default", "factory")

    def __init__(self, default: Any, factory: Any, compare: bool) -> None:
        self.default = default
        self.factory = factory
        self.compare = compare


def field(*, default: Any = _MISSING, default_factory: Any = None, compare: bool = True) -> Any:
    """Describe a field: its default, or what makes one each time; `compare=False` keeps it out of `==` and the hash."""
    return _Field(default, default_factory, compare)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(made: Any = None, /, *, frozen: bool = True, order: bool = False, caches: bool = False) -> Any:
    """Make a class with slots, `__init__`, `==` and `repr` from the annotations in its body.

    Frozen records refuse changes (FrozenRecordError) and have a hash. `order` compares records of one class field by
    field. `caches` leaves room for `cached_property`. `__post_init__` is called as `dataclasses` does. Fields of a base
    class come first.
    """
    if made is None:
        return lambda cls: _record(cls, frozen, order, caches)
    return _record(made, frozen, order, caches)


def replace(instance: Made, /, **changes: object) -> Made:
    """Copy a record with some fields changed; TypeError for a field that it does not have."""
    kind: Any = type(instance)
    names = kind.__match_args__
    values = list(kind._values(instance))  # noqa: SLF001 - this module's own
    try:
        for name, value in changes.items():
            values[names.index(name)] = value
    except ValueError:
        raise TypeError(f"{kind.__name__} has the fields {', '.join(names)}") from None
    made: Made = kind(*values)
    return made


def _record(made: Any, frozen: bool, order: bool, caches: bool) -> Any:
    """Make the class; what only instances need is made when there is one, since most classes of a run have none."""
    body = {name: value for name, value in made.__dict__.items() if name not in _NOT_OURS}
    annotations = made.__annotations__
    own = tuple(name for name in annotations if not str(annotations[name]).startswith("ClassVar"))
    described = getattr(made, "_described", {}) | {name: body.pop(name) for name in own if name in body}
    names = tuple(name for name in getattr(made, "__match_args__", ()) if name not in own) + own
    return type(made)(
        made.__name__,
        made.__bases__,
        {
            **(_SHARED_FROZEN if frozen else _SHARED),
            **(_ORDER if order else {}),
            **body,
            **(_FROZEN if frozen else {}),
            "__slots__": (*own, "__dict__") if caches else own,
            "__match_args__": names,
            "__qualname__": made.__qualname__,
            "_described": described,
        },
    )


def _initialise(self: Any, *given: Any, **named: Any) -> None:
    """Be `__init__` for the first instance of a class, and give the class its own for the next ones."""
    whole = _owner(type(self), "__init__", _initialise)
    whole.__init__ = _initialiser(whole, whole.__match_args__, whole._described)  # noqa: SLF001 - this module's own
    whole.__init__(self, *given, **named)


def _all_values(self: Any) -> Any:
    """Give the values of all fields, for the first instance, and give the class its own way for the next ones."""
    whole = _owner(type(self), "_values", _VALUES)
    values = _tuple_of(whole.__match_args__)
    whole._values = staticmethod(values)  # noqa: SLF001 - this module's own
    return values(self)


_VALUES = staticmethod(_all_values)


def _compared(self: Any) -> Any:
    """Give the values that are compared, for the first instance, and give the class its own way for the next ones."""
    whole = _owner(type(self), "_compared", _COMPARED)
    described = whole._described  # noqa: SLF001 - as above
    values = _tuple_of(tuple(name for name in whole.__match_args__ if _compares(described.get(name))))
    whole._compared = staticmethod(values)  # noqa: SLF001 - as above
    return values(self)


_COMPARED = staticmethod(_compared)


def _owner(kind: type, name: str, shared: Any) -> Any:
    """Find the class among these ancestors that still has the shared method of that name."""
    return next(each for each in kind.__mro__ if each.__dict__.get(name) is shared)


def _compares(described: Any) -> bool:
    return not isinstance(described, _Field) or described.compare


def _tuple_of(names: tuple[str, ...]) -> Any:
    match names:
        case ():
            return lambda _: ()
        case (name,):
            return lambda instance: (getattr(instance, name),)
    return attrgetter(*names)


def _initialiser(whole: Any, names: tuple[str, ...], described: dict[str, Any]) -> Any:
    """Make `__init__` for these fields; it writes through the slots, which a frozen `__setattr__` does not guard.

    Its code is that of every class with as many fields, but for the names, so that nothing has to be compiled.
    """
    defaults, factories = _defaults(described)
    setters = tuple(getattr(whole, name).__set__ for name in names)
    plain: Any = _of_width(len(names))(*setters)
    plain.__code__ = plain.__code__.replace(co_varnames=("self", *names))
    plain.__defaults__ = tuple(defaults.get(name, _MISSING) for name in names if name in defaults or name in factories)
    plain.__qualname__ = f"{whole.__qualname__}.__init__"
    makers = [(attrgetter(name), getattr(whole, name).__set__, make) for name, make in factories.items()]
    return _completing(plain, makers, whole) if makers or hasattr(whole, "__post_init__") else plain


def _of_width(width: int) -> Initialising:
    if width < len(WIDTHS):
        return WIDTHS[width]
    from avion_lint.widening import made  # noqa: PLC0415 - hardly a class has so many fields

    return made(width)


def _completing(plain: Any, makers: list[tuple[Any, Any, Any]], whole: Any) -> Any:
    """Make the `__init__` that also makes what it was not given, and then calls `__post_init__`."""
    then = getattr(whole, "__post_init__", None)
    count = len(whole.__match_args__)

    def __init__(self: Any, *given: Any, **named: Any) -> None:  # noqa: N807 - it becomes the method of that name
        plain(self, *given, **named)
        if len(given) < count:
            for value_of, put, make in makers:
                if value_of(self) is _MISSING:
                    put(self, make())
        if then is not None:
            then(self)

    return __init__


def _defaults(described: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    fields = {name: value for name, value in described.items() if isinstance(value, _Field)}
    plain = {name: value for name, value in described.items() if name not in fields}
    given = {name: value.default for name, value in fields.items() if value.default is not _MISSING}
    return plain | given, {name: value.factory for name, value in fields.items() if value.factory is not None}


def _equal(self: Any, other: Any) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    return self._compared(self) == self._compared(other)


def _hash(self: Any) -> int:
    return hash(self._compared(self))


def _repr(self: Any) -> str:
    inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({inside})"


def _reduce(self: Any) -> tuple[Any, ...]:
    return type(self), self._values(self)


def _refuse(self: Any, name: str, _: object = None) -> None:
    raise FrozenRecordError(f"{type(self).__name__}.{name} cannot be changed; make another with replace()")


def _ordering(compare: Any) -> Any:
    def method(self: Any, other: Any) -> Any:
        if type(self) is not type(other):
            return NotImplemented
        return compare(self._compared(self), self._compared(other))

    return method


_SHARED = {"__init__": _initialise, "__repr__": _repr, "__eq__": _equal, "__hash__": None, "__reduce__": _reduce}
_SHARED |= {"_compared": _COMPARED, "_values": _VALUES}
_SHARED_FROZEN = _SHARED | {"__hash__": _hash}
_ORDER = {"__lt__": _ordering(lt), "__le__": _ordering(le), "__gt__": _ordering(gt), "__ge__": _ordering(ge)}
_NOT_OURS = {"__dict__", "__weakref__", "__hash__"}
_FROZEN = {"__setattr__": _refuse, "__delattr__": _refuse}
