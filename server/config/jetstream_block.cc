#include "server/config/jetstream_block.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/config/text_rules.h"

namespace kyc::config {
namespace {

constexpr size_t kMaxNameBytes = 64;
constexpr int kReplicasThatSurviveOne = 3;

bool IsToken(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-';
  });
}

// What NATS gives no meaning to; and it stands in JSON as it is.
bool IsSubject(absl::string_view text) {
  for (size_t dot = text.find('.'); dot != text.npos; dot = text.find('.')) {
    if (!IsToken(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return IsToken(text);
}

std::string Name(const std::string& field, const std::string& value, const std::string& preset,
                 bool (*is_right)(absl::string_view), FieldChecks& checks) {
  if (value.empty()) return preset;
  if (value.size() > kMaxNameBytes || !is_right(value)) {
    checks.Add(field,
               "must be 1 to 64 letters, digits, '_' or '-', and dots only between words "
               "of subject_prefix");
  }
  return value;
}

void CheckServers(const v1::JetStream& block, FieldChecks& checks) {
  if (block.servers().empty()) checks.Add("event_log.jetstream.servers", "must hold at least one");
  for (int i = 0; i < block.servers_size(); ++i) {
    checks.AddIfAny(absl::StrCat("event_log.jetstream.servers[", i, "]"),
                    NatsServerFault(block.servers(i), block.insecure_plaintext_i_understand()));
  }
}

void CheckCredentials(const v1::JetStream& block, JetStream& jetstream, FieldChecks& checks) {
  const std::string at = "event_log.jetstream.";
  switch (block.credentials_case()) {
    case v1::JetStream::kUser:
      jetstream.user = block.user().name();
      if (jetstream.user.empty()) checks.Add(at + "user.name", "is required");
      jetstream.password = checks.ReadSecret(
          at + "user.password_file", block.user().password_file(), SecretForm::kHeaderValue);
      break;
    case v1::JetStream::kTokenFile:
      jetstream.token =
          checks.ReadSecret(at + "token_file", block.token_file(), SecretForm::kHeaderValue);
      break;
    case v1::JetStream::kCredsFile:
      // NATS' client reads it itself, anew for each connection.
      checks.ReadSecret(at + "creds_file", block.creds_file(), SecretForm::kText);
      jetstream.creds_file = checks.Path(at + "creds_file", block.creds_file());
      break;
    case v1::JetStream::CREDENTIALS_NOT_SET:
      break;
  }
}

}  // namespace

JetStream CheckJetStream(const v1::JetStream& block, FieldChecks& checks) {
  const std::string at = "event_log.jetstream.";
  JetStream jetstream;
  CheckServers(block, checks);
  jetstream.servers = {block.servers().begin(), block.servers().end()};
  jetstream.ca_file = checks.CertificateFile(at + "ca_file", block.ca_file());
  CheckCredentials(block, jetstream, checks);
  jetstream.stream = Name(at + "stream", block.stream(), jetstream.stream, IsToken, checks);
  jetstream.subject_prefix = Name(at + "subject_prefix", block.subject_prefix(),
                                  jetstream.subject_prefix, IsSubject, checks);
  jetstream.replicas =
      static_cast<int>(checks.Number(at + "replicas", block.replicas(), {3, 1, 5}));
  jetstream.synced = block.durability() == v1::DURABILITY_SYNCED;
  if (!jetstream.synced && jetstream.replicas < kReplicasThatSurviveOne &&
      !block.lost_with_one_server_i_understand()) {
    checks.Add(at + "replicas",
               "must be at least 3 for DURABILITY_REPLICATED: fewer lose acknowledged events with "
               "one server; to allow it, set lost_with_one_server_i_understand");
  }
  jetstream.publish_timeout =
      checks.Span(at + "publish_timeout", block.has_publish_timeout(), block.publish_timeout(),
                  {absl::Seconds(5), absl::Milliseconds(100), absl::Seconds(25)});
  jetstream.folder = checks.Path(at + "folder", block.folder());
  return jetstream;
}

}  // namespace kyc::config
