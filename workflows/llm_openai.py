"""Decisions by an OpenAI model: a bounded loop of responses, tools and one `decide` call.

Nothing is stored at the provider: each request carries the whole conversation.
"""

import json
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

DEFAULT_MODEL: Final = "gpt-6-sol"
OUTPUT_TOKENS_MAX: Final = 4_000
REQUEST_SECONDS: Final = 60.0
RETRIES_MAX: Final = 2


@dataclass(frozen=True, kw_only=True)
class OpenAILoop:
    """One conversation per decision. The key is never shown."""

    api_key: str = field(repr=False)
    model: str
    base_url: str | None
    provider: str = "openai"

    @classmethod
    def of(cls, *, api_key: str, model: str | None, base_url: str | None) -> "OpenAILoop":
        """The loop with DEFAULT_MODEL if no model is named; base URL None is the provider's own."""
        return cls(api_key=api_key, model=model or DEFAULT_MODEL, base_url=base_url)

    async def ask(
        self, *, system: str, message: str, specs: list[ToolSpec], run_tool: RunTool
    ) -> ModelAnswer:
        import openai

        tools = [_tool(spec) for spec in specs]
        items: list[Any] = [{"role": "user", "content": message}]
        tokens_in = tokens_out = 0
        async with openai.AsyncOpenAI(
            api_key=self.api_key,
            base_url=self.base_url,
            timeout=REQUEST_SECONDS,
            max_retries=RETRIES_MAX,
        ) as client:
            for turn in range(1, TURNS_MAX + 1):
                try:
                    answer = await client.responses.create(
                        model=self.model,
                        instructions=system,
                        input=items,
                        tools=tools,
                        max_output_tokens=OUTPUT_TOKENS_MAX,
                        store=False,
                        include=["reasoning.encrypted_content"],
                    )
                except openai.APIError as error:
                    raise ModelFailed(f"the provider answered {type(error).__name__}") from None
                if answer.usage is not None:
                    tokens_in += answer.usage.input_tokens
                    tokens_out += answer.usage.output_tokens
                calls = [item for item in answer.output if item.type == "function_call"]
                if answer.status != "completed" or not calls:
                    raise ModelFailed(f"it ended {answer.status!r} without a decision")
                for call in calls:
                    if call.name == DECIDE:
                        return ModelAnswer(
                            decision=_arguments(call.arguments),
                            turns=turn,
                            input_tokens=tokens_in,
                            output_tokens=tokens_out,
                        )
                if tokens_in + tokens_out > TOKENS_MAX:
                    raise ModelFailed(f"it used more than {TOKENS_MAX:,} tokens")
                items += [item.to_dict(mode="json") for item in answer.output]
                for call in calls:
                    items.append(await _output(call.call_id, call.name, call.arguments, run_tool))
        raise ModelFailed(f"it made no decision in {TURNS_MAX} turns")


def _tool(spec: ToolSpec) -> Any:
    # Not strict: strict mode wants every property required, and the tools have optional ones.
    return {
        "type": "function",
        "name": spec.name,
        "description": spec.description,
        "parameters": spec.input_schema,
        "strict": False,
    }


def _arguments(text: str) -> Any:
    """The parsed arguments, or the text itself, which no schema accepts."""
    try:
        return json.loads(text)
    except ValueError:
        return text


async def _output(call_id: str, name: str, arguments: str, run_tool: RunTool) -> dict[str, Any]:
    text, _is_error = await run_tool(name, _arguments(arguments))
    return {"type": "function_call_output", "call_id": call_id, "output": text}
