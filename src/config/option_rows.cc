// SPDX-License-Identifier: MIT
// The rows of the option table. To add an option: a field in include/socketcluster/options.h, a row
// here, and `socketcluster config reference > docs/configuration.md`.
#include <algorithm>
#include <limits>

#include "config/option_table.h"

namespace socketcluster::config {
namespace {

template <typename T>
struct MemberType;
template <typename Class, typename T>
struct MemberType<T Class::*> {
  using Type = T;
};

template <auto kMember>
constexpr auto field() -> FieldOf<typename MemberType<decltype(kMember)>::Type> {
  return [](Options & options) -> auto& {
    return options.*kMember;
  };
}

template <auto kMember>
constexpr auto deflate() -> FieldOf<typename MemberType<decltype(kMember)>::Type> {
  return [](Options & options) -> auto& {
    return options.per_message_deflate.*kMember;
  };
}

template <auto kMember>
constexpr auto tls() -> FieldOf<typename MemberType<decltype(kMember)>::Type> {
  return [](Options & options) -> auto& {
    return options.protocol_options.*kMember;
  };
}

template <auto kMember>
constexpr auto certificate() -> FieldOf<typename MemberType<decltype(kMember)>::Type> {
  return [](Options & options) -> auto& {
    return options.protocol_options.certificate.*kMember;
  };
}

// The longest time that the original's timers take.
constexpr std::int64_t kMaxTime = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMaxCount = 1'000'000'000;
constexpr std::int64_t kMaxBytes = std::int64_t{1024} * 1024 * 1024;

constexpr std::string_view kProtocolVersions[] = {"auto", "1", "2"};  // as enum ProtocolVersion
constexpr std::string_view kLogFormats[] = {"text", "json"};          // as enum LogFormat
constexpr std::string_view kForwardedHeaders[] = {"X-Forwarded-For", "Forwarded"};  // as the enum
constexpr std::string_view kAccessLogFormats[] = {"combined", "json"};              // as the enum
constexpr std::string_view kSchedulingPolicies[] = {"rr", "none"};   // as enum SchedulingPolicy
constexpr std::string_view kProtocols[] = {"http", "https"};         // as enum ServerProtocol
constexpr std::string_view kTlsVersions[] = {"TLSv1.2", "TLSv1.3"};  // as enum TlsVersion

using C = TlsCertificate;
using D = PerMessageDeflateOptions;
using O = Options;
using T = TlsOptions;

// clang-format off
const OptionSpec kRows[] = {
    // ---- Network ----
    {.name = "port", .group = Group::kNetwork, .type = Type::kInteger, .field = field<&O::port>(),
     .min = 0, .max = 65535, .help = "port to listen on; 0 takes any free one", .short_flag = 'p'},
    {.name = "host", .group = Group::kNetwork, .type = Type::kString, .field = field<&O::host>(),
     .help = "address or path to listen on", .metavar = "ADDRESS", .fallback = "all interfaces"},
    {.name = "unixSocketMode", .group = Group::kNetwork, .type = Type::kString, .field = field<&O::unix_socket_mode>(),
     .help = "who may connect to a UNIX socket, octal", .metavar = "MODE"},
    {.name = "path", .group = Group::kNetwork, .type = Type::kString, .field = field<&O::path>(),
     .help = "where WebSocket clients connect", .metavar = "PATH"},
    {.name = "trustedProxies", .group = Group::kNetwork, .type = Type::kStringList, .field = field<&O::trusted_proxies>(),
     .help = "addresses of proxies to believe", .fallback = "none"},
    {.name = "forwardedHeader", .group = Group::kNetwork, .type = Type::kChoice, .field = field<&O::forwarded_header>(),
     .help = "their header", .choices = kForwardedHeaders},
    {.name = "proxyProtocol", .group = Group::kNetwork, .type = Type::kBool, .field = field<&O::proxy_protocol>(),
     .help = "they speak the PROXY protocol"},
    {.name = "public", .group = Group::kNetwork, .type = Type::kString, .field = field<&O::public_directory>(),
     .help = "directory to serve over HTTP", .metavar = "DIR", .fallback = "none"},
    {.name = "tcpSynBacklog", .group = Group::kNetwork, .type = Type::kInteger, .field = field<&O::tcp_syn_backlog>(),
     .min = 1, .max = 65535, .help = "connections that may wait to be accepted"},
    {.name = "maxConnections", .group = Group::kNetwork, .type = Type::kInteger, .field = field<&O::max_connections>(),
     .min = 0, .max = kMaxCount, .help = "most connections at once", .fallback = "as many as descriptors allow"},
    {.name = "protocol", .group = Group::kNetwork, .type = Type::kChoice, .field = field<&O::protocol>(),
     .help = "TLS or not; see protocolOptions", .choices = kProtocols},
    {.name = "protocolOptions", .group = Group::kNetwork, .type = Type::kTls, .field = field<&O::protocol_options>(),
     .help = "TLS keys and certificates", .fallback = "none"},
    {.name = "protocolOptions.key", .group = Group::kNetwork, .type = Type::kString, .field = certificate<&C::key>(),
     .help = "PEM file of the private key, or PEM", .fallback = "none", .secrecy = Secrecy::kSecret},
    {.name = "protocolOptions.cert", .group = Group::kNetwork, .type = Type::kString, .field = certificate<&C::cert>(),
     .help = "PEM file of the certificate chain, or PEM", .fallback = "none"},
    {.name = "protocolOptions.pfx", .group = Group::kNetwork, .type = Type::kString, .field = certificate<&C::pfx>(),
     .help = "PKCS #12 file with both", .fallback = "none"},
    {.name = "protocolOptions.passphrase", .group = Group::kNetwork, .type = Type::kString, .field = certificate<&C::passphrase>(),
     .help = "of an encrypted key or of the pfx", .fallback = "none", .secrecy = Secrecy::kSecret},
    {.name = "protocolOptions.sni", .group = Group::kNetwork, .type = Type::kCertificates, .field = tls<&T::sni>(),
     .help = "further certificates, for clients that ask for their names", .fallback = "none", .secrecy = Secrecy::kSecret},
    {.name = "protocolOptions.ca", .group = Group::kNetwork, .type = Type::kString, .field = tls<&T::ca>(),
     .help = "PEM file of who signs the clients' certificates, or PEM", .fallback = "none"},
    {.name = "protocolOptions.minVersion", .group = Group::kNetwork, .type = Type::kChoice, .field = tls<&T::min_version>(),
     .help = "oldest version of TLS", .choices = kTlsVersions},
    {.name = "protocolOptions.maxVersion", .group = Group::kNetwork, .type = Type::kChoice, .field = tls<&T::max_version>(),
     .help = "newest version of TLS", .choices = kTlsVersions},
    {.name = "protocolOptions.ciphers", .group = Group::kNetwork, .type = Type::kString, .field = tls<&T::ciphers>(),
     .help = "ciphers in OpenSSL's words", .fallback = "those with forward secrecy"},
    {.name = "protocolOptions.requestCert", .group = Group::kNetwork, .type = Type::kBool, .field = tls<&T::request_cert>(),
     .help = "ask clients for a certificate"},
    {.name = "protocolOptions.rejectUnauthorized", .group = Group::kNetwork, .type = Type::kBool,
     .field = tls<&T::reject_unauthorized>(), .help = "... and refuse those without one that ca has signed"},
    {.name = "strictTransportSecurity", .group = Group::kNetwork, .type = Type::kString,
     .field = field<&O::strict_transport_security>(), .help = "header of HTTPS responses, max-age=31536000", .metavar = "TEXT",
     .fallback = "none"},
    {.name = "tlsHandshakeTimeout", .group = Group::kNetwork, .type = Type::kMilliseconds,
     .field = field<&O::tls_handshake_timeout>(), .min = 1, .max = kMaxTime, .help = "how long a TLS handshake may take"},
    {.name = "maxTlsHandshakes", .group = Group::kNetwork, .type = Type::kInteger, .field = field<&O::max_tls_handshakes>(),
     .min = 1, .max = kMaxCount, .help = "TLS handshakes at once; further connections wait"},
    {.name = "httpRedirectPort", .group = Group::kNetwork, .type = Type::kInteger, .field = field<&O::http_redirect_port>(),
     .min = 0, .max = 65535, .help = "port of plain HTTP that sends clients to HTTPS", .metavar = "PORT", .fallback = "none"},
    {.name = "httpRedirectTargetPort", .group = Group::kNetwork, .type = Type::kInteger,
     .field = field<&O::http_redirect_target_port>(), .min = 0, .max = 65535,
     .help = "... at this port, as those outside see it", .metavar = "PORT", .fallback = "port"},

    // ---- Processes ----
    {.name = "workers", .group = Group::kProcesses, .type = Type::kInteger, .field = field<&O::workers>(),
     .min = 0, .max = 1024, .help = "processes that serve; 0: one that does everything", .short_flag = 'w'},
    {.name = "brokers", .group = Group::kProcesses, .type = Type::kInteger, .field = field<&O::brokers>(),
     .min = 1, .max = 1024, .help = "processes that own the channels", .short_flag = 'b'},
    {.name = "appName", .group = Group::kProcesses, .type = Type::kString, .field = field<&O::app_name>(),
     .help = "name of the application", .metavar = "NAME", .fallback = "random", .short_flag = 'n'},
    {.name = "instanceId", .group = Group::kProcesses, .type = Type::kString, .field = field<&O::instance_id>(),
     .help = "name of this instance", .metavar = "NAME", .fallback = "random"},
    {.name = "environment", .group = Group::kProcesses, .type = Type::kString, .field = field<&O::environment>(),
     .help = "dev or prod; variable ENV", .metavar = "NAME", .env = "ENV"},
    {.name = "processTermTimeout", .group = Group::kProcesses, .type = Type::kMilliseconds,
     .field = field<&O::process_term_timeout>(), .min = 0, .max = kMaxTime,
     .help = "how long connections may drain after SIGTERM"},
    {.name = "workerController", .group = Group::kProcesses, .type = Type::kString, .field = field<&O::worker_controller>(),
     .help = "shared object with the worker's code", .metavar = "FILE", .fallback = "none", .alias = "wc"},
    {.name = "brokerController", .group = Group::kProcesses, .type = Type::kString, .field = field<&O::broker_controller>(),
     .help = "shared object with the broker's code", .metavar = "FILE", .fallback = "none", .alias = "bc"},
    {.name = "workerClusterController", .group = Group::kProcesses, .type = Type::kString,
     .help = "code of the process above the workers", .metavar = "FILE", .fallback = "none", .support = Support::kIgnored,
     .notice = "there is no such process: put start-up code into the program that calls socketcluster::run()",
     .alias = "wcc", .env = "SOCKETCLUSTER_WORKERCLUSTER_CONTROLLER"},
    {.name = "initController", .group = Group::kProcesses, .type = Type::kString, .field = field<&O::init_controller>(),
     .help = "shared object with code that runs first", .metavar = "FILE", .fallback = "none"},
    {.name = "controllerBootTimeout", .group = Group::kProcesses, .type = Type::kMilliseconds,
     .field = field<&O::controller_boot_timeout>(), .min = 0, .max = kMaxTime, .help = "how long to wait for these files"},
    {.name = "bootCheckInterval", .group = Group::kProcesses, .type = Type::kMilliseconds,
     .field = field<&O::boot_check_interval>(), .min = 1, .max = kMaxTime, .help = "how often to look for them"},
    {.name = "crashWorkerOnError", .group = Group::kProcesses, .type = Type::kBool, .field = field<&O::crash_worker_on_error>(),
     .help = "end a worker when a handler throws", .alias = "auto-reboot"},
    {.name = "rebootWorkerOnCrash", .group = Group::kProcesses, .type = Type::kBool,
     .field = field<&O::reboot_worker_on_crash>(), .help = "start a crashed worker again"},
    {.name = "restartBudget", .group = Group::kProcesses, .type = Type::kInteger, .field = field<&O::restart_budget>(),
     .min = 0, .max = kMaxCount, .help = "restarts per minute of one process, then give up"},
    {.name = "killWorkerMemoryThreshold", .group = Group::kProcesses, .type = Type::kBytes,
     .field = field<&O::kill_worker_memory_threshold>(), .min = 0, .max = std::int64_t{1} << 50,
     .help = "bytes of memory; a worker with more is replaced", .metavar = "N", .fallback = "none"},
    {.name = "workerStatusInterval", .group = Group::kProcesses, .type = Type::kMilliseconds,
     .field = field<&O::worker_status_interval>(), .min = 1, .max = kMaxTime, .help = "how often a process measures itself"},
    {.name = "workerHangTimeout", .group = Group::kProcesses, .type = Type::kMilliseconds,
     .field = field<&O::worker_hang_timeout>(), .min = 0, .max = kMaxTime, .help = "replace a process that hangs so long; 0: never"},
    {.name = "ipcAckTimeout", .group = Group::kProcesses, .type = Type::kMilliseconds, .field = field<&O::ipc_ack_timeout>(),
     .min = 1, .max = kMaxTime, .help = "wait so long for another process's answer"},
    {.name = "forceKillTimeout", .group = Group::kProcesses, .type = Type::kMilliseconds,
     .field = field<&O::force_kill_timeout>(), .min = 0, .max = kMaxTime, .help = "how long a stopping process may take"},
    {.name = "forceKillSignal", .group = Group::kProcesses, .type = Type::kSignal, .field = field<&O::force_kill_signal>(),
     .help = "signal for one that takes longer"},
    {.name = "propagateErrors", .group = Group::kProcesses, .type = Type::kBool, .field = field<&O::propagate_errors>(),
     .help = "give errors of workers to the master's handlers"},
    {.name = "propagateWarnings", .group = Group::kProcesses, .type = Type::kBool, .field = field<&O::propagate_warnings>(),
     .help = "give warnings of workers to them"},
    {.name = "rebootOnSignal", .group = Group::kProcesses, .type = Type::kBool, .field = field<&O::reboot_on_signal>(),
     .help = "replace the workers on SIGUSR2"},
    {.name = "killMasterOnSignal", .group = Group::kProcesses, .type = Type::kBool, .field = field<&O::kill_master_on_signal>(),
     .help = "end the whole instance on SIGUSR2"},
    {.name = "schedulingPolicy", .group = Group::kProcesses, .type = Type::kChoice, .field = field<&O::scheduling_policy>(),
     .help = "connections dealt in turn, or by the kernel", .choices = kSchedulingPolicies},
    {.name = "downgradeToUser", .group = Group::kProcesses, .type = Type::kUser, .field = field<&O::downgrade_to_user>(),
     .help = "user that workers and brokers run as", .fallback = "false"},
    {.name = "socketRoot", .group = Group::kProcesses, .type = Type::kString, .field = field<&O::socket_root>(),
     .help = "directory of the sockets between processes", .metavar = "DIR", .fallback = "a temporary one"},
    {.name = "secretKey", .group = Group::kProcesses, .type = Type::kString, .field = field<&O::secret_key>(),
     .help = "password between processes", .fallback = "random", .secrecy = Secrecy::kSecret},
    {.name = "brokerConnectRetryErrorThreshold", .group = Group::kProcesses, .type = Type::kInteger, .min = 0, .max = kMaxCount,
     .help = "attempts before an error is reported", .fallback = "none", .support = Support::kIgnored,
     .notice = "connects to a broker wait until it is there"},
    {.name = "defaultWorkerDebugPort", .group = Group::kProcesses, .type = Type::kInteger, .min = 0, .max = 65535,
     .help = "debugger port of the first worker", .fallback = "5858", .support = Support::kIgnored,
     .notice = "attach gdb or lldb to the process"},
    {.name = "defaultBrokerDebugPort", .group = Group::kProcesses, .type = Type::kInteger, .min = 0, .max = 65535,
     .help = "debugger port of the first broker", .fallback = "6858", .support = Support::kIgnored,
     .notice = "attach gdb or lldb to the process"},
    {.name = "debugWorkers", .group = Group::kProcesses, .type = Type::kAny, .help = "open debugger ports of workers", .metavar = "PORT",
     .fallback = "false", .support = Support::kIgnored, .notice = "attach gdb or lldb to the process"},
    {.name = "debugBrokers", .group = Group::kProcesses, .type = Type::kAny, .help = "open debugger ports of brokers", .metavar = "PORT",
     .fallback = "false", .support = Support::kIgnored, .notice = "attach gdb or lldb to the process"},
    {.name = "inspectWorkers", .group = Group::kProcesses, .type = Type::kAny, .help = "open debugger ports of workers", .metavar = "PORT",
     .fallback = "false", .support = Support::kIgnored, .notice = "attach gdb or lldb to the process"},
    {.name = "inspectBrokers", .group = Group::kProcesses, .type = Type::kAny, .help = "open debugger ports of brokers", .metavar = "PORT",
     .fallback = "false", .support = Support::kIgnored, .notice = "attach gdb or lldb to the process"},

    // ---- Protocol ----
    {.name = "protocolVersion", .group = Group::kProtocol, .type = Type::kChoice, .field = field<&O::protocol_version>(),
     .help = "SocketCluster protocol of the clients", .choices = kProtocolVersions},
    {.name = "origins", .group = Group::kProtocol, .type = Type::kString, .field = field<&O::origins>(),
     .help = "allowed origins, host:port each, * is any", .metavar = "LIST"},
    {.name = "pingInterval", .group = Group::kProtocol, .type = Type::kMilliseconds, .field = field<&O::ping_interval>(),
     .min = 1, .max = kMaxTime, .help = "time between two pings"},
    {.name = "pingTimeout", .group = Group::kProtocol, .type = Type::kMilliseconds, .field = field<&O::ping_timeout>(),
     .min = 1, .max = kMaxTime, .help = "close a socket that is silent for so long"},
    {.name = "pingTimeoutDisabled", .group = Group::kProtocol, .type = Type::kBool, .field = field<&O::ping_timeout_disabled>(),
     .help = "keep silent sockets open"},
    {.name = "handshakeTimeout", .group = Group::kProtocol, .type = Type::kMilliseconds, .field = field<&O::handshake_timeout>(),
     .min = 1, .max = kMaxTime, .help = "close a socket that does not shake hands"},
    {.name = "ackTimeout", .group = Group::kProtocol, .type = Type::kMilliseconds, .field = field<&O::ack_timeout>(),
     .min = 1, .max = kMaxTime, .help = "how long to wait for a client's answer"},
    {.name = "strictHandshake", .group = Group::kProtocol, .type = Type::kBool, .field = field<&O::strict_handshake>(),
     .help = "close sockets that do not begin with #handshake"},
    {.name = "maxPayload", .group = Group::kProtocol, .type = Type::kBytes, .field = field<&O::max_payload>(),
     .min = 1, .max = kMaxBytes, .help = "longest message of a client"},
    {.name = "perMessageDeflate", .group = Group::kProtocol, .type = Type::kDeflate, .field = field<&O::per_message_deflate>(),
     .help = "compression: true, false or JSON", .metavar = "JSON", .fallback = "false"},
    {.name = "perMessageDeflate.serverNoContextTakeover", .group = Group::kProtocol, .type = Type::kBool,
     .field = deflate<&D::server_no_context_takeover>(), .help = "compress each message alone; once for all subscribers"},
    {.name = "perMessageDeflate.clientNoContextTakeover", .group = Group::kProtocol, .type = Type::kBool,
     .field = deflate<&D::client_no_context_takeover>(), .help = "ask clients to compress each message alone"},
    {.name = "perMessageDeflate.serverMaxWindowBits", .group = Group::kProtocol, .type = Type::kInteger,
     .field = deflate<&D::server_max_window_bits>(), .min = 9, .max = 15, .help = "window for sending, as a power of two"},
    {.name = "perMessageDeflate.clientMaxWindowBits", .group = Group::kProtocol, .type = Type::kInteger,
     .field = deflate<&D::client_max_window_bits>(), .min = 9, .max = 15, .help = "window for receiving, as a power of two"},
    {.name = "perMessageDeflate.threshold", .group = Group::kProtocol, .type = Type::kBytes, .field = deflate<&D::threshold>(),
     .min = 0, .max = kMaxBytes, .help = "shorter messages are sent uncompressed"},
    {.name = "perMessageDeflate.level", .group = Group::kProtocol, .type = Type::kInteger, .field = deflate<&D::level>(),
     .min = 0, .max = 9, .help = "0 is fastest, 9 is smallest"},
    {.name = "perMessageDeflate.memLevel", .group = Group::kProtocol, .type = Type::kInteger, .field = deflate<&D::mem_level>(),
     .min = 1, .max = 9, .help = "memory for compressing"},
    {.name = "middlewareEmitWarnings", .group = Group::kProtocol, .type = Type::kBool,
     .field = field<&O::middleware_emit_warnings>(), .help = "warn when middleware blocks an action with an error"},
    {.name = "middlewareEmitFailures", .group = Group::kProtocol, .type = Type::kBool,
     .help = "warn when middleware blocks an action (v2)", .fallback = "true", .support = Support::kIgnored,
     .notice = "middlewareEmitWarnings covers clients of both versions"},

    // ---- Channels ----
    {.name = "socketChannelLimit", .group = Group::kChannels, .type = Type::kInteger, .field = field<&O::socket_channel_limit>(),
     .min = 1, .max = kMaxCount, .help = "channels that one socket may subscribe to"},
    {.name = "allowClientPublish", .group = Group::kChannels, .type = Type::kBool, .field = field<&O::allow_client_publish>(),
     .help = "let clients publish"},
    {.name = "maxChannelNameLength", .group = Group::kChannels, .type = Type::kBytes, .field = field<&O::max_channel_name_length>(),
     .min = 1, .max = 65536, .help = "longest channel name"},

    // ---- Batching ----
    {.name = "pubSubBatchDuration", .group = Group::kBatching, .type = Type::kMilliseconds, .field = field<&O::pub_sub_batch_duration>(),
     .min = 0, .max = kMaxTime, .help = "collect answers to batched subscriptions (v1)"},
    {.name = "batchOnHandshake", .group = Group::kBatching, .type = Type::kBool, .field = field<&O::batch_on_handshake>(),
     .help = "send a new socket's packets in batches (v2)"},
    {.name = "batchOnHandshakeDuration", .group = Group::kBatching, .type = Type::kMilliseconds,
     .field = field<&O::batch_on_handshake_duration>(), .min = 0, .max = kMaxTime, .help = "... for so long after its handshake (v2)"},
    {.name = "batchInterval", .group = Group::kBatching, .type = Type::kMilliseconds, .field = field<&O::batch_interval>(),
     .min = 1, .max = kMaxTime, .help = "... one batch every so often (v2)"},

    // ---- Limits ----
    {.name = "maxBatchSize", .group = Group::kLimits, .type = Type::kInteger, .field = field<&O::max_batch_size>(),
     .min = 1, .max = kMaxCount, .help = "most packets in one batch of a client"},
    {.name = "maxJsonDepth", .group = Group::kLimits, .type = Type::kInteger, .field = field<&O::max_json_depth>(),
     .min = 1, .max = 1000, .help = "deepest nesting in a message"},
    {.name = "brokerDataLimit", .group = Group::kLimits, .type = Type::kBytes, .field = field<&O::broker_data_limit>(),
     .min = 1024, .max = 1024 * kMaxBytes, .help = "most that a broker's key-value store keeps"},
    {.name = "maxPendingHandshakes", .group = Group::kLimits, .type = Type::kInteger, .field = field<&O::max_pending_handshakes>(),
     .min = 0, .max = kMaxCount, .help = "sockets that have not shaken hands yet", .fallback = "no limit"},
    {.name = "maxBytesPerTick", .group = Group::kLimits, .type = Type::kBytes, .field = field<&O::max_bytes_per_tick>(),
     .min = 1024, .max = 16 * 1024 * 1024, .help = "read from one socket before others have their turn"},
    {.name = "outboundSoftLimit", .group = Group::kLimits, .type = Type::kBytes, .field = field<&O::outbound_soft_limit>(),
     .min = 1, .max = kMaxBytes, .help = "stop reading from a socket with more unsent"},
    {.name = "outboundHardLimit", .group = Group::kLimits, .type = Type::kBytes, .field = field<&O::outbound_hard_limit>(),
     .min = 1, .max = 4 * kMaxBytes, .help = "close a socket with more unsent"},

    // ---- HTTP ----
    {.name = "httpMaxHeaderSize", .group = Group::kHttp, .type = Type::kBytes, .field = field<&O::http_max_header_size>(),
     .min = 256, .max = 16 * 1024 * 1024, .help = "longest request line with headers"},
    {.name = "httpMaxHeaderCount", .group = Group::kHttp, .type = Type::kInteger, .field = field<&O::http_max_header_count>(),
     .min = 1, .max = 10000, .help = "most headers of a request"},
    {.name = "httpMaxBodySize", .group = Group::kHttp, .type = Type::kBytes, .field = field<&O::http_max_body_size>(),
     .min = 0, .max = kMaxBytes, .help = "longest body of a request"},
    {.name = "httpHeaderTimeout", .group = Group::kHttp, .type = Type::kMilliseconds, .field = field<&O::http_header_timeout>(),
     .min = 1, .max = kMaxTime, .help = "refuse a request that comes slower"},
    {.name = "httpKeepAliveTimeout", .group = Group::kHttp, .type = Type::kMilliseconds, .field = field<&O::http_keep_alive_timeout>(),
     .min = 1, .max = kMaxTime, .help = "close a connection that is idle for so long"},
    {.name = "httpIndex", .group = Group::kHttp, .type = Type::kString, .field = field<&O::http_index>(),
     .help = "file that is sent for a directory", .metavar = "FILE"},
    {.name = "httpNotFoundPage", .group = Group::kHttp, .type = Type::kString, .field = field<&O::http_not_found_page>(),
     .help = "file that is sent for what is missing", .metavar = "FILE"},
    {.name = "httpCacheControl", .group = Group::kHttp, .type = Type::kString, .field = field<&O::http_cache_control>(),
     .help = "Cache-Control header of files", .metavar = "TEXT"},
    {.name = "httpImmutable", .group = Group::kHttp, .type = Type::kStringList, .field = field<&O::http_immutable>(),
     .help = "paths whose files never change, /assets/", .fallback = "none"},
    {.name = "httpCompression", .group = Group::kHttp, .type = Type::kBool, .field = field<&O::http_compression>(),
     .help = "send files compressed: .br, .gz, or gzip"},

    // ---- Logging ----
    {.name = "logLevel", .group = Group::kLogging, .type = Type::kInteger, .field = field<&O::log_level>(),
     .min = 0, .max = 3, .help = "0 none, 1 errors and notes, 2 + warnings, 3 all"},
    {.name = "logFormat", .group = Group::kLogging, .type = Type::kChoice, .field = field<&O::log_format>(),
     .help = "lines for people or for programs", .choices = kLogFormats},
    {.name = "accessLog", .group = Group::kLogging, .type = Type::kString, .field = field<&O::access_log>(),
     .help = "file for a line per request; - is the output", .metavar = "FILE", .fallback = "none"},
    {.name = "accessLogFormat", .group = Group::kLogging, .type = Type::kChoice, .field = field<&O::access_log_format>(),
     .help = "how these lines look", .choices = kAccessLogFormats},

    // ---- Authentication ----
    {.name = "authKey", .group = Group::kAuthentication, .type = Type::kString, .field = field<&O::auth_key>(),
     .help = "secret that signs tokens", .fallback = "random", .secrecy = Secrecy::kSecret},
    {.name = "authPrivateKey", .group = Group::kAuthentication, .type = Type::kString, .field = field<&O::auth_private_key>(),
     .help = "PEM key that signs tokens", .metavar = "PEM", .fallback = "none", .secrecy = Secrecy::kSecret},
    {.name = "authPublicKey", .group = Group::kAuthentication, .type = Type::kString, .field = field<&O::auth_public_key>(),
     .help = "PEM key that verifies tokens", .metavar = "PEM", .fallback = "none"},
    {.name = "authDefaultExpiry", .group = Group::kAuthentication, .type = Type::kSeconds, .field = field<&O::auth_default_expiry>(),
     .min = 1, .max = kMaxTime, .help = "life of a token"},
    {.name = "authAlgorithm", .group = Group::kAuthentication, .type = Type::kString, .field = field<&O::auth_algorithm>(),
     .help = "how tokens are signed", .metavar = "NAME", .fallback = "what fits the key"},
    {.name = "authVerifyAlgorithms", .group = Group::kAuthentication, .type = Type::kStringList,
     .field = field<&O::auth_verify_algorithms>(), .help = "how tokens may be signed", .fallback = "what fits the key"},
    {.name = "authSignAsync", .group = Group::kAuthentication, .type = Type::kBool, .help = "sign off the main thread",
     .fallback = "false", .support = Support::kIgnored, .notice = "signing needs no setting"},
    {.name = "authVerifyAsync", .group = Group::kAuthentication, .type = Type::kBool, .help = "verify off the main thread",
     .fallback = "true", .support = Support::kIgnored, .notice = "verifying needs no setting"},

    // ---- Cluster ----
    {.name = "clusterStateServerHost", .group = Group::kCluster, .type = Type::kString, .help = "state server of the cluster",
     .metavar = "ADDRESS", .fallback = "none", .support = Support::kLater, .alias = "cssh", .env = "SCC_STATE_SERVER_HOST"},
    {.name = "clusterStateServerPort", .group = Group::kCluster, .type = Type::kInteger, .min = 1, .max = 65535,
     .help = "its port", .fallback = "7777", .support = Support::kLater, .env = "SCC_STATE_SERVER_PORT"},
    {.name = "clusterAuthKey", .group = Group::kCluster, .type = Type::kString, .help = "secret of the cluster", .fallback = "none",
     .support = Support::kLater, .env = "SCC_AUTH_KEY", .secrecy = Secrecy::kSecret},
    {.name = "clusterStateServerConnectTimeout", .group = Group::kCluster, .type = Type::kMilliseconds, .min = 1, .max = kMaxTime,
     .help = "wait for a connection to it", .fallback = "3000", .support = Support::kLater, .env = "SCC_STATE_SERVER_CONNECT_TIMEOUT"},
    {.name = "clusterStateServerAckTimeout", .group = Group::kCluster, .type = Type::kMilliseconds, .min = 1, .max = kMaxTime,
     .help = "wait for its answer", .fallback = "2000", .support = Support::kLater, .env = "SCC_STATE_SERVER_ACK_TIMEOUT"},
    {.name = "clusterStateServerReconnectRandomness", .group = Group::kCluster, .type = Type::kMilliseconds, .min = 0, .max = kMaxTime,
     .help = "spread of reconnects to it", .fallback = "1000", .support = Support::kLater,
     .env = "SCC_STATE_SERVER_RECONNECT_RANDOMNESS"},
    {.name = "clusterMappingEngine", .group = Group::kCluster, .type = Type::kString, .help = "how channels map to cluster brokers",
     .metavar = "NAME", .fallback = "skeletonRendezvous", .support = Support::kLater, .env = "SCC_MAPPING_ENGINE"},
    {.name = "clusterClientPoolSize", .group = Group::kCluster, .type = Type::kInteger, .min = 1, .max = 1024,
     .help = "connections to each cluster broker", .fallback = "1", .support = Support::kLater, .env = "SCC_CLIENT_POOL_SIZE"},
    {.name = "clusterInstanceIp", .group = Group::kCluster, .type = Type::kString, .help = "address of this instance",
     .metavar = "ADDRESS", .fallback = "none", .support = Support::kLater, .env = "SCC_INSTANCE_IP"},
    {.name = "clusterInstanceIpFamily", .group = Group::kCluster, .type = Type::kString, .help = "IPv4 or IPv6", .metavar = "NAME",
     .fallback = "IPv4", .support = Support::kLater, .env = "SCC_INSTANCE_IP_FAMILY"},

    // ---- The application's own ----
    {.name = "custom", .group = Group::kApplication, .type = Type::kObject, .field = field<&O::custom>(),
     .help = "object with options of your own", .fallback = "none"},

    // ---- Engines of the original ----
    {.name = "wsEngine", .group = Group::kEngines, .type = Type::kString, .help = "WebSocket module", .metavar = "NAME",
     .fallback = "built in", .support = Support::kIgnored, .notice = "the WebSocket engine is built in: leave it out"},
    {.name = "wsEngineServerOptions", .group = Group::kEngines, .type = Type::kAny, .help = "options of that module",
     .support = Support::kIgnored, .notice = "use maxPayload and perMessageDeflate"},
    {.name = "httpServerModule", .group = Group::kEngines, .type = Type::kString, .help = "HTTP module", .metavar = "NAME",
     .fallback = "built in", .support = Support::kIgnored, .notice = "the HTTP server is built in: leave it out"},
    {.name = "brokerEngine", .group = Group::kEngines, .type = Type::kAny, .help = "broker module", .metavar = "NAME",
     .fallback = "built in", .support = Support::kIgnored, .notice = "the broker is built in: leave it out"},
    {.name = "authEngine", .group = Group::kEngines, .type = Type::kAny, .help = "token module",
     .support = Support::kIgnored, .notice = "call set_auth_engine() of the server in the worker controller"},
    {.name = "codecEngine", .group = Group::kEngines, .type = Type::kAny, .help = "codec module",
     .support = Support::kIgnored, .notice = "call set_codec() of the server in the worker controller"},
    {.name = "socketStreamCleanupMode", .group = Group::kEngines, .type = Type::kString, .help = "what happens to a closed socket's streams",
     .metavar = "NAME", .fallback = "kill", .support = Support::kIgnored, .notice = "handlers of a closed socket are simply dropped"},
    {.name = "cloneData", .group = Group::kEngines, .type = Type::kBool, .help = "copy data between publishers and subscribers",
     .fallback = "false", .support = Support::kIgnored, .notice = "data is never shared between handlers"},
};
// clang-format on

}  // namespace

std::span<const OptionSpec> option_table() {
  return kRows;
}

}  // namespace socketcluster::config
