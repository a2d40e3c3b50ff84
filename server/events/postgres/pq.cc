#include "server/events/postgres/pq.h"

#include <poll.h>
#include <postgresql/libpq-fe.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/events/postgres/await.h"
#include "server/events/postgres/errors.h"

namespace kyc::events::postgres {
namespace {

using Clock = std::chrono::steady_clock;

// libpq's first line: names host and reason. It is made by libpq or by a server that has not seen
// any data of ours.
std::string FirstLine(const char* text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  return std::string(lines.front());
}

// An error that ends the connection may have come while a COMMIT waited: it says nothing about
// that.
absl::Status FailureOf(const pg_result* result) {
  const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  const char* sql_state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (severity == nullptr || sql_state == nullptr) return Unreachable("the connection was lost");
  if (absl::string_view(severity) == "ERROR") return RefusedWith(sql_state);
  return Unreachable(absl::StrCat("the server ended the connection, SQLSTATE ", sql_state));
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

}  // namespace

absl::StatusOr<std::vector<Keywords>> HostsOf(const std::string& dsn) {
  const Options options(PQconninfoParse(dsn.c_str(), nullptr));
  if (options == nullptr) {
    return absl::InvalidArgumentError("is not libpq's form, keyword=value with spaces between");
  }
  Keywords all;
  for (const PQconninfoOption* each = options.get(); each->keyword != nullptr; ++each) {
    // Which server takes writes is found out by who asks all of them.
    const bool chooses = absl::string_view(each->keyword) == "target_session_attrs";
    if (each->val != nullptr && !chooses) all.emplace_back(each->keyword, each->val);
  }
  return ByHost(all);
}

Rows::Rows(pg_result* result) : result_(result) {}

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }

int Rows::size() const { return PQntuples(result_.get()); }

int64_t Rows::Integer(int row, int column) const { return IntegerFromBinary(Bytes(row, column)); }

absl::string_view Rows::Bytes(int row, int column) const {
  return absl::string_view(PQgetvalue(result_.get(), row, column),
                           static_cast<size_t>(PQgetlength(result_.get(), row, column)));
}

bool Rows::IsNull(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) == 1;
}

absl::string_view Rows::tag() const { return PQcmdStatus(result_.get()); }

int64_t Rows::affected() const {
  int64_t count = 0;
  return absl::SimpleAtoi(PQcmdTuples(result_.get()), &count) ? count : 0;
}

void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Connection::Connection(pg_conn* connection) : connection_(connection) {}

Connection::~Connection() = default;

std::unique_ptr<Connection> Connection::Start(const Keywords& keywords, const Secret& password) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  if (!password.empty()) {
    names.push_back("password");
    values.push_back(password.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  std::unique_ptr<Connection> started(
      new Connection(PQconnectStartParams(names.data(), values.data(), 0)));
  pg_conn* connection = started->connection_.get();
  if (connection == nullptr || PQstatus(connection) == CONNECTION_BAD) {
    started->Fail(connection == nullptr ? Unreachable("no memory") : started->LastError());
    return started;
  }
  PQsetNoticeProcessor(
      connection, [](void* noticed, const char*) { *static_cast<bool*>(noticed) = true; },
      &started->noticed_);
  started->events_ = POLLOUT;
  return started;
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Keywords& keywords,
                                                             const Secret& password,
                                                             absl::Duration limit) {
  std::unique_ptr<Connection> connection = Start(keywords, password);
  const absl::StatusOr<std::vector<Rows>> opened = connection->Run(Trip(), limit);
  if (!opened.ok()) return opened.status();
  return connection;
}

absl::StatusOr<std::vector<Rows>> Connection::Run(const Trip& trip, absl::Duration limit) {
  const Clock::time_point end = Clock::now() + absl::ToChronoNanoseconds(limit);
  if (phase_ != Phase::kConnecting) Begin(trip);
  while (Advance() == State::kWaits) {
    const absl::Duration left = absl::FromChrono(end - Clock::now());
    if (left <= absl::ZeroDuration()) {
      Fail(Unreachable("it did not answer in time"));
      break;
    }
    AwaitAny({awaits()}, left);
  }
  return Take();
}

void Connection::Begin(const Trip& trip) {
  rows_.clear();
  answered_ = 0;
  expected_.clear();
  failure_ = absl::OkStatus();
  if (phase_ != Phase::kIdle) return;
  phase_ = Phase::kRunning;
  flushed_ = false;
  bool sent = true;
  for (const Trip::Call& call : trip.calls_) sent = sent && Send(call);
  sent = sent && PQpipelineSync(connection_.get()) == 1;
  if (!sent) Fail(LastError());
}

bool Connection::Send(const Trip::Call& call) {
  const int count = static_cast<int>(call.values.size());
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const Value& value : call.values) {
    values.push_back(value.bytes().has_value() ? value.bytes()->data() : nullptr);
    lengths.push_back(value.bytes().has_value() ? static_cast<int>(value.bytes()->size()) : 0);
  }
  const std::vector<int> binary(call.values.size(), 1);
  if (call.name.empty()) {
    expected_.emplace_back();
    return PQsendQueryParams(connection_.get(), call.sql.c_str(), count, nullptr, values.data(),
                             lengths.data(), binary.data(), 1) == 1;
  }
  const bool preparing = std::any_of(expected_.begin(), expected_.end(),
                                     [&](const auto& each) { return each.prepares == call.name; });
  if (prepared_.count(call.name) == 0 && !preparing) {
    expected_.push_back({call.name});
    if (PQsendPrepare(connection_.get(), call.name.c_str(), call.sql.c_str(), 0, nullptr) != 1) {
      return false;
    }
  }
  expected_.emplace_back();
  return PQsendQueryPrepared(connection_.get(), call.name.c_str(), count, values.data(),
                             lengths.data(), binary.data(), 1) == 1;
}

