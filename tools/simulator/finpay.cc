#include "tools/simulator/finpay.h"

#include <boost/json/parse.hpp>
#include <optional>

#include "tools/simulator/documents.h"
#include "tools/simulator/wire.h"

namespace kyc::simulator {
namespace {

namespace json = boost::json;

enum class Need { kMandatory, kOptional };

bool AllDigits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view View(const json::string& text) { return {text.data(), text.size()}; }

// Reads a widget request field by field. The first fault decides the answer; reading goes on, so
// that the record is whole.
class WidgetReader {
 public:
  WidgetReader(const FinpayAccount& account, Exchange& exchange)
      : account_(account), exchange_(exchange) {}

  void Read(const json::object& body);

  bool faulty() const { return !fault_.empty(); }
  std::string_view code() const { return code_; }
  const std::string& fault() const { return fault_; }

 private:
  void Missing(const std::string& field) { Blame("4000002", "Invalid Mandatory Field " + field); }
  void Malformed(const std::string& field) { Blame("4000001", "Invalid Field Format " + field); }
  void Blame(std::string_view code, std::string fault) {
    if (faulty()) return;
    code_ = code;
    fault_ = std::move(fault);
  }

  // The text of `name`, kept as `path` in the record; nothing if absent or blamed.
  std::optional<std::string_view> Text(const json::object& from, std::string_view name,
                                       const std::string& path, Need need);
  std::optional<std::string> Secret(const json::object& from, std::string_view name,
                                    const std::string& path, Need need);
  const json::object* Object(const json::object& from, std::string_view name,
                             const std::string& path);
  void ReadHead(const json::object& body);
  void ReadImage(const json::object& images, const std::string& name);
  void ReadPersonalData(const json::object& data);

  const FinpayAccount& account_;
  Exchange& exchange_;
  std::string_view code_;
  std::string fault_;
};

std::optional<std::string_view> WidgetReader::Text(const json::object& from, std::string_view name,
                                                   const std::string& path, Need need) {
  const json::value* value = from.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || value->is_null()) {
    if (need == Need::kMandatory) Missing(path);
    return std::nullopt;
  }
  if (!value->is_string()) {
    Malformed(path);
    return std::nullopt;
  }
  if (value->get_string().empty() && need == Need::kMandatory) Missing(path);
  return View(value->get_string());
}

std::optional<std::string> WidgetReader::Secret(const json::object& from, std::string_view name,
                                                const std::string& path, Need need) {
  const std::optional<std::string_view> text = Text(from, name, path, need);
  if (!text) return std::nullopt;
  const std::optional<std::string> cipher = DecodeBase64(*text);
  std::optional<std::string> plain;
  if (cipher) plain = DecryptAes(account_.key, account_.iv, *cipher);
  if (!plain) {
    Malformed(path);
  } else {
    exchange_.fields[path] = *plain;
  }
  return plain;
}

const json::object* WidgetReader::Object(const json::object& from, std::string_view name,
                                         const std::string& path) {
  const json::value* value = from.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr) return nullptr;
  if (!value->is_object()) Malformed(path);
  return value->if_object();
}

void WidgetReader::ReadHead(const json::object& body) {
  const auto text = [&](const std::string& name, Need need) -> std::string_view {
    const std::optional<std::string_view> value = Text(body, name, name, need);
    if (value) exchange_.fields[name] = json::string_view(value->data(), value->size());
    return value.value_or(std::string_view());
  };
  const std::string_view reference = text("partnerReferenceNo", Need::kMandatory);
  exchange_.reference = std::string(reference);
  if (reference.size() < 10 || reference.size() > 64) Malformed("partnerReferenceNo");
  const std::string_view phone = text("phoneNo", Need::kMandatory);
  const bool known = phone.starts_with("62") || phone.starts_with("08");
  if (phone.size() < 10 || phone.size() > 15 || !known || !AllDigits(phone)) Malformed("phoneNo");
  if (text("merchantId", Need::kMandatory).size() > 128) Malformed("merchantId");
  const std::string_view url = text("redirectFinalUrl", Need::kOptional);
  if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://")) {
    Malformed("redirectFinalUrl");
  }
}

