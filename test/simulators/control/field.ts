/** One setting: its valid values, and how a plain form shows and reads it. */
import * as z from "zod";

export interface Field {
  label: string;
  /** How the real platform behaves here is not published, so either way can be chosen. */
  unpublished: boolean;
  schema: z.ZodType;
  /** Left out: free text. */
  choices?: readonly string[];
  /** The placeholder of free text. */
  hint?: string;
  toText(value: unknown): string;
  fromText(text: string): unknown;
}

type FormControl = Pick<Field, "toText" | "fromText"> & { choices?: readonly string[]; hint?: string };

function field(label: string, schema: z.ZodType, control: FormControl): Field {
  return { label, unpublished: false, schema, ...control };
}

export function unpublished(field: Field): Field {
  return { ...field, unpublished: true };
}

export function text(label: string): Field {
  return field(label, z.string().min(1), { toText: String, fromText: (written) => written });
}

export function number(label: string): Field {
  return field(label, z.number().min(0), {
    hint: "a number",
    toText: String,
    // An empty field is not a zero.
    fromText: (written) => (written === "" ? Number.NaN : Number(written)),
  });
}

export function onOff(label: string): Field {
  return field(label, z.boolean(), {
    choices: ["on", "off"],
    toText: (value) => (value ? "on" : "off"),
    fromText: (written) => written === "on",
  });
}

export function choice(label: string, ...values: (string | number)[]): Field {
  return field(label, z.literal(values), {
    choices: values.map(String),
    toText: String,
    fromText: (written) => values.find((value) => String(value) === written),
  });
}

export function list(label: string): Field {
  return field(label, z.array(z.string().min(1)), {
    hint: "separated by commas",
    toText: (value) => (value as string[]).join(", "),
    fromText: readList,
  });
}

export function listOrAll(label: string): Field {
  return field(label, z.array(z.string().min(1)).nullable(), {
    hint: "separated by commas; empty: all",
    toText: (value) => ((value as string[] | null) ?? []).join(", "),
    fromText: (written) => (written === "" ? null : readList(written)),
  });
}

export function numberOr(label: string, word: string): Field {
  return field(label, z.union([z.number().min(0), z.literal(word)]), {
    hint: `a number, or ${word}`,
    toText: String,
    fromText: (written) => (written === word ? word : Number(written)),
  });
}

/** `completed`, or `failed: some_code`. */
export function outcome(label: string, ...good: string[]): Field {
  const failed = z.strictObject({ failed: z.string().min(1) });
  return outcomeField(label, good, failed, (code) => code);
}

/** The same with a list of codes. */
export function outcomeWithCodes(label: string, ...good: string[]): Field {
  const failed = z.strictObject({ failed: z.array(z.string().min(1)) });
  return outcomeField(label, good, failed, readList);
}

function outcomeField(
  label: string,
  good: string[],
  failed: z.ZodType,
  readCode: (text: string) => unknown,
): Field {
  return field(label, z.union([z.literal(good), failed]), {
    hint: `${good.join(", ")}, or failed: some_code`,
    toText: (value) =>
      typeof value === "string" ? value : `failed: ${String((value as { failed: unknown }).failed)}`,
    fromText: (written) => {
      const code = /^failed:\s*(.+)$/.exec(written)?.[1];
      return code === undefined ? written : { failed: readCode(code) };
    },
  });
}

/** Empty: the sentence of the error code. `none`: `null`, which Plaid sends where it has no sentence. */
export function sentence(label: string): Field {
  return field(
    label,
    z
      .string()
      .nullable()
      .transform((value) => (value === "" ? undefined : value)),
    {
      hint: "text, or none; empty: the default",
      toText: (value) => (value === null ? "none" : String(value ?? "")),
      fromText: (written) => (written === "none" ? null : written),
    },
  );
}

function readList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}
