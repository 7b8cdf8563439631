// SPDX-License-Identifier: MIT
// Everything that can be set about a server. Each field names its spelling in the config file, in
// SOCKETCLUSTER_OPTIONS and (with dashes) on the command line; docs/configuration.md is the full
// reference.
//
//   socketcluster::Options options;
//   options.port = 9000;
//   options.ping_timeout = std::chrono::seconds(30);
//   for (const std::string& error : socketcluster::validate(options)) std::cerr << error << '\n';
//
// A plain value: copy it freely, no thread rule.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <socketcluster/json.h>

namespace socketcluster {

// Which SocketCluster protocol a socket speaks. kAuto finds it out per socket, from its handshake.
enum class ProtocolVersion { kAuto, kV1, kV2 };

enum class LogFormat { kText, kJson };

// Which header of a trusted proxy names the client: X-Forwarded-For or Forwarded (RFC 7239).
enum class ForwardedHeader { kXForwardedFor, kForwarded };

enum class AccessLogFormat { kCombined, kJson };

// Who gives a new connection to a worker: the master, which deals them out in strict rotation, or
// the kernel.
enum class SchedulingPolicy { kRoundRobin, kNone };

// What clients speak on the port: "http", which includes ws://, or "https", which includes wss://.
enum class ServerProtocol { kHttp, kHttps };

// "TLSv1.2", "TLSv1.3". Nothing older is offered.
enum class TlsVersion { k12, k13 };

// A certificate with its key. `key` and `cert` are each the name of a PEM file, or PEM itself (a
// text with "-----BEGIN"); `pfx` is the name of a PKCS #12 file that has both. `cert` begins with
// the server's own certificate, the intermediate ones follow.
struct TlsCertificate {
  std::string key;
  std::string cert;
  std::string pfx;
  // Of an encrypted key or of the pfx.
  std::string passphrase;
};

// `protocolOptions`: TLS, for `protocol` "https". The master reads the files, at its start and on
// SIGHUP; workers need no right to read them.
struct TlsOptions {
  // `key`, `cert`, `pfx`, `passphrase`: for clients that ask for no other name.
  TlsCertificate certificate;
  // `sni`: further ones, objects of these four members. The one is used that has the name which
  // the client asks for; the first of several.
  std::vector<TlsCertificate> sni;
  // `ca`: name of a PEM file, or PEM: who signs the certificates of clients.
  std::string ca;
  // `minVersion`, `maxVersion`.
  TlsVersion min_version = TlsVersion::k12;
  TlsVersion max_version = TlsVersion::k13;
  // `ciphers`, in OpenSSL's words; names that begin with "TLS_" are those of TLS 1.3. Empty: those
  // with forward secrecy and authenticated encryption.
  std::string ciphers;
  // `requestCert`: clients are asked for a certificate. `rejectUnauthorized`: without one that
  // `ca` has signed they are refused.
  bool request_cert = false;
  bool reject_unauthorized = true;
};

// `perMessageDeflate`: false, true (the defaults below) or an object with these members.
struct PerMessageDeflateOptions {
  // Off by default: it costs CPU time and memory for every connection that uses it.
  bool enabled = false;
  // `serverNoContextTakeover`: each message to a client is compressed alone. With it a broadcast is
  // compressed once for all subscribers, and no connection owns a compression window.
  bool server_no_context_takeover = true;
  // `clientNoContextTakeover`: asks the same of clients, which saves a window per connection.
  bool client_no_context_takeover = true;
  // `serverMaxWindowBits`, `clientMaxWindowBits`: 9 to 15.
  std::uint32_t server_max_window_bits = 15;
  std::uint32_t client_max_window_bits = 15;
  // `threshold`, bytes: shorter messages are sent uncompressed.
  std::size_t threshold = 1024;
  // `level`: 0 (store) to 9 (smallest). `memLevel`: 1 to 9, zlib's memory for compressing.
  std::uint32_t level = 6;
  std::uint32_t mem_level = 8;
};

// The options of a server with their defaults.
struct Options {
  using Milliseconds = std::chrono::milliseconds;