void WidgetReader::ReadImage(const json::object& images, const std::string& name) {
  const std::string path = "images." + name;
  const json::object* image = Object(images, name, path);
  if (image == nullptr) return;
  if (const json::value* editable = image->if_contains("isEditable")) {
    exchange_.fields[path + ".isEditable"] = *editable;
    if (!editable->is_bool()) Malformed(path + ".isEditable");
  }
  std::optional<std::string_view> text = Text(*image, "base64", path + ".base64", Need::kMandatory);
  if (!text) return;
  const size_t comma = text->substr(0, 40).find(',');
  const std::string_view prefix = text->substr(0, comma == std::string_view::npos ? 0 : comma);
  if (comma != std::string_view::npos) text->remove_prefix(comma + 1);
  const std::optional<std::string> bytes = DecodeBase64(*text);
  if (bytes) exchange_.images[path] = DescribeImage(*bytes);
  const std::string_view type = bytes ? ImageType(*bytes) : std::string_view();
  if (type.empty() || prefix != "data:" + std::string(type) + ";base64") {
    Malformed(path + ".base64");
  }
}

void WidgetReader::ReadPersonalData(const json::object& data) {
  const auto kk = Secret(data, "kkNumber", "personalData.kkNumber", Need::kOptional);
  if (kk && (kk->empty() || kk->size() > 16 || !AllDigits(*kk))) {
    Malformed("personalData.kkNumber");
  }
  const auto mother =
      Secret(data, "biologicalMotherName", "personalData.biologicalMotherName", Need::kOptional);
  if (mother && mother->empty()) Malformed("personalData.biologicalMotherName");
  if (mother) exchange_.upgrade.mother_name = *mother;
  const auto text = [&](const char* name) -> std::string_view {
    const std::string path = std::string("personalData.") + name;
    const std::optional<std::string_view> value = Text(data, name, path, Need::kOptional);
    if (value) exchange_.fields[path] = json::string_view(value->data(), value->size());
    return value.value_or(std::string_view());
  };
  // The table says WNI or WNA, the sample "ID".
  const std::string_view nationality = text("nationality");
  if (!nationality.empty() && nationality != "WNI" && nationality != "WNA" &&
      nationality.size() != 2) {
    Malformed("personalData.nationality");
  }
  const std::string_view email = text("email");
  if (!email.empty() && email.find('@') == std::string_view::npos) Malformed("personalData.email");
}

void WidgetReader::Read(const json::object& body) {
  ReadHead(body);
  const std::optional<std::string> pass =
      Secret(body, "merchantPass", "merchantPass", Need::kMandatory);
  if (const json::object* images = Object(body, "images", "images")) {
    ReadImage(*images, "ktp");
    ReadImage(*images, "selfie");
  }
  if (const json::object* data = Object(body, "personalData", "personalData")) {
    ReadPersonalData(*data);
  }
  const json::value* id = exchange_.fields.if_contains("merchantId");
  const bool known = id != nullptr && View(id->get_string()) == account_.merchant_id;
  if (!known || pass != account_.merchant_pass) Blame("4010000", "Unauthorized");
}

void AnswerChecked(Exchange& exchange) {
  const std::string_view phone = View(exchange.fields.at("phoneNo").get_string());
  exchange.upgrade.reference = exchange.reference;
  if (const MagicRow* row = FindMagic(MagicField::kPhoneNo, phone)) {
    exchange.magic = row->value;
    exchange.answer = FillAnswer(*row, phone, kWidgetReply, EchoOf(exchange.fields));
    exchange.upgrade.steps = row->notify;
  } else {
    exchange.answer.body = kWidgetReply;
    exchange.upgrade.steps = {NotifyStep()};
  }
}

Answer Refusal(std::string_view code, std::string_view message) {
  return {.status = code.starts_with("401") ? 401 : 400, .body = FinpayReply(code, message)};
}

}  // namespace

Exchange AnswerFinpay(const Request& request, const FinpayAccount& account) {
  Exchange exchange;
  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  const bool typed = request.header("content-type").starts_with("application/json");
  if (error || !body.is_object() || !typed) {
    exchange.answer = Refusal("4000000", "Bad Request");
    return exchange;
  }
  WidgetReader reader(account, exchange);
  reader.Read(body.get_object());
  if (reader.faulty()) {
    exchange.answer = Refusal(reader.code(), reader.fault());
  } else {
    AnswerChecked(exchange);
  }
  return exchange;
}

}  // namespace kyc::simulator
