// SPDX-License-Identifier: MIT
#include "websocket/deflate_negotiation.h"

#include <algorithm>
#include <string_view>

#include "base/ascii.h"

namespace socketcluster::websocket {
namespace {

constexpr std::string_view kName = "permessage-deflate";
constexpr std::string_view kServerForgets = "server_no_context_takeover";
constexpr std::string_view kClientForgets = "client_no_context_takeover";
constexpr std::string_view kServerBits = "server_max_window_bits";
constexpr std::string_view kClientBits = "client_max_window_bits";
constexpr int kMostBits = 15;
constexpr int kLeastDeflateBits = 9;  // zlib's, for raw deflate

// One offer, each parameter at most once.
struct Offer {
  bool server_forgets = false;
  bool client_forgets = false;
  std::optional<int> server_bits;
  std::optional<int> client_bits;
};

// "8" to "15", without leading zeros (RFC 7692 section 7.1.2).
std::optional<int> parse_bits(std::string_view text) {
  if (text.size() == 1 && (text == "8" || text == "9")) return text[0] - '0';
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5')
    return 10 + (text[1] - '0');
  return std::nullopt;
}

bool set_flag(bool* flag, const ExtensionParameter& parameter) {
  if (*flag || parameter.value) return false;
  *flag = true;
  return true;
}

bool set_bits(std::optional<int>* bits, const ExtensionParameter& parameter) {
  if (*bits || !parameter.value) return false;
  *bits = parse_bits(*parameter.value);
  return bits->has_value();
}

// False for what RFC 7692 section 7.1 tells to decline.
bool set_parameter(Offer* offer, const ExtensionParameter& parameter) {
  if (parameter.name == kServerForgets) return set_flag(&offer->server_forgets, parameter);
  if (parameter.name == kClientForgets) return set_flag(&offer->client_forgets, parameter);
  if (parameter.name == kServerBits) return set_bits(&offer->server_bits, parameter);
  if (parameter.name != kClientBits) return false;
  if (parameter.value) return set_bits(&offer->client_bits, parameter);
  if (offer->client_bits) return false;
  offer->client_bits = kMostBits;  // "can be asked for any" (section 7.1.2.2)
  return true;
}

std::optional<Offer> parse_offer(const Extension& extension) {
  Offer offer;
  for (const ExtensionParameter& parameter : extension.parameters) {
    if (!set_parameter(&offer, parameter)) return std::nullopt;
  }
  return offer;
}

std::optional<DeflateAgreement> accept(const Offer& offer, const DeflateOptions& options) {
  const int server_bits =
      std::min(offer.server_bits.value_or(kMostBits), options.server_max_window_bits);
  if (server_bits < kLeastDeflateBits) return std::nullopt;
  DeflateAgreement agreement;
  agreement.server_no_context_takeover = offer.server_forgets || options.server_no_context_takeover;
  agreement.client_no_context_takeover = offer.client_forgets || options.client_no_context_takeover;
  agreement.server_max_window_bits = static_cast<std::uint8_t>(server_bits);
  agreement.states_server_max_window_bits =
      offer.server_bits.has_value() || server_bits != kMostBits;
  // A client that does not offer the parameter cannot be asked for a smaller window
  // (section 7.1.2.2).
  if (offer.client_bits) {
    agreement.client_max_window_bits =
        static_cast<std::uint8_t>(std::min(*offer.client_bits, options.client_max_window_bits));
  }
  return agreement;
}

}  // namespace

std::optional<DeflateAgreement> negotiate_deflate(std::span<const Extension> offers,
                                                  const DeflateOptions& options) {
  if (!options.enabled) return std::nullopt;
  for (const Extension& extension : offers) {
    if (!base::equals_ignoring_case(extension.name, kName)) continue;
    const std::optional<Offer> offer = parse_offer(extension);
    if (!offer) continue;
    if (std::optional<DeflateAgreement> agreement = accept(*offer, options)) return agreement;
  }
  return std::nullopt;
}

std::string format_agreement(const DeflateAgreement& agreement) {
  std::string text(kName);
  const auto add = [&text](std::string_view parameter) { text.append("; ").append(parameter); };
  if (agreement.server_no_context_takeover) add(kServerForgets);
  if (agreement.client_no_context_takeover) add(kClientForgets);
  if (agreement.states_server_max_window_bits) {
    add(kServerBits);
    text += '=' + std::to_string(agreement.server_max_window_bits);
  }
  if (agreement.client_max_window_bits != kMostBits) {
    add(kClientBits);
    text += '=' + std::to_string(agreement.client_max_window_bits);
  }
  return text;
}

}  // namespace socketcluster::websocket