  // ---- Network ----
  // `host`: address to listen on, IPv4, IPv6 or a name. Empty or "::": all interfaces, IPv4 and
  // IPv6. A path ("/run/app.sock", "unix:app.sock") is a UNIX socket, and `port` is not used.
  std::string host;
  // `unixSocketMode`: who may connect to a UNIX socket, as an octal number like that of chmod.
  std::string unix_socket_mode = "660";
  // `port`: 0 to 65535. 0 takes any free port.
  std::uint16_t port = 8000;
  // `protocol`: "http" or "https".
  ServerProtocol protocol = ServerProtocol::kHttp;
  TlsOptions protocol_options;
  // `httpRedirectPort`: a second port, of plain HTTP, on the same host, with `protocol` "https":
  // whoever asks there is sent to the same address over HTTPS. 0: none.
  std::uint16_t http_redirect_port = 0;
  // `httpRedirectTargetPort`: the port that they are sent to, when it is another one than `port`
  // for those outside. 0: `port`.
  std::uint16_t http_redirect_target_port = 0;
  // `strictTransportSecurity`: the header of that name (RFC 6797) on every HTTP response that is
  // encrypted, "max-age=31536000; includeSubDomains"; empty: none. Only with `protocol` "https".
  std::string strict_transport_security;
  // `tlsHandshakeTimeout`: a connection without a complete TLS handshake is closed after it.
  Milliseconds tls_handshake_timeout{10000};
  // `maxTlsHandshakes` at once in one worker; further connections wait. Those of which nothing has
  // come yet do not count. At least 1.
  std::uint32_t max_tls_handshakes = 1000;
  // `path`: where WebSocket clients connect. A missing slash at either end is added.
  std::string path = "/socketcluster/";
  // `tcpSynBacklog`: connections that may wait to be accepted, 1 to 65535; the system may allow
  // fewer.
  std::uint32_t tcp_syn_backlog = 4096;
  // `maxConnections` of one worker. 0: as many as the descriptor limit of the process allows.
  std::uint32_t max_connections = 0;
  // `trustedProxies`: addresses and networks ("10.0.0.0/8") of proxies in front of the server, and
  // "unix:" for those on a UNIX socket. What they say of the client's address is believed.
  std::vector<std::string> trusted_proxies;
  // `forwardedHeader`: where they say it.
  ForwardedHeader forwarded_header = ForwardedHeader::kXForwardedFor;
  // `proxyProtocol`: connections from trusted proxies begin with a header of the PROXY protocol,
  // version 1 or 2. One without it is reset.
  bool proxy_protocol = false;
  // `public`: directory that is served over HTTP. Empty: none.
  std::string public_directory;

