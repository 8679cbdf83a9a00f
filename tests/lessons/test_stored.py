"""A lesson's tables: read and computed by name, cell by cell, and stored so that both agree."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vgrad.kit.experiments.stored import Cell, Table, Tables, read


def halves(number, seed=0):
    """What the table of this test runs in each cell."""
    return dict(half=number / 2, third=np.array([number / 3, np.inf]), seed=np.int64(seed))


@pytest.fixture
def tables(tmp_path):
    return Tables(
        tmp_path / "tables", halves=Table("halves of numbers", halves, [dict(number=1), dict(number=2, seed=7)])
    )


@pytest.mark.parametrize("use", [Tables.load, Tables.compute, Tables.store])
def test_an_unknown_name_is_refused_with_the_names_there_are(tables, use):
    with pytest.raises(ValueError, match=r"^name is 'thirds'; allowed is one of 'halves'$"):
        use(tables, "thirds")


def test_all_cells_are_computed_where_none_are_given(tables):
    """Numbers are kept to four digits, arrays as lists, and what is not finite as None."""
    one, two = tables.compute("halves")
    assert one == Cell(dict(number=1), dict(half=0.5, third=[0.3333, None], seed=0))
    assert two == Cell(dict(number=2, seed=7), dict(half=1.0, third=[0.6667, None], seed=7))


def test_only_the_cells_given_are_computed(tables):
    given = [dict(number=5), dict(number=2, seed=1)]
    assert [cell.settings for cell in tables.compute("halves", given)] == given
    with pytest.raises(ValueError, match=r"^cells is \[\]; allowed is a list, of one at least$"):
        tables.compute("halves", [])


def test_what_is_stored_is_read_again(tables, capsys):
    tables.store("halves")
    assert tables.load("halves") == [*tables.compute("halves")]
    path = tables.folder / "halves.json"
    assert read(path) == tables.load("halves")
    assert json.loads(path.read_text(encoding="utf-8"))["what"] == "halves of numbers"
    assert "2 of 2" in capsys.readouterr().err
