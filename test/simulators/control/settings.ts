/** Reads and changes the settings of all stand-ins; what it does not know, it refuses. */
import * as z from "zod";
import { defaultCybridSettings } from "../cybrid/index.ts";
import { defaultLynxSettings } from "../lynx/index.ts";
import { PlaidBackend } from "../plaid/backend.ts";
import { defaultScenario } from "../plaid/scenario.ts";
import type { Field } from "./field.ts";
import { fieldsOf, type Part } from "./fields.ts";
import { ControlError, type Steered } from "./steered.ts";

const change = z.strictObject({
  scenario: partSchema("scenario"),
  plaid: partSchema("plaid"),
  cybrid: partSchema("cybrid"),
  lynx: partSchema("lynx"),
});

/** The living objects: to change them is to change the stand-ins. */
export function settingsOf({ cybrid, lynx, plaid }: Steered) {
  return {
    scenario: plaid.settings,
    plaid: plaid.backend.settings,
    cybrid: cybrid.settings,
    lynx: lynx.settings,
  };
}

/** Takes any part of what `settingsOf` answers; nothing is changed if anything in it is wrong. */
export function changeSettings(steered: Steered, wish: unknown): void {
  const read = change.safeParse(wish);
  if (!read.success) throw new ControlError(z.prettifyError(read.error));
  const settings = settingsOf(steered);
  for (const part of Object.keys(settings) as Part[]) Object.assign(settings[part], read.data[part]);
}

export function resetSettings(steered: Steered): void {
  const settings = settingsOf(steered);
  Object.assign(settings.scenario, defaultScenario());
  Object.assign(settings.plaid, new PlaidBackend().settings);
  Object.assign(settings.cybrid, defaultCybridSettings());
  Object.assign(settings.lynx, defaultLynxSettings());
}

/** The same change from a form, whose fields are all texts. */
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
