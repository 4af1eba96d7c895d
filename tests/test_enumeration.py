"""Our enumerations do what those of `enum` do."""

import enum
import json
import pickle

import pytest

from avion_lint import enumeration


class Plain(enumeration.Enum):
    ONE = (1, "a")
    TWO = (2, "b")


class Word(enumeration.StrEnum):
    """Words."""

    UP = "up"
    DOWN = "down"
    UNDER = "down"

    @property
    def loud(self) -> str:
        return self.value.upper()

    @staticmethod
    def parse(text: str) -> "Word":
        return Word(text.lower())


class Number(enumeration.IntEnum):
    LOW = 1
    HIGH = 2


Theirs = enum.StrEnum("Word", {"UP": "up", "DOWN": "down"})
Numbers = enum.IntEnum("Number", {"LOW": 1, "HIGH": 2})


@pytest.mark.parametrize(("ours", "theirs"), [(Word.UP, Theirs["UP"]), (Number.HIGH, Numbers["HIGH"])])
def test_members_look_as_those_of_enum(ours: enumeration.Enum, theirs: enum.Enum) -> None:
    assert (str(ours), f"{ours}", f"{ours:>6}", repr(ours)) == (str(theirs), f"{theirs}", f"{theirs:>6}", repr(theirs))
    assert (ours.name, ours.value, hash(ours), json.dumps([ours])) == (
        theirs.name,
        theirs.value,
        hash(theirs),
        json.dumps([theirs]),
    )
    assert ours == theirs.value
    assert not isinstance(ours.value, enumeration.Enum)


def test_a_class_knows_its_members_by_value_and_by_name_and_in_their_order() -> None:
    assert [*Word] == [Word.UP, Word.DOWN]
    assert len(Word) == 2
    assert bool(enumeration.Enum)
    assert Word("down") is Word.DOWN is Word.UNDER is Word["DOWN"] is Word(Word.DOWN)
    assert Plain((2, "b")) is Plain.TWO
    assert "up" in Word
    assert Word.UP in Word
    assert "left" not in Word
    assert (Word.DOWN.name, Word.DOWN.loud, Word.parse("UP")) == ("DOWN", "DOWN", Word.UP)


@pytest.mark.parametrize("value", ["left", 1, [], None])
def test_a_value_without_a_member_is_refused_by_name(value: object) -> None:
    with pytest.raises(ValueError, match="is not a valid Word"):
        Word(value)


def test_members_that_are_neither_text_nor_number_are_only_themselves() -> None:
    assert Plain.ONE != (1, "a")
    assert (str(Plain.ONE), repr(Plain.ONE)) == ("Plain.ONE", "<Plain.ONE: (1, 'a')>")
    assert {Plain.ONE: 1}[Plain.ONE] == 1


@pytest.mark.parametrize("member", [Plain.ONE, Word.DOWN, Number.LOW])
def test_a_member_is_the_same_after_it_went_to_another_process(member: enumeration.Enum) -> None:
    assert pickle.loads(pickle.dumps(member)) is member


def test_numbers_are_compared_and_words_are_matched() -> None:
    assert Number.LOW < Number.HIGH == 2
    match Word("up"):
        case Word.DOWN:
            raise AssertionError
        case Word.UP:
            pass
