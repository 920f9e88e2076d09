"""Data quality scores by class and option, read off the methods; the key is the pair.

The same option has different scores in different classes (annex 10.1 of Part A).
"""

from collections.abc import Sequence

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.pcaf.methods import METHODS
from carbontrader_mcp.domain.pcaf.options import AssetClass


def option_scores(asset_class: AssetClass) -> dict[str, int]:
    """Score of each option of a class.

    >>> option_scores(AssetClass.MORTGAGES)
    {'1a': 1, '1b': 2, '2a': 3, '2b': 4, '3': 5}
    """
    scores = {
        option.number: option.score
        for option in METHODS[asset_class].options
        if option.score is not None
    }
    return dict(sorted(scores.items()))


def option_score(asset_class: AssetClass, option: str) -> int:
    """1 best to 5 worst.

    Raises:
        InvalidInputError: the class has no such option.
    """
    scores = option_scores(asset_class)
    if option not in scores:
        raise InvalidInputError(
            f"{asset_class} has no option {option!r} with a score; it has"
            f" {', '.join(scores) or 'none'}."
        )
    return scores[option]


def mixed_score(asset_class: AssetClass, options: Sequence[str]) -> int:
    """Where parts of an estimate are had by different options, the worst score counts (5.6).

    >>> mixed_score(AssetClass.MOTOR_VEHICLE_LOANS, ["1b", "3a"])
    4
    """
    if not options:
        raise InvalidInputError("No option is named; name at least one.")
    return max(option_score(asset_class, option) for option in options)
