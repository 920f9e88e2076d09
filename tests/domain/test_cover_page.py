"""Classes of stock by the names that filers give them."""

from hypothesis import given
from hypothesis import strategies as st

from carbontrader_mcp.domain.cover_page import stock_class


@given(st.text(max_size=40))
def test_the_name_of_a_class_is_the_same_read_twice(text: str) -> None:
    assert stock_class(stock_class(text)) == stock_class(text)
