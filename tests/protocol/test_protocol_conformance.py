"""The scenarios of the official MCP conformance suite that apply to any server.

Left out, because they call `test_*` tools, resources or prompts of the suite's own example
server: tools-call-*, resources-read-*, prompts-get-*, elicitation-*, input-required-result-*
except the two below, json-schema-2020-12, server-sse-polling. Left out, because they test what
this server does not offer: logging-set-level, resources-subscribe and -unsubscribe,
http-custom-header-server-validation (no argument of ours travels as a header), tasks, skills.
"""

from pathlib import Path

import pytest

from tests.protocol.clients import CONFORMANCE, run_node

SCENARIOS = {
    "2025-11-25": (
        "server-initialize",
        "server-session-lifecycle",
        "ping",
        "completion-complete",
        "tools-list",
        "resources-list",
        "prompts-list",
        "server-sse-multiple-streams",
        "dns-rebinding-protection",
    ),
    "2026-07-28": (
        "server-stateless",
        "completion-complete",
        "tools-list",
        "resources-list",
        "prompts-list",
        "sep-2164-resource-not-found",
        "server-sse-multiple-streams",
        "dns-rebinding-protection",
        "caching",
        "http-header-validation",
        "input-required-result-unsupported-methods",
        "input-required-result-ignore-extra-params",
    ),
}
BASELINE = Path(__file__).with_name("conformance_baseline.yml")


@pytest.mark.usefixtures("clients")
@pytest.mark.parametrize(
    ("revision", "scenario"),
    [(revision, name) for revision, names in SCENARIOS.items() for name in names],
)
def test_the_server_conforms(revision: str, scenario: str, server_url: str, folder: Path) -> None:
    finished = run_node(
        CONFORMANCE,
        "server",
        *("--url", server_url),
        *("--scenario", scenario),
        *("--spec-version", revision),
        *(("--expected-failures", str(BASELINE)) if scenario == "server-stateless" else ()),
        folder=folder,
    )
    assert finished.returncode == 0, finished.stdout[-6000:] + finished.stderr[-2000:]
