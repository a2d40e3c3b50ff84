// Successes with something odd in them: what carries the verdict is required, all else is left out
// and named, and the answer given.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/call/error.h"
#include "server/widekyc/id_recognize.h"
#include "server/widekyc/id_validation.h"
#include "server/widekyc/passive_liveness.h"

namespace kyc::widekyc {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using ::widekyc::v1::DetectLivenessRequest;
using ::widekyc::v1::RecognizeIdRequest;
using ::widekyc::v1::ValidateIdRequest;

constexpr char kTrxId[] = "202303291030019483";

struct Member {
  std::string key;
  std::string value;  // JSON.
};
using Members = std::vector<Member>;

std::string Object(const Members& members) {
  std::string text;
  for (const Member& member : members) {
    absl::StrAppend(&text, text.empty() ? "{" : ",", "\"", member.key, "\":", member.value);
  }
  return text.empty() ? "{}" : text + "}";
}

// content.result, and the members of its data.
struct Result {
  Members members;
  Members data;
};

std::string Body(const Result& result) {
  Members members = result.members;
  if (!result.data.empty()) members.push_back({"data", Object(result.data)});
  return absl::StrCat(R"({"statusCode":"SUCCESSFUL","content":{"result":)", Object(members), "}}");
}

Result Whole(Members data) {
  return {{{"status", R"("success")"},
           {"result", R"("True")"},
           {"trx_id", absl::StrCat("\"", kTrxId, "\"")},
           {"ref_id", R"("1234567890")"},
           {"timestamp", "1680060716281"}},
          std::move(data)};
}

// What no reading can make anything of, whatever it expects.
const std::string kJunk[] = {"{}",
                             "[[1]]",
                             "NaN",
                             "yes",
                             "007",
                             R"("\ud83d")",
                             R"("\x")",
                             "\"\xff\xfe\"",
                             "\"True\n\"",
                             R"({"a":1,"a":2})",
                             std::string(5000, '[') + std::string(5000, ']')};

template <typename Request>
auto Read(const std::string& body, json::Deviations& deviations) {
  upstream::HttpResponse response;
  response.status = 200;
  response.body = body;
  return FromHttp(response, Request(), deviations);
}

// The reply with the member left out is what an unreadable member must come to.
template <typename Request>
void ExpectLeftOut(const Result& with, const Result& without, const std::string& key) {
  json::Deviations deviations, none;
  const auto answer = Read<Request>(Body(with), deviations);
  const auto expected = Read<Request>(Body(without), none);
  ASSERT_TRUE(answer.ok()) << answer.status() << Body(with);
  ASSERT_TRUE(expected.ok()) << expected.status();
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*answer, *expected)) << Body(with);
  EXPECT_THAT(deviations, Contains("unreadable:" + key)) << Body(with);
  EXPECT_THAT(none, Not(Contains("unreadable:" + key)));
}

template <typename Request>
void ExpectNoVerdict(const Result& result, const char* trx_id) {
  json::Deviations deviations;
  const absl::Status status = Read<Request>(Body(result), deviations).status();
  EXPECT_EQ(ReasonOf(status), "UPSTREAM_MALFORMED") << Body(result);
  EXPECT_EQ(MetadataOf(status, "outcome"), "answered");
  EXPECT_EQ(MetadataOf(status, "trxId"), trx_id) << Body(result);
}

// Each member of the list in turn is junk, missing, and twice there.
template <typename Request>
void TryEach(const Result& whole, Members Result::*list, const std::vector<std::string>& required) {
  for (size_t i = 0; i < (whole.*list).size(); ++i) {
    const std::string key = (whole.*list)[i].key;
    const bool is_required = std::find(required.begin(), required.end(), key) != required.end();
    const char* trx_id = key == "trx_id" ? "" : kTrxId;
    Result without = whole;
    (without.*list).erase((without.*list).begin() + static_cast<int>(i));
    if (is_required) ExpectNoVerdict<Request>(without, trx_id);
    std::vector<Result> odd;
    for (const std::string& junk : kJunk) {
      // The document's own sample has a bare word there, so one is read: it is no success.
      if (key == "status" && (junk == "NaN" || junk == "yes")) continue;
      odd.push_back(whole);
      (odd.back().*list)[i].value = junk;
    }
    odd.push_back(whole);
    (odd.back().*list).push_back((whole.*list)[i]);
    for (const Result& with : odd) {
      if (is_required) {
        ExpectNoVerdict<Request>(with, trx_id);
      } else {
        ExpectLeftOut<Request>(with, without, key);
      }
    }
  }
}

