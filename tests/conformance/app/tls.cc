// SPDX-License-Identifier: MIT
// The scenario `tls`: what an application is told of encrypted connections, and a rule that asks.
#include "scenarios.h"

namespace sc = socketcluster;

namespace conformance {
namespace {

sc::Json to_json(const std::optional<sc::TlsDetails>& tls) {
  if (!tls) return nullptr;
  sc::JsonObject json{{"version", tls->version},
                      {"cipher", tls->cipher},
                      {"serverName", tls->server_name},
                      {"isResumed", tls->is_resumed},
                      {"certificate", nullptr}};
  if (!tls->client_certificate) return json;
  const sc::ClientCertificate& certificate = *tls->client_certificate;
  sc::JsonArray names;
  for (const std::string& name : certificate.alternative_names) names.emplace_back(name);
  json["certificate"] = {{"isVerified", certificate.is_verified},
                         {"error", certificate.error},
                         {"subject", certificate.subject},
                         {"issuer", certificate.issuer},
                         {"commonName", certificate.common_name},
                         {"alternativeNames", std::move(names)},
                         {"serialNumber", certificate.serial_number},
                         {"fingerprint", certificate.fingerprint},
                         {"pem", certificate.pem}};
  return json;
}

void require_subject(sc::HandshakeWsRequest& request, const sc::Next& next) {
  const auto tls = request.http().tls();
  const bool is_known = tls && tls->client_certificate && tls->client_certificate->is_verified;
  if (is_known && tls->client_certificate->subject == "CN=guest") return next();
  next(sc::Error("ForbiddenError", "Show the certificate of guest"));
}

}  // namespace

void scenario_tls(sc::Worker& worker) {
  worker.http().get("/tls", [](const sc::HttpRequest& request, const sc::HttpReply& reply) {
    reply.json({{"isEncrypted", request.is_encrypted()}, {"tls", to_json(request.tls())}});
  });
  sc::Server& server = worker.server();
  server.use(sc::Line::kHandshakeWs, require_subject);
  server.on("tls", [](sc::Socket& socket, const sc::Json&, const sc::Respond& respond) {
    respond({{"isEncrypted", socket.is_encrypted()}, {"tls", to_json(socket.tls())}});
  });
}

}  // namespace conformance
