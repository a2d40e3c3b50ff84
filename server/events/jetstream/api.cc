#include "server/events/jetstream/api.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/json/value.h"

namespace kyc::events::jetstream {
namespace {

// JetStream's numbers of errors.
constexpr int64_t kWrongLastSequence = 10071;
constexpr int64_t kMessageNotFound = 10037;
constexpr int64_t kStreamNotFound = 10059;
constexpr int64_t kStreamNameInUse = 10058;

// Longer than any repeat of a publish in one gateway.
constexpr absl::Duration kDuplicateWindow = absl::Minutes(2);

int64_t NumberAt(const json::Value* object, absl::string_view key) {
  json::Deviations ignored;
  const json::Value* value = object == nullptr ? nullptr : object->Find(key);
  return value == nullptr ? 0 : json::ReadInt64(*value, ignored).value_or(0);
}

std::string TextAt(const json::Value* object, absl::string_view key) {
  json::Deviations ignored;
  const json::Value* value = object == nullptr ? nullptr : object->Find(key);
  return value == nullptr ? "" : json::ReadString(*value, ignored).value_or("");
}

absl::StatusOr<json::Value> Parse(const Message& message) {
  if (!message.status.empty()) {
    return Unreachable(absl::StrCat("JetStream is not there (", message.status, ")"));
  }
  json::Deviations ignored;
  absl::StatusOr<json::Value> answer = json::Parse(message.data, {}, ignored);
  if (!answer.ok()) return Unreachable("JetStream's answer cannot be read");
  return answer;
}

absl::Status Failed(int64_t number) {
  return Unreachable(absl::StrCat("JetStream answers error ", number));
}

// The number of the error in an answer, 0 for none.
int64_t ErrorIn(const json::Value& answer) {
  const json::Value* error = answer.Find("error");
  if (error == nullptr) return 0;
  const int64_t number = NumberAt(error, "err_code");
  return number != 0 ? number : NumberAt(error, "code");
}

std::string OnlySubject(const json::Value* config) {
  const json::Value* subjects = config == nullptr ? nullptr : config->Find("subjects");
  if (subjects == nullptr || subjects->items.size() != 1) return "";
  return subjects->items[0].text;
}

}  // namespace

absl::StatusOr<PublishAnswer> ReadPublishAnswer(const Message& message) {
  const absl::StatusOr<json::Value> answer = Parse(message);
  if (!answer.ok()) return answer.status();
  PublishAnswer result;
  if (const int64_t number = ErrorIn(*answer); number == kWrongLastSequence) {
    result.kind = PublishAnswer::Kind::kRefused;
    return result;
  } else if (number != 0) {
    return Failed(number);
  }
  result.sequence = NumberAt(&*answer, "seq");
  const json::Value* duplicate = answer->Find("duplicate");
  if (duplicate != nullptr && duplicate->boolean) {
    result.kind = PublishAnswer::Kind::kDuplicate;
  } else if (result.sequence <= 0) {
    return Unreachable("JetStream's answer names no sequence");
  }
  return result;
}

Headers PublishHeaders(absl::string_view stream, absl::string_view message_id,
                       int64_t last_subject_sequence) {
#ifdef KYC_DEFECT_NO_MESSAGE_ID  // For the tests' own test: the expectation alone does not do.
  constexpr char kMessageId[] = "Ignored";
#else
  constexpr char kMessageId[] = "Nats-Msg-Id";
#endif
  return {{"Nats-Expected-Stream", std::string(stream)},
          {kMessageId, std::string(message_id)},
          {"Nats-Expected-Last-Subject-Sequence", absl::StrCat(last_subject_sequence)}};
}

std::string LastOfSubjectRequest(absl::string_view subject) {
  return absl::StrCat(R"({"last_by_subj":")", subject, R"("})");
}

std::string NextOfSubjectRequest(absl::string_view subject, int64_t sequence) {
  return absl::StrCat(R"({"seq":)", sequence + 1, R"(,"next_by_subj":")", subject, R"("})");
}

std::string BySequenceRequest(int64_t sequence) {
  return absl::StrCat(R"({"seq":)", sequence, "}");
}

std::string GetSubject(absl::string_view stream) {
  return absl::StrCat("$JS.API.STREAM.MSG.GET.", stream);
}

absl::StatusOr<absl::optional<Kept>> ReadKept(const Message& message) {
  const absl::StatusOr<json::Value> answer = Parse(message);
  if (!answer.ok()) return answer.status();
  if (const int64_t number = ErrorIn(*answer); number == kMessageNotFound) {
    return absl::optional<Kept>();
  } else if (number != 0) {
    return Failed(number);
  }
  const json::Value* found = answer->Find("message");
  Kept kept;
  kept.sequence = NumberAt(found, "seq");
  kept.subject = TextAt(found, "subject");
  if (kept.sequence <= 0 || !absl::Base64Unescape(TextAt(found, "data"), &kept.data)) {
    return Unreachable("JetStream's answer cannot be read");
  }
  return absl::make_optional(std::move(kept));
}

std::string StreamInfoSubject(absl::string_view stream) {
  return absl::StrCat("$JS.API.STREAM.INFO.", stream);
}

std::string StreamCreateSubject(absl::string_view stream) {
  return absl::StrCat("$JS.API.STREAM.CREATE.", stream);
}

std::string StreamCreateRequest(const StreamPlan& plan) {
  // Reads of the latest message must come from the leader, so no direct gets; a full stream refuses
  // the new instead of forgetting the old.
  return absl::StrCat(
      R"({"name":")", plan.name, R"(","description":")", plan.description, R"(","subjects":[")",
      plan.subject_prefix, R"(.>"],"retention":"limits","storage":"file","discard":"new",)",
      R"("num_replicas":)", plan.replicas, R"(,"max_age":)", absl::ToInt64Nanoseconds(plan.max_age),
      R"(,"duplicate_window":)", absl::ToInt64Nanoseconds(kDuplicateWindow),
      R"(,"max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_msgs_per_subject":-1,)",
      R"("allow_direct":false,"deny_purge":true})");
}

