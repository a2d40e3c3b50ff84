// Notifications: answered 200 when they are on disk, or on those of two servers.
#ifndef TOOLS_BENCHMARKS_WEBHOOK_H_
#define TOOLS_BENCHMARKS_WEBHOOK_H_

#include "tools/benchmarks/options.h"
#include "tools/benchmarks/row.h"

namespace kyc::bench {

// 1 and 64 connections; beside them what HTTP alone and this disk alone take.
Suite RunWebhook(const Options& options);
// 1 and 64 connections over SQLite and over PostgreSQL; beside them appends to that log by nothing
// but its engine.
Suite RunPostgres(const Options& options);

}  // namespace kyc::bench

#endif  // TOOLS_BENCHMARKS_WEBHOOK_H_