  // ---- Processes ----
  // `workers`: processes that serve clients, 0 to 1024. 0: one process does everything, without
  // master and brokers; for debugging and small machines.
  std::uint32_t workers = 1;
  // `brokers`: processes that own the channels, 1 to 1024. Unused without workers.
  std::uint32_t brokers = 1;
  // `workerController`, `brokerController`: shared objects (controller.h) whose controllers take
  // the place of the program's own in workers and brokers. `initController`: one whose controllers
  // are called before those, in every process. Empty: none. A path without a slash is one in the
  // working directory.
  std::string worker_controller;
  std::string broker_controller;
  std::string init_controller;
  // `controllerBootTimeout`: how long the start waits for these files to be there, 0 to 2147483647
  // ms; `bootCheckInterval`: how often it looks, at least 1 ms.
  Milliseconds controller_boot_timeout{10000};
  Milliseconds boot_check_interval{200};
  // `schedulingPolicy`: "rr" or "none".
  SchedulingPolicy scheduling_policy = SchedulingPolicy::kRoundRobin;
  // `crashWorkerOnError`: an exception that leaves a handler of the application, which is an answer
  // to the caller and a warning in any case, then ends the worker process with exit code 1, when
  // what was answered has been sent.
  bool crash_worker_on_error = false;
  // `rebootWorkerOnCrash`: a worker that ended by itself is started again. Brokers always are.
  bool reboot_worker_on_crash = true;
  // `restartBudget`: restarts of one worker or broker within 60 s; one more ends the instance with
  // exit code 1, so that whatever watches it can act.
  std::uint32_t restart_budget = 20;
  // `killWorkerMemoryThreshold`, bytes of resident memory: a worker that has more is replaced.
  // Looked at every `workerStatusInterval`. 0: never.
  std::size_t kill_worker_memory_threshold = 0;
  // `workerStatusInterval`: how often a process measures itself; rates are those of the last one.
  Milliseconds worker_status_interval{10000};
  // `workerHangTimeout`: a process whose loop stands still for so long is killed and started again;
  // so is one whose controller takes four times as long to start. 0: never; else at least 2000.
  Milliseconds worker_hang_timeout{15000};
  // `ipcAckTimeout`: how long one process waits for another's answer.
  Milliseconds ipc_ack_timeout{10000};
  // `processTermTimeout`: how long open connections may drain after SIGTERM.
  Milliseconds process_term_timeout{10000};
  // `forceKillTimeout`: a process that was told to end and has not by then gets `forceKillSignal`,
  // the name of a signal, and SIGKILL if that does not help.
  Milliseconds force_kill_timeout{15000};
  std::string force_kill_signal = "SIGHUP";
  // `propagateErrors`, `propagateWarnings`: whether the master's `fail` and `warning` handlers hear
  // of those of its workers and brokers. They are logged in any case.
  bool propagate_errors = true;
  bool propagate_warnings = true;
  // `rebootOnSignal`: SIGUSR2 replaces the workers, one after the other.
  bool reboot_on_signal = true;
  // `killMasterOnSignal`: SIGUSR2 ends the whole instance instead.
  bool kill_master_on_signal = false;
  // `downgradeToUser`: name or number of the user that workers and brokers run as, controllers
  // included; the master must be root then, and stays it. With `workers` 0 the one process becomes
  // that user before its controller runs. Empty: the master's own.
  std::string downgrade_to_user;
  // `socketRoot`: directory in which each instance makes one of its own, for the sockets between
  // its processes. Empty: socketcluster/ in the directory for temporary files.
  std::string socket_root;
  // `secretKey`: password between workers and brokers. Empty: chosen at random.
  std::string secret_key;
  // `appName`, `instanceId`: names of the application and of this instance. Empty: chosen at
  // random.
  std::string app_name;
  std::string instance_id;
  // `environment`: "dev" or "prod", or a name of your own.
  std::string environment = "dev";

  // ---- Protocol. Times are at most 2147483647 ms. ----
  // `protocolVersion`: "auto", 1 or 2.
  ProtocolVersion protocol_version = ProtocolVersion::kAuto;
  // `origins` that browsers may connect from: "host:port" with "*" for any, separated by spaces.
  std::string origins = "*:*";
  // `handshakeTimeout`: a socket without `#handshake` is closed after it (4005).
  Milliseconds handshake_timeout{10000};
  // `ackTimeout`: how long the server waits for the answer to an event that it sent.
  Milliseconds ack_timeout{10000};
  // `pingInterval`: time between two pings of the server.
  Milliseconds ping_interval{8000};
  // `pingTimeout`: a socket that is silent for so long is closed (4001); more than `pingInterval`.
  Milliseconds ping_timeout{20000};
  // `pingTimeoutDisabled`: silent sockets stay open.
  bool ping_timeout_disabled = false;
  // `strictHandshake`: a first message other than `#handshake` closes the socket (4009).
  bool strict_handshake = true;
  // `maxPayload`, bytes: longest message of a client, after inflating; a longer one closes (1009).
  std::size_t max_payload = std::size_t{1024} * 1024;
  PerMessageDeflateOptions per_message_deflate;

  // ---- Channels ----
  // `socketChannelLimit`: channels that one socket may be subscribed to. At least 1.
  std::uint32_t socket_channel_limit = 1000;
  // `allowClientPublish`: whether clients may publish at all.
  bool allow_client_publish = true;
  // `middlewareEmitWarnings`: an action that middleware blocks with an error is logged.
  bool middleware_emit_warnings = true;
  // `maxChannelNameLength`, bytes of UTF-8.
  std::uint32_t max_channel_name_length = 1024;

  // ---- Batching ----
  // `pubSubBatchDuration` (v1): how long answers to batched subscriptions are collected; 0: one
  // loop turn.
  Milliseconds pub_sub_batch_duration{0};
  // `batchOnHandshake`, `batchOnHandshakeDuration`, `batchInterval` (v2): everything that is sent
  // during the first moments of a socket is collected and sent as arrays.
  bool batch_on_handshake = false;
  Milliseconds batch_on_handshake_duration{400};
  Milliseconds batch_interval{50};

