"""The chain rule walks the tape backwards, one adjoint at a time, and trees keep their types."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from vgrad.tape import Adjoint, Step, backprop, leaves, tree_map


class Pair(NamedTuple):
    left: object
    right: object


def linear_tape(matrices, x, calls=None):
    """x A₁ A₂ …; each step's grads are the cotangent it got, and ``calls`` notes who was asked."""
    tape = []
    for k, A in enumerate(matrices, start=1):
        x = x @ A

        def pullback(dy, A=A, k=k):
            if calls is not None:
                calls.append(k)
            return (None if k == 2 else Pair(dy, k)), dy @ A.T

        tape.append(Step(f"times {k}", k, x, pullback))
    return tape


@pytest.fixture
def chain():
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape) for shape in ((3, 4), (4, 5), (5, 2))], rng.standard_normal((6, 3))


def test_backprop_yields_the_last_step_first_and_the_input_last(chain):
    matrices, x = chain
    tape = linear_tape(matrices, x)
    adjoints = list(backprop(tape, np.ones((6, 2))))
    assert all(isinstance(adjoint, Adjoint) for adjoint in adjoints)
    assert [adjoint.name for adjoint in adjoints] == ["times 3", "times 2", "times 1", "input"]
    assert [adjoint.layer for adjoint in adjoints] == [3, 2, 1, None]
    shapes = [adjoint.cotangent.shape for adjoint in adjoints]
    assert shapes == [step.output.shape for step in reversed(tape)] + [x.shape]


def test_cotangents_are_partial_products_and_grads_pass_by_untouched(chain):
    (A, B, C), x = chain
    dy = np.random.default_rng(1).standard_normal((6, 2))
    adjoints = list(backprop(linear_tape((A, B, C), x), dy))
    expected = [dy, dy @ C.T, dy @ C.T @ B.T, dy @ C.T @ B.T @ A.T]
    for adjoint, cotangent in zip(adjoints, expected, strict=True):
        np.testing.assert_allclose(adjoint.cotangent, cotangent, rtol=1e-14)
    assert [adjoint.grads and adjoint.grads.right for adjoint in adjoints] == [3, None, 1, None]


def test_nothing_is_computed_before_it_is_asked_for(chain):
    calls = []
    walk = backprop(linear_tape(*chain, calls), np.ones((6, 2)))
    seen = []
    for _ in range(4):
        seen.append(list(calls))
        next(walk)
    assert seen == [[], [3], [3, 2], [3, 2, 1]]
    with pytest.raises(StopIteration):
        next(walk)


def test_an_empty_tape_hands_the_cotangent_to_the_input():
    assert list(backprop([], 3.0)) == [Adjoint("input", None, 3.0, None)]


def test_injected_losses_add_up_to_the_sum_of_separate_losses(chain):
    matrices, x = chain
    tape = linear_tape(matrices, x)
    rng = np.random.default_rng(2)
    own = [rng.standard_normal(step.output.shape) for step in tape]
    *_, together = backprop(tape, np.zeros((6, 2)), own)
    separate = sum(list(backprop(tape[: k + 1], own[k]))[-1].cotangent for k in range(3))
    np.testing.assert_allclose(together.cotangent, separate, rtol=1e-13)


def test_what_is_injected_arrives_at_its_own_step_and_none_adds_nothing(chain):
    tape = linear_tape(*chain)
    dy, extra = np.ones((6, 2)), np.full((6, 5), 0.5)
    plain, injected = list(backprop(tape, dy)), list(backprop(tape, dy, [None, extra, None]))
    np.testing.assert_array_equal(injected[0].cotangent, plain[0].cotangent)
    np.testing.assert_array_equal(injected[1].cotangent, plain[1].cotangent + extra)
    assert abs(injected[2].cotangent - plain[2].cotangent).max() > 0.1


