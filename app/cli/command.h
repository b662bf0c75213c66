// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace presslab::cli {

/// What every command gets when it runs. stop is requested by SIGINT and SIGTERM.
struct Context {
  std::stop_token stop;
  bool quiet = false;       // no progress and no remarks on stderr
  std::string commandLine;  // as typed, for stamps
};

/// The commands of the program; each file of this folder adds its own.
struct Commands {
  using Run = std::function<int(const Context&)>;  // returns the exit code; throws Failure
  explicit Commands(CLI::App& app) : root(app) {}
  CLI::App& root;
  bool quiet = false;
  std::vector<std::pair<CLI::App*, Run>> runs;

  /// A subcommand with --quiet.
  CLI::App& add(const char* name, const char* help) {
    CLI::App& command = *root.add_subcommand(name, help);
    command.add_flag("-q,--quiet", quiet, "Neither progress nor remarks on stderr");
    return command;
  }
  void onRun(CLI::App& command, Run run) { runs.emplace_back(&command, std::move(run)); }
};

void addModels(Commands&);
void addInspect(Commands&);
void addPresses(Commands&);
void addTokenize(Commands&);
void addLogits(Commands&);
void addGenerate(Commands&);
void addKeep(Commands&);
void addCompare(Commands&);
void addBench(Commands&);
void addEval(Commands&);
void addClaims(Commands&);
void addCalibrate(Commands&);
void addPlace(Commands&);
void addRoute(Commands&);
void addRuns(Commands&);
void addExport(Commands&);

}  // namespace presslab::cli
