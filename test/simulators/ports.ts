/** Which port each part listens on. */
import { createServer } from "node:net";

export interface StandInPorts {
  control: number;
  cybrid: number;
  lynx: number;
  plaid: number;
}

export const usualPorts: StandInPorts = { control: 5180, cybrid: 5181, lynx: 5182, plaid: 5183 };

/** Reads `cybrid=6181,lynx=6182`; what it leaves out stays where it usually is, 0 takes any free port. */
export function readPorts(text: string): StandInPorts {
  const ports = { ...usualPorts };
  for (const part of text.split(",").filter(Boolean)) {
    const [name = "", port = ""] = part.split("=").map((word) => word.trim());
    if (!(name in ports)) {
      throw new Error(`no stand-in is called "${name}": use ${Object.keys(ports).join(", ")}`);
    }
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error(`"${part}" names no port`);
    ports[name as keyof StandInPorts] = Number(port);
  }
  return ports;
}

/** Says which one is taken; wrangler alone would quietly take the next. */
export function assertFree(name: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", ({ code, message }: NodeJS.ErrnoException) => {
      const reason = code === "EADDRINUSE" ? "is taken: end what listens there and try again" : message;
      reject(new Error(`port ${port} (${name}) ${reason}`));
    });
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}
