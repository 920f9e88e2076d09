"""The trading policy file into the domain type."""

import hashlib
import tomllib
from decimal import Decimal
from pathlib import Path

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.trading_policy import TradingPolicy, trading_policy


def load_trading_policy(path: Path) -> TradingPolicy:
    """The policy written in a TOML file, its version the SHA-256 of the file.

    Raises:
        InvalidInputError: the file is missing, is not TOML, or breaks a rule of the policy.
    """
    try:
        content = path.read_bytes()
        settings = tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except OSError as error:
        raise InvalidInputError(f"The trading policy {path} cannot be read: {error}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"The trading policy {path} is not TOML: {error}.") from error
    return trading_policy(settings, version=hashlib.sha256(content).hexdigest())
