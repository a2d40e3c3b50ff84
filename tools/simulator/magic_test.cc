// Each row of the magic table, through a socket.
#include "tools/simulator/magic.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "tools/simulator/documents.h"
#include "tools/simulator/testing/raw_client.h"
#include "tools/simulator/testing/sample_requests.h"
#include "tools/simulator/testing/simulator_fixture.h"

namespace kyc::simulator {
namespace {

struct Asked {
  std::string path;
  std::string body;
  std::string_view sample;
};

Asked AskFor(const MagicRow& row) {
  const std::string value = row.value + (row.delay_in_value ? "1" : "");
  switch (row.field) {
    case MagicField::kCustRefNo:
    case MagicField::kLiveness:
      return {kLiveness, LivenessBody(value), kLivenessReply};
    case MagicField::kRecognize:
      return {"/api/id-recognize", RecognizeBody(value), kRecognizeReply};
    case MagicField::kNik:
      return {"/api/id-validation", ValidationBody("5102873", "320301250377" + value),
              kValidationReply};
    case MagicField::kPhoneNo:
      return {kFinpay, WidgetBody(kReference, "62812952" + value), kWidgetReply};
  }
  return {};
}

bool Resets(const MagicRow& row) {
  return row.answer.fault == Fault::kResetBeforeReply || row.answer.fault == Fault::kResetMidBody;
}

// A reply that ends as HTTP says; the others are told by the server's close.
bool EndsSoundly(const MagicRow& row) {
  return row.answer.fault == Fault::kNone || row.answer.fault == Fault::kChunked;
}

std::string Chunked(const std::string& text) {
  const size_t half = text.size() / 2;
  return absl::StrFormat("%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", half, text.substr(0, half),
                         text.size() - half, text.substr(half));
}

// What must follow the head, by the row and the document's sample; nothing if the row echoes.
std::optional<std::string> BodyByTable(const MagicRow& row, const std::string& sample) {
  const std::string half = sample.substr(0, sample.size() / 2);
  if (row.answer.fault == Fault::kReplyCut) return half;
  if (row.answer.fault == Fault::kChunked) return Chunked(sample);
  if (row.answer.body.find("{echo}") != std::string::npos) return std::nullopt;
  return absl::StrReplaceAll(
      row.answer.body,
      {{"{sample}", sample}, {"{half}", half}, {"{fill}", std::string(2 << 20, ' ')}});
}

// What Content-Length must say; "" for none.
std::string LengthByTable(const MagicRow& row, const std::string& sample, const std::string& body) {
  switch (row.answer.fault) {
    case Fault::kReplyCut:
      return std::to_string(sample.size());
    case Fault::kWrongLength:
      return std::to_string(sample.size() - 10);
    case Fault::kChunked:
      return "";
    default:
      return row.answer.status == 204 ? "" : std::to_string(body.size());
  }
}

class MagicTest : public SimulatorTest, public testing::WithParamInterface<MagicRow> {};

class MagicNotifyTest : public MagicTest {};

TEST_P(MagicTest, AnswersAsListed) {
  const MagicRow& row = GetParam();
  const Asked asked = AskFor(row);
  RawClient client(simulator_.port());
  client.Send(PostRequest(asked.path, EndsSoundly(row) ? kClosing : kHeaders, asked.body));
  const std::string reply = client.ReadAll();

  EXPECT_EQ(client.reset(), Resets(row));
  if (Resets(row) || row.answer.fault == Fault::kCloseBeforeReply) {
    EXPECT_EQ(reply, "");
    return;
  }
  const std::string sample(asked.sample), body = BodyOf(reply);
  EXPECT_EQ(StatusOf(reply), row.answer.status);
  for (const auto& [name, value] : row.answer.headers) {
    EXPECT_EQ(HeaderOf(reply, name), value) << name;
  }
  EXPECT_EQ(HeaderOf(reply, "Content-Length"), LengthByTable(row, sample, body));
  EXPECT_EQ(body, BodyByTable(row, sample).value_or(body));
  EXPECT_EQ(body.find("{echo}"), std::string::npos);
}

TEST_P(MagicTest, OfTheFirstOnlyARepeatGetsTheSample) {
  const MagicRow& row = GetParam();
  const Asked asked = AskFor(row);
  const auto ask = [&] {
    RawClient client(simulator_.port());
    client.Send(PostRequest(asked.path, kClosing, asked.body));
    return client.ReadAll();
  };
  if (!row.first_only) return;
  ask();
  const std::string again = ask();
  EXPECT_EQ(StatusOf(again), 200);
  EXPECT_EQ(BodyOf(again), asked.sample);
}

TEST_P(MagicNotifyTest, NotifiesAsListed) {
  const MagicRow& row = GetParam();
  const Asked asked = AskFor(row);
  RawClient client(simulator_.port());
  client.Send(PostRequest(asked.path, kClosing, asked.body));
  client.ReadAll();
  for (const NotifyStep& step : row.notify) {
    const auto body = boost::json::parse(receiver_.Next().body);
    const auto& info = body.at("additionalInfo");
    EXPECT_EQ(step.other_shape ? info.at("status") : body.at("status"), step.status.c_str());
  }
}

std::string RowName(const testing::TestParamInfo<MagicRow>& info) {
  std::string name = info.param.field == MagicField::kPhoneNo ? "phone_"
                     : info.param.field == MagicField::kNik   ? "nik_"
                                                              : "reference_";
  for (const char c : info.param.value) name += c == '-' ? '_' : c;
  return name;
}

// Without the rows that only differ by a longer wait.
std::vector<MagicRow> QuickRows() {
  std::vector<MagicRow> rows = MagicTable();
  std::erase_if(rows,
                [](const MagicRow& row) { return row.answer.delay > std::chrono::seconds(1); });
  return rows;
}

std::vector<MagicRow> NotifyingRows() {
  std::vector<MagicRow> rows = QuickRows();
  std::erase_if(rows, [](const MagicRow& row) { return row.notify.empty(); });
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Table, MagicTest, testing::ValuesIn(QuickRows()), RowName);
INSTANTIATE_TEST_SUITE_P(Table, MagicNotifyTest, testing::ValuesIn(NotifyingRows()), RowName);

TEST(MagicTableTest, NoValueStandsTwice) {
  std::set<std::pair<std::string_view, std::string>> seen;
  for (const MagicRow& row : MagicTable()) {
    EXPECT_TRUE(seen.insert({FieldName(row.field), row.value}).second) << row.value;
  }
}

TEST(MagicTableTest, ListNamesEveryRow) {
  const std::string list = ListMagic();
  for (const MagicRow& row : MagicTable()) {
    EXPECT_NE(list.find("\n  " + row.value), std::string::npos) << row.value;
    EXPECT_NE(list.find("  " + row.what + "\n"), std::string::npos) << row.what;
  }
}

}  // namespace
}  // namespace kyc::simulator
