// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace presslab {

/// Where models come from and where they are kept; by default as the variables of the Hugging Face hub say.
struct HubSettings {
  std::string endpoint = "https://huggingface.co";  // HF_ENDPOINT, without a slash at the end
  std::string token;                                // HF_TOKEN; sent only to the endpoint itself
  std::string cacheFolder;                          // HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub
  bool offline = false;                             // HF_HUB_OFFLINE
  int attempts = 5;                                 // in a row without a byte more, before a passing fault counts as one that stays
  int firstRetryMs = 500;                           // doubles with every attempt
};
HubSettings hubSettings();  // from the environment

/// What to fetch.
struct HubRequest {
  std::string repo;                // "owner/name"
  std::vector<std::string> files;  // as in the repository; empty: what a model needs (chooseHubFiles)
  std::string revision = "main";   // branch, tag or commit
  std::string folder;              // empty: into the cache
};
/// "owner/name" or "owner/name:file". Throws Failure(BadInput).
HubRequest parseHubName(const std::string& text);

struct HubFile {
  std::string name;
  int64_t bytes = -1;   // -1: not known
  std::string sha256;   // of the content, where the hub tells it
  std::string gitSha1;  // git's object id, where the hub tells it
};

struct HubListing {
  std::string repo, commit;
  std::vector<HubFile> files;
};

struct HubProgress {
  std::string file;
  int index = 0, count = 0;                     // this file, from 0, of so many
  int64_t done = 0, total = -1;                 // bytes of this file; total -1: not known
  int64_t allDone = 0, allTotal = -1;           // of all files
  double bytesPerSecond = 0, secondsLeft = -1;  // of all files; < 0: not known
  std::string note;                             // why it waits before it tries again, else empty
};
using HubProgressSink = std::function<void(const HubProgress&)>;  // called on the calling thread, about ten times a second

struct HubResult {
  std::string name, path;
  int64_t bytes = 0;
  bool checked = false;  // its hash was compared with the one that the hub tells
  bool fetched = false;  // false: it was there already
};

/// Files of a repository with sizes. One request. Throws Failure: BadInput when there is no such repository or revision, Io when the hub
/// does not answer or is not to be asked (offline), Cancelled.
HubListing listHubRepository(const HubSettings&, const std::string& repo, const std::string& revision, std::stop_token);

/// The files that make up a model: the wanted names; without any, the only GGUF file, or config, tokenizer and weights (safetensors, else
/// PyTorch) of the top folder. Throws Failure(BadInput) when a name is not in the listing, or when there are several GGUF files to choose from.
std::vector<HubFile> chooseHubFiles(const HubListing&, const std::vector<std::string>& wanted);

/// Fetches the files of a request one after the other and returns where each is. What was fetched before is not fetched again; a part of a
/// file goes on where it ended. A file appears under its name only when it is whole and its size and hash are right; files that are there
/// are never changed. Asked to stop, it ends within 100 ms and leaves the part for the next time. Any thread; blocks. Throws Failure: BadInput
/// (no such repository, revision, file), Io (network, disk, hash; names the address and the reason), Cancelled.
std::vector<HubResult> downloadFromHub(const HubSettings&, const HubRequest&, const HubProgressSink&, std::stop_token);

/// A model of the guide with the name that the guide gives its tier.
struct HubTier {
  std::string_view tier, repo, title;
  bool loadable;  // this version can run it
};
std::span<const HubTier> hubTiers();

}  // namespace presslab