Result Card() {
  Members data = {{"nik", R"("3671121401010004")"}};
  for (const char* key :
       {"nama", "tempat_lahir", "tanggal_lahir", "jenis_kelamin", "gol_darah", "alamat", "rt/rw",
        "kelurahan/desa", "kecamatan", "agama", "status_perkawinan", "pekerjaan", "kewarganegaraan",
        "provinsi", "kota"}) {
    data.push_back({key, absl::StrCat("\"the ", key, "\"")});
  }
  return Whole(std::move(data));
}

Result Verdicts() {
  return Whole({{"nik", "true"},
                {"full_name", "true"},
                {"birth_date", "false"},
                {"birth_place", R"("True")"},
                {"address", "true"},
                {"selfie_photo", "10"}});
}

TEST(OddSuccess, LivenessNeedsStatusAndResult) {
  TryEach<DetectLivenessRequest>(Whole({}), &Result::members, {"status", "result"});
}

TEST(OddSuccess, CardNeedsStatusAndOneField) {
  TryEach<RecognizeIdRequest>(Card(), &Result::members, {"status"});
  TryEach<RecognizeIdRequest>(Card(), &Result::data, {});
}

TEST(OddSuccess, ValidationNeedsStatusAndOneVerdict) {
  TryEach<ValidateIdRequest>(Verdicts(), &Result::members, {"status"});
  TryEach<ValidateIdRequest>(Verdicts(), &Result::data, {});
}

TEST(OddSuccess, UnknownMembersAreNeitherReadNorNamed) {
  for (const std::string& junk : kJunk) {
    Result liveness = Whole({});
    Result verdicts = Verdicts();
    liveness.members.push_back({"future", junk});
    verdicts.data.push_back({"future", junk});
    json::Deviations deviations;
    EXPECT_TRUE(Read<DetectLivenessRequest>(Body(liveness), deviations).ok()) << junk;
    EXPECT_TRUE(Read<ValidateIdRequest>(Body(verdicts), deviations).ok()) << junk;
    EXPECT_THAT(deviations, Not(Contains("unreadable:future")));
  }
}

TEST(OddSuccess, CardThatSaysNothingIsNone) {
  for (const char* nothing : {R"("")", R"("   ")", R"("\t\n")", R"("\u00a0\u3000")", R"("\u200b")",
                              R"("\u3164\ufe0f")", R"("\u2800")", "null", R"("-")", "{}"}) {
    Result card = Card();
    for (Member& member : card.data) member.value = nothing;
    ExpectNoVerdict<RecognizeIdRequest>(card, kTrxId);
    card.data[7].value = R"("001/009")";
    json::Deviations deviations;
    const auto answer = Read<RecognizeIdRequest>(Body(card), deviations);
    ASSERT_TRUE(answer.ok()) << nothing << answer.status();
    EXPECT_EQ(answer->id_card().rt_rw(), "001/009");
    EXPECT_EQ(answer->id_card().has_gol_darah(), absl::string_view(nothing) == R"("-")");
  }
}

TEST(OddSuccess, ValidationThatSaysNothingIsNone) {
  for (const char* nothing : {"null", R"("")", R"("yes")", "{}"}) {
    Result verdicts = Verdicts();
    for (Member& member : verdicts.data) member.value = nothing;
    ExpectNoVerdict<ValidateIdRequest>(verdicts, kTrxId);
    verdicts.data[5].value = "0";
    json::Deviations deviations;
    const auto answer = Read<ValidateIdRequest>(Body(verdicts), deviations);
    ASSERT_TRUE(answer.ok()) << nothing << answer.status();
    EXPECT_EQ(answer->selfie_photo(), 0);
    EXPECT_FALSE(answer->has_nik());
  }
}

