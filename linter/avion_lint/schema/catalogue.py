"""Objects by name, in as many states as there are statements: a state shares with the one before what is as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from math import isqrt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol, TypeVar

    Key = TypeVar("Key")
    Value = TypeVar("Value")
    Concern = TypeVar("Concern")

    class Stored(Protocol[Key, Value]):
        """A mapping that reads its values when they are asked for, the same each time."""

        def get(self, key: Key, default: Any = None, /) -> Any:
            """Value of the key, or the default."""
            ...

        def __contains__(self, key: object, /) -> bool: ...

        def __len__(self) -> int: ...

        def whole(self) -> dict[Key, Value]:
            """All entries in their order."""
            ...

else:
    Key = Value = Concern = object


_GONE: Any = object()
_ABSENT: Any = object()
_NEW = 16  # entries that a state has for itself; when they are more, they move down a layer
_RECENT = 256  # entries of the layer below, at least
_KNOWN = 4096  # values of which is remembered what they have to do with


class Layers(MutableMapping[Key, Value]):
    """A mapping in insertion order whose copy costs nothing, and whose first change then a few entries.

    It is three dictionaries on top of one another, the lowest of which may be one that reads its values when they are
    asked for. Only the uppermost changes, and only it is copied, once another state has it too; when it has grown it is
    laid over the next one, in a new dictionary. So a thousand states of a thousand objects take the room of a few
    thousand entries, and an entry is found with three look-ups at most.
    """

    __slots__ = ("_back", "_new", "_old", "_own", "_recent")

    def __init__(self, old: Stored[Key, Value] | None = None) -> None:
        self._old: dict[Key, Value] | Stored[Key, Value] = {} if old is None else old
        self._recent: dict[Key, Value] = {}
        self._new: dict[Key, Value] = {}
        self._own = True  # whether no other state has the uppermost dictionary
        self._back: frozenset[Key] = frozenset()  # keys of the lowest dictionary that came again

    def copy(self) -> Layers[Key, Value]:
        """Another state, which may be changed; what is changed in one is not seen in the other."""
        made: Layers[Key, Value] = Layers.__new__(Layers)
        self._share(made)
        return made

    def _share(self, made: Layers[Key, Value]) -> None:
        made._old, made._recent, made._new = self._old, self._recent, self._new
        made._back = self._back
        made._own = self._own = False

    def _take(self) -> None:
        """Get an uppermost dictionary that no other state has."""
        self._own = True
        if len(self._new) <= _NEW:
            self._new = self._new.copy()
            return
        recent = self._recent | self._new
        self._new = {}
        if len(recent) <= max(_RECENT, isqrt(2 * _NEW * len(self._old))):  # where both layers are copied as much
            self._recent = recent
        else:
            self._recent, self._old = {}, self._laid(recent)
            self._back = frozenset()

    def _whole(self) -> dict[Key, Value]:
        if not self._recent and not self._new:
            return self._lowest()
        return self._laid(self._recent | self._new if self._recent else self._new)

    def _lowest(self) -> dict[Key, Value]:
        return self._old if isinstance(self._old, dict) else self._old.whole()

    def _laid(self, above: dict[Key, Value]) -> dict[Key, Value]:
        """The lowest dictionary with another laid over it."""
        old = self._lowest()
        if self._back:
            old = {key: value for key, value in old.items() if key not in self._back}
        whole = old | above
        if any(value is _GONE for value in above.values()):
            return {key: value for key, value in whole.items() if value is not _GONE}
        return whole

    def get(self, key: Key, default: Any = None) -> Any:
        """Value of the key, or the default."""
        if key in self._new:
            value: Any = self._new[key]
        elif key in self._recent:
            value = self._recent[key]
        else:
            return self._old.get(key, default)
        return default if value is _GONE else value

    def __getitem__(self, key: Key) -> Value:
        value = self.get(key, _GONE)
        if value is _GONE:
            raise KeyError(key)
        return value  # type: ignore[no-any-return]

    def __contains__(self, key: object) -> bool:
        wanted: Any = key
        if wanted in self._new:
            return self._new[wanted] is not _GONE
        if wanted in self._recent:
            return self._recent[wanted] is not _GONE
        return wanted in self._old

    def __setitem__(self, key: Key, value: Value) -> None:
        self._put(key, value, removed=self._is_removed(key))

    def _put(self, key: Key, value: Value, *, removed: bool) -> None:
        if not self._own:
            self._take()
        if removed:
            self._leave(key)
        self._new[key] = value

    def _leave(self, key: Key) -> None:
        """Have a key that was removed, and that comes again, stand at the end and not where it was."""
        self._new.pop(key, None)
        if key in self._recent:
            self._recent = {each: value for each, value in self._recent.items() if each != key}
        if key in self._old:
            self._back |= {key}

    def _is_removed(self, key: Key) -> bool:
        return self._new.get(key, self._recent.get(key)) is _GONE

    def __delitem__(self, key: Key) -> None:
        if key not in self:
            raise KeyError(key)
        if not self._own:
            self._take()
        self._new[key] = _GONE

    def __iter__(self) -> Iterator[Key]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole() if self._recent or self._new else self._old)

    def beside(self, other: Mapping[Key, Value]) -> Iterator[tuple[Key, Value]]:
        """Entries whose value is not the very same in another state; what the states share is not looked at."""
        parted = self._parted(other) if isinstance(other, Layers) else None
        for key in self if parted is None else parted:
            value = self.get(key, _GONE)
            if value is not _GONE and other.get(key) is not value:
                yield key, value

    def parted(self, other: Layers[Key, Value]) -> Iterator[tuple[Key, Value | None, Value | None]]:
        """Keys whose values are not the very same in two states, with what either has, None for what it has not."""
        keys = self._parted(other)
        for key in dict.fromkeys((*self, *other)) if keys is None else keys:
            own, others = self.get(key), other.get(key)
            if own is not others:
                yield key, own, others

    def _parted(self, other: Layers[Key, Value]) -> Iterable[Key] | None:
        """Keys under which two states of one mapping may differ; None where they no longer share anything."""
        if self._old is not other._old:
            return None
        above = {**_apart(self._new, other._new), **_apart(other._new, self._new)}
        if self._recent is other._recent:
            return above
        return {**_apart(self._recent, other._recent), **_apart(other._recent, self._recent), **above}

    def values(self) -> Any:
        """All values in order, as a dictionary's view of them."""
        return self._whole().values()

    def items(self) -> Any:
        """All entries in order, as a dictionary's view of them."""
        return self._whole().items()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return self._whole() == (other._whole() if isinstance(other, Layers) else dict(other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._whole())


def _apart(one: dict[Key, Value], other: dict[Key, Value]) -> dict[Key, Value]:
    """Entries of one dictionary that are not the very same in another."""
    return {key: value for key, value in one.items() if other.get(key, _ABSENT) is not value}


class Groups(Layers[Key, tuple[Value, ...]]):
    """Several values for each key, in the order in which they came."""

    __slots__ = ()

    def copy(self) -> Groups[Key, Value]:
        """Another state, as of Layers."""
        made: Groups[Key, Value] = Groups.__new__(Groups)
        self._share(made)
        return made

    def append(self, key: Key, value: Value) -> None:
        """Add a value to those of a key."""
        before: tuple[Value, ...] | None = self.get(key)
        self._put(key, (*before, value) if before else (value,), removed=before is None and self._is_removed(key))


class Catalogue(Layers[Key, Value]):
    """Objects by key that also finds those which concern a given name, without looking at all.

    `concerns` tells the names that a value has to do with.
    """

    __slots__ = ("_about", "_concerned", "_concerns")

    def __init__(
        self, concerns: Callable[[Value], Iterable[Concern]], values: Mapping[Key, Value] | None = None
    ) -> None:
        super().__init__()
        self._concerns: Callable[[Value], Iterable[Any]] = concerns
        self._about: Groups[Any, Key] = Groups()
        self._concerned: dict[Key, tuple[Value, tuple[Any, ...]]] = {}  # of values put lately, in whatever state
        for key, value in (values or {}).items():
            self[key] = value

    def copy(self) -> Catalogue[Key, Value]:
        """Another state, as of Layers."""
        made: Catalogue[Key, Value] = Catalogue.__new__(Catalogue)
        self._share(made)
        made._about, made._concerns = self._about.copy(), self._concerns
        made._concerned = self._concerned or {}  # an empty state, which may outlive the others, holds none of theirs
        return made

    def groups(self) -> Any:
        """All names that values have to do with, each with the keys of those."""
        return self._about.items()

    def restored(self, values: Stored[Key, Value], about: Stored[Any, tuple[Key, ...]]) -> Catalogue[Key, Value]:
        """A catalogue like this one, of values that are stored; `about` are its groups."""
        made: Catalogue[Key, Value] = Catalogue(self._concerns)
        made._old, made._about = values, Groups(about)
        return made

    def about(self, name: object) -> list[Value]:
        """Values that have to do with a name, in order of the keys' coming."""
        return [self[key] for key in self._about.get(name, ())]

    def keys_about(self, name: object) -> tuple[Key, ...]:
        """Keys of the values that have to do with a name."""
        return self._about.get(name, ())  # type: ignore[no-any-return]

    def __setitem__(self, key: Key, value: Value) -> None:
        before = self.get(key, _GONE)
        is_new = before is _GONE
        old = () if is_new else self._names(key, before)
        new = self._names(key, value)
        self._put(key, value, removed=is_new and self._is_removed(key))
        if old == new:
            return
        for name in _without(old, new):
            self._forget(name, key)
        for name in _without(new, old):
            self._about.append(name, key)

    def __delitem__(self, key: Key) -> None:
        before = self[key]
        super().__delitem__(key)
        for name in self._names(key, before):
            self._forget(name, key)

    def _names(self, key: Key, value: Value) -> tuple[Any, ...]:
        """Names that a value has to do with, each once; those of the value put last are known."""
        known = self._concerned.get(key)
        if known is None or known[0] is not value:
            if len(self._concerned) > _KNOWN:
                self._concerned.clear()
            known = self._concerned[key] = (value, tuple(dict.fromkeys(self._concerns(value))))
        return known[1]

    def _forget(self, name: object, key: Key) -> None:
        left = tuple(each for each in self._about.get(name, ()) if each != key)
        if left:
            self._about[name] = left
        else:
            self._about.pop(name, None)


def _without(names: tuple[Any, ...], others: tuple[Any, ...]) -> tuple[Any, ...]:
    """Names that are not among others, in their order."""
    if not others:
        return names
    known = frozenset(others)
    return tuple(name for name in names if name not in known)
