// One piece of work in a trace that may cross many programs, as W3C Trace Context names it.
#ifndef SERVER_CALL_SPAN_H_
#define SERVER_CALL_SPAN_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace kyc {

using TraceId = std::array<uint8_t, 16>;
using SpanId = std::array<uint8_t, 8>;

// What one program tells the next. Zeros are no id.
struct SpanContext {
  TraceId trace_id = {};
  SpanId span_id = {};
  bool sampled = false;  // Somebody records this trace.

  bool valid() const { return trace_id != TraceId() && span_id != SpanId(); }
  friend bool operator==(const SpanContext& a, const SpanContext& b) {
    return a.trace_id == b.trace_id && a.span_id == b.span_id && a.sampled == b.sampled;
  }
};

// Of the header `traceparent`: version 00, or the beginning of a later one, as the standard asks.
// None where it is not one.
absl::optional<SpanContext> ReadTraceparent(absl::string_view header);
// The header of a context that is valid.
std::string WriteTraceparent(const SpanContext& context);

// "4bf92f3577b34da6a3ce929d0e0e4736"; empty where there is none.
std::string HexOf(const TraceId& id);
std::string HexOf(const SpanId& id);

// A call, or an attempt for it.
struct Span {
  // Where it is not recorded, its caller's, to be passed on as it came; invalid: there is no trace.
  SpanContext context = {};
  SpanId parent = {};     // Of one that is recorded; zeros: it is the trace's first.
  bool recorded = false;  // It is sent to the collector once it has ended.
};

// Which calls are recorded.
struct Sampling {
  bool any = false;  // There is a collector.
  // Of calls whose caller says nothing of a trace; else the caller decides.
  double share = 0;
};

// Of a call that `caller` has sent.
Span StartSpan(const absl::optional<SpanContext>& caller, const Sampling& sampling);
// Of one piece of it: a new one only where its parent is recorded.
Span StartChild(const Span& parent);

}  // namespace kyc

#endif  // SERVER_CALL_SPAN_H_
