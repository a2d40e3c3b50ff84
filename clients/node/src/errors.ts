import { Metadata, ServiceError, status } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import type { Outcome__Output as Outcome } from "./stubs/kyc/errors/v1/Outcome.js";
import type { Reason__Output as Reason } from "./stubs/kyc/errors/v1/Reason.js";
import { reasons, outcomes } from "./contracts.js";

/** One field of the request that is wrong, by its path in the proto. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

const notProcessed = [status.UNAVAILABLE, status.RESOURCE_EXHAUSTED, status.ABORTED];
// What became of who waited, gRPC's own errors among it, and not of the call: its answer may be known yet, by its request_id.
const ofWhoWaited = ["", "CALLER_DEADLINE", "CALLER_CANCELLED", "SERVER_DRAINING"];
const passing = [...notProcessed, status.DEADLINE_EXCEEDED];

/** A call that failed: outcome says whether it was processed, mayRepeat() whether to make it again. */
export class GatewayError extends Error {
  readonly reason: Reason;
  /** Also where reason does not know it yet. */
  readonly reasonText: string;
  readonly outcome: Outcome;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly FieldViolation[];
  readonly retryDelayMs?: number;

  constructor(
    readonly code: status,
    readonly details: string,
    trailers?: Metadata,
    /** The method changes nothing and costs nothing, so it may be called again whatever became of this call. */
    readonly onlyReads = false,
    /** The call's own key, which each repeat of it has; empty where it had none. */
    readonly requestId = "",
  ) {
    super(`${status[code]}: ${details}`);
    this.name = "GatewayError";
    const { ErrorInfo: info, BadRequest: wrong, RetryInfo: retry } = read(trailers?.get("grpc-status-details-bin")[0] as Buffer | undefined);
    this.domain = info?.domain ?? "";
    this.reasonText = info?.reason ?? "";
    this.metadata = info?.metadata ?? {};
    this.reason = known(reasons, "REASON_", this.reasonText) as Reason;
    this.outcome = known(outcomes, "OUTCOME_", (this.metadata.outcome ?? "").toUpperCase()) as Outcome;
    this.fieldViolations = wrong?.fieldViolations ?? [];
    this.retryDelayMs = retry?.retryDelay ? retry.retryDelay.seconds * 1000 + retry.retryDelay.nanos / 1e6 : undefined;
  }

  /** WideKYC's transaction id, where its answer had one; else empty. */
  get trxId(): string {
    return this.metadata.trxId ?? "";
  }

  /**
   * Making this very call again bills nothing twice, and may succeed. It believes an upstream that says that it did not process the
   * call (429, say). Whoever cannot takes only OUTCOME_NOT_SENT.
   */
  mayRepeat(): boolean {
    if (this.onlyReads || this.outcome === "OUTCOME_NOT_SENT") return passing.includes(this.code);
    if (this.requestId && ofWhoWaited.includes(this.reasonText)) return true;
    return this.outcome === "OUTCOME_REFUSED" && notProcessed.includes(this.code);
  }
}

export function errorOf(failure: ServiceError, onlyReads: boolean, requestId?: string): GatewayError {
  return new GatewayError(failure.code, failure.details, failure.metadata, onlyReads, requestId);
}

function known(names: ReadonlySet<string>, prefix: string, text: string): string {
  return names.has(prefix + text) ? prefix + text : prefix + "UNSPECIFIED";
}

// google.rpc's messages, as far as they are read here.
const rpc = protobuf.Root.fromJSON({
  nested: {
    Any: { fields: { type_url: { type: "string", id: 1 }, value: { type: "bytes", id: 2 } } },
    Status: { fields: { details: { rule: "repeated", type: "Any", id: 3 } } },
    ErrorInfo: {
      fields: {
        reason: { type: "string", id: 1 },
        domain: { type: "string", id: 2 },
        metadata: { keyType: "string", type: "string", id: 3 },
      },
    },
    FieldViolation: { fields: { field: { type: "string", id: 1 }, description: { type: "string", id: 2 } } },
    BadRequest: { fields: { fieldViolations: { rule: "repeated", type: "FieldViolation", id: 1 } } },
    Duration: { fields: { seconds: { type: "int64", id: 1 }, nanos: { type: "int32", id: 2 } } },
    RetryInfo: { fields: { retryDelay: { type: "Duration", id: 1 } } },
  },
} as protobuf.INamespace);

interface Details {
  ErrorInfo?: { reason: string; domain: string; metadata: Record<string, string> };
  BadRequest?: { fieldViolations: FieldViolation[] };
  RetryInfo?: { retryDelay: { seconds: number; nanos: number } | null };
}

function read(status: Buffer | undefined): Details {
  const decode = (name: string, value: Uint8Array): any => {
    const type = rpc.lookupType(name);
    return type.toObject(type.decode(value), { longs: Number, defaults: true });
  };
  const result: Record<string, object> = {};
  for (const { type_url, value } of status ? decode("Status", status).details : []) {
    const name = type_url.split("/google.rpc.")[1];
    if (["ErrorInfo", "BadRequest", "RetryInfo"].includes(name)) result[name] = decode(name, value);
  }
  return result;
}