Connection::State Connection::Advance() {
  switch (phase_) {
    case Phase::kConnecting:
      return AdvanceConnecting();
    case Phase::kRunning:
      return AdvanceRunning();
    case Phase::kIdle:
      return State::kReady;
    case Phase::kFailed:
      return State::kFailed;
  }
  return State::kFailed;
}

Connection::State Connection::AdvanceConnecting() {
  // Asked again before the socket is ready it would wait for it.
  pollfd ready = {.fd = socket(), .events = events_, .revents = 0};
  if (poll(&ready, 1, 0) == 0) return State::kWaits;
  switch (PQconnectPoll(connection_.get())) {
    case PGRES_POLLING_READING:
      events_ = POLLIN;
      return State::kWaits;
    case PGRES_POLLING_WRITING:
      events_ = POLLOUT;
      return State::kWaits;
    case PGRES_POLLING_OK:
      break;
    default:
      return Fail(LastError());
  }
  if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) != 1) {
    return Fail(LastError());
  }
  phase_ = Phase::kIdle;
  events_ = POLLIN;
  return State::kReady;
}

Connection::State Connection::AdvanceRunning() {
  if (!flushed_) {
    const int flushed = PQflush(connection_.get());
    if (flushed < 0) return Fail(LastError());
    flushed_ = flushed == 0;
  }
  // Read also while writing: a server whose own buffer is full reads no more.
  if (PQconsumeInput(connection_.get()) != 1) return Fail(LastError());
  while (PQisBusy(connection_.get()) == 0) {
    pg_result* result = PQgetResult(connection_.get());
    if (result == nullptr) {  // The end of one statement's answer.
      if (PQstatus(connection_.get()) == CONNECTION_BAD) return Fail(LastError());
      continue;
    }
    if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
      PQclear(result);
      phase_ = failure_.ok() ? Phase::kIdle : Phase::kFailed;
      events_ = POLLIN;
      return Advance();
    }
    TakeResult(result);
    if (PQstatus(connection_.get()) == CONNECTION_BAD) return Fail(LastError());
  }
  events_ = static_cast<short>(flushed_ ? POLLIN : POLLIN | POLLOUT);
  return State::kWaits;
}

void Connection::TakeResult(pg_result* result) {
  const Expected expected = expected_.empty() ? Expected() : expected_.front();
  if (!expected_.empty()) expected_.pop_front();
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
    if (expected.prepares.empty()) {
      rows_.emplace_back(result);
      ++answered_;
      return;
    }
    prepared_.insert(expected.prepares);
  } else if (failure_.ok()) {  // Else it only tells that it was skipped.
    failure_ = FailureOf(result);
  }
  PQclear(result);
}

Connection::State Connection::Fail(absl::Status why) {
  if (failure_.ok()) failure_ = std::move(why);
  phase_ = Phase::kFailed;
  return State::kFailed;
}

absl::StatusOr<std::vector<Rows>> Connection::Take() {
  if (!failure_.ok()) return failure_;
  if (phase_ != Phase::kIdle) return Unreachable("the connection was given up");
  return std::move(rows_);
}

absl::Status Connection::LastError() const {
  const std::string line = FirstLine(PQerrorMessage(connection_.get()));
  return Unreachable(line.empty() ? "the connection was lost" : line);
}

int Connection::greeted_by() const { return PQbackendPID(connection_.get()); }

int Connection::socket() const { return PQsocket(connection_.get()); }

bool Connection::TakeNotifications() {
  if (phase_ != Phase::kIdle || PQconsumeInput(connection_.get()) != 1) return false;
  while (PGnotify* notification = PQnotifies(connection_.get())) PQfreemem(notification);
  return PQstatus(connection_.get()) == CONNECTION_OK;
}

}  // namespace kyc::events::postgres
