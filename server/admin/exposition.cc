#include "server/admin/exposition.h"

#include <zlib.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/admin/accepted.h"

namespace kyc::admin {
namespace {

constexpr char kOpenMetrics[] = "application/openmetrics-text";
constexpr char kOpenMetricsVersion[] = "1.0.0";
constexpr char kText[] = "text/plain";
constexpr char kTextVersion[] = "0.0.4";

// Below it gzip gains nothing.
constexpr size_t kWorthGzip = 1024;

bool LikesOpenMetrics(const http::HttpCall& call) {
  const absl::string_view accept = call.Header("accept").value_or("");
  // Who takes anything gets what people read.
  if (!absl::StrContains(absl::AsciiStrToLower(accept), kOpenMetrics)) return false;
  const double liking = LikingOf(accept, kOpenMetrics, kOpenMetricsVersion);
  return liking > 0 && liking >= LikingOf(accept, kText, kTextVersion);
}

}  // namespace

// HELP stands before TYPE, so a counter's help waits until its type is known.
std::string OpenMetricsOf(absl::string_view text) {
  std::string all;
  all.reserve(text.size() + 16);
  absl::string_view name, help;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&line, "# HELP ")) {
      const std::pair<absl::string_view, absl::string_view> parts =
          absl::StrSplit(line, absl::MaxSplits(' ', 1));
      name = parts.first;
      help = parts.second;
    } else if (absl::ConsumePrefix(&line, "# TYPE ")) {
      absl::string_view type = line.substr(line.find(' ') + 1);
      absl::string_view family = line.substr(0, line.find(' '));
      if (type == "counter") family = absl::StripSuffix(family, "_total");
      if (type == "untyped") type = "unknown";
      absl::StrAppend(&all, "# TYPE ", family, " ", type, "\n");
      if (!help.empty() && absl::StartsWith(name, family)) {
        absl::StrAppend(&all, "# HELP ", family, " ", absl::StrReplaceAll(help, {{"\"", "\\\""}}),
                        "\n");
      }
    } else {
      absl::StrAppend(&all, line, "\n");
    }
  }
  absl::StrAppend(&all, "# EOF\n");
  return all;
}

std::string Gzipped(absl::string_view text) {
  constexpr int kGzip = 16 + MAX_WBITS;
  constexpr int kMemory = 8;  // zlib's own default.
  z_stream stream = {};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    return "";
  }
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  packed.resize(whole ? stream.total_out : 0);
  deflateEnd(&stream);
  return packed;
}

http::HttpReply MetricsReply(const http::HttpCall& call, std::string text) {
  http::HttpReply reply;
  reply.headers = {{"Vary", "Accept, Accept-Encoding"}};
  const bool open_metrics = LikesOpenMetrics(call);
  reply.content_type = absl::StrCat(open_metrics ? kOpenMetrics : kText,
                                    "; version=", open_metrics ? kOpenMetricsVersion : kTextVersion,
                                    "; charset=utf-8");
  reply.body = open_metrics ? OpenMetricsOf(text) : std::move(text);
  if (reply.body.size() < kWorthGzip || !TakesGzip(call.Header("accept-encoding").value_or(""))) {
    return reply;
  }
  if (std::string packed = Gzipped(reply.body); !packed.empty()) {
    reply.body = std::move(packed);
    reply.headers.emplace_back("Content-Encoding", "gzip");
  }
  return reply;
}

}  // namespace kyc::admin
