// The replies that the upstreams' documents print, byte for byte.
#ifndef TOOLS_SIMULATOR_DOCUMENTS_H_
#define TOOLS_SIMULATOR_DOCUMENTS_H_

#include <string>
#include <string_view>

namespace kyc::simulator {

inline constexpr std::string_view kLivenessReply = R"({
"statusCode": "SUCCESSFUL",
"content": {
"result": {
"status": "success",
"result": "True",
"trx_id": "202303291030019483",
"ref_id": "1234567890",
"timestamp": 1680060646134
}
}
})";

inline constexpr std::string_view kRecognizeReply = R"({
"statusCode": "SUCCESSFUL",
"content": {
"result": {
"status": "success",
"result": "True",
"data": {
"nik": "3671121401010004",
"nama": "Yu Andi Chen",
"tempat_lahir": "Fujian",
"tanggal_lahir": "25-03-1977",
"jenis_kelamin": "LAKI-LAKI",
"gol_darah": "-",
"alamat": "JL. S*L*M*T, P*R*M*H*N R*NC*B*L* N*. 41",
"rt/rw": "001/009",
"kelurahan/desa": "KARANG TENGAH",
"kecamatan": "KARANG TENGAH",
"agama": "KRISTEN",
"status_perkawinan": "BELUM KAWIN",
"pekerjaan": "PELAJAR / MAHASISWA",
"kewarganegaraan": "WNI",
"provinsi": "BANTEN",
"kota": "KOTA TANGERANG"
},
"trx_id": "202303291031019484",
"ref_id": "1234567890",
"timestamp": 1680060716281
}
}
})";

// Its `success` is bare in the document too: not JSON, but what one must expect.
inline constexpr std::string_view kValidationReply = R"({
"statusCode": "SUCCESSFUL",
"content": {
"result": {
"status": success,
"data": {
"nik": true,
"full_name": true,
"birth_date": true,
"birth_place": true,
"address": true,
"selfie_photo": 10
},
"trx_id": "202303291031019484",
"ref_id": "1234567890",
"timestamp": 1680060716281
}
}
})";

inline constexpr std::string_view kWidgetReply = R"({
  "responseCode": "2000000",
  "responseMessage": "Request has been processed successfully",
  "widgetUrl": "https://demos.finnet.co.id/mob-dev/widget/prem?phone=6281295288912&uuid=04667364-ef55-46c6-9006-8c99388e4cdd",
  "expiryTime": "2024-11-01 14:01:10"
})";

// The three documented descriptions of WideKYC's errors.
inline constexpr std::string_view kNotActivated =
    "Product is not activated. Please Check Available Products in Manage Product Menu";
inline constexpr std::string_view kQuotaExceeded = "Quota Exceeded";
inline constexpr std::string_view kNotApproved = "Product is not activated yet by Admin";

// WideKYC's error as its document prints it; `description` must need no JSON escapes.
inline std::string WideKycError(std::string_view description) {
  return "{\n\"statusCode\": \"ERROR\",\n\"responseStatusDetails\": [\n{\n\"description\": \"" +
         std::string(description) + "\",\n\"type\": \"Exception\"\n}\n]\n}";
}

// Finpay's reply without a widget; likewise no escapes.
inline std::string FinpayReply(std::string_view code, std::string_view message) {
  return "{\n  \"responseCode\": \"" + std::string(code) + "\",\n  \"responseMessage\": \"" +
         std::string(message) + "\"\n}";
}

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_DOCUMENTS_H_
