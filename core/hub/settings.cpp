// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "core/api/error.h"
#include "core/api/hub.h"
#include "core/format/mapped_file.h"
#include "core/format/search_path.h"

namespace presslab {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool isOn(std::string value) {
  std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return char(std::toupper(c)); });
  return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

bool plainName(const std::string& name) {
  return !name.empty() && name.size() <= 96 && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

HubSettings hubSettings() {
  HubSettings s;
  if (const std::string endpoint = environment("HF_ENDPOINT"); !endpoint.empty()) s.endpoint = endpoint;
  while (s.endpoint.ends_with('/')) s.endpoint.pop_back();
  s.token = environment("HF_TOKEN");
  while (!s.token.empty() && std::isspace(static_cast<unsigned char>(s.token.back()))) s.token.pop_back();
  // A line break inside would add headers of its own to every request.
  if (std::any_of(s.token.begin(), s.token.end(), [](unsigned char c) { return c <= ' ' || c == 127; }))
    badInput("HF_TOKEN: holds white space or control characters");
  s.cacheFolder = hubCacheFolder();
  s.offline = isOn(environment("HF_HUB_OFFLINE"));
  return s;
}

HubRequest parseHubName(const std::string& text) {
  HubRequest request;
  const size_t colon = text.find(':');
  request.repo = text.substr(0, colon);
  const size_t slash = request.repo.find('/');
  if (slash == std::string::npos || !plainName(request.repo.substr(0, slash)) || !plainName(request.repo.substr(slash + 1)))
    badInput("\"" + printable(text) + "\": a repository is named owner/name, a file of it owner/name:file");
  if (colon != std::string::npos) {
    request.files.push_back(text.substr(colon + 1));
    if (request.files.back().empty()) badInput("\"" + printable(text) + "\": no file stands behind the colon");
  }
  return request;
}

}  // namespace presslab
