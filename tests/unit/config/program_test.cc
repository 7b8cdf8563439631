// SPDX-License-Identifier: MIT
#include "config/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "config/loader.h"

namespace socketcluster::config {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
  int starts = 0;
  std::string shown_status;
  std::string asked;
  Options options;
};

Outcome run(const std::vector<std::string>& words, const Environment& environment = {},
            base::Status status = base::Status::ok()) {
  std::ostringstream out;
  std::ostringstream err;
  Outcome outcome;
  const auto start = [&](const Options& options, base::Log& log) {
    ++outcome.starts;
    outcome.options = options;
    log.warning("from the server");
    return status;
  };
  const auto show = [&](const Options& options, StatusFormat format, Streams streams) {
    outcome.shown_status = options.app_name + " in " + options.socket_root +
                           (format == StatusFormat::kJson ? " as JSON" : " as table");
    streams.err << "nothing runs\n";
    return 7;
  };
  const auto ask = [&](const Options& options, const HealthQuestion& question, Streams streams) {
    outcome.asked = options.host + ":" + std::to_string(options.port) + " " + question.url + " " +
                    std::to_string(question.timeout.count()) + " ms";
    streams.out << "well\n";
    return 1;
  };
  outcome.exit_code = run_program(Program{}, words, environment, {out, err},
                                  {.start = start, .status = show, .health = ask});
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

std::ptrdiff_t line_count(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

TEST(Program, StartsTheServerWithItsOptionsAndLog) {
  const Outcome outcome = run({"start", "-p", "9000"}, {{"SOCKETCLUSTER_LOG_LEVEL", "3"}});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.starts, 1);
  EXPECT_EQ(outcome.options.port, 9000);
  EXPECT_EQ(outcome.options.log_level, 3U);
  EXPECT_THAT(outcome.err, HasSubstr(" warning master (PID "));
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST(Program, ChoosesNamesAndSecretsThatNobodySet) {
  const Outcome first = run({"start", "-n", "chat"});
  EXPECT_EQ(first.options.app_name, "chat");
  EXPECT_EQ(first.options.instance_id.size(), 36U);
  EXPECT_EQ(first.options.secret_key.size(), 64U);
  EXPECT_NE(run({"start"}).options.secret_key, first.options.secret_key);
}

TEST(Program, LogsInTheFormatAndLevelOfTheOptions) {
  EXPECT_THAT(run({"start", "--log-format", "json"}).err, StartsWith("{\"time\":\""));
  EXPECT_THAT(run({"start", "--log-level", "1"}).err, IsEmpty());
}

TEST(Program, PrintsAFailureOfTheServerOnOneLine) {
  const Outcome outcome =
      run({"start", "--log-level=0"}, {}, base::Failure{"port 80:\npermission denied"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "socketcluster: port 80:\\npermission denied\n");
}

TEST(Program, EachMistakeIsOneLineAndExitCodeTwo) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"start", "--wrong"},
                                             {"start", "-p", "x"},
                                             {"start", "-w", "1025"},
                                             {"strat"},
                                             {"start", "-p"},
                                             {"start", "--ping-interval", "30s"},
                                             {"start", "-c", "/no/such/file"},
                                             {"config"}}) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.starts, 0);
    EXPECT_EQ(line_count(outcome.err), 1) << outcome.err;
    const bool is_command = words[0] == "strat";
    EXPECT_THAT(outcome.err, StartsWith(is_command ? "[Error] 'strat'" : "socketcluster: "));
    EXPECT_THAT(outcome.err, HasSubstr("--help')\n"));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

