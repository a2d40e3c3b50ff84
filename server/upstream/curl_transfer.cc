#include "server/upstream/curl_transfer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"
#include "server/upstream/certificate_fault.h"

namespace kyc::upstream {
namespace {

constexpr absl::Duration kLeastTime = absl::Milliseconds(250);
// A body up to this leaves with its header by one system call, a larger one is read from us.
constexpr size_t kMostInOneWrite = 16 << 10;
constexpr size_t kMostUploadBuffer = 256 << 10;
constexpr size_t kBesideBody = 16 << 10;  // libcurl's own minimum of an upload buffer.
constexpr long kReceiveBuffer = 4096;

long Milliseconds(absl::Duration duration) {
  return std::max<long>(1, absl::ToInt64Milliseconds(duration));
}

long UploadBuffer(size_t body_size) {
  return static_cast<long>(std::min(body_size + kBesideBody, kMostUploadBuffer));
}

EasyHandle NewHandle() {
  EasyHandle easy(curl_easy_init());
  if (easy == nullptr) std::abort();  // Out of memory.
  return easy;
}

}  // namespace

absl::optional<TimeLimit> LimitOf(absl::Time now, absl::Time deadline,
                                  absl::Duration attempt_timeout) {
  const absl::Duration left = deadline - now;
  if (left < kLeastTime) return absl::nullopt;
  if (left < attempt_timeout) return TimeLimit{left, FailureKind::kCallerDeadline};
  return TimeLimit{attempt_timeout, FailureKind::kAttemptTimeout};
}

CurlTransfer::CurlTransfer(Poller& poller, CURLSH* share)
    : poller_(poller), share_(share), easy_(NewHandle()) {}

void CurlTransfer::Prepare(HttpRequest request, std::shared_ptr<const Url> url,
                           std::shared_ptr<const TransferOptions> options, TimeLimit limit) {
  request_ = std::move(request);
  url_ = std::move(url);
  limit_ = limit;
  taken_ = 0;
  let_go_ = false;
  tries_ = 0;
  began_ = moved_ = Clock::now();
  reply_.Begin(options->max_reply_bytes);
  error_[0] = '\0';

  if (!std::exchange(as_new_, false) || options != options_) {
    options_ = std::move(options);
    RenewHandle();
  }
  CURL* easy = easy_.get();
  SetOption(easy, CURLOPT_CURLU, url_->handle.get());
  SetOption(easy, CURLOPT_HTTPHEADER, header_list_.Of(request_.headers));
  SetOption(easy, CURLOPT_TIMEOUT_MS, Milliseconds(limit.limit));
  SetOption(easy, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(options_->connect_timeout));
  SetBody();
}

absl::Duration CurlTransfer::MostToResolve() const {
  return std::min(limit_.limit, options_->connect_timeout);
}

void CurlTransfer::CutTimes() {
  const absl::Duration waited = absl::FromChrono(Clock::now() - began_);
  SetOption(easy_.get(), CURLOPT_TIMEOUT_MS, Milliseconds(limit_.limit - waited));
  SetOption(easy_.get(), CURLOPT_CONNECTTIMEOUT_MS,
            Milliseconds(options_->connect_timeout - waited));
}

void CurlTransfer::TellAddresses(std::string entry) {
  addresses_ = std::move(entry);
  addresses_node_ = {.data = addresses_.data(), .next = nullptr};
  SetOption(easy_.get(), CURLOPT_RESOLVE, &addresses_node_);
}

void CurlTransfer::SetBody() {
  CURL* easy = easy_.get();
  const size_t size = request_.body.size();
  SetOption(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(size));
  if (size <= kMostInOneWrite) {
    in_one_write_ = request_.body.ToString();
    SetOption(easy, CURLOPT_POSTFIELDS, in_one_write_->c_str());
  } else {
    reader_.emplace(request_.body);
    SetOption(easy, CURLOPT_POSTFIELDS, static_cast<const char*>(nullptr));
    SetOption(easy, CURLOPT_UPLOAD_BUFFERSIZE, UploadBuffer(size));
  }
}

// A handle keeps its options, so that most calls set only what is their own. After a failure or a
// second try it is renewed: libcurl counts its retries over all requests of a handle and gives up
// after five.
void CurlTransfer::RenewHandle() {
  curl_easy_reset(easy_.get());
  // A transfer that ended while it resolved has left its receive buffer, whose size cannot be set
  // any more; such a handle is of no more use.
  if ((curl_easy_setopt)(easy_.get(), CURLOPT_BUFFERSIZE, kReceiveBuffer) != CURLE_OK) {
    easy_ = NewHandle();
    SetOption(easy_.get(), CURLOPT_BUFFERSIZE, kReceiveBuffer);
  }
  poller_.Attach(easy_.get());
  SetOption(easy_.get(), CURLOPT_SHARE, share_);
  SetTransport(easy_.get(), *options_);
  SetCallbacks();
}

void CurlTransfer::SetCallbacks() {
  CURL* easy = easy_.get();
  SetOption(easy, CURLOPT_ERRORBUFFER, &error_[0]);
  SetOption(easy, CURLOPT_READFUNCTION, &OnRead);
  SetOption(easy, CURLOPT_READDATA, this);
  SetOption(easy, CURLOPT_SEEKFUNCTION, &OnSeek);
  SetOption(easy, CURLOPT_SEEKDATA, this);
  SetOption(easy, CURLOPT_PREREQFUNCTION, &OnTry);
  SetOption(easy, CURLOPT_PREREQDATA, this);
  SetOption(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
  SetOption(easy, CURLOPT_HEADERDATA, this);
  SetOption(easy, CURLOPT_WRITEFUNCTION, &OnBody);
  SetOption(easy, CURLOPT_WRITEDATA, this);
}

size_t CurlTransfer::OnRead(char* to, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  const bool first = transfer->taken_ == 0;
  const size_t read = transfer->reader_->Read(to, size * count);
  transfer->taken_ += read;
  transfer->moved_ = Clock::now();
  // Asking for a further piece tells that the earlier ones have left: nothing is sent again from
  // then on, so what was read has done its part, however long the answer takes.
  if (!first) {
    transfer->reader_->LetGoOfRead(transfer->request_.body);
    transfer->let_go_ = true;
  }
  return read;
}

int CurlTransfer::OnSeek(void*, curl_off_t, int) { return CURL_SEEKFUNC_FAIL; }

int CurlTransfer::OnTry(void* self, char*, char*, int, int) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  transfer->moved_ = Clock::now();
  const bool allowed = ++transfer->tries_ == 1 || transfer->BytesTaken() == 0;
  return allowed ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

size_t CurlTransfer::BytesTaken() const {
  if (!in_one_write_) return taken_;
  if (tries_ == 0) return 0;  // libcurl's figure is still the last request's.
  long bytes = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &bytes);
  return static_cast<size_t>(bytes);
}

size_t CurlTransfer::OnHeader(char* line, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  const size_t bytes = size * count;
  transfer->moved_ = Clock::now();
  return transfer->reply_.Line({line, bytes}) ? bytes : 0;
}

size_t CurlTransfer::OnBody(char* bytes, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  const size_t length = size * count;
  if (length == 0) return 0;
  transfer->moved_ = Clock::now();
  return transfer->reply_.Body({bytes, length}) ? length : 0;
}

TransferFacts CurlTransfer::Facts(CURLcode code) const {
  const auto took = absl::FromChrono(Clock::now() - began_);
  TransferFacts facts = {.code = code,
                         .tries = tries_,
                         .body_size = request_.body.size(),
                         .body_taken = BytesTaken(),
                         .reply_began = reply_.began(),
                         .reply_too_large = reply_.too_large(),
                         .through_proxy = options_->proxy.has_value(),
                         // libcurl's timer counts whole milliseconds.
                         .time_was_up = took + absl::Milliseconds(2) >= limit_.limit,
                         .on_expiry = limit_.on_expiry};
  long local_port = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_LOCAL_PORT, &local_port);
  facts.connected = local_port > 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &facts.proxy_status);
  if (in_one_write_) {
    facts.uploaded = static_cast<curl_off_t>(facts.body_taken);
  } else {
    curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_UPLOAD_T, &facts.uploaded);
  }
  return facts;
}

