# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Writes what jinja2 renders of chat templates, with the settings and functions of transformers, to tests/data/tokenizer.

    python make_template_golden.py [OUT_FOLDER [SNIPPETS SEED]]

chat_templates.json     templates of the model families, in our own words but with the constructs that theirs use, on several conversations
template_snippets.json  1,500 generated snippets, seeded
A text is null where jinja2 fails. strftime_now is left out: a template then takes the date that it holds itself.
"""
import json
import pathlib
import random
import sys

from jinja2 import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATES = {
    "dialogpt": "{% for message in messages %}{{ message.content }}{{ eos_token }}{% endfor %}",
    "smollm2": """{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
You are a helper.<|im_end|>
' }}{% endif %}{{'<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}""",
    "mistral": """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}

{#- This block checks for alternating user/assistant messages, skipping tool calling messages #}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or message.role == "tool_results" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("After the optional system message, roles must alternate") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}

{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}
                        {{- '"' + key + '": "' + val + '"' }}
                    {%- else %}
                        {{- '"' + key + '": ' + val|tojson }}
                    {%- endif %}
                    {%- if not loop.last %}{{- ", " }}{%- endif %}
                {%- endfor %}
                {{- "}}" }}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- elif message["role"] == "tool" %}
        {%- if message.content is defined and message.content.content is defined %}
            {%- set content = message.content.content %}
        {%- else %}
            {%- set content = message.content %}
        {%- endif %}
        {{- '[TOOL_RESULTS] {"content": ' + content|string + ", " }}
    {%- else %}
        {{- raise_exception("Only user and assistant roles are supported, with the exception of an initial optional system message!") }}
    {%- endif %}
{%- endfor %}
""",
    "gemma3": """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '

' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '

' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Conversation roles must alternate user/assistant/user/assistant/...") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<start_of_turn>' + role + '
' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<start_of_image>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '<end_of_turn>
' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<start_of_turn>model
'}}
{%- endif -%}
""",
    "phi3": "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}"
            "{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}"
            "{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}"
            "{% else %}{{ eos_token }}{% endif %}",
    "qwen2.5": """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0]['role'] == 'system' %}
        {{- messages[0]['content'] }}
    {%- else %}
        {{- 'You are a helper.' }}
    {%- endif %}
    {{- "\\n\\n# Tools\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nYou are a helper.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- '\\n<tool_call>\\n{"name": "' }}{{- tool_call.name }}{{- tool_call.arguments | tojson }}
        {%- endfor %}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}{{- message.content }}{{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
""",
    "qwen3": """{%- if messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and """
    """message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {%- if loop.last or (not loop.last and reasoning_content) %}
                {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
            {%- else %}
                {{- '<|im_start|>' + message.role + '\\n' + content }}
            {%- endif %}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
                {%- if (loop.first and content) or (not loop.first) %}
                    {{- '\\n' }}
                {%- endif %}
                {{- tool_call.name }}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
""",
    "macros": """{%- macro turn(message, mark='|') -%}
<{{ message.role | upper }}{{ mark }}{{ message['content'] | trim | replace('o', '0') }}>
{%- endmacro -%}
{%- set kinds = messages | map(attribute='role') | list -%}
{{ kinds | join(',') }} {{ 'system' in kinds }} {{ kinds | length }}
{% for message in messages -%}
{{ turn(message) }}{{ turn(message, mark='#') }}{{ loop.cycle('a', 'b') }}
{%- if loop.index > 2 %}{% break %}{% endif %}
{% endfor -%}
{% set tail %}[{{ messages[-1].role }}]{% endset %}{{ tail * 2 }}
{%- for role, content in [('a', 1), ('b', 2)] %} {{ role ~ content }}{% endfor %}
{%- generation %} G{% endgeneration %}
""",
    "llama3.2": """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not tools_in_user_message is defined %}
    {%- set tools_in_user_message = true %}
{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Cutting Knowledge Date: December 2023\\n" }}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none and not tools_in_user_message %}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- if tools_in_user_message and not tools is none %}
    {%- if messages | length != 0 %}
        {%- set first_user_message = messages[0]['content']|trim %}
        {%- set messages = messages[1:] %}
    {%- else %}
        {{- raise_exception("Cannot put tools in the first user message when there's no first user message!") }}
    {%- endif %}
    {{- first_user_message + "<|eot_id|>"}}
{%- endif %}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("This model only supports single tool-calls at once!") }}
        {%- endif %}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
}
CONVERSATIONS = [
    [("user", "  Why is \"it\" so?\n")],
    [("system", "Be brief."), ("user", "\u00e9t\u00e9 \u2581 <|im_end|>")],
    [("user", "one"), ("assistant", "<think>\nwell\n</think>\n\nA \n"), ("user", "two"), ("assistant", " ok"), ("user", "three")],
    [("system", " S\t"), ("user", "u"), ("assistant", "a"), ("user", "<tool_response>\nx\n</tool_response>")],
    [("assistant", "first"), ("user", "second")],
    [("user", "a"), ("user", "b"), ("tool", "t")],
]


def environment():
    """As transformers makes it."""
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    env.filters["tojson"] = lambda x, ensure_ascii=False, indent=None, separators=None, sort_keys=False: json.dumps(
        x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message):
        raise TemplateError(message)
    env.globals["raise_exception"] = raise_exception
    return env


def generation_tag():
    from transformers.utils.chat_template_utils import _compile_jinja_template
    return [type(e) for e in _compile_jinja_template("").environment.extensions.values() if type(e).__name__ == "AssistantTracker"][0]


Generation = generation_tag()
ENV = environment()


def render(template, messages):
    try:
        return ENV.from_string(template).render(messages=[{"role": r, "content": c} for r, c in messages], tools=None, documents=None,
                                                add_generation_prompt=True, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    except Exception:  # noqa: BLE001 - whatever jinja2 makes of it, there is no text
        return None


class Snippets:
    """Random templates from the grammar of what such templates use; types are only roughly right, so some of them fail, as they must."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    def pick(self, *options):
        return self.r.choice(options)

    def text(self, d):
        k = self.r.randrange(16 if d > 0 else 5)
        if k < 3:
            return self.pick("'a b'", "' x\\n'", '"It\'s"', "'\u00e9T\u00c9 \u6e2f'", "''", "'a,b,,c'", "'<think>q</think> r'", "'12'", "m.role", "m.content", "s")
        if k < 5:
            return self.pick("messages[0]['role']", "messages[-1].content", "bos_token", "s", "m['content']")
        if k == 5:
            return f"({self.text(d - 1)} + {self.text(d - 1)})"
        if k == 6:
            return f"({self.text(d - 1)} ~ {self.pick(self.number, self.text, self.flag)(d - 1)})"
        if k == 7:
            f = self.pick("trim", "upper", "lower", "string", "replace('a', 'oo')", "default('d')", "trim('a ')", "first", "last", "reverse", "indent(2)")
            return f"({self.text(d - 1)} | {f})"
        if k == 8:
            m = self.pick("strip()", "lstrip()", "rstrip('b\\n')", "upper()", "lower()", "replace('b', '')", "split(',')[0]", "split()[-1]", "removeprefix('a')",
                          "split('</think>')[-1]", "strip('x \\n')", "replace(' ', '_', 1)")
            return f"{self.text(d - 1)}.{m}"
        if k == 9:
            return f"{self.text(d - 1)}[{self.pick('0', '-1', ':2', '1:', '::-1', '-3:', '1:-1', '5')}]"
        if k == 10:
            return f"({self.text(d - 1)} if {self.flag(d - 1)} else {self.text(d - 1)})"
        if k == 11:
            return f"({self.items(d - 1)} | join({self.text(0)}))"
        if k == 12:
            return f"({self.pick(self.items, self.text, self.number)(d - 1)} | tojson)"
        if k == 13:
            return f"({self.text(d - 1)} * {self.pick('0', '2', '3')})"
        if k == 14:
            return f"', '.join({self.items(d - 1)})"
        return f"({self.pick('missing', 'm.missing', 'none')} | default({self.text(d - 1)}, {self.pick('true', 'false')}))"

    def number(self, d):
        k = self.r.randrange(8 if d > 0 else 2)
        if k < 2:
            return self.pick("0", "1", "2", "-3", "n", "loop.index0", "messages|length")
        if k == 2:
            return f"({self.number(d - 1)} {self.pick('+', '-', '*', '//', '%')} {self.number(d - 1)})"
        if k == 3:
            return f"({self.pick(self.text, self.items)(d - 1)} | length)"
        if k == 4:
            return f"({self.number(d - 1)} | abs)"
        if k == 5:
            return f"{self.text(d - 1)}.{self.pick('find', 'count', 'rfind')}({self.pick(repr('b'), repr(' '), repr('</'))})"
        if k == 6:
            return f"({self.pick(repr('12'), repr('x'), 'n')} | int)"
        return f"([{self.number(d - 1)}, {self.number(d - 1)}] | {self.pick('sum', 'max', 'min', 'first', 'last')})"

    def flag(self, d):
        k = self.r.randrange(9 if d > 0 else 2)
        if k < 2:
            return self.pick("true", "false", "missing", "s", "n", "m.role == 'user'", "loop.first", "loop.last", "tools is none", "not tools")
        if k == 2:
            return f"({self.flag(d - 1)} {self.pick('and', 'or')} {self.flag(d - 1)})"
        if k == 3:
            return f"(not {self.flag(d - 1)})"
        if k == 4:
            return f"({self.number(d - 1)} {self.pick('==', '!=', '<', '>', '<=', '>=')} {self.number(d - 1)})"
        if k == 5:
            return f"({self.text(d - 1)} {self.pick('==', '!=', 'in', 'not in', '<')} {self.text(d - 1)})"
        if k == 6:
            test = self.pick("defined", "none", "string", "mapping", "iterable", "sequence", "boolean", "number", "integer", "true", "not defined", "not none",
                             "in ['user', 1]", "equalto('user')", "eq 2", "undefined", "false")
            return f"({self.pick(self.text, self.number, self.items, lambda d: self.pick('missing', 'm', 'm.x', 'none', 'tools', 'ns'))(d - 1)} is {test})"
        if k == 7:
            return f"{self.text(d - 1)}.{self.pick('startswith', 'endswith')}({self.pick(repr('a'), repr('<'), repr(' '))})"
        return f"({self.text(d - 1)} in {self.items(d - 1)})"

    def items(self, d):
        k = self.r.randrange(10 if d > 0 else 2)
        if k < 2:
            return self.pick("['b', 'a', 'C']", "[]", "['user', 'x']", "(messages | map(attribute='role') | list)", "('p', 'q')", "l")
        if k == 2:
            return f"[{self.text(d - 1)}, {self.text(d - 1)}]"
        if k == 3:
            return f"{self.text(d - 1)}.split({self.pick(repr(','), repr(' '), '', repr('</think>'))})"
        if k == 4:
            return f"({self.items(d - 1)} | {self.pick('list', 'reverse', 'sort', 'reverse | list', 'sort(reverse=true)', 'map(' + repr('upper') + ')', 'select', 'reject(' + repr('eq') + ', ' + repr('a') + ') | list', 'map(' + repr('trim') + ') | list')})"
        if k == 5:
            return f"{self.items(d - 1)}[{self.pick('1:', ':1', '::-1', ':-1', '-2:')}]"
        if k == 6:
            return f"(messages | {self.pick('selectattr', 'rejectattr')}('role', '{self.pick('equalto', 'ne', '==')}', 'user') | map(attribute='content') | list)"
        if k == 7:
            return f"({self.items(d - 1)} + {self.items(d - 1)})"
        if k == 8:
            return "{'k': 'v', 'w': 'z'}." + self.pick("keys()", "values()") + " | list"
        return f"({self.text(d - 1)} | list)"

    def value(self, d):
        return self.pick(self.text, self.text, self.number, self.flag)(d)

    def block(self, d):
        a, z = self.pick("{%", "{%-"), self.pick("%}", "-%}")
        k = self.r.randrange(10 if d > 0 else 2)
        if k < 2:
            return self.pick("{{ ", "{{- ") + self.value(2) + self.pick(" }}", " -}}")
        if k == 2:
            return self.pick(" ", "\n", "text\n", "  \n x", "\t", "}", "{# c #}\n")
        if k == 3:
            return f"{a} if {self.flag(2)} {z}{self.body(d - 1)}{a} elif {self.flag(1)} {z}{self.body(d - 1)}{a} else %}}{self.body(d - 1)}{a} endif {z}"
        if k == 4:
            where = self.pick("messages", "messages[1:]", "messages[::-1]", "messages if m.role != 'system'")
            return f"{a} for m in {where} {z}{self.body(d - 1)}{self.pick('', '{% if loop.index > 1 %}{% break %}{% endif %}', '{% if loop.first %}{% continue %}{% endif %}')}{a} endfor {z}"
        if k == 5:
            return f"{a} for i in {self.items(1)} {z}{{{{ i }}}}{self.pick('', ',', '{{ loop.index }}')}{a} else {z}none{a} endfor {z}"
        if k == 6:
            return f"{a} set {self.pick('s = ' + self.text(2), 'n = ' + self.number(2), 'l = ' + self.items(2), 'ns.a = ' + self.value(1))} {z}"
        if k == 7:
            return f"{a} for k, v in {{'x': {self.value(1)}, 'y': {self.value(1)}}}.items() {z}{{{{ k }}}}={{{{ v }}}};{a} endfor {z}"
        if k == 8:
            return f"{a} set s {z}{self.body(d - 1)}{a} endset {z}"
        return f"{{{{ f({self.value(1)}{self.pick('', ', ' + self.value(1), ', y=' + self.value(0))}) }}}}{{{{ ns.a }}}}"

    def body(self, d):
        return "".join(self.block(d) for _ in range(self.r.randint(1, 3)))

    def template(self):
        return self.body(3)


START = ("{%- set s = ' Ab c' -%}{%- set n = 2 -%}{%- set l = ['l1', 'l2'] -%}{%- set m = messages[0] -%}{%- set ns = namespace(a=1) -%}"
         "{%- macro f(x, y='dy') -%}({{ x }}|{{ y }}|{{ n }}){%- endmacro -%}")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "data" / "tokenizer")
    rows = {"conversations": CONVERSATIONS,
            "templates": {n: {"source": t, "texts": [render(t, c) for c in CONVERSATIONS]} for n, t in TEMPLATES.items()}}
    (folder / "chat_templates.json").write_text(json.dumps(rows, separators=(",", ":")) + "\n")
    count, seed = (int(a) for a in sys.argv[2:4]) if len(sys.argv) > 3 else (1500, 66)
    snippets = Snippets(seed)
    talk = CONVERSATIONS[2][:3]
    rows = []
    while len(rows) < count:
        t = snippets.template()
        if len(t) < 400:
            rows.append([t, render(START + t, talk)])
    (folder / "template_snippets.json").write_text(json.dumps({"messages": talk, "start": START, "snippets": rows}, separators=(",", ":")) + "\n")
    print(sum(r[1] is None for r in rows), "of", len(rows), "snippets fail")


if __name__ == "__main__":
    main()
