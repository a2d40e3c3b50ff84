#include "server/widekyc/id_recognize.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "server/call/error.h"
#include "server/call/image_type.h"
#include "server/call/text_rules.h"
#include "server/json/body.h"
#include "server/widekyc/envelope.h"
#include "server/widekyc/fields.h"
#include "server/widekyc/request.h"

namespace kyc::widekyc {
namespace {

using ::widekyc::v1::IdCard;
using ::widekyc::v1::RecognizeIdRequest;
using ::widekyc::v1::RecognizeIdResponse;

// A JSON key and where its text goes: all fields but the identifier.
struct CardField {
  const char* key;
  void (*set)(IdCard& card, std::string text);
};
constexpr CardField kCardFields[] = {
    {"nama", [](IdCard& card, std::string text) { card.set_nama(std::move(text)); }},
    {"tempat_lahir",
     [](IdCard& card, std::string text) { card.set_tempat_lahir(std::move(text)); }},
    {"tanggal_lahir",
     [](IdCard& card, std::string text) { card.set_tanggal_lahir(std::move(text)); }},
    {"jenis_kelamin",
     [](IdCard& card, std::string text) { card.set_jenis_kelamin(std::move(text)); }},
    {"gol_darah", [](IdCard& card, std::string text) { card.set_gol_darah(std::move(text)); }},
    {"alamat", [](IdCard& card, std::string text) { card.set_alamat(std::move(text)); }},
    {"rt/rw", [](IdCard& card, std::string text) { card.set_rt_rw(std::move(text)); }},
    {"kelurahan/desa",
     [](IdCard& card, std::string text) { card.set_kelurahan_desa(std::move(text)); }},
    {"kecamatan", [](IdCard& card, std::string text) { card.set_kecamatan(std::move(text)); }},
    {"agama", [](IdCard& card, std::string text) { card.set_agama(std::move(text)); }},
    {"status_perkawinan",
     [](IdCard& card, std::string text) { card.set_status_perkawinan(std::move(text)); }},
    {"pekerjaan", [](IdCard& card, std::string text) { card.set_pekerjaan(std::move(text)); }},
    {"kewarganegaraan",
     [](IdCard& card, std::string text) { card.set_kewarganegaraan(std::move(text)); }},
    {"provinsi", [](IdCard& card, std::string text) { card.set_provinsi(std::move(text)); }},
    {"kota", [](IdCard& card, std::string text) { card.set_kota(std::move(text)); }},
};

// A "-" says that the card shows nothing there.
bool SaysSomething(absl::string_view text) {
  const std::vector<absl::string_view> between = absl::StrSplit(text, '-');
  return !std::all_of(between.begin(), between.end(), IsInvisible);
}

// Fields with nothing to see are left out. False if no field says anything.
bool ReadCard(Fields& data, IdCard& card) {
  bool says_something = false;
  if (absl::optional<std::string> nik = data.Digits("nik"); nik && !nik->empty()) {
    says_something = SaysSomething(*nik);
    card.set_nik(*std::move(nik));
  }
  for (const CardField& field : kCardFields) {
    absl::optional<std::string> text = data.String(field.key);
    if (!text || IsInvisible(*text)) continue;
    says_something = says_something || SaysSomething(*text);
    field.set(card, *std::move(text));
  }
  return says_something;
}

}  // namespace

absl::Status Validate(const RecognizeIdRequest& request, const Blob& id_image,
                      const Options& options) {
  std::vector<Violation> violations;
  CheckCommon(request, options, violations);
  CheckImage("id_image", id_image, options.max_image_bytes, violations);
  return InvalidRequest(std::move(violations));
}

upstream::HttpRequest ToHttp(const RecognizeIdRequest& request, Blob id_image, const Secret& token,
                             const Options& options) {
  json::ObjectWriter body;
  body.String("cust_ref_no", request.cust_ref_no());
  body.Base64("id_image", "", std::move(id_image));
  return Post("/api/id-recognize", std::move(body).Finish(), token, options);
}

absl::StatusOr<RecognizeIdResponse> FromHttp(const upstream::HttpResponse& response,
                                             const RecognizeIdRequest& request,
                                             json::Deviations& deviations, const Secret& token) {
  absl::StatusOr<Envelope> envelope = ReadEnvelope(response, ValuesOf(request, token), deviations);
  if (!envelope.ok()) return envelope.status();
  const json::Value* data = envelope->result.Find("data");
  if (data == nullptr) return NoVerdict(response, *envelope, "is a success without data");
  Fields fields(*data, deviations);
  RecognizeIdResponse answer;
  if (!ReadCard(fields, *answer.mutable_id_card())) {
    return NoVerdict(response, *envelope, "has no card that can be read");
  }
  *answer.mutable_transaction() = std::move(envelope->transaction);
  return answer;
}

}  // namespace kyc::widekyc
