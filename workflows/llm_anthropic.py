"""Decisions by an Anthropic model: a bounded loop of messages, tools and one `decide` call."""

from dataclasses import dataclass, field
from typing import Any, Final

from workflows.policies import (
    DECIDE,
    TOKENS_MAX,
    TURNS_MAX,
    ModelAnswer,
    ModelFailed,
    RunTool,
    ToolSpec,
)

DEFAULT_MODEL: Final = "claude-sonnet-5-5"
OUTPUT_TOKENS_MAX: Final = 4_000
REQUEST_SECONDS: Final = 60.0
RETRIES_MAX: Final = 2


@dataclass(frozen=True, kw_only=True)
class AnthropicLoop:
    """One conversation per decision. The key is never shown."""

    api_key: str = field(repr=False)
    model: str
    base_url: str | None
    provider: str = "anthropic"

    @classmethod
    def of(cls, *, api_key: str, model: str | None, base_url: str | None) -> "AnthropicLoop":
        """The loop with DEFAULT_MODEL if no model is named; base URL None is the provider's own."""
        return cls(api_key=api_key, model=model or DEFAULT_MODEL, base_url=base_url)

    async def ask(
        self, *, system: str, message: str, specs: list[ToolSpec], run_tool: RunTool
    ) -> ModelAnswer:
        import anthropic

        tools = [_tool(spec) for spec in specs]
        messages: list[Any] = [{"role": "user", "content": message}]
        tokens_in = tokens_out = 0
        async with anthropic.AsyncAnthropic(
            api_key=self.api_key,
            base_url=self.base_url,
            timeout=REQUEST_SECONDS,
            max_retries=RETRIES_MAX,
        ) as client:
            for turn in range(1, TURNS_MAX + 1):
                try:
                    answer = await client.messages.create(
                        model=self.model,
                        max_tokens=OUTPUT_TOKENS_MAX,
                        system=system,
                        messages=messages,
                        tools=tools,
                        cache_control={"type": "ephemeral"},
                    )
                except anthropic.APIError as error:
                    raise ModelFailed(f"the provider answered {type(error).__name__}") from None
                tokens_in += answer.usage.input_tokens
                tokens_out += answer.usage.output_tokens
                uses = [block for block in answer.content if block.type == "tool_use"]
                if answer.stop_reason != "tool_use" or not uses:
                    raise ModelFailed(f"it stopped with {answer.stop_reason!r} and no decision")
                for use in uses:
                    if use.name == DECIDE:
                        return ModelAnswer(
                            decision=use.input,
                            turns=turn,
                            input_tokens=tokens_in,
                            output_tokens=tokens_out,
                        )
                if tokens_in + tokens_out > TOKENS_MAX:
                    raise ModelFailed(f"it used more than {TOKENS_MAX:,} tokens")
                results = [await _result(use.id, use.name, use.input, run_tool) for use in uses]
                messages += [answer.to_param(), {"role": "user", "content": results}]
        raise ModelFailed(f"it made no decision in {TURNS_MAX} turns")


def _tool(spec: ToolSpec) -> Any:
    return {
        "name": spec.name,
        "description": spec.description,
        "input_schema": spec.input_schema,
    }


async def _result(use_id: str, name: str, arguments: Any, run_tool: RunTool) -> dict[str, Any]:
    text, is_error = await run_tool(name, arguments)
    return {"type": "tool_result", "tool_use_id": use_id, "content": text, "is_error": is_error}