  // ---- Limits ----
  // `maxBatchSize`: elements of one batch frame of a client.
  std::uint32_t max_batch_size = 10000;
  // `maxJsonDepth`: nesting of arrays and objects in a message, 1 to 1000.
  std::uint32_t max_json_depth = 100;
  // `maxBytesPerTick`: most bytes that are read from one socket before the others have their turn,
  // 1024 to 16777216. It bounds the frames as well: each has at least six bytes. The worker keeps
  // one buffer of that size.
  std::size_t max_bytes_per_tick = std::size_t{128} * 1024;
  // `outboundSoftLimit`, bytes that wait for one slow socket: above, its own messages are not read.
  std::size_t outbound_soft_limit = std::size_t{1024} * 1024;
  // `outboundHardLimit`, bytes: above, the socket is closed. At least `maxPayload`.
  std::size_t outbound_hard_limit = std::size_t{4} * 1024 * 1024;
  // `brokerDataLimit`, bytes of memory: what one broker keeps in its key-value store. Commands that
  // would exceed it fail.
  std::size_t broker_data_limit = std::size_t{512} * 1024 * 1024;
  // `maxPendingHandshakes`: connected sockets that have not shaken hands yet. 0: no limit of its
  // own.
  std::uint32_t max_pending_handshakes = 0;

  // ---- HTTP ----
  // `httpMaxHeaderSize`, bytes of request line and headers; `httpMaxHeaderCount`.
  std::uint32_t http_max_header_size = 16 * 1024;
  std::uint32_t http_max_header_count = 100;
  // `httpMaxBodySize`, bytes of a request's body.
  std::size_t http_max_body_size = std::size_t{1024} * 1024;
  // `httpHeaderTimeout`: for a request's head, then for each 8 KiB of its body; else it is refused.
  Milliseconds http_header_timeout{10000};
  // `httpKeepAliveTimeout`: an idle connection is closed after it.
  Milliseconds http_keep_alive_timeout{5000};

  // The files of `public` and Http::serve_static(). `httpIndex`: what is sent for a directory;
  // empty: nothing is. `httpNotFoundPage`: below the directory, sent with 404 if it exists.
  std::string http_index = "index.html";
  std::string http_not_found_page = "404.html";
  // `httpCacheControl`: the Cache-Control header of files; empty: none. The default lets clients
  // keep a file, but ask each time whether it has changed.
  std::string http_cache_control = "public, max-age=0";
  // `httpImmutable`: paths ("/assets/") whose files may be kept for a year without asking, because
  // a change of the content changes the name.
  std::vector<std::string> http_immutable;
  // `httpCompression`: files of text and the like are sent compressed to clients that take it: from
  // siblings named "x.br" and "x.gz", or, up to 256 KiB, compressed by the worker.
  bool http_compression = true;

  // ---- Logging ----
  // `logLevel`: 0 nothing, 1 errors and notes, 2 warnings too, 3 everything.
  std::uint32_t log_level = 2;
  // `logFormat`: "text" or "json".
  LogFormat log_format = LogFormat::kText;
  // `accessLog`: file to which a line is appended for each HTTP request; "-": standard output;
  // empty: none. Opened anew on SIGHUP.
  std::string access_log;
  // `accessLogFormat`: "combined", as of Apache and nginx, or "json".
  AccessLogFormat access_log_format = AccessLogFormat::kCombined;

  // ---- Authentication ----
  // `authKey`: secret of the tokens. Empty with no key pair: chosen at random.
  std::string auth_key;
  // `authPrivateKey`, `authPublicKey`: PEM, both or none.
  std::string auth_private_key;
  std::string auth_public_key;
  // `authDefaultExpiry` of a token.
  std::chrono::seconds auth_default_expiry{86400};
  // `authAlgorithm`: for signing, e.g. "HS256". Empty: what fits the key. `authVerifyAlgorithms`:
  // allowed.
  std::string auth_algorithm;
  std::vector<std::string> auth_verify_algorithms;

  // ---- The application's own ----
  // `custom`: an object for the controllers, who find it unchanged in their options. It is printed
  // with the other options: no place for secrets.
  Json custom = JsonObject{};
};

// One text for each thing that is wrong, in the original's words where it has any; empty when all
// is well.
std::vector<std::string> validate(const Options& options);

// `path` with a slash at both ends.
std::string normalize_path(std::string_view path);

}  // namespace socketcluster
