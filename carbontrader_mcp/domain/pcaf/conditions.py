"""Conditions on inputs, and inputs that count only where a condition on others is met."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from carbontrader_mcp.domain.pcaf.method import Formula, Method, optional, required

if TYPE_CHECKING:
    from carbontrader_mcp.domain.pcaf.ladder import Algebra


def evaluated(formula: Formula, algebra: Algebra) -> Callable[[], Any]:
    """A formula of what is given, once it is asked for."""
    return lambda: formula(
        **{name: algebra.given(name) for name in required(formula)},
        **{name: algebra.given_or(name, default) for name, default in optional(formula).items()},
    )


def holds(condition: Formula, algebra: Algebra) -> Any:
    """Whether a condition on inputs is met; not where an input it needs is unknown."""
    known = algebra.is_known([algebra.given(name) for name in required(condition)])
    if known is False:
        return False
    return algebra.first([(known, evaluated(condition, algebra))]) == True  # noqa: E712


class Counted:
    """An algebra in which an input that does not count is unknown (`Method.counts_where`)."""

    def __init__(self, algebra: Algebra, restricted: Mapping[str, Any]) -> None:
        self._algebra = algebra
        self._restricted = restricted

    def given(self, name: str) -> Any:
        return self._restricted[name] if name in self._restricted else self._algebra.given(name)

    def given_or(self, name: str, default: float | bool) -> Any:
        if name not in self._restricted:
            return self._algebra.given_or(name, default)
        value = self._restricted[name]
        return self._algebra.first(
            [(self._algebra.is_known([value]), lambda: value), (True, lambda: default)]
        )

    def is_known(self, values: Sequence[Any]) -> Any:
        return self._algebra.is_known(values)

    def first(self, branches: Sequence[tuple[Any, Callable[[], Any]]]) -> Any:
        return self._algebra.first(branches)

    def keep(self, name: str, value: Any) -> Any:
        return self._algebra.keep(name, value)


def counted(method: Method, algebra: Algebra) -> Algebra:
    """The algebra in which inputs that do not count are unknown; itself where all given count."""
    given = {name: algebra.given(name) for name in method.counts_where}
    if all(value is None for value in given.values()):
        return algebra
    return Counted(
        algebra,
        {
            name: None if value is None else _where(name, value, method, algebra)
            for name, value in given.items()
        },
    )


def _where(name: str, value: Any, method: Method, algebra: Algebra) -> Any:
    branches = [
        (holds(condition, algebra), lambda: value) for condition in method.counts_where[name]
    ]
    return algebra.keep(f"counted_{name}", algebra.first(branches))
