import pytest

from carbontrader_mcp.domain.statement_rules import StatementRules
from db.load_filings import statement_rules


@pytest.fixture(scope="session", name="rules")
def rules_of_the_data_files() -> StatementRules:
    """The rules as the loaders read them."""
    return statement_rules()
