/** Whether the variables are valid. Names them, never their values. */
import type { Configuration } from "../../config.ts";
import type { DoctorItem } from "../../contract.ts";
import { failed, ok } from "../items.ts";

export function checkConfiguration(configuration: Configuration): DoctorItem[] {
  if (configuration.ok) {
    return [ok("configuration", "The configuration is complete and consistent")];
  }
  return configuration.faults.map(({ variable, reason }) =>
    failed(
      `configuration.${variable}`,
      `The variable ${variable}`,
      `${variable} ${reason}. Correct it in wrangler.toml, or with wrangler secret put, and deploy.`,
    ),
  );
}
