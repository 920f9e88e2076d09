"""The house keeps its own rules: README, fixtures, sizes, and nothing of one machine in the files."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from carbontrader_mcp.server import TOOLS

ROOT = Path(__file__).parents[1]
OWN_ROOMS = ("carbontrader_mcp", "db", "workflows", "fixtures", "benchmarks", "tests")
FILE_LINES_MAX = 400
BODY_LINES_MAX = 60
# In pieces, so that this file does not hold what it forbids.
FORBIDDEN = re.compile(
    "|".join(
        (
            r"pypi" + r"\.org",
            r"python" + r"hosted",
            r"npm" + r"js\.(?:org|com)",
            r"(?:extra-)?index" + r"-url",
            r"registry" + r"\.(?:npm|yarn)",
            r"(?<![\w.])/(?:root|work|home/\w+)" + r"/",
        )
    )
)


def own_files() -> Iterator[Path]:
    for room in OWN_ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if "node_modules" not in path.parts:
                yield path


def test_readme_has_a_row_for_every_tool_and_for_nothing_else() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_]+)` \|", readme, flags=re.MULTILINE)
    assert rows == [tool.__name__ for tool, _, _ in TOOLS]


def test_every_bundled_file_has_a_row_with_its_source() -> None:
    readme = (ROOT / "fixtures" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \|", readme, flags=re.MULTILINE)
    assert sorted(rows) == sorted(path.name for path in (ROOT / "fixtures").glob("*.csv"))
    for path in (ROOT / "fixtures").glob("generate_*.py"):
        assert path.name in readme


def test_the_rows_of_a_bundled_file_are_as_many_as_its_readme_says() -> None:
    readme = (ROOT / "fixtures" / "README.md").read_text(encoding="utf-8")
    for line in readme.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if line.startswith("| `"):
            name, rows = cells[1].strip("`"), int(cells[5].replace(",", ""))
            with (ROOT / "fixtures" / name).open(encoding="utf-8") as file:
                assert sum(1 for _ in file) - 1 == rows, name


def test_no_tracked_file_names_a_package_registry_or_a_path_of_one_machine() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files are tracked is not known here")
    listed = subprocess.run(
        [git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    faults = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            faults += [f"{name}: {found.group()}" for found in FORBIDDEN.finditer(text)]
    assert faults == []


def test_no_file_is_longer_than_the_ceiling() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in own_files()
    }
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_no_function_is_longer_than_the_ceiling() -> None:
    """Counted without signature and docstring; rows of data in tests are not counted."""
    too_long = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}": lines
        for path in own_files()
        if "tests" not in path.relative_to(ROOT).parts
        for function in functions_of(path)
        if (lines := body_lines(function)) > BODY_LINES_MAX
    }
    assert too_long == {}


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    return function.end_lineno - statements[0].lineno + 1 if statements else 0  # type: ignore[operator]
