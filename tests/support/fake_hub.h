// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QByteArray>
#include <QCryptographicHash>
#include <atomic>
#include <map>
#include <string>

#include "support/http_server.h"

namespace presslab::test {

/// A hub with one repository on one port and its storage for large files on another. What goes wrong is set before a request is made.
struct FakeHub {
  const std::string repo = "lab/tiny", commit = "0123456789abcdef0123456789abcdef01234567";
  std::map<std::string, std::string> files;    // by name; those that end in .gguf, .safetensors or .bin lie in the storage
  std::string needToken;                       // only requests with this token are answered
  std::atomic<int> status{0}, statusTimes{0};  // of the next requests to the storage
  std::atomic<int64_t> cutAfter{-1};           // of the next answer of the storage
  std::atomic<int> cutTimes{0}, pauseMs{0};
  std::atomic<bool> ignoreRange{false}, corrupt{false}, hang{false}, grow{false}, wrongRange{false};
  std::string errorCode;  // X-Error-Code of refusals

  HttpServer storage{[this](const HttpServer::Request& r) { return store(r); }};
  HttpServer hub{[this](const HttpServer::Request& r) { return answer(r); }};

  static std::string hex(const std::string& content, QCryptographicHash::Algorithm kind) {
    return QCryptographicHash::hash(QByteArray::fromStdString(content), kind).toHex().toStdString();
  }
  static std::string sha256(const std::string& content) { return hex(content, QCryptographicHash::Sha256); }
  static std::string gitId(const std::string& content) {
    return hex("blob " + std::to_string(content.size()) + std::string(1, '\0') + content, QCryptographicHash::Sha1);
  }
  static bool large(const std::string& name) { return name.ends_with(".gguf") || name.ends_with(".safetensors") || name.ends_with(".bin"); }

  HttpServer::Response refusal(int code) const {
    HttpServer::Response r;
    r.status = code;
    if (!errorCode.empty()) r.headers["X-Error-Code"] = errorCode;
    r.headers["X-Error-Message"] = "no";
    return r;
  }
  std::string listing() const {
    std::string json = "{\"sha\":\"" + commit + "\",\"siblings\":[";
    for (const auto& [name, content] : files) {
      if (json.back() != '[') json += ',';
      json += "{\"rfilename\":\"" + name + "\",\"size\":" + std::to_string(content.size()) + ",\"blobId\":\"" + gitId(content) + "\"";
      if (large(name)) json += ",\"lfs\":{\"sha256\":\"" + sha256(content) + "\",\"size\":" + std::to_string(content.size()) + "}";
      json += "}";
    }
    return json + "]}";
  }
  HttpServer::Response answer(const HttpServer::Request& request) {
    const auto authorization = request.headers.find("authorization");
    if (!needToken.empty() && (authorization == request.headers.end() || authorization->second != "Bearer " + needToken)) return refusal(401);
    HttpServer::Response r;
    if (request.path == "/api/models/" + repo + "/revision/main") {
      r.body = listing();
      return r;
    }
    if (request.path == "/api/models/old/name/revision/main") {
      r.status = 307;
      r.headers["Location"] = "/api/models/" + repo + "/revision/main";
      return r;
    }
    const std::string begin = "/" + repo + "/resolve/" + commit + "/";
    const auto it = request.path.starts_with(begin) ? files.find(request.path.substr(begin.size())) : files.end();
    if (it == files.end()) return refusal(404);
    if (!large(it->first)) {
      r.headers["ETag"] = "\"" + gitId(it->second) + "\"";
      r.body = it->second;
      return r;
    }
    r.status = 302;
    r.headers["Location"] = storage.url() + "/blob/" + it->first + "?signature=secret";
    r.headers["X-Linked-Etag"] = "\"" + sha256(it->second) + "\"";
    r.headers["X-Linked-Size"] = std::to_string(it->second.size());
    return r;
  }
  HttpServer::Response store(const HttpServer::Request& request) {
    HttpServer::Response r;
    if (statusTimes > 0) {
      --statusTimes;
      return refusal(status);
    }
    if (hang) {
      r.hang = true;
      return r;
    }
    std::string content = files.at(request.path.substr(6));
    if (corrupt) content[content.size() / 2] ^= 1;
    if (grow) content += "more";
    size_t from = 0;
    const auto range = request.headers.find("range");
    if (range != request.headers.end() && !ignoreRange) {
      from = std::stoull(range->second.substr(6));
      if (from >= content.size()) return refusal(416);
      r.status = 206;
      r.headers["Content-Range"] =
          "bytes " + std::to_string(wrongRange ? from + 1 : from) + "-" + std::to_string(content.size() - 1) + "/" + std::to_string(content.size());
    }
    r.body = content.substr(from);
    r.pauseMs = pauseMs;
    if (cutTimes > 0) {
      --cutTimes;
      r.cutAfter = cutAfter;
    }
    return r;
  }
};

}  // namespace presslab::test
