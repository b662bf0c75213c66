// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The command line: parses, runs one command, turns a failure into its exit code. Data goes to stdout, everything else to stderr.
#include <algorithm>
#include <cstdio>
#include <new>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/output.h"
#include "core/api/error.h"
#include "core/api/lab.h"
#include "core/bench/machine.h"
#include "core/format/mapped_file.h"

namespace {

using namespace presslab;

/// llama-bench's option names of more than one letter behind a single dash.
std::string longName(const std::string& argument) {
  if (argument == "-ctk") return "--cache-type-k";
  if (argument == "-ctv") return "--cache-type-v";
  if (argument == "-pg") return "--pg";
  return argument;
}

/// As typed: arguments with anything unusual in them stand in single quotes.
std::string commandLine(int argc, char** argv) {
  std::string out = "presslab-cli";
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    const bool plain =
        !a.empty() && a.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./,:+@%") == std::string::npos;
    out += plain ? " " + a : " '";
    if (plain) continue;
    for (const char c : a) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    out += "'";
  }
  return out;
}

std::string versionText() {
  const Version v = programVersion();
  return "presslab-cli " + v.version + (v.commit.empty() ? "" : " " + v.commit) + "\n" + cpuDescription() + ": " + cpuInstructionSets();
}

int fail(int code, const std::string& text) {
  std::fprintf(stderr, "presslab-cli: %s\n", printable(text, 1 << 16).c_str());
  return code;
}

int run(int argc, char** argv) {
  CLI::App app("Measures what compressing the KV cache of a language model saves and costs.", "presslab-cli");
  app.set_help_all_flag();
  app.set_version_flag("--version", versionText);
  app.require_subcommand(1);
  cli::Commands commands(app);
  for (const auto add :
       {cli::addCompare, cli::addGenerate, cli::addBench, cli::addKeep, cli::addLogits, cli::addTokenize, cli::addModels, cli::addEval,
        cli::addClaims, cli::addInspect, cli::addPresses, cli::addCalibrate, cli::addPlace, cli::addRoute, cli::addRuns, cli::addExport})
    add(commands);
  const bool known =
      argc > 1 && std::any_of(commands.runs.begin(), commands.runs.end(), [&](const auto& r) { return r.first->get_name() == argv[1]; });
  if (argc > 1 && argv[1][0] != '-' && !known)
    return fail(int(ErrorCode::BadInput), "\"" + std::string(argv[1]) + "\" is no command; --help lists them");
  std::vector<std::string> arguments;  // CLI11 wants them last first
  for (int i = argc - 1; i > 0; --i) arguments.push_back(longName(argv[i]));
  try {
    app.parse(arguments);
  } catch (const CLI::Success& e) {  // help, version
    const int code = app.exit(e);
    cli::flushOut();
    return code;
  } catch (const CLI::ParseError& e) {
    return fail(int(ErrorCode::BadInput), std::string(e.what()) + "; --help tells more");
  }
  cli::Context context;
  context.stop = cli::watchInterrupts();
  context.quiet = commands.quiet;
  context.commandLine = commandLine(argc, argv);
  for (const auto& [command, start] : commands.runs) {
    if (command->parsed()) return start(context);
  }
  return fail(int(ErrorCode::BadInput), "no command");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const Failure& e) {
    return fail(int(e.code()), e.what());
  } catch (const std::bad_alloc&) {
    return fail(int(ErrorCode::NoMemory), "not enough memory");
  } catch (const std::length_error&) {
    return fail(int(ErrorCode::NoMemory), "not enough memory");
  } catch (const std::exception& e) {
    return fail(int(ErrorCode::Failed), e.what());
  }
}
