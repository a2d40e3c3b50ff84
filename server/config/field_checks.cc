#include "server/config/field_checks.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/call/token_strength.h"
#include "server/config/text_rules.h"

namespace kyc::config {
namespace {

constexpr unsigned kOthers = 0007;
// What protobuf allows in a Duration.
constexpr int64_t kMaxSpanSeconds = 315'576'000'000;
constexpr int32_t kMaxSpanNanos = 999'999'999;

absl::string_view WithoutNewline(absl::string_view text) {
  absl::ConsumeSuffix(&text, "\n");
  absl::ConsumeSuffix(&text, "\r");
  return text;
}

bool IsHeaderValue(absl::string_view text) {
  return !absl::StartsWith(text, " ") && !absl::EndsWith(text, " ") &&
         std::all_of(text.begin(), text.end(), absl::ascii_isprint);
}

// The secret that the file's content is, or what is wrong with it, quoting nothing.
absl::StatusOr<Secret> SecretFrom(const Secret& content, SecretForm form) {
  const absl::string_view text = WithoutNewline(content.Reveal());
  if (text.empty()) return absl::InvalidArgumentError("is empty");
  std::string bytes;
  switch (form) {
    case SecretForm::kText:
      break;
    case SecretForm::kHeaderValue:
      if (IsHeaderValue(text)) break;
      return absl::InvalidArgumentError("must hold one line of visible ASCII characters");
    case SecretForm::kBearerToken:
      if (!IsHeaderValue(text)) {
        return absl::InvalidArgumentError("must hold one line of visible ASCII characters");
      }
      if (HasEnoughBits(text)) break;
      return absl::InvalidArgumentError(
          "is too short for a token of 128 random bits: 32 hexadecimal digits or 22 characters of "
          "base64, like `openssl rand -hex 32` makes");
    case SecretForm::k16Bytes:
      if (text.size() == 16) break;
      return absl::InvalidArgumentError("must hold 16 bytes");
    case SecretForm::k32BytesInBase64:
      if (absl::Base64Unescape(text, &bytes) && bytes.size() == 32) return Secret(std::move(bytes));
      Wipe(bytes);
      return absl::InvalidArgumentError("must hold 32 bytes in base64");
  }
  return Secret(text);
}

}  // namespace

void FieldChecks::Add(absl::string_view field, absl::string_view what) {
  faults_.push_back(absl::StrCat(field, ": ", what));
}

void FieldChecks::AddIfAny(absl::string_view field, absl::string_view what) {
  if (!what.empty()) Add(field, what);
}

// Not which file: a secret that stands in a path's place is none that should be shown.
void FieldChecks::AddOfFile(absl::string_view field, absl::string_view what) {
  Add(field, absl::StrCat("the file that it names ", what));
}

std::string FieldChecks::Path(absl::string_view field, const std::string& path) {
  if (path.empty()) Add(field, "is required");
  return path.empty() ? path : (folder_ / path).string();
}

Secret FieldChecks::ReadSecret(absl::string_view field, const std::string& path, SecretForm form) {
  const std::string full_path = Path(field, path);
  if (full_path.empty()) return Secret();
  absl::StatusOr<File> file = read_file_(full_path);
  if (!file.ok()) {
    AddOfFile(field, file.status().message());
    return Secret();
  }
  if ((file->mode & kOthers) != 0) {
    AddOfFile(field, "is open to every user: chmod o= it");
    return Secret();
  }
  absl::StatusOr<Secret> secret = SecretFrom(file->content, form);
  if (secret.ok()) return *std::move(secret);
  AddOfFile(field, secret.status().message());
  return Secret();
}

std::string FieldChecks::CertificateFile(absl::string_view field, const std::string& path) {
  if (path.empty()) return "";
  const std::string full_path = Path(field, path);
  const absl::StatusOr<File> file = read_file_(full_path);
  if (!file.ok()) {
    AddOfFile(field, file.status().message());
  } else if (!absl::StrContains(file->content.Reveal(), "-----BEGIN CERTIFICATE-----")) {
    AddOfFile(field, "holds no certificate");
  }
  return full_path;
}

int64_t FieldChecks::Number(absl::string_view field, int64_t value, const NumberRule& rule) {
  if (value == 0) return rule.preset;
  if (value >= rule.least && value <= rule.most) return value;
  Add(field, absl::StrCat("must be ", rule.least, " to ", rule.most));
  return rule.preset;
}

absl::Duration FieldChecks::Span(absl::string_view field, bool is_set,
                                 const google::protobuf::Duration& value, const SpanRule& rule) {
  if (!is_set) return rule.preset;
  const bool valid = value.seconds() >= 0 && value.seconds() <= kMaxSpanSeconds &&
                     value.nanos() >= 0 && value.nanos() <= kMaxSpanNanos;
  const absl::Duration span = absl::Seconds(value.seconds()) + absl::Nanoseconds(value.nanos());
  if (valid && span >= rule.least && span <= rule.most) return span;
  Add(field, absl::StrCat("must be ", absl::FormatDuration(rule.least), " to ",
                          absl::FormatDuration(rule.most)));
  return rule.preset;
}

std::string FieldChecks::UniqueName(absl::string_view field, const std::string& name,
                                    std::set<std::string>& names) {
  const std::string fault = NameFault(name);
  AddIfAny(field, fault);
  if (fault.empty() && !names.insert(name).second) {
    Add(field, "is there twice");
  }
  return name;
}

}  // namespace kyc::config
