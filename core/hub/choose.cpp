// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Which files of a repository make up a model.
#include <algorithm>
#include <array>

#include "core/api/error.h"
#include "core/api/hub.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

constexpr size_t kNamesInMessage = 12;

std::string names(const std::vector<HubFile>& files) {
  std::string out;
  for (size_t i = 0; i < files.size() && i < kNamesInMessage; ++i) out += (i ? ", " : "") + printable(files[i].name, 100);
  if (files.size() > kNamesInMessage) out += " and " + std::to_string(files.size() - kNamesInMessage) + " more";
  return out;
}

bool ofModel(const std::string& name) {
  static constexpr std::array kNames{
      "config.json", "generation_config.json",  "tokenizer.json",    "tokenizer_config.json", "tokenizer.model",   "vocab.json",
      "merges.txt",  "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",   "chat_template.json"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

std::vector<HubFile> chooseHubFiles(const HubListing& listing, const std::vector<std::string>& wanted) {
  std::vector<HubFile> out;
  for (const std::string& name : wanted) {
    const auto it = std::find_if(listing.files.begin(), listing.files.end(), [&](const HubFile& f) { return f.name == name; });
    if (it == listing.files.end())
      badInput(listing.repo + ": has no file " + printable(name) + "; it has " + (listing.files.empty() ? "none" : names(listing.files)));
    out.push_back(*it);
  }
  if (!wanted.empty()) return out;
  const auto all = [&](auto&& keep) {
    std::vector<HubFile> found;
    std::copy_if(listing.files.begin(), listing.files.end(), std::back_inserter(found), keep);
    return found;
  };
  const std::vector<HubFile> gguf = all([](const HubFile& f) { return f.name.ends_with(".gguf"); });
  if (gguf.size() > 1) badInput(listing.repo + ": holds several models, name one as " + listing.repo + ":FILE: " + names(gguf));
  if (gguf.size() == 1) return gguf;
  const auto top = [](const HubFile& f) { return f.name.find('/') == std::string::npos; };
  out = all([&](const HubFile& f) { return top(f) && ofModel(f.name); });
  const auto weights = [&](const char* begin, const char* end, const char* index) {
    return all([&](const HubFile& f) { return top(f) && ((f.name.starts_with(begin) && f.name.ends_with(end)) || f.name == index); });
  };
  std::vector<HubFile> tensors = weights("model", ".safetensors", "model.safetensors.index.json");
  if (tensors.empty()) tensors = weights("pytorch_model", ".bin", "pytorch_model.bin.index.json");
  if (tensors.empty()) badInput(listing.repo + ": holds no model in a format that is known (GGUF, safetensors, PyTorch)");
  out.insert(out.end(), tensors.begin(), tensors.end());
  return out;
}

}  // namespace presslab