absl::StatusOr<StreamInfo> ReadStreamInfo(const Message& message) {
  const absl::StatusOr<json::Value> answer = Parse(message);
  if (!answer.ok()) return answer.status();
  switch (const int64_t number = ErrorIn(*answer); number) {
    case 0:
      break;
    case kStreamNotFound:
      return absl::NotFoundError("there is no such stream");
    case kStreamNameInUse:
      return absl::AlreadyExistsError("there is another stream of that name");
    default:
      return Failed(number);
  }
  const json::Value* config = answer->Find("config");
  const json::Value* state = answer->Find("state");
  StreamInfo info;
  info.description = TextAt(config, "description");
  info.subject = OnlySubject(config);
  info.storage = TextAt(config, "storage");
  info.retention = TextAt(config, "retention");
  info.replicas = NumberAt(config, "num_replicas");
  info.duplicate_window_ns = NumberAt(config, "duplicate_window");
  info.max_messages_per_subject = NumberAt(config, "max_msgs_per_subject");
  info.first_sequence = NumberAt(state, "first_seq");
  info.last_sequence = NumberAt(state, "last_seq");
  info.leader_is_old = answer->Find("ts") == nullptr;
  return info;
}

std::string ConsumerCreateSubject(absl::string_view stream) {
  return absl::StrCat("$JS.API.CONSUMER.CREATE.", stream);
}

std::string ConsumerCreateRequest(absl::string_view stream, absl::string_view deliver_to,
                                  int64_t first, absl::Duration heartbeat) {
  return absl::StrCat(R"({"stream_name":")", stream, R"(","config":{"deliver_subject":")",
                      deliver_to, R"(","deliver_policy":"by_start_sequence","opt_start_seq":)",
                      first, R"(,"ack_policy":"none","max_deliver":1,"replay_policy":"instant",)",
                      R"("flow_control":true,"idle_heartbeat":)",
                      absl::ToInt64Nanoseconds(heartbeat), R"(,"inactive_threshold":)",
                      absl::ToInt64Nanoseconds(heartbeat * 10),
                      R"(,"mem_storage":true,"num_replicas":1}})");
}

absl::Status ReadConsumerCreated(const Message& message) {
  const absl::StatusOr<json::Value> answer = Parse(message);
  if (!answer.ok()) return answer.status();
  const int64_t number = ErrorIn(*answer);
  return number == 0 ? absl::OkStatus() : Failed(number);
}

absl::optional<Delivered> ReadDelivered(absl::string_view reply) {
  // $JS.ACK.<stream>.<consumer>.<times>.<sequence>.<consumer sequence>.<time>.<pending>, or with
  // domain and account before the stream and a random token at the end.
  const std::vector<absl::string_view> tokens = absl::StrSplit(reply, '.');
  size_t at = 0;
  if (tokens.size() == 9) {
    at = 5;
  } else if (tokens.size() >= 11) {
    at = 7;
  } else {
    return absl::nullopt;
  }
  Delivered delivered;
  int64_t time_ns = 0;
  if (tokens[0] != "$JS" || tokens[1] != "ACK" ||
      !absl::SimpleAtoi(tokens[at], &delivered.sequence) ||
      !absl::SimpleAtoi(tokens[at + 1], &delivered.consumer_sequence) ||
      !absl::SimpleAtoi(tokens[at + 2], &time_ns) ||
      !absl::SimpleAtoi(tokens[at + 3], &delivered.pending)) {
    return absl::nullopt;
  }
  delivered.time_us = time_ns / 1000;
  return delivered;
}

}  // namespace kyc::events::jetstream
