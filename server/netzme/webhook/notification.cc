#include "server/netzme/webhook/notification.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "server/call/text_rules.h"

namespace kyc::netzme {
namespace {

using ::netzme::v1::Anomaly;
using ::netzme::v1::UpgradeEvent;
using ::netzme::v1::UpgradeStatus;

constexpr size_t kMaxReferenceBytes = 128;
constexpr size_t kMaxCustIdBytes = 128;
constexpr size_t kMaxStatusBytes = 64;
constexpr size_t kMaxTypeBytes = 64;
constexpr size_t kMaxNameBytes = 256;
constexpr size_t kMaxUrlBytes = 2048;
constexpr size_t kMaxItems = 64;
constexpr size_t kMaxItemBytes = 1024;

// A key that is null, or a blank text, counts as not sent.
const json::Value* Sent(const json::Value* value) {
  if (value == nullptr || value->kind == json::Value::Kind::kNull) return nullptr;
  return value->kind == json::Value::Kind::kString && IsBlank(value->text) ? nullptr : value;
}

const json::Value* Sent(const json::Value& object, absl::string_view key) {
  return Sent(object.Find(key));
}

UpgradeStatus StatusFromText(absl::string_view text) {
  if (absl::EqualsIgnoreCase(text, "approved")) return ::netzme::v1::UPGRADE_STATUS_APPROVED;
  if (absl::EqualsIgnoreCase(text, "rejected")) return ::netzme::v1::UPGRADE_STATUS_REJECTED;
  return ::netzme::v1::UPGRADE_STATUS_OTHER;
}

// Reads one notification into one event.
class Reading {
 public:
  Reading(const json::Value& root, json::Deviations& deviations)
      : root_(root), deviations_(deviations) {
    if (const json::Value* info = Sent(root, "additionalInfo"); info != nullptr) {
      if (info->kind == json::Value::Kind::kObject) {
        info_ = info;
      } else {
        Note(::netzme::v1::ANOMALY_FIELD_UNREADABLE);
      }
    }
  }

  absl::optional<Refusal> Read();
  UpgradeEvent Take() && { return std::move(event_); }

 private:
  absl::optional<Refusal> ReadReference();
  absl::optional<Refusal> ReadStatus();
  absl::optional<Refusal> ReadCustId();
  void ReadRest();
  std::string OptionalText(absl::string_view key, size_t max_bytes);
  std::vector<std::string> OptionalList(absl::string_view key, Anomaly if_missing);
  absl::optional<std::vector<std::string>> Items(const json::Value& value);

  // Where the documents' sample has it, additionalInfo, or where their table may be read to have
  // it, the top.
  // An empty list counts as not sent.
  const json::Value* FindSent(absl::string_view key) const {
    for (const json::Value* object : {&root_, info_}) {
      const json::Value* value = object == nullptr ? nullptr : Sent(*object, key);
      if (value == nullptr) continue;
      if (value->kind != json::Value::Kind::kArray || !value->items.empty()) return value;
    }
    return nullptr;
  }

  void StripBlanks(std::string& status) {
    const absl::string_view without = WithoutBlanks(status);
    if (without.size() == status.size()) return;
    status = std::string(without);
    Note(::netzme::v1::ANOMALY_STATUS_BLANKS);
    deviations_.push_back("status_blanks");
  }
  void Note(Anomaly anomaly) {
    const auto& noted = event_.anomalies();
    if (std::find(noted.begin(), noted.end(), anomaly) == noted.end()) {
      event_.add_anomalies(anomaly);
    }
  }
  Refusal InvalidFormat(absl::string_view field) const {
    return {"4000001", absl::StrCat("Invalid Field Format ", field),
            event_.original_reference_no()};
  }
  Refusal Missing(absl::string_view field) const {
    return {"4000002", absl::StrCat("Invalid Mandatory Field ", field),
            event_.original_reference_no()};
  }