// An identifier that is a number comes out as its digits, or not at all.
TEST(OddSuccess, IdentifiersAreExact) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"3.201010101010001E15", "3201010101010001"},
      {"3201010101010001", "3201010101010001"},
      {"3201010101010001.0", "3201010101010001"},
      {"32010101010100010e-1", "3201010101010001"},
      {"3.2010101010100012E15", ""},
      {"0.5", ""},
      {"1e999999999", ""},
      {"-1e-999999999", ""},
      {R"("order\r\nX: 1")", ""},
      {R"("            ")", ""},
      {R"("3201\u202e0001")", ""}};
  for (const auto& [value, digits] : cases) {
    Result card = Card();
    card.data[0].value = value;
    card.members[2].value = value;
    card.members[3].value = value;
    json::Deviations deviations;
    const auto answer = Read<RecognizeIdRequest>(Body(card), deviations);
    ASSERT_TRUE(answer.ok()) << value << answer.status();
    EXPECT_EQ(answer->id_card().nik(), digits) << value;
    EXPECT_EQ(answer->id_card().has_nik(), !digits.empty()) << value;
    EXPECT_EQ(answer->transaction().trx_id(), digits) << value;
    EXPECT_EQ(answer->transaction().ref_id(), digits) << value;
    for (const char* key : {"unreadable:nik", "unreadable:trx_id", "unreadable:ref_id"}) {
      EXPECT_EQ(testing::Value(deviations, Contains(key)), digits.empty()) << value;
    }
  }
}

// A text that writes a number is one to the number of a person; a transaction's id is any text.
TEST(OddSuccess, NumberInATextIsTheDigitsOfANationalNumberAlone) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"3.201010101010001E15", "3201010101010001"},
      {"3201010101010001.0", "3201010101010001"},
      {"32010101010100010e-1", "3201010101010001"},
      {"3.2010101010100012E15", ""},
      {"1e999999999", ""},
      {"0.5", ""},
      {"3201010101010001", "3201010101010001"},
      {"0012", "0012"},
      {"3201.0101", ""},
      {"32.01.01.010101.0001", "32.01.01.010101.0001"}};
  for (const auto& [text, digits] : cases) {
    Result card = Card();
    for (Member* member : {&card.data[0], &card.members[2], &card.members[3]}) {
      member->value = absl::StrCat("\"", text, "\"");
    }
    json::Deviations deviations;
    const auto answer = Read<RecognizeIdRequest>(Body(card), deviations);
    ASSERT_TRUE(answer.ok()) << text << answer.status();
    EXPECT_EQ(answer->id_card().nik(), digits) << text;
    EXPECT_EQ(answer->id_card().has_nik(), !digits.empty()) << text;
    EXPECT_EQ(testing::Value(deviations, Contains("unreadable:nik")), digits.empty()) << text;
    EXPECT_EQ(testing::Value(deviations, Contains("number_for_string")),
              !digits.empty() && digits != text)
        << text;
    EXPECT_EQ(answer->transaction().trx_id(), text);
    EXPECT_EQ(answer->transaction().ref_id(), text);
  }
}

TEST(OddSuccess, TimestampsAreExact) {
  const std::vector<std::pair<std::string, int64_t>> cases = {{"1.680060646134E12", 1680060646134},
                                                              {"1680060646134.0", 1680060646134},
                                                              {R"("1680060646134")", 1680060646134},
                                                              {"-1", -1},
                                                              {"253402300799999", 253402300799999},
                                                              {"253402300800000", 0},
                                                              {"1680060646134.5", 0},
                                                              {"1e999999999", 0},
                                                              {R"("noon")", 0},
                                                              {R"("2023-03-29T03:30:46Z")", 0}};
  for (const auto& [value, milliseconds] : cases) {
    Result liveness = Whole({});
    liveness.members[4].value = value;
    json::Deviations deviations;
    const auto answer = Read<DetectLivenessRequest>(Body(liveness), deviations);
    ASSERT_TRUE(answer.ok()) << value << answer.status();
    EXPECT_TRUE(answer->live());
    EXPECT_EQ(answer->transaction().trx_id(), kTrxId);
    EXPECT_EQ(answer->transaction().has_timestamp(), milliseconds != 0) << value;
    const auto& timestamp = answer->transaction().timestamp();
    EXPECT_EQ(timestamp.seconds() * 1000 + timestamp.nanos() / 1'000'000, milliseconds) << value;
    EXPECT_EQ(testing::Value(deviations, Contains("unreadable:timestamp")), milliseconds == 0);
  }
}

}  // namespace
}  // namespace kyc::widekyc
