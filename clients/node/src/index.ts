/** Client of KYC Gateway: calls with typed errors, and a watch that never ends by itself. What it does is said in clients/README.md. */
export { CursorFile, CursorInMemory, type CursorStore } from "./cursors.js";
export { GatewayError, type FieldViolation } from "./errors.js";
export { Gateway, type GatewayOptions } from "./gateway.js";
export { Watch, type Batch, type CursorProblem, type WatchOptions, type WatchState } from "./watch.js";
export type { Outcome__Output as Outcome } from "./stubs/kyc/errors/v1/Outcome.js";
export type { Reason__Output as Reason } from "./stubs/kyc/errors/v1/Reason.js";
