#include "server/config/postgres_block.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kyc::config {
namespace {

bool IsHere(absl::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1" || absl::StartsWith(host, "/");
}

// What libpq takes for the end of a word.
constexpr char kSpaces[] = " \t\n\v\f\r";

std::vector<std::string> ListOf(const std::string& word) { return absl::StrSplit(word, ','); }

// What is wrong, as a phrase that quotes no value; empty when nothing is. `words` takes the DSN
// apart.
std::string WordsFault(const std::string& dsn, std::map<std::string, std::string>& words) {
  if (dsn.empty()) return "is required";
  if (dsn.find_first_of("'\"\\") != dsn.npos) return "must hold no quotes or backslashes";
  for (absl::string_view word : absl::StrSplit(dsn, absl::ByAnyChar(kSpaces), absl::SkipEmpty())) {
    const size_t equals = word.find('=');
    if (equals == word.npos || equals == 0) return "must be keyword=value, with a space between";
    words[std::string(word.substr(0, equals))] = std::string(word.substr(equals + 1));
  }
  return "";
}

std::string DsnFault(const std::string& dsn, bool plaintext_elsewhere) {
  std::map<std::string, std::string> words;
  if (std::string fault = WordsFault(dsn, words); !fault.empty()) return fault;
  if (words.count("password") > 0) return "must not say password: set password_file";
  for (const char* ours : {"options", "application_name", "client_encoding", "replication",
                           "fallback_application_name", "service"}) {
    if (words.count(ours) == 0) continue;
    return absl::StrCat("must not say ", ours, ": the gateway sets what it needs itself");
  }
  if (words["host"].empty()) return "must say host=";
  std::vector<std::string> spoken_to = ListOf(words["host"]);
  const size_t hosts = spoken_to.size();
  if (words.count("port") > 0 && ListOf(words["port"]).size() != 1 &&
      ListOf(words["port"]).size() != hosts) {
    return "must say one port, or one for each host";
  }
  if (words.count("hostaddr") > 0) {
    // A host is then only whose certificate it must have.
    spoken_to = ListOf(words["hostaddr"]);
    if (spoken_to.size() != hosts) return "must say a hostaddr for each host";
  }
  const bool here = std::all_of(spoken_to.begin(), spoken_to.end(), IsHere);
  if (here || plaintext_elsewhere || words["sslmode"] == "verify-full") return "";
  return "must say sslmode=verify-full: only loopback may be spoken to without; to allow it, set "
         "insecure_plaintext_i_understand";
}

// As the server compares names.
size_t Different(const std::vector<std::string>& names) {
  std::set<std::string> different;
  for (const std::string& name : names) different.insert(absl::AsciiStrToLower(name));
  return different.size();
}

PostgresDurability DurabilityOf(v1::PostgresDurability durability) {
  switch (durability) {
    case v1::POSTGRES_DURABILITY_LOCAL:
      return PostgresDurability::kLocal;
    case v1::POSTGRES_DURABILITY_ENGINE:
      return PostgresDurability::kEngine;
    default:
      return PostgresDurability::kStandbys;
  }
}

}  // namespace

Postgres CheckPostgres(const v1::Postgres& block, FieldChecks& checks) {
  const std::string at = "event_log.postgres.";
  Postgres postgres;
  postgres.dsn = block.dsn();
  checks.AddIfAny(at + "dsn", DsnFault(block.dsn(), block.insecure_plaintext_i_understand()));
  if (!block.password_file().empty()) {
    postgres.password =
        checks.ReadSecret(at + "password_file", block.password_file(), SecretForm::kText);
  }
  postgres.durability = DurabilityOf(block.durability());
  postgres.standbys = static_cast<int>(checks.Number(at + "standbys", block.standbys(), {1, 1, 8}));
  postgres.standby_names = {block.standby_names().begin(), block.standby_names().end()};
  if (postgres.durability == PostgresDurability::kStandbys &&
      Different(postgres.standby_names) < static_cast<size_t>(postgres.standbys)) {
    checks.Add(at + "standby_names", "must name at least as many as `standbys`");
  }
  postgres.keeper_user = block.keeper_user();
  if (!block.keeper_password_file().empty()) {
    postgres.keeper_password = checks.ReadSecret(at + "keeper_password_file",
                                                 block.keeper_password_file(), SecretForm::kText);
    if (postgres.keeper_user.empty()) {
      checks.Add(at + "keeper_user", "is required beside keeper_password_file");
    }
  }
  postgres.poll_interval =
      checks.Span(at + "poll_interval", block.has_poll_interval(), block.poll_interval(),
                  {absl::Milliseconds(50), absl::Milliseconds(1), absl::Seconds(10)});
  return postgres;
}

}  // namespace kyc::config
