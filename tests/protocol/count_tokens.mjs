// Prints how many o200k_base tokens the text on stdin has.
import { readFileSync } from "node:fs";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";

console.log(countTokens(readFileSync(0, "utf8")));
