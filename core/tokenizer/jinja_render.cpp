// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/jinja_render.h"

#include <algorithm>

#include "core/tokenizer/jinja.h"

namespace presslab::jinja {

using Kind = Value::Kind;

std::string Renderer::run(const Body& body) {
  render(body);
  return std::move(m_out);
}

void Renderer::work(size_t n) {
  m_work += n;
  if (m_work > kMaxWork) throw Error("it takes too much work (limit " + std::to_string(kMaxWork) + " steps)");
}

Value Renderer::text(std::string_view s) {
  if (s.size() > kMaxText) throw Error("a text is longer than " + std::to_string(kMaxText) + " bytes");
  work(s.size());
  return Value::string(std::string(s));
}

void Renderer::walkWork(const Value& v) {
  work(1 + v.text.size());
  if (v.kind == Kind::List)
    for (const Value& i : *v.list) walkWork(i);
  if (v.kind == Kind::Map)
    for (const auto& i : *v.map) walkWork(i.second);
}

Renderer::Flow Renderer::render(const Body& body) {
  const Deeper deeper(m_depth);
  for (const auto& block : body) {
    work(1);
    Flow flow = Flow::On;
    switch (block->kind) {
      case Block::Kind::Text:
        print(block->text);
        break;
      case Block::Kind::Output:
        print(printed(eval(*block->expr)));
        break;
      case Block::Kind::If:
        flow = renderIf(*block);
        break;
      case Block::Kind::For:
        renderFor(*block);
        break;
      case Block::Kind::Set:
        renderSet(*block);
        break;
      case Block::Kind::Capture:
        assign(m_scopes.back(), block->text, Value::string(captured(block->branches[0].second)));
        break;
      case Block::Kind::Macro:
        m_macros[block->text] = block.get();
        break;
      case Block::Kind::Group:
        print(captured(block->branches[0].second));
        break;
      case Block::Kind::Break:
        return Flow::Break;
      case Block::Kind::Continue:
        return Flow::Continue;
    }
    if (flow != Flow::On) return flow;
  }
  return Flow::On;
}

void Renderer::print(const std::string& s) {
  work(s.size());
  if (m_out.size() + s.size() > kMaxText) throw Error("its result is longer than " + std::to_string(kMaxText) + " bytes");
  m_out += s;
}

std::string Renderer::captured(const Body& body) {
  std::string before = std::move(m_out);
  m_out.clear();
  m_scopes.emplace_back();  // what is set within stays within
  render(body);
  m_scopes.pop_back();
  std::string out = std::move(m_out);
  m_out = std::move(before);
  return out;
}

Renderer::Flow Renderer::renderIf(const Block& b) {
  for (const auto& [condition, body] : b.branches) {
    if (condition && !eval(*condition).truthy()) continue;
    return render(body);
  }
  return Flow::On;
}

void Renderer::bind(Value::Map& scope, const Block& b, const Value& value) {
  if (b.names.empty()) return assign(scope, b.text, value);
  const Value::List parts = elements(value);
  if (parts.size() != b.names.size()) throw Error(std::to_string(b.names.size()) + " names for " + std::to_string(parts.size()) + " values");
  for (size_t i = 0; i < parts.size(); ++i) assign(scope, b.names[i], parts[i]);
}

void Renderer::renderFor(const Block& b) {
  Value::List items;
  for (const Value& item : elements(eval(*b.expr))) {
    work(sizeof(Value) + item.text.size());
    if (b.filter) {
      m_scopes.emplace_back();
      bind(m_scopes.back(), b, item);
      const bool kept = eval(*b.filter).truthy();
      m_scopes.pop_back();
      if (!kept) continue;
    }
    items.push_back(item);
  }
  const int64_t n = int64_t(items.size());
  for (int64_t i = 0; i < n; ++i) {
    work(4 * sizeof(Value) + items[size_t(i)].text.size());
    Value::Map loop{{"index", Value::integer(i + 1)},        {"index0", Value::integer(i)},        {"length", Value::integer(n)},
                    {"first", Value::boolean(i == 0)},       {"last", Value::boolean(i + 1 == n)}, {"revindex", Value::integer(n - i)},
                    {"revindex0", Value::integer(n - i - 1)}};
    if (i > 0) loop.emplace_back("previtem", items[size_t(i - 1)]);
    if (i + 1 < n) loop.emplace_back("nextitem", items[size_t(i + 1)]);
    m_scopes.emplace_back();
    bind(m_scopes.back(), b, items[size_t(i)]);
    assign(m_scopes.back(), "loop", Value::mapOf(std::move(loop)));
    const Flow flow = render(b.branches[0].second);
    m_scopes.pop_back();
    if (flow == Flow::Break) break;
  }
  if (!n && b.branches.size() > 1) render(b.branches[1].second);
}

void Renderer::assign(Value::Map& map, const std::string& key, Value v) {
  for (auto& [name, value] : map) {
    if (name != key) continue;
    value = std::move(v);
    return;
  }
  map.emplace_back(key, std::move(v));
}

void Renderer::renderSet(const Block& b) {
  Value v = eval(*b.expr);
  if (b.attribute.empty()) return bind(m_scopes.back(), b, v);
  const Value space = lookup(b.text);
  // A namespace's values hold no namespace, so no value can come to hold itself.
  if (space.kind != Kind::Map || !space.changeable) throw Error("setting a part of '" + b.text + "', which is no namespace");
  if (holdsNamespace(v)) throw Error("a namespace within a namespace is not supported");
  assign(*space.map, b.attribute, std::move(v));
}

Value Renderer::lookup(const std::string& name) {
  for (auto scope = m_scopes.rbegin(); scope != m_scopes.rend(); ++scope) {
    for (const auto& [key, value] : *scope) {
      if (key != name) continue;
      work(value.text.size());
      return value;
    }
  }
  return {};
}

}  // namespace presslab::jinja

namespace presslab {

ChatRender renderChatTemplate(std::string_view source, const ChatInput& input) {
  using jinja::Value;
  ChatRender result;
  try {
    Value::List messages;
    for (const ChatInput::Message& m : input.messages) {
      messages.push_back(Value::mapOf({{"role", Value::string(m.role)}, {"content", Value::string(m.content)}}));
    }
    Value::Map globals{{"messages", Value::listOf(std::move(messages))},
                       {"add_generation_prompt", Value::boolean(input.addGenerationPrompt)},
                       {"bos_token", Value::string(input.bosToken)},
                       {"eos_token", Value::string(input.eosToken)},
                       {"tools", Value::none()},
                       {"documents", Value::none()}};
    for (const auto& [name, token] : input.moreTokens) globals.emplace_back(name, Value::string(token));
    jinja::Renderer renderer(std::move(globals));
    const jinja::Body body = jinja::parse(source);
    result.text = renderer.run(body);
    result.ok = true;
  } catch (const jinja::Error& e) {
    result.reason = e.what();
  }
  return result;
}

}  // namespace presslab
