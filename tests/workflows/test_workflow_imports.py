"""What loading the workflow costs: nothing heavy before a run needs it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("workflows.policies", ("langgraph", "anthropic", "openai")),
        ("workflows.settlement", ("langgraph", "anthropic", "openai")),
        ("workflows.seller", ("langgraph", "anthropic", "openai")),
        ("workflows.llm_anthropic", ("langgraph", "anthropic", "openai")),
        ("workflows.llm_openai", ("langgraph", "anthropic", "openai")),
        ("workflows.runner", ("anthropic", "openai", "sqlalchemy")),
    ],
)
def test_a_module_loads_without_what_it_does_not_need(module: str, absent: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print(*(m for m in {absent!r} if m in sys.modules))"
    child = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert child.stdout.strip() == ""
