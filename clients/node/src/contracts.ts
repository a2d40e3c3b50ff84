import { GrpcObject, loadPackageDefinition } from "@grpc/grpc-js";
import { EnumTypeDefinition, loadSync } from "@grpc/proto-loader";
import { fileURLToPath } from "node:url";
import type { ProtoGrpcType as Finpay } from "./stubs/linkage.js";
import type { ProtoGrpcType as Netzme } from "./stubs/upgrade_notification.js";
import type { ProtoGrpcType as WideKyc } from "./stubs/widekyc.js";

// As stubs.sh makes the types.
const definition = loadSync(
  ["finpay/linkage/v1/linkage.proto", "widekyc/v1/widekyc.proto", "netzme/v1/upgrade_notification.proto", "kyc/errors/v1/errors.proto"],
  { includeDirs: [fileURLToPath(new URL("protos", import.meta.url))], longs: String, enums: String, defaults: true, oneofs: true },
);
const names = (type: string): ReadonlySet<string> => {
  const { value } = (definition[type] as EnumTypeDefinition).type as { value: { name: string }[] };
  return new Set(value.map(({ name }) => name));
};

const packages = loadPackageDefinition(definition) as GrpcObject as unknown as Finpay & Netzme & WideKyc;

/** Every method, with its types. */
export const methods = {
  ...packages.finpay.linkage.v1.UpgradeAccountService.service,
  ...packages.widekyc.v1.WideKycService.service,
  ...packages.netzme.v1.UpgradeNotificationService.service,
};
export const reasons = names("kyc.errors.v1.Reason");
export const outcomes = names("kyc.errors.v1.Outcome");
