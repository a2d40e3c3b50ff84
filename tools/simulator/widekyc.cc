#include "tools/simulator/widekyc.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <optional>

#include "tools/simulator/documents.h"
#include "tools/simulator/wire.h"

namespace kyc::simulator {
namespace {

namespace json = boost::json;

struct Endpoint {
  std::string_view path;
  std::string_view image_field;
  bool image_required;
  MagicField magic;
  std::string_view sample;
};

constexpr std::array kEndpoints = {
    Endpoint{"/api/passive-liveness", "selfie_image", true, MagicField::kLiveness, kLivenessReply},
    Endpoint{"/api/id-recognize", "id_image", true, MagicField::kRecognize, kRecognizeReply},
    Endpoint{"/api/id-validation", "selfie_image", false, MagicField::kNik, kValidationReply},
};

const Endpoint* EndpointAt(std::string_view path) {
  for (const Endpoint& endpoint : kEndpoints) {
    if (endpoint.path == path) return &endpoint;
  }
  return nullptr;
}

bool AllDigits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// DD-MM-YYYY, as far as its form goes.
bool IsDate(std::string_view text) {
  return text.size() == 10 && text[2] == '-' && text[5] == '-' &&
         AllDigits(std::string(text.substr(0, 2)) + std::string(text.substr(3, 2)) +
                   std::string(text.substr(6)));
}

std::string_view TextOf(const json::object& fields, std::string_view name) {
  const json::value* value = fields.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

// Takes the image out of `body` into `exchange`; the complaint if it is none.
std::optional<std::string> ReadImage(const json::object& body, const Endpoint& endpoint,
                                     Exchange& exchange) {
  const std::string name(endpoint.image_field);
  const json::value* value = body.if_contains(name);
  if (value == nullptr) {
    return endpoint.image_required ? std::optional(name + " is required") : std::nullopt;
  }
  if (!value->is_string()) return name + " must be Base64";
  const std::optional<std::string> bytes = DecodeBase64(TextOf(body, endpoint.image_field));
  if (!bytes.has_value()) return name + " must be Base64";
  exchange.images[name] = DescribeImage(*bytes);
  if (ImageType(*bytes).empty()) return name + " is not an image";
  return std::nullopt;
}

// Keeps every field but images in `exchange`. The complaint about the first text that is none.
std::optional<std::string> ReadFields(const json::object& body, const Endpoint& endpoint,
                                      Exchange& exchange) {
  std::optional<std::string> complaint;
  for (const auto& [key, value] : body) {
    const std::string name(key);
    if (name == endpoint.image_field) continue;
    exchange.fields[name] = value;
    if (!value.is_string() && name != "nik") complaint = name + " must be String";
  }
  exchange.reference = std::string(TextOf(body, "cust_ref_no"));
  return complaint;
}

// The documents' table says Integer, their samples a text: both are taken.
std::optional<std::string> CheckNik(const json::object& fields) {
  const json::value* nik = fields.if_contains("nik");
  if (nik == nullptr) return "nik is required";
  std::string digits(TextOf(fields, "nik"));
  if (nik->is_int64()) digits = std::to_string(nik->get_int64());
  if (digits.size() != 16 || !AllDigits(digits)) return "nik must have 16 digits";
  return std::nullopt;
}

std::optional<std::string> CheckFields(const Endpoint& endpoint, const Exchange& exchange) {
  if (exchange.reference.empty()) return "cust_ref_no is required";
  if (endpoint.magic != MagicField::kNik) return std::nullopt;
  if (std::optional<std::string> complaint = CheckNik(exchange.fields)) return complaint;
  const std::string_view birth_date = TextOf(exchange.fields, "birth_date");
  if (!birth_date.empty() && !IsDate(birth_date)) return "birth_date must be DD-MM-YYYY";
  return std::nullopt;
}

const MagicRow* MagicOf(const Endpoint& endpoint, const Exchange& exchange) {
  const MagicRow* any = FindMagic(MagicField::kCustRefNo, exchange.reference);
  if (any != nullptr) return any;
  return FindMagic(endpoint.magic, endpoint.magic == MagicField::kNik
                                       ? TextOf(exchange.fields, "nik")
                                       : std::string_view(exchange.reference));
}

void AnswerChecked(const Endpoint& endpoint, Exchange& exchange) {
  if (const MagicRow* row = MagicOf(endpoint, exchange)) {
    exchange.magic = row->value;
    exchange.answer =
        FillAnswer(*row, exchange.reference, endpoint.sample, EchoOf(exchange.fields));
    if (row->first_only) exchange.later = Answer{.body = std::string(endpoint.sample)};
  } else if (exchange.reference.starts_with("sim-")) {
    exchange.answer.body = WideKycError("no such magic value here: see --list-magic");
  } else {
    exchange.answer.body = endpoint.sample;
  }
}

}  // namespace

bool IsWideKycPath(std::string_view path) { return EndpointAt(path) != nullptr; }

Exchange AnswerWideKyc(const Request& request, std::string_view path, std::string_view token) {
  Exchange exchange;
  const Endpoint& endpoint = *EndpointAt(path);
  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  std::optional<std::string> complaint = "the body must be a JSON object";
  if (!error && body.is_object()) {
    complaint = ReadFields(body.get_object(), endpoint, exchange);
    const std::optional<std::string> image = ReadImage(body.get_object(), endpoint, exchange);
    if (!complaint) complaint = CheckFields(endpoint, exchange);
    if (!complaint) complaint = image;
  }
  if (request.header("token") != token) {
    exchange.answer = {401, "Unauthorized", "text/plain", {}};
  } else if (!request.header("content-type").starts_with("application/json")) {
    exchange.answer.body = WideKycError("Content-Type must be application/json");
  } else if (complaint) {
    exchange.answer.body = WideKycError(*complaint);
  } else {
    AnswerChecked(endpoint, exchange);
  }
  return exchange;
}

}  // namespace kyc::simulator
