"""What the tools call a thing, in the words of the command line."""

REPLACEMENTS = (
    ("Try search_companies with", "Try `carbontrader search` with"),
    ("With detail=full,", "With --full,"),
    ("leave out form and fiscal_year", "leave out --form and --fiscal-year"),
    ("calculate_portfolio_emissions makes them", "`carbontrader portfolio calculate` makes them"),
    ("leave out years to", "leave out --years to"),
)


def in_cli_words(text: str) -> str:
    """A message that may name a tool or its arguments, for a person at a terminal.

    >>> in_cli_words("With detail=full, figures: 3 more.")
    'With --full, figures: 3 more.'
    """
    for tool_word, cli_word in REPLACEMENTS:
        text = text.replace(tool_word, cli_word)
    return text
