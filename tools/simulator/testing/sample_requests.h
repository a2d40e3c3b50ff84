// The documents' sample requests, made sendable: placeholders replaced by a picture, ciphertexts
// by ones of the sample key. For tests.
#ifndef TOOLS_SIMULATOR_TESTING_SAMPLE_REQUESTS_H_
#define TOOLS_SIMULATOR_TESTING_SAMPLE_REQUESTS_H_

#include <string>
#include <string_view>

namespace kyc::simulator {

// The smallest bytes that pass as a JPEG here.
inline constexpr std::string_view kTinyJpegBase64 = "/9j/4AAQ";
// AES-128-CBC of 123456 under the document's sample key and IV.
inline constexpr std::string_view kSampleCipher = "1jdzWuniG6UMtoa3T6uNLA==";

inline std::string LivenessBody(std::string_view reference,
                                std::string_view image = kTinyJpegBase64) {
  return R"({"cust_ref_no":")" + std::string(reference) + R"(","selfie_image":")" +
         std::string(image) + "\"}";
}

inline std::string RecognizeBody(std::string_view reference) {
  return R"({"cust_ref_no":")" + std::string(reference) + R"(","id_image":")" +
         std::string(kTinyJpegBase64) + "\"}";
}

inline std::string ValidationBody(std::string_view reference, std::string_view nik) {
  return R"({"cust_ref_no":")" + std::string(reference) + R"(","nik":")" + std::string(nik) +
         R"(","name":"GuoHui Chen","birth_date":"25-03-1977","birth_place":"Fujian",)"
         R"("address":"Jl Selamet","selfie_image":")" +
         std::string(kTinyJpegBase64) + "\"}";
}

inline std::string WidgetBody(std::string_view reference, std::string_view phone,
                              std::string_view image = kTinyJpegBase64) {
  const std::string cipher(kSampleCipher);
  const std::string picture = R"({"base64":"data:image/jpeg;base64,)" + std::string(image);
  return R"({"partnerReferenceNo":")" + std::string(reference) + R"(","phoneNo":")" +
         std::string(phone) + R"(","merchantId":"AGREE170724","merchantPass":")" + cipher +
         R"(","images":{"ktp":)" + picture + R"(","isEditable":false},"selfie":)" + picture +
         R"(","isEditable":true}},"personalData":{"kkNumber":")" + cipher +
         R"(","biologicalMotherName":")" + cipher +
         R"(","nationality":"ID","email":"budi.santoso@email.com"}})";
}

}  // namespace kyc::simulator

#endif  // TOOLS_SIMULATOR_TESTING_SAMPLE_REQUESTS_H_