TEST(Program, ExplainsItselfWithoutArguments) {
  const Outcome outcome = run({});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("Usage: socketcluster <command>"));
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST(Program, PrintsHelpAndVersionOnStandardOutput) {
  EXPECT_THAT(run({"start", "--help"}).out, HasSubstr("--ping-interval"));
  EXPECT_EQ(run({"start", "--help"}).exit_code, 0);
  EXPECT_THAT(run({"-v"}).out, testing::MatchesRegex("v[0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_THAT(run({"config", "reference"}).out, StartsWith("# Configuration\n"));
}

TEST(Program, ShowsTheStatusOfTheInstanceThatIsMeant) {
  const Outcome any = run({"status"});
  EXPECT_EQ(any.shown_status, " in  as table");
  EXPECT_EQ(any.exit_code, 7);
  EXPECT_EQ(any.err, "nothing runs\n");
  EXPECT_EQ(any.starts, 0);
  EXPECT_EQ(run({"status", "-n", "chat", "--socket-root", "/run/chat", "--json"}).shown_status,
            "chat in /run/chat as JSON");
  EXPECT_EQ(run({"status"}, {{"SOCKETCLUSTER_APP_NAME", "game"}}).shown_status,
            "game in  as table");
}

TEST(Program, TellsWhatStatusDoesNotTake) {
  const Outcome outcome = run({"status", "--port", "1"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err,
            "socketcluster: unknown flag '--port' (see 'socketcluster status --help')\n");
  EXPECT_EQ(outcome.shown_status, "");
}

TEST(Program, LeavesAppsToTheStockProgram) {
  std::ostringstream out;
  std::ostringstream err;
  const auto run_words = [&](const std::vector<std::string>& words) {
    Actions actions;
    actions.app.create = [](const CreateWords& given) { return given.app_name == "chat" ? 5 : 0; };
    actions.app.run = [](const RunWords& given) { return given.watch ? 6 : 0; };
    return run_program(Program{}, words, {}, {out, err}, std::move(actions));
  };
  EXPECT_EQ(run_words({"create", "chat"}), 5);
  EXPECT_EQ(run_words({"run", "--watch"}), 6);
}

TEST(Program, AsksTheServerThatTheOptionsDescribe) {
  const Outcome outcome = run({"health"}, {{"SOCKETCLUSTER_PORT", "9000"}});
  EXPECT_EQ(outcome.asked, ":9000  3000 ms");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out, "well\n");
  EXPECT_EQ(run({"health", "-p", "1", "--host", "a", "--timeout", "2s", "--url", "http://b"}).asked,
            "a:1 http://b 2000 ms");
}

TEST(Program, ExplainsFlagsOfHealthWithoutAValue) {
  for (const char* flag : {"--url", "--timeout", "--ca", "--cert", "--key"}) {
    const Outcome outcome = run({"health", flag});
    EXPECT_EQ(outcome.exit_code, 2) << flag;
    EXPECT_THAT(outcome.err, HasSubstr(std::string(flag) + " needs a value")) << flag;
    EXPECT_EQ(outcome.asked, "") << flag;
  }
}

TEST(Program, RefusesAWrongTimeout) {
  for (const char* timeout : {"0", "-1", "x", "1h1", "3600001", ""}) {
    const Outcome outcome = run({"health", "--timeout", timeout});
    EXPECT_EQ(outcome.exit_code, 2) << timeout;
    EXPECT_THAT(outcome.err, HasSubstr("--timeout")) << timeout;
    EXPECT_EQ(outcome.asked, "") << timeout;
  }
}

TEST(Program, NotesOfOptionsWithoutEffectAreLogged) {
  EXPECT_THAT(run({"start", "--ws-engine=uws", "--log-level=1"}).err,
              HasSubstr("--ws-engine: has no effect"));
}

TEST(Program, ChecksWithoutStarting) {
  const Outcome good = run({"config", "check", "--cssh", "10.0.0.1"});
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_EQ(good.starts, 0);
  EXPECT_EQ(good.out, "The configuration is valid.\n");
  EXPECT_EQ(good.err,
            "socketcluster: note: --cssh: accepted, but this version does not use "
            "clusterStateServerHost yet\n");
  const Outcome bad =
      run({"config", "check"}, {{"SOCKETCLUSTER_OPTIONS", R"({"port":"x","path":1})"}});
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_EQ(line_count(bad.err), 2);
  EXPECT_THAT(bad.out, IsEmpty());
}

TEST(Program, PrintsAConfigFileThatGivesTheSameOptions) {
  const Outcome printed =
      run({"config", "print", "-p", "1", "--per-message-deflate", "--origins", "a:1"});
  EXPECT_EQ(printed.exit_code, 0);
  Sources sources;
  sources.environment["SOCKETCLUSTER_OPTIONS"] = printed.out;
  const Loaded loaded = load(sources);
  EXPECT_THAT(loaded.errors, IsEmpty());
  EXPECT_THAT(loaded.notices, IsEmpty());
  EXPECT_EQ(print_options(loaded.options), printed.out);
  EXPECT_EQ(loaded.options.port, 1);
}

TEST(Program, NeverPrintsSecrets) {
  const Outcome outcome =
      run({"config", "print", "--auth-key", "hunter2", "--secret-key", "hunter3"});
  EXPECT_THAT(outcome.out + outcome.err, testing::Not(HasSubstr("hunter")));
  EXPECT_THAT(outcome.err, HasSubstr("authKey is set, and left out here because it is secret"));
}

TEST(Program, TakesItsNameFromTheCommandWhenItHasNone) {
  const char* const words[] = {"/opt/bin/chat", "strat"};
  testing::internal::CaptureStderr();
  const int code =
      run_program(Program{.name = ""}, 2, words,
                  {.start = [](const Options&, base::Log&) { return base::Status::ok(); },
                   .status = [](const Options&, StatusFormat, Streams) { return 0; },
                   .health = [](const Options&, const HealthQuestion&, Streams) { return 0; }});
  EXPECT_EQ(
      testing::internal::GetCapturedStderr(),
      "[Error] 'strat' is not a valid SocketCluster command. Did you mean 'start'? (see 'chat "
      "--help')\n");
  EXPECT_EQ(code, 2);
}

}  // namespace
}  // namespace socketcluster::config
