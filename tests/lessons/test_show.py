"""``show`` finds the picture of a record by its type, and by a name where there is more than one."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from vgrad.kit import show as kit
from vgrad.kit.experiments.flow import FlowRecord, flow
from vgrad.kit.show import draws, show


class Sketch(NamedTuple):
    """A record of this test."""

    value: int


class Other(NamedTuple):
    """A record that nothing draws."""

    value: int


@pytest.fixture(autouse=True)
def pictures(monkeypatch):
    """Three pictures of a Sketch, or of several, which are forgotten after the test."""
    monkeypatch.setattr(kit, "_PICTURES", dict(kit._PICTURES))

    @draws(Sketch)
    def plain(record, scale=1):
        return "plain", record.value * scale

    @draws(Sketch, picture="fine")
    def detailed(record):
        return "fine", record.value

    @draws(Sketch, several=True)
    def all_of_them(records):
        return "several", [record.value for record in records]


def test_the_picture_registered_first_is_drawn_where_no_name_is_given():
    assert show(Sketch(3)) == ("plain", 3)
    assert show(Sketch(3), scale=2) == ("plain", 6)


def test_a_picture_is_drawn_by_its_name():
    assert show(Sketch(3), "plain") == ("plain", 3)
    assert show(Sketch(3), "fine") == ("fine", 3)


def test_a_list_of_records_has_pictures_of_its_own():
    assert show([Sketch(1), Sketch(2)]) == ("several", [1, 2])
    assert show((Sketch(1),)) == ("several", [1])


def test_a_real_record_is_drawn():
    record = flow(depth=2, width=3, batch=2, seeds=1)
    assert isinstance(record, FlowRecord)
    assert show(record).png().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (3, "record is int"),
        (None, "record is NoneType"),
        (Other(1), "record is Other"),
        ([Other(1)], "record is a list of Other"),
        ([], "record is a list of nothing"),
    ],
)
def test_a_record_that_nothing_draws_is_refused(record, said):
    with pytest.raises(ValueError, match=rf"^{said}; allowed is what an experiment of this lesson returns$"):
        show(record)


def test_an_unknown_picture_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"^picture is 'detailed'; allowed is one of 'plain', 'fine'$"):
        show(Sketch(3), "detailed")
    with pytest.raises(ValueError, match=r"^picture is 'plain'; allowed is one of 'all_of_them'$"):
        show([Sketch(3)], "plain")
