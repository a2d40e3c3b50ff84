// Parse against simdjson's other, strict parser: both take the same documents, but for our limits
// and for numbers that fit no machine number.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "server/json/value.h"
#include "simdjson.h"

namespace {

using kyc::json::Value;

[[noreturn]] void Fail(const char* what, absl::string_view why) {
  std::cerr << what << ": " << why << "\n";
  std::abort();
}

bool IsOurLimit(absl::string_view message) {
  return message == "has a key twice" || message == "is nested too deep" ||
         message == "has too many values";
}

bool IsTheirLimit(simdjson::error_code error) { return error == simdjson::NUMBER_ERROR; }

void ReadEverything(const Value& value, kyc::json::Deviations& deviations) {
  kyc::json::ReadString(value, deviations);
  kyc::json::ReadIdentifier(value, deviations);
  kyc::json::ReadBool(value, deviations);
  kyc::json::ReadDouble(value, deviations);
  kyc::json::ReadInt64(value, deviations);
  for (const Value& item : value.items) ReadEverything(item, deviations);
  for (const auto& [key, member] : value.members) {
    if (value.Find(key) != &member && member.kind != Value::Kind::kUnreadable) {
      Fail("a key is there twice", "");
    }
    ReadEverything(member, deviations);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view document(reinterpret_cast<const char*>(data), size);
  kyc::json::Deviations deviations;
  const auto ours = kyc::json::Parse(document, {}, deviations);
  simdjson::dom::parser parser;
  const auto theirs = parser.parse(reinterpret_cast<const char*>(data), size).error();
  if (ours.ok() && theirs && !IsTheirLimit(theirs)) Fail("taken", simdjson::error_message(theirs));
  if (!ours.ok() && !theirs && !IsOurLimit(ours.status().message())) {
    Fail("refused", ours.status().message());
  }
  if (ours.ok()) ReadEverything(*ours, deviations);

  kyc::json::ParseOptions loose;
  loose.bare_word_paths = {"", "a", "a.b", "[]"};
  const auto loosely = kyc::json::Parse(document, loose, deviations);
  if (ours.ok() && !loosely.ok()) Fail("looser refuses more", loosely.status().message());
  if (loosely.ok()) ReadEverything(*loosely, deviations);

  kyc::json::ParseOptions lenient;
  lenient.lenient = true;
  const auto leniently = kyc::json::Parse(document, lenient, deviations);
  if (ours.ok() && !leniently.ok()) Fail("lenient refuses more", leniently.status().message());
  if (leniently.ok()) ReadEverything(*leniently, deviations);
  return 0;
}
