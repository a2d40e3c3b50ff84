// The rooms' metrics as Prometheus counters, gauges and histograms.
#ifndef SERVER_ADMIN_PROMETHEUS_METRICS_H_
#define SERVER_ADMIN_PROMETHEUS_METRICS_H_

#include <memory>
#include <string>

#include "server/admin/debug_lines.h"
#include "server/call/metrics.h"

namespace kyc::admin {

// Thread-safe. Owned by the gateway.
class PrometheusMetrics : public Metrics {
 public:
  // Everything in Prometheus' text format 0.0.4.
  virtual std::string Text() const = 0;
};

// Says of what it is told what `lines` wants, too.
std::unique_ptr<PrometheusMetrics> MakePrometheusMetrics(DebugLines lines = {});

}  // namespace kyc::admin

#endif  // SERVER_ADMIN_PROMETHEUS_METRICS_H_