  const json::Value& root_;
  const json::Value* info_ = nullptr;  // additionalInfo, if it is an object.
  json::Deviations& deviations_;
  UpgradeEvent event_;
};

absl::optional<Refusal> Reading::Read() {
  if (absl::optional<Refusal> refusal = ReadReference(); refusal.has_value()) return refusal;
  if (absl::optional<Refusal> refusal = ReadStatus(); refusal.has_value()) return refusal;
  if (absl::optional<Refusal> refusal = ReadCustId(); refusal.has_value()) return refusal;
  ReadRest();
  return absl::nullopt;
}

absl::optional<Refusal> Reading::ReadReference() {
  static constexpr char kField[] = "originalReferenceNo";
  const json::Value* value = Sent(root_, kField);
  if (value == nullptr) return Missing(kField);
  absl::optional<std::string> text = json::ReadIdentifier(*value, deviations_);
  if (!text.has_value() || text->size() > kMaxReferenceBytes) return InvalidFormat(kField);
  event_.set_original_reference_no(*std::move(text));
  return absl::nullopt;
}

absl::optional<Refusal> Reading::ReadStatus() {
  static constexpr char kField[] = "status";
  absl::optional<std::string> status;
  for (const json::Value* object : {&root_, info_}) {
    const json::Value* value = object == nullptr ? nullptr : Sent(*object, kField);
    if (value == nullptr) continue;
    absl::optional<std::string> text = json::ReadString(*value, deviations_);
    if (!text.has_value()) return InvalidFormat(kField);
    StripBlanks(*text);
    if (status.has_value() && !absl::EqualsIgnoreCase(*status, *text)) return InvalidFormat(kField);
    if (!status.has_value()) status = std::move(text);
  }
  if (!status.has_value()) return Missing(kField);

  event_.set_status(StatusFromText(*status));
  if (event_.status() == ::netzme::v1::UPGRADE_STATUS_OTHER) {
    Note(::netzme::v1::ANOMALY_UNKNOWN_STATUS);
  }
  if (status->size() > kMaxStatusBytes) {
    Note(::netzme::v1::ANOMALY_FIELD_TOO_LONG);
  } else {
    event_.set_status_text(*std::move(status));
  }
  return absl::nullopt;
}

// A text that is no identifier is refused, lest somebody take it for one; what is no text at all is
// left out.
absl::optional<Refusal> Reading::ReadCustId() {
  static constexpr char kField[] = "custId";
  const json::Value* value = FindSent(kField);
  if (value == nullptr) {
    Note(::netzme::v1::ANOMALY_MISSING_CUST_ID);
    return absl::nullopt;
  }
  absl::optional<std::string> text = json::ReadIdentifier(*value, deviations_);
  if (!text.has_value()) {
    if (value->kind == json::Value::Kind::kString) return InvalidFormat(kField);
    Note(::netzme::v1::ANOMALY_FIELD_UNREADABLE);
  } else if (text->size() > kMaxCustIdBytes) {
    Note(::netzme::v1::ANOMALY_FIELD_TOO_LONG);
  } else {
    event_.set_cust_id(*std::move(text));
  }
  return absl::nullopt;
}

void Reading::ReadRest() {
  event_.set_type(OptionalText("type", kMaxTypeBytes));
  event_.set_mother_maiden_name(OptionalText("motherMaidenName", kMaxNameBytes));
  event_.set_identification_card_image_url(
      OptionalText("identificationCardImageUrl", kMaxUrlBytes));
  event_.set_selfie_image_url(OptionalText("selfieImageUrl", kMaxUrlBytes));

  const bool rejected = event_.status() == ::netzme::v1::UPGRADE_STATUS_REJECTED;
  const bool approved = event_.status() == ::netzme::v1::UPGRADE_STATUS_APPROVED;
  for (std::string& reason :
       OptionalList("rejectReasons", rejected ? ::netzme::v1::ANOMALY_MISSING_REJECT_REASONS
                                              : ::netzme::v1::ANOMALY_UNSPECIFIED)) {
    event_.add_reject_reasons(std::move(reason));
  }
  for (std::string& benefit :
       OptionalList("benefits", approved ? ::netzme::v1::ANOMALY_MISSING_BENEFITS
                                         : ::netzme::v1::ANOMALY_UNSPECIFIED)) {
    event_.add_benefits(std::move(benefit));
  }
}

std::string Reading::OptionalText(absl::string_view key, size_t max_bytes) {
  const json::Value* value = FindSent(key);
  if (value == nullptr) return "";
  absl::optional<std::string> text = json::ReadString(*value, deviations_);
  if (!text.has_value()) {
    Note(::netzme::v1::ANOMALY_FIELD_UNREADABLE);
    return "";
  }
  if (text->size() > max_bytes) {
    Note(::netzme::v1::ANOMALY_FIELD_TOO_LONG);
    return "";
  }
  return *std::move(text);
}

std::vector<std::string> Reading::OptionalList(absl::string_view key, Anomaly if_missing) {
  const json::Value* value = FindSent(key);
  if (value == nullptr) {
    if (if_missing != ::netzme::v1::ANOMALY_UNSPECIFIED) Note(if_missing);
    return {};
  }
  absl::optional<std::vector<std::string>> items = Items(*value);
  if (!items.has_value()) {
    Note(::netzme::v1::ANOMALY_FIELD_UNREADABLE);
    return {};
  }
  const bool too_long = items->size() > kMaxItems ||
                        std::any_of(items->begin(), items->end(), [](const std::string& item) {
                          return item.size() > kMaxItemBytes;
                        });
  if (too_long) {
    Note(::netzme::v1::ANOMALY_FIELD_TOO_LONG);
    return {};
  }
  return *std::move(items);
}

absl::optional<std::vector<std::string>> Reading::Items(const json::Value& value) {
  if (value.kind != json::Value::Kind::kArray) {
    absl::optional<std::string> alone = json::ReadString(value, deviations_);
    if (!alone.has_value()) return absl::nullopt;
    deviations_.push_back("string_for_list");
    return std::vector<std::string>{*std::move(alone)};
  }
  std::vector<std::string> items;
  for (const json::Value& item : value.items) {
    absl::optional<std::string> text = json::ReadString(item, deviations_);
    if (!text.has_value()) return absl::nullopt;
    items.push_back(*std::move(text));
  }
  return items;
}

}  // namespace

std::variant<UpgradeEvent, Refusal> ReadNotification(absl::string_view body,
                                                     json::Deviations& deviations) {
  const absl::StatusOr<json::Value> root = json::Parse(body, json::ParseOptions(), deviations);
  if (!root.ok()) {
    return Refusal{"4000000", "Bad Request", "",
                   absl::StrCat("the body ", root.status().message())};
  }
  if (root->kind != json::Value::Kind::kObject) {
    return Refusal{"4000000", "Bad Request", "", "the body is no JSON object"};
  }
  Reading reading(*root, deviations);
  if (absl::optional<Refusal> refusal = reading.Read(); refusal.has_value()) {
    return *std::move(refusal);
  }
  UpgradeEvent event = std::move(reading).Take();
  event.set_raw_body(std::string(body));
  return event;
}

}  // namespace kyc::netzme