void CurlTransfer::Release() {
  reader_.reset();
  in_one_write_.reset();
  request_ = {};
  url_.reset();
}

void CurlTransfer::OnlyReads() {
  if (!reader_ || taken_ < request_.body.size()) return;
  reader_->LetGoOfRead(request_.body);
  let_go_ = true;
  // Makes libcurl free the buffer, and get another one when it has something to send again.
  SetOption(easy_.get(), CURLOPT_UPLOAD_BUFFERSIZE, UploadBuffer(0));
}

HttpResult CurlTransfer::Finish(CURLcode code) {
  // A whole reply is an answer even if the rest of the body could not be sent any more.
  const bool answered = reply_.headers_whole() && (code == CURLE_OK || reply_.whole());
  if (answered) {
    as_new_ = code == CURLE_OK && tries_ == 1;
    HttpResponse response = std::move(reply_).Take();
    // What libcurl never asked for has surely not left. Of a body that goes out with its header
    // that is not known.
    response.surely_unprocessed = !in_one_write_ && taken_ < request_.body.size();
    Release();
    return response;
  }
  const TransferFacts facts = Facts(code);
  const FailureKind kind = KindOf(facts);
  HttpFailure failure = Failure(kind, BodySent(facts), CauseOf(kind, code));
  if (kind == FailureKind::kReplyTooLarge || kind == FailureKind::kReplyUnreadable) {
    failure.came = std::make_shared<HttpResponse>(std::move(reply_).Take());
  }
  return failure;
}

std::string CurlTransfer::CauseOf(FailureKind kind, CURLcode code) const {
  if (kind == FailureKind::kUntrusted) {
    long verify_result = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &verify_result);
    return CertificateFault(code, verify_result);
  }
  return error_[0] != '\0' ? error_ : curl_easy_strerror(code);
}

HttpFailure CurlTransfer::Cancel() {
  return Failure(FailureKind::kCancelled, BodySent(Facts(CURLE_ABORTED_BY_CALLBACK)), "cancelled");
}

HttpFailure CurlTransfer::Unresolved(std::string cause) {
  TransferFacts facts = Facts(CURLE_OPERATION_TIMEDOUT);
  facts.connected = false;  // libcurl still tells of the transfer before.
  facts.proxy_status = 0;
  return Failure(KindOf(facts), false, std::move(cause));
}

HttpFailure CurlTransfer::Failure(FailureKind kind, bool sent, std::string cause) {
  HttpFailure failure = {
      .kind = kind, .sent = sent, .attempts = 1, .cause = std::move(cause), .unsent = nullptr};
  failure.silent_for = absl::FromChrono(Clock::now() - moved_);
  if (!sent && !let_go_) failure.unsent = std::make_shared<HttpRequest>(std::move(request_));
  Release();
  return failure;
}

}  // namespace kyc::upstream
