#include "tools/benchmarks/encoders.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/json/base64.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/now.h"

namespace kyc::bench {
namespace {

constexpr double kLongest = 1;  // Seconds: enough for thousands of rounds.
constexpr double kWarm = 0.05;
constexpr size_t kGroup = 3;

// `to` has room for the base64 of `from` and one more; returns what was written.
using Encode = std::function<absl::string_view(const std::string& from, std::string& to)>;

absl::string_view Ours(const json::GroupEncoder& encoder, const std::string& from,
                       std::string& to) {
  const size_t groups = from.size() / kGroup;
  const size_t whole = groups * kGroup;
  encoder.encode(from.data(), groups, to.data());
  if (whole < from.size()) {
    json::EncodeLastGroup(from.data() + whole, from.size() - whole,
                          to.data() + json::Base64Size(whole));
  }
  return absl::string_view(to).substr(0, json::Base64Size(from.size()));
}

absl::string_view Abseil(const std::string& from, std::string& to) {
  absl::Base64Escape(from, &to);
  return to;
}

absl::string_view OpenSsl(const std::string& from, std::string& to) {
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(to.data()),
                                   reinterpret_cast<const unsigned char*>(from.data()),
                                   static_cast<int>(from.size()));
  return absl::string_view(to).substr(0, static_cast<size_t>(size));
}

absl::string_view Copy(const std::string& from, std::string& to) {
  std::memcpy(to.data(), from.data(), from.size());
  return absl::string_view(to).substr(0, from.size());
}

struct Encoder {
  std::string name;
  Encode encode;
  bool encodes = true;
};

std::vector<Encoder> Encoders() {
  std::vector<Encoder> encoders;
  for (const json::GroupEncoder& ours : json::GroupEncoders()) {
    encoders.push_back(
        {absl::StrCat("ours, ", ours.name),
         [ours](const std::string& from, std::string& to) { return Ours(ours, from, to); }});
  }
  encoders.push_back({"Abseil", Abseil});
  encoders.push_back({"OpenSSL", OpenSsl});
  encoders.push_back({"memcpy", Copy, false});
  return encoders;
}

Row MeasureEncoder(const Options& options, const std::string& name, const Encoder& encoder,
                   size_t bytes) {
  std::string from(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i) from[i] = static_cast<char>(i * 2654435761u >> 13);
  std::string to(json::Base64Size(bytes) + 1, '\0');
  const absl::string_view written = encoder.encode(from, to);
  if (written != (encoder.encodes ? absl::Base64Escape(from) : from)) {
    return Failed(name, "wrong base64");
  }
  to.resize(json::Base64Size(bytes) + 1);
  Poller poller;
  Recorder recorder;
  const Window window{.warm = kWarm, .seconds = std::min(kLongest, options.seconds), .turn = 0};
  Row row = Measure(name, poller, nullptr, recorder, window, [&] {
    // So many at a time that the clock and the loop cost nothing.
    for (int i = 0; i < 16; ++i) {
      const int64_t begin = Now();
      encoder.encode(from, to);
      recorder.Succeeded(Now() - begin);
    }
  });
  row.cpu_microseconds = std::exchange(row.generator_microseconds, absl::nullopt);
  row.extras = {{"GB/s", bytes / (row.p50_milliseconds * 1e6)}};
  return row;
}

}  // namespace

Suite RunBase64(const Options& options) {
  Suite suite{.name = "base64", .counts = "images"};
  for (const auto& [size, bytes] : {std::pair<const char*, size_t>{"100 KB", 100'000},
                                    {"1 MB", 1'000'000},
                                    {"4 MB", 4'000'000}}) {
    for (const Encoder& encoder : Encoders()) {
      MeasureRow(
          options, absl::StrCat(size, ", ", encoder.name),
          [&](const std::string& name) { return MeasureEncoder(options, name, encoder, bytes); },
          suite);
    }
  }
  return suite;
}

}  // namespace kyc::bench
