// SPDX-License-Identifier: MIT
#include "config/manual.h"

#include <fmt/format.h>
#include <socketcluster/version.h>

#include "config/command_table.h"
#include "config/help.h"
#include "config/option_table.h"
#include "config/option_value.h"

namespace socketcluster::config {
namespace {

// Text as it is, for a line of its own or a part of one.
std::string plain(std::string_view text) {
  std::string escaped;
  bool begins_line = true;
  for (const char c : text) {
    if (begins_line && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";  // else it may become a hyphen that nobody can copy
    } else {
      escaped += c;
    }
    begins_line = c == '\n';
  }
  return escaped;
}

std::string upper(std::string_view text) {
  std::string capitals(text);
  for (char& c : capitals) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return capitals;
}

std::string head(std::string_view name, std::string_view section, std::string_view summary) {
  return fmt::format(".TH {} {} \"\" \"SocketCluster {}\" \"SocketCluster\"\n.SH NAME\n{} \\- {}\n",
                     upper(plain(name)), section, SOCKETCLUSTER_VERSION_STRING, plain(name),
                     summary);
}

// ---- Section 1 ----

constexpr std::string_view kDescription = R"(.SH SYNOPSIS
.B {0}
.I command
.RI [ options ]
.SH DESCRIPTION
A realtime server for clients of the SocketCluster protocol, old ones (version 1) and new ones (version 2) on the
same port: HTTP, WebSockets and publish/subscribe channels.
It runs as one master process with as many workers, which serve the clients, and brokers, which own the channels,
as are asked for.
.PP
Options are set in a config file, by environment variables and by flags; see
.BR {0}\-config (5).
)";

constexpr std::string_view kEnd = R"(.SH SIGNALS
To the master process:
.TP
.BR SIGTERM ", " SIGINT
Stop: no new connections, and clients are closed so that they connect elsewhere, within
.IR processTermTimeout .
Another one, half a second later or more, ends everything at once.
.TP
.B SIGUSR2
Replace the workers one by one with the program and the controller file that are at their place now. No connect is
refused.
.TP
.B SIGHUP
The workers open and read anew what may have been replaced on disk.
.SH EXIT STATUS
0 after an orderly end, 1 when serving failed, 2 for a wrong command line or configuration.
.SH ENVIRONMENT
Each option has a variable, which
.BR {0}\-config (5)
names. Besides:
.TP
.B SOCKETCLUSTER_CONFIG
Name of the config file, when there is no
.BR \-\-config .
.TP
.B SOCKETCLUSTER_OPTIONS
A JSON object with options, which wins over everything else.
.TP
.BR NOTIFY_SOCKET ", " WATCHDOG_USEC
Set by
.BR systemd (1)
for a unit with
.IR Type=notify .
.SH SEE ALSO
.BR {0}\-config (5),
.BR systemd.service (5)
)";

std::string command_list(const Program& program) {
  std::string text = ".SH COMMANDS\n";
  for (const CommandInfo& command : command_table(program)) {
    const std::string_view after = command.word.empty() ? command.argument : command.word;
    text += fmt::format(".TP\n.B {} {}\n{}\n", plain(command.name), plain(after),
                        plain(command.summary));
  }
  return text;
}

// The help page of each command as it is.
std::string command_pages(const Program& program) {
  std::string text;
  for (const std::string_view name : command_names(program)) {
    if (name == "version" || name == "help") continue;
    text += fmt::format(".SH THE COMMAND {}\n.nf\n{}.fi\n", upper(plain(name)),
                        plain(help_page(program, name)));
  }
  return text;
}

std::string program_manual(const Program& program) {
  return head(program.name, "1", "realtime server with publish/subscribe channels") +
         fmt::format(fmt::runtime(kDescription), plain(program.name)) + command_list(program) +
         command_pages(program) + fmt::format(fmt::runtime(kEnd), plain(program.name));
}

// ---- Section 5 ----

constexpr std::string_view kConfigDescription = R"(.SH DESCRIPTION
An option can be set in five places. A later one wins:
.IP 1. 4
the default
.IP 2. 4
the config file, named by
.B \-\-config
or
.BR SOCKETCLUSTER_CONFIG :
JSON, where comments and a comma after the last member are welcome
.IP 3. 4
its environment variable; an empty variable counts as not set
.IP 4. 4
its flag
.IP 5. 4
.BR SOCKETCLUSTER_OPTIONS ,
a JSON object
.PP
An unknown name, a wrong type or a value out of range is an error; the program names it and does not start.
.B {0} config check
tells without starting, and
.B {0} config print
shows what is in effect.
.PP
Times are milliseconds, or a text with a unit: 500ms, 10s, 5min, 1h.
Sizes are bytes, or 64KiB, 1MiB, 1GiB.
.SH EXAMPLE
.nf
{{
  // comments are welcome
  "port": 9000,
  "pingInterval": "8s",
  "maxPayload": "64KiB",
}}
.fi
)";

std::string option_entry(const OptionSpec& spec) {
  const std::string value =
      spec.type == Type::kString ? "" : fmt::format(": {}", expected_value(spec));
  std::string text = fmt::format(".TP\n.B {}\n{}{}.\nDefault: {}.\n", plain(spec.name),
                                 plain(spec.help), plain(value), plain(default_text(spec)));
  if (is_member(spec)) return text;
  text += fmt::format(".br\nFlag: \\-\\-{}. Variable: {}.\n", plain(long_flag(spec)),
                      plain(env_variable(spec)));
  return text;
}

std::string option_entries(Group group) {
  std::string text;
  for (const OptionSpec& spec : option_table()) {
    if (spec.group == group && spec.support == Support::kUsed) text += option_entry(spec);
  }
  return text.empty() ? text : fmt::format(".SH {}\n{}", upper(group_title(group)), text);
}

std::string config_manual(const Program& program) {
  std::string text = head(program.name + "-config", "5", "options of the server") +
                     fmt::format(fmt::runtime(kConfigDescription), plain(program.name));
  for (int group = 0; group < kGroupCount; ++group) {
    text += option_entries(static_cast<Group>(group));
  }
  return text + fmt::format(".SH SEE ALSO\n.BR {} (1)\n", plain(program.name));
}

}  // namespace

std::string manual_page(const Program& program, std::string_view section) {
  return section == "5" ? config_manual(program) : program_manual(program);
}

}  // namespace socketcluster::config