def test_a_tuple_of_states_is_injected_branch_by_branch():
    tape = [Step("swap", 1, (1.0, 2.0), lambda state: (None, state[::-1]))]
    first, last = backprop(tape, (10.0, 20.0), [(1.0, 2.0)])
    assert (first.cotangent, last.cotangent) == ((11.0, 22.0), (22.0, 11.0))


def test_of_a_tuple_of_states_some_may_get_nothing():
    tape = [Step("swap", 1, (1.0, 2.0), lambda state: (None, state[::-1]))] * 2
    adjoints = backprop(tape, (10.0, 20.0), [(None, 2.0), (1.0, None)])
    assert [adjoint.cotangent for adjoint in adjoints] == [(11.0, 20.0), (20.0, 13.0), (13.0, 20.0)]


@pytest.mark.parametrize("cotangent", [np.ones((6, 3)), np.ones(2), 1.0])
def test_a_cotangent_of_another_shape_than_the_last_output_is_refused(chain, cotangent):
    with pytest.raises(ValueError, match=r"cotangent has shape .*; allowed is the last output's, \(6, 2\)"):
        next(backprop(linear_tape(*chain), cotangent))


def test_in_a_cotangent_of_several_arrays_each_has_the_shape_of_its_own():
    tape = [Step("pair", 1, (np.ones(2), np.ones(3)), lambda state: (None, state))]
    next(backprop(tape, (np.ones(2), np.ones(3))))
    with pytest.raises(ValueError, match=r"cotangent has shape \(2,\); allowed is the last output's, \(3,\)"):
        next(backprop(tape, (np.ones(2), np.ones(2))))


@pytest.mark.parametrize("length", [0, 2, 4])
def test_inject_of_a_wrong_length_is_refused(chain, length):
    with pytest.raises(ValueError, match=f"inject has length {length}; allowed is one entry per step, 3"):
        list(backprop(linear_tape(*chain), np.ones((6, 2)), [None] * length))


@pytest.mark.parametrize(
    ("tree", "doubled"),
    [
        (3.0, 6.0),
        (None, None),
        ((1.0, None, (2.0,)), (2.0, None, (4.0,))),
        ([1.0, [2.0, None]], [2.0, [4.0, None]]),
        (Pair(1.0, Pair((2.0,), None)), Pair(2.0, Pair((4.0,), None))),
        ([Pair(1.0, 2.0), None], [Pair(2.0, 4.0), None]),
        ((), ()),
    ],
)
def test_tree_map_keeps_the_types_of_the_tree(tree, doubled):
    def same_types(a, b):
        branches = zip(a, b, strict=True) if isinstance(a, (tuple, list)) else ()
        return type(a) is type(b) and all(same_types(*branch) for branch in branches)

    result = tree_map(lambda a: 2 * a, tree)
    assert result == doubled
    assert same_types(result, doubled)


@pytest.mark.parametrize(
    ("tree", "arrays"),
    [(3.0, [3.0]), (None, []), ((), []), ([Pair(1.0, (2.0, None)), [3.0], 4.0], [1.0, 2.0, 3.0, 4.0])],
)
def test_leaves_are_the_arrays_of_a_tree_in_its_order(tree, arrays):
    assert leaves(tree) == arrays


def test_tree_map_walks_several_trees_in_step():
    assert tree_map(lambda a, b, c: a - b * c, [Pair(9, None), 5], [Pair(2, None), 1], [(3, None), 4]) == [(3, None), 1]


def test_tree_map_refuses_trees_of_different_form():
    with pytest.raises(ValueError, match="shorter"):
        tree_map(np.add, (1.0, 2.0), (1.0,))


def test_an_injected_cotangent_of_another_shape_is_named():
    steps = [Step("double", 1, np.ones((2, 3)), lambda dy: (None, 2 * dy))]
    with pytest.raises(ValueError, match=r"inject has shape \(3,\); allowed is that of the step's cotangent, \(2, 3\)"):
        list(backprop(steps, np.ones((2, 3)), inject=[np.ones(3)]))
