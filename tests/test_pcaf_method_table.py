"""docs/pcaf-methods.md says what the engine does."""

from pathlib import Path

from carbontrader_mcp.domain.pcaf.options import AssetClass
from carbontrader_mcp.pcaf_method_table import method_document

DOCUMENT = Path(__file__).parents[1] / "docs/pcaf-methods.md"


def test_the_document_of_the_methods_is_as_the_engine_has_them() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == method_document(), (
        "run python -m carbontrader_mcp.pcaf_method_table > docs/pcaf-methods.md"
    )


def test_every_asset_class_is_in_it() -> None:
    text = method_document()
    for asset_class in AssetClass:
        assert f"## {asset_class.replace('_', ' ').capitalize()}" in text
