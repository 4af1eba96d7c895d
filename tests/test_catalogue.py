"""A catalogue is a dictionary whose states are cheap, and that knows which values concern a name."""

from hypothesis import given, settings
from hypothesis import strategies as st

from avion_lint.schema.catalogue import Catalogue, Layers

KEYS = st.integers(0, 40)
STEPS = st.lists(st.tuples(st.sampled_from(["set", "delete", "copy"]), KEYS, st.integers(0, 5)), max_size=400)


@given(STEPS)
@settings(derandomize=True, max_examples=200, deadline=None)
def test_every_state_equals_the_dictionary_that_took_the_same_steps(steps: list[tuple[str, int, int]]) -> None:
    states = [(Layers[int, int](), dict[int, int]())]
    for what, key, value in steps:
        layers, plain = states[-1]
        if what == "copy":
            states.append((layers.copy(), dict(plain)))
        elif what == "set":
            layers[key] = plain[key] = value
        elif key in plain:
            del layers[key], plain[key]
    for layers, plain in states:
        assert list(layers.items()) == list(plain.items())
        assert (len(layers), list(layers), list(layers.values())) == (len(plain), list(plain), list(plain.values()))
        assert [layers.get(key, -1) for key in range(41)] == [plain.get(key, -1) for key in range(41)]
        assert layers == plain


@given(STEPS)
@settings(derandomize=True, max_examples=200, deadline=None)
def test_what_concerns_a_name_is_what_a_search_through_all_finds(steps: list[tuple[str, int, int]]) -> None:
    def concerns(value: int) -> tuple[int, ...]:
        return (value, value // 2)

    catalogue: Catalogue[int, int] = Catalogue(concerns)
    kept = [catalogue]
    for what, key, value in steps:
        if what == "copy":
            catalogue = catalogue.copy()
            kept.append(catalogue)
        elif what == "set":
            catalogue[key] = value
        else:
            catalogue.pop(key, None)
    for each in kept:
        for name in range(6):
            assert sorted(each.about(name)) == sorted(value for value in each.values() if name in concerns(value))
        assert each.about(99) == []


def test_a_thousand_states_of_a_thousand_objects_share_what_did_not_change() -> None:
    state: Layers[int, int] = Layers({number: number for number in range(1000)})
    states = []
    for number in range(1000):
        state = state.copy()
        state[number] = -1
        states.append(state)

    kept = {id(part): part for each in states for part in (each._old, each._recent, each._new)}
    assert sum(len(part) for part in kept.values()) < 50_000
