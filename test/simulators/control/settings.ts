/** Reads and changes the settings of all stand-ins. */
import * as z from "zod";
import { defaultCybridSettings } from "../cybrid/index.ts";
import { defaultLynxSettings } from "../lynx/index.ts";
import { PlaidBackend } from "../plaid/backend.ts";
import { defaultScenario } from "../plaid/scenario.ts";
import type { Field } from "./field.ts";
import { fieldsOf, type Part } from "./fields.ts";
import { readBody } from "./read-body.ts";
import type { StandIns } from "./stand-ins.ts";

const change = z.strictObject({
  scenario: partSchema("scenario"),
  plaid: partSchema("plaid"),
  cybrid: partSchema("cybrid"),
  lynx: partSchema("lynx"),
});

/** The objects in use: changing them changes the stand-ins. */
export function settingsOf({ cybrid, lynx, plaid }: StandIns) {
  return {
    scenario: plaid.settings,
    plaid: plaid.backend.settings,
    cybrid: cybrid.settings,
    lynx: lynx.settings,
  };
}

/** Takes any part of what `settingsOf` answers; nothing is changed if anything in it is unknown or wrong. */
export function changeSettings(standIns: StandIns, body: unknown): void {
  const changes = readBody(change, body);
  const settings = settingsOf(standIns);
  for (const part of Object.keys(settings) as Part[]) Object.assign(settings[part], changes[part]);
}

export function resetSettings(standIns: StandIns): void {
  const settings = settingsOf(standIns);
  Object.assign(settings.scenario, defaultScenario());
  Object.assign(settings.plaid, new PlaidBackend().settings);
  Object.assign(settings.cybrid, defaultCybridSettings());
  Object.assign(settings.lynx, defaultLynxSettings());
}

/** The same change from a form, whose fields are all text. */
export function settingsFromForm(part: Part, form: URLSearchParams): unknown {
  const entries = [...form]
    .map(([name, text]) => ({ name, text: text.trim(), field: fieldsOf[part][name] }))
    .filter((entry): entry is typeof entry & { field: Field } => entry.field !== undefined)
    .map(({ name, text, field }) => [name, field.fromText(text)]);
  return { [part]: Object.fromEntries(entries) };
}

function partSchema(part: Part) {
  const schemas = Object.entries(fieldsOf[part]).map(([name, { schema }]) => [name, schema.optional()]);
  return z.strictObject(Object.fromEntries(schemas)).optional();
}
